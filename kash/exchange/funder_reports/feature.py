"""Chapters of the handbook that tell about reports to funders. Columns of this room's tables,
sorted by what they hold about a person. Reports to funders on Today: what waits for the approver,
and what was sent back to the writer. Words of the audit trail for what is done here: the room, then
what happened. The declaration of reports to funders."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.exchange.funder_reports import blueprint, views
from kash.exchange.funder_reports.models import APPROVAL, FunderReport
from kash.exchange.funder_reports.queries import (
    PAPERS,
    REPORT_STATES,
    REPORT_TONES,
    any_returned,
    any_with_stories,
    read_name,
    reports_to_settle,
    returned_reports,
    waiting_reports,
)
from kash.feature import Feature
from kash.people.erasure import about_things
from kash.platform.approvals.pages import returned_line, waiting_line
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role
from kash.workshops.models import Funder

CHAPTERS = Chapters(
    {
        "funder_reports": {
            Role.DIRECTOR: "director#reports-to-funders",
            Role.MONITORING: "monitoring#reports-to-funders",
            Role.FUNDER: "figures#what-a-funder-is-sent",
        }
    }
)


PERSONAL = (
    *about_things(
        funder_report="state approved_for returned_reason language title sections texts stories"
        " stories_settled content digest",
        report_template="language sections texts",
    ),
)


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            read_name(report),
            url_for("funder_reports.report", public_id=report.public_id),
            report.created_at,
            icon="report",
        )
        for report in waiting_reports(asked.actor)
    ]


def _to_mend(_asked: Viewer) -> Sequence[TodayLine]:
    return [
        returned_line(
            read_name(report),
            url_for("funder_reports.report", public_id=report.public_id),
            report.returned_reason,
            icon="report",
        )
        for report in returned_reports()
    ]


def _stories_taken_back(_asked: Viewer) -> Sequence[TodayLine]:
    text = _("It holds a story that those who pay may not read (any more). Tell them, and note it.")
    return [
        TodayLine(
            read_name(report),
            url_for("funder_reports.report", public_id=report.public_id),
            text,
            key=report.public_id,
            button=_("Look"),
        )
        for report in reports_to_settle()
    ]


STORIES = Need(
    "funder_reports_stories",
    191,
    _stories_taken_back,
    exists=lambda asked: any_with_stories() if asked.actor.may("funder_reports.approve") else None,
)
RETURNED = Need(
    "funder_reports_returned",
    190,
    _to_mend,
    exists=lambda asked: any_returned() if asked.actor.may("funder_reports.write") else None,
)
NEEDED = Need(
    "funder_reports",
    266,
    _to_approve,
    lead=_l("Reports to funders that wait for you:"),
    lead_place=106,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)


ACTION_WORDS = ActionWords(
    {
        "funder_reports.begun": _l("reports to funders: begun"),
        "funder_reports.written": _l("reports to funders: written"),
        "funder_reports.template_written": _l("reports to funders: template written"),
        "funder_reports.proposed": _l("reports to funders: proposed"),
        "funder_reports.approved": _l("reports to funders: approved"),
        "funder_reports.stories_settled": _l("reports to funders: stories taken back told"),
        "funder_reports.returned": _l("reports to funders: sent back"),
    }
)


def _reports(_known: object) -> Select[str]:
    return select(FunderReport.public_id).order_by(FunderReport.id)


def _funders(_known: object) -> Select[str]:
    return select(Funder.public_id).order_by(Funder.id)


FEATURE = Feature(
    "funder_reports",
    choice="results",
    modules=(views,),
    blueprints=(blueprint,),
    words={"report_words": {"states": REPORT_STATES, "tones": REPORT_TONES, "name": read_name}},
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        NEEDED,
        RETURNED,
        STORIES,
        PAPERS,
        *PERSONAL,
        NamedPage("funder_reports.index", _l("Reports to funders"), "funder_reports.see", 98),
        SampleId("/funder-reports/<public_id>", _reports),
        SampleId("/funder-reports/begins/<funder_id>", _funders),
    ),
)
