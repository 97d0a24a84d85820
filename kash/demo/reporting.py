"""The report of the sample: on the figures that were sent to the first funder, read by two."""

from __future__ import annotations

from collections.abc import Mapping

from kash.demo.accounts import DIRECTOR, MONITORING
from kash.funder_reports.queries.reports import report
from kash.funder_reports.rules.sections import ReportSection
from kash.funder_reports.services.deciding import approve_report, propose_report
from kash.funder_reports.services.writing import ReportDetails, begin_report, write_report
from kash.platform.database import db
from kash.policy import Actor
from kash.stories.queries.told import stories_told
from kash.stories.rules.drafts import FUNDERS

_TEXTS: dict[str, str] = {
    ReportSection.SUMMARY: (
        "In this quarter police officers and community members learned in the same rooms, and more"
        " of both can now train others. Officers ask us for the next dates themselves.\n\n"
        "Two stations asked for a refresher, which is planned for the coming quarter."
    ),
    ReportSection.FIGURES: (
        "Each person counts once, however many workshops that person came to. What few people"
        " would be found by is left out."
    ),
    ReportSection.MONEY: "Halls were cheaper than planned, since two were lent to us.",
    ReportSection.NEXT: "A refresher for stations by the lake, and a course on first response.",
}


def write_the_report(actors: Mapping[str, Actor], statement: str) -> str:
    """Write, propose and approve it; its public id."""
    monitoring = actors[MONITORING.key]
    stories = [one.public_id for one in stories_told(1, FUNDERS)]
    db.session.rollback()
    made = begin_report(statement, by=monitoring)
    found = report(made, monitoring)
    details = ReportDetails(found.title, "en", [str(one) for one in ReportSection], _TEXTS, stories)
    version = found.row_version
    db.session.rollback()
    write_report(made, details, version, by=monitoring)
    propose_report(made, version + 1, by=monitoring)
    digest = report(made, monitoring).digest
    db.session.rollback()
    approve_report(made, digest, by=actors[DIRECTOR.key])
    return made
