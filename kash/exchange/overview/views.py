"""The plan of a period on paper. Columns of the list of a funder's workshops, where it is taken
away as a table. The first page of a funder: its workshops, what was sent to it, its reports,
printed figures. Words of the overview. The overview of staff: a quarter against its targets, at
this moment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.exchange.funder_reports.queries import newest_reports
from kash.exchange.overview import blueprint
from kash.exchange.overview.queries import (
    attention,
    completed_by_quarter,
    look_of,
    plan_of,
    workshops_of,
)
from kash.exchange.overview.rules import TargetPace, elapsed_share, pace_of
from kash.figures.funders.services import funder_of
from kash.figures.indicators.forms import FiguresAsked, figures_asked
from kash.figures.indicators.queries.figures import (
    IndicatorLine,
    indicator_lines,
    shared_views,
    value_names,
)
from kash.figures.indicators.rules import IndicatorKey, Period
from kash.figures.releases.queries import printed_tables
from kash.platform.database import utc_now
from kash.platform.press import PagedDocument, RenderError, document
from kash.platform.press.charts import bar_chart, picture_of
from kash.platform.web import current_actor, download, go
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.platform.web.language import language_code
from kash.platform.web.programme import brand, logo_address, paper_wording
from kash.platform.web.taking import TableColumn, is_taken, noted, offers_table, taken
from kash.policy import allow
from kash.workshops.models import Funding


def plan_paper(
    asked: FiguresAsked, plan: dict[str, Any], targets: list[IndicatorLine], language: str
) -> bytes:
    """The plan as PDF in a language, for the programme: it names trainers and no participant.
    Raises RenderError."""
    with force_locale(language):
        wording = paper_wording()
        title = _("Plan: %(period)s", period=asked.words)
        html = render_template(
            "overview/plan.html",
            asked=asked,
            plan=plan,
            targets=targets,
            organisation=brand(),
            wording=wording,
            logo=logo_address(wording, "minutes"),
            title=title,
        )
        paged = PagedDocument(
            html=html,
            title=title,
            language=language,
            header_left=title,
            header_right=asked.funder_name,
            footer_left=" · ".join(
                part for part in (wording.footer, _("For the programme only")) if part
            ),
        )
    return document(paged)


def _place(one: Funding) -> str:
    venue = one.workshop.venue
    return venue.place if venue is not None else ""


FUNDED_COLUMNS: Sequence[TableColumn[Funding]] = (
    TableColumn(_l("First day"), lambda one: one.workshop.starts_on, "#date+start"),
    TableColumn(_l("Last day"), lambda one: one.workshop.ends_on, "#date+end"),
    TableColumn(_l("Workshop"), lambda one: one.workshop.version.public_title, "#activity+name"),
    TableColumn(_l("Place"), _place, "#loc+name"),
    TableColumn(_l("Your share"), lambda one: one.share, "#value+share+pct"),
    TableColumn(_l("Budget code"), lambda one: one.budget_code, "#value+code"),
    TableColumn(_l("Cancelled"), lambda one: one.workshop.state == "cancelled", "#status"),
)


_MOST_REPORTS = 6
_MOST_PRINTED = 3


@blueprint.get("/funder")
@allow("overview.own")
@offers_table("workshops")
def own() -> ResponseReturnValue:
    """The page of a funder's account: nothing that was not sent to that funder, or printed for
    all."""
    actor, today = current_actor(), local_today()
    funder = funder_of(actor)
    if funder is None:
        return render_template("overview/no_funder.html")
    workshops = workshops_of(funder)
    if is_taken():
        return taken(workshops, FUNDED_COLUMNS)
    return render_template(
        "overview/funder.html",
        funder=funder,
        look=look_of(funder, actor, today),
        listing=workshops,
        today=today,
        reports=newest_reports(actor, _MOST_REPORTS),
        printed=list({table.key: table for table in printed_tables()}.values())[-_MOST_PRINTED:],
    )


PACE_WORDS: dict[str, Any] = {
    TargetPace.NO_TARGET: _l("no target"),
    TargetPace.NO_DATA: _l("no data yet"),
    TargetPace.REACHED: _l("reached"),
    TargetPace.ON_THE_WAY: _l("on the way"),
    TargetPace.BEHIND: _l("behind"),
    TargetPace.MISSED: _l("missed"),
}
PACE_TONES: dict[str, str] = {
    TargetPace.NO_TARGET: "",
    TargetPace.NO_DATA: "",
    TargetPace.REACHED: "good",
    TargetPace.ON_THE_WAY: "live",
    TargetPace.BEHIND: "warn",
    TargetPace.MISSED: "bad",
}


# Rooms of figures that the overview leads to: endpoint, permission, whether it takes period and
# funder along, and what it is called and tells.
ROOMS = (
    (
        "indicators.index",
        "indicators.see",
        True,
        _l("Indicators"),
        _l("Every figure told apart, with its definition, and the people behind it."),
    ),
    (
        "indicators.levels",
        "indicators.see",
        True,
        _l("Four levels"),
        _l("What participants thought, learned, do since, and what came of it."),
    ),
    (
        "coverage.index",
        "coverage.see",
        False,
        _l("Coverage"),
        _l("Who is trained where, and where somebody is needed."),
    ),
    (
        "releases.index",
        "releases.see",
        False,
        _l("Figures"),
        _l("What may be said of the cases, printed by the rule."),
    ),
    (
        "statements.index",
        "statements.see",
        False,
        _l("Statements"),
        _l("What funders are sent: frozen, approved by another, and never changed."),
    ),
    (
        "funder_reports.index",
        "funder_reports.see",
        False,
        _l("Reports to funders"),
        _l("The figures that were sent, with words, charts, workshops and money."),
    ),
    (
        "desk.missing",
        "records.missing",
        False,
        _l("Missing information"),
        _l("What is not filled in yet, and who may do it."),
    ),
    # The person who sees the settings has it there.
    (
        "connections.index",
        "connections.record",
        False,
        _l("Connections"),
        _l("Which other systems read from here or are sent counts, and by which contract."),
    ),
)


# Those that answer in one look how a quarter goes, the first as the largest.
KEYS = (
    IndicatorKey.COMPLETED,
    IndicatorKey.REACHED,
    IndicatorKey.WORKSHOPS,
    IndicatorKey.CERTIFIED,
)


@blueprint.get("/")
@allow("overview.see")
def index() -> ResponseReturnValue:
    """A period, the present quarter unless another is asked for, in one look."""
    question = figures_asked()
    if question.problem is None and request.args.get("first"):
        return go("overview.index", _external=False, **question.arguments)
    elapsed = elapsed_share(question.period, local_today())
    lines = [
        (line, pace_of(line.count, line.target, elapsed))
        for line in indicator_lines(KEYS, question.period, question.funder)
    ]
    quarters = _since_the_first(completed_by_quarter(question.period, question.funder))
    shared = [] if question.funder else shared_views(IndicatorKey.COMPLETED, question.period)
    names = value_names("funder", [row.funder for row in shared])
    return render_template(
        "overview/index.html",
        asked=question,
        elapsed=elapsed,
        lines=lines,
        needs=attention(question.period, question.funder, utc_now()),
        quarters=quarters,
        letters=_letters(quarters),
        chart=_chart(quarters),
        shared=[(names.get(row.funder, ""), row) for row in shared],
        rooms=[room for room in ROOMS if current_actor().may(room[1])],
    ), 200 if question.problem is None else question.problem.status


Quarters = list[tuple[Period, dict[str, int]]]


def _since_the_first(quarters: dict[Period, dict[str, int]]) -> Quarters:
    """Quarters from the first in which anybody completed a course: before it nothing is missing."""
    return list(dropwhile(lambda quarter: not quarter[1], quarters.items()))


def _letters(quarters: Quarters) -> list[str]:
    return sorted({letter for _quarter, groups in quarters for letter in groups})


def _chart(quarters: Quarters) -> str:
    """Bars of quarters, each named as the chart has room for it: "3/26"."""
    if not quarters:
        return ""
    bars = {
        _("Group %(letter)s", letter=letter): [
            float(groups.get(letter, 0)) if groups else None for _quarter, groups in quarters
        ]
        for letter in _letters(quarters)
    }
    marks = [f"{period.last.month // 3}/{period.first:%y}" for period, _groups in quarters]
    return picture_of(bar_chart(_("People who completed a course"), marks, bars))


@blueprint.get("/plan.pdf")
@allow("overview.see")
def plan() -> ResponseReturnValue:
    """The plan of a period as PDF: workshops, meetings, and what is to be reached."""
    question = figures_asked()
    if question.problem is not None:
        return go("overview.index", period=question.typed[0])
    with FlashedProblems(RenderError):
        content = plan_paper(
            question,
            plan_of(question.period, question.funder, current_actor()),
            indicator_lines(KEYS, question.period, question.funder),
            language_code(),
        )
        return noted(download(content, name="plan.pdf", type="application/pdf"))
    return go("overview.index", _external=False, **question.arguments)
