"""Beginning and writing a report, and what a funder's reports begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kash.funder_reports.approval import APPROVAL
from kash.funder_reports.errors import ReportFixed, ReportThere, StatementNotSent
from kash.funder_reports.models import FunderReport, ReportTemplate
from kash.funder_reports.queries.reports import template_of
from kash.funder_reports.rules.sections import sections_in_order
from kash.funder_reports.words import made_name
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.policy import Actor
from kash.statements.models import Statement
from kash.stories.queries.told import stories_by
from kash.stories.rules.drafts import FUNDERS
from kash.workshops.models import Funder

OPEN = ("draft", "returned")


@dataclass(frozen=True)
class ReportDetails:
    """A report as it is written."""

    title: str
    language: str
    sections: Sequence[str]
    texts: Mapping[str, str]
    stories: Sequence[str]


@dataclass(frozen=True)
class TemplateDetails:
    """Beginning of a funder's reports."""

    language: str
    sections: Sequence[str]
    texts: Mapping[str, str]


def begin_report(statement: str, *, by: Actor) -> str:
    """Begin a report on a statement (public id) that was sent; the report's public id. Raises
    NotFound, StatementNotSent and ReportThere."""
    with audited("funder_reports.begun", by) as change:
        session = change.session
        found = one_or_404(
            session.scalar(
                select(Statement)
                .options(joinedload(Statement.funder))
                .where(Statement.public_id == statement)
                .with_for_update(of=Statement)
            )
        )
        if found.state != "sent":
            raise StatementNotSent
        there = select(FunderReport.id).where(FunderReport.statement_id == found.id)
        if session.scalar(there) is not None:
            raise ReportThere
        begins = template_of(found.funder_id)
        with force_locale(begins.language):
            title = made_name(found)
        made: FunderReport = APPROVAL.propose(
            change,
            by,
            state="draft",
            statement_id=found.id,
            language=begins.language,
            title=title,
            sections=list(begins.sections),
            texts=dict(begins.texts),
        )
        return made.public_id


def write_report(public_id: str, details: ReportDetails, row_version: int, *, by: Actor) -> None:
    """Change a report that is not proposed; whoever writes it does not approve it. Raises NotFound,
    ReportFixed and ChangedMeanwhile."""
    heard = stories_by(details.stories, FUNDERS)
    told = [key for key, one in heard.items() if not one.is_withdrawn]
    with audited("funder_reports.written", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        if report.state not in OPEN:
            raise ReportFixed
        if report.row_version != row_version:
            raise ChangedMeanwhile
        report.title, report.language = details.title, details.language
        report.sections = [str(one) for one in sections_in_order(details.sections)]
        report.texts = {key: text for key, text in details.texts.items() if text}
        report.stories = [one for one in details.stories if one in told]
        report.state, report.proposed_by = "draft", by.public_id
        report.row_version += 1
        change.about(public_id)


def write_template(funder: str, details: TemplateDetails, row_version: int, *, by: Actor) -> None:
    """Say what a funder's (public id) reports begin with. Raises NotFound and ChangedMeanwhile."""
    with audited("funder_reports.template_written", by) as change:
        session = change.session
        paying = one_or_404(
            session.scalar(select(Funder).where(Funder.public_id == funder).with_for_update())
        )
        held = session.get(ReportTemplate, paying.id, with_for_update=True)
        if (held.row_version if held is not None else 0) != row_version:
            raise ChangedMeanwhile
        if held is None:
            held = ReportTemplate(funder_id=paying.id, row_version=0)
            session.add(held)
        held.language = details.language
        held.sections = [str(one) for one in sections_in_order(details.sections)]
        held.texts = {key: text for key, text in details.texts.items() if text}
        held.row_version += 1
        held.written_by, held.written_at = by.public_id, change.now
        change.about(funder)
