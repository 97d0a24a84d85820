"""The overview of staff: a quarter against its targets, at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.indicators.asked import figures_asked
from kash.indicators.queries.figures import shared_views, value_names
from kash.indicators.queries.lines import IndicatorLine, indicator_lines
from kash.indicators.rules.figures import SharedRow
from kash.indicators.rules.keys import IndicatorKey
from kash.overview import blueprint
from kash.overview.documents import plan_paper
from kash.overview.queries.attention import attention
from kash.overview.queries.plan import plan_of
from kash.overview.queries.quarters import QuarterCounts, completed_by_quarter
from kash.overview.rules import TargetPace, elapsed_share, pace_of
from kash.overview.words import ROOMS
from kash.platform.database import utc_now
from kash.platform.press import RenderError
from kash.platform.press.charts import bar_chart, picture_of
from kash.platform.web import current_actor, download
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.platform.web.language import language_code
from kash.platform.web.taking import noted
from kash.policy import allow

# Those that answer in one look how a quarter goes, the first as the largest.
KEYS = (
    IndicatorKey.COMPLETED,
    IndicatorKey.REACHED,
    IndicatorKey.WORKSHOPS,
    IndicatorKey.CERTIFIED,
)


@dataclass(frozen=True)
class PacedLine:
    """An indicator with its pace against its target."""

    line: IndicatorLine
    pace: TargetPace


@blueprint.get("/")
@allow("overview.see")
def index() -> ResponseReturnValue:
    """A period, the present quarter unless another is asked for, in one look."""
    asked = figures_asked()
    if asked.problem is None and request.args.get("first"):
        return redirect(url_for("overview.index", _external=False, **asked.arguments))
    elapsed = elapsed_share(asked.period, local_today())
    lines = [
        PacedLine(one, pace_of(one.count, one.target, elapsed))
        for one in indicator_lines(KEYS, asked.period, asked.funder)
    ]
    quarters = _since_the_first(completed_by_quarter(asked.period, asked.funder))
    shared = [] if asked.funder else shared_views(IndicatorKey.COMPLETED, asked.period)
    return render_template(
        "overview/index.html",
        asked=asked,
        elapsed=elapsed,
        lines=lines,
        needs=attention(asked.period, asked.funder, utc_now()),
        quarters=quarters,
        letters=sorted({letter for one in quarters for letter in one.groups}),
        chart=_chart(quarters),
        shared=_shared(shared),
        rooms=[one for one in ROOMS if current_actor().may(one.permission)],
    ), 200 if asked.problem is None else asked.problem.status


def _since_the_first(quarters: list[QuarterCounts]) -> list[QuarterCounts]:
    """Quarters from the first in which anybody completed a course: before it nothing is missing."""
    counted = [place for place, one in enumerate(quarters) if one.total]
    return quarters[counted[0] :] if counted else []


def _chart(quarters: list[QuarterCounts]) -> str:
    if not any(one.total for one in quarters):
        return ""
    letters = sorted({letter for one in quarters for letter in one.groups})
    return picture_of(
        bar_chart(
            _("People who completed a course"),
            [quarter_mark(one) for one in quarters],
            {
                _("Group %(letter)s", letter=letter): [
                    float(one.groups.get(letter, 0)) if one.total else None for one in quarters
                ]
                for letter in letters
            },
        )
    )


def quarter_mark(one: QuarterCounts) -> str:
    """A quarter as the chart has room for it: "3/26"."""
    return f"{one.period.last.month // 3}/{one.period.first:%y}"


@dataclass(frozen=True)
class PaidLine:
    """The two views of one funder, by its name; empty for the programme itself."""

    name: str
    row: SharedRow


def _shared(rows: list[SharedRow]) -> list[PaidLine]:
    names = value_names("funder", [one.funder for one in rows])
    return [PaidLine(names.get(one.funder, ""), one) for one in rows]


@blueprint.get("/plan.pdf")
@allow("overview.see")
def plan() -> ResponseReturnValue:
    """The plan of a period as PDF: workshops, meetings, and what is to be reached."""
    asked = figures_asked()
    if asked.problem is not None:
        return redirect(url_for("overview.index", period=asked.typed[0]))
    with FlashedProblems(RenderError):
        content = plan_paper(
            asked,
            plan_of(asked.period, asked.funder, current_actor()),
            indicator_lines(KEYS, asked.period, asked.funder),
            language_code(),
        )
        return noted(download(content, name="plan.pdf", type="application/pdf"))
    return redirect(url_for("overview.index", _external=False, **asked.arguments), code=303)
