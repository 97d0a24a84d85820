"""Words for printed figures: values, windows, shares, trends, and what they mean. Printed lines to
take away: rows of a table, and plans and releases as JSON. The newest printed tables, as results
beside reaction, learning and behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.figures.indicators.queries.definitions import ResultTable, ShowsResults
from kash.figures.releases.models import ReleasePlan
from kash.figures.releases.queries import PrintedTable, chart_top, printed_tables
from kash.figures.releases.rules.tables import (
    ACTS,
    MEDIATION,
    QUARTERS,
    WHO,
    PrintedShare,
    TablePlan,
    Trend,
    range_of,
)

TREND_WORDS: dict[Trend, Any] = {
    Trend.FALLING: _l("Falling"),
    Trend.RISING: _l("Rising"),
    Trend.CANNOT_TELL: _l("No clear change"),
}
# What a table counts, beneath its title.
COUNTS: dict[str, Any] = {
    WHO: _l("Reports that came in, by who did it."),
    MEDIATION: _l("Cases in which somebody was asked to mediate and that were closed."),
    ACTS: _l("Reports that came in, by what was done; each is shared among at most three things."),
}
_EXAMPLE = 40


def printed_text(printed: int | None) -> str:
    """A printed value; None reads "few"."""
    return _("few") if printed is None else str(printed)


def range_text(low: int, high: int) -> str:
    """From how many to how many."""
    return _("%(low)s to %(high)s", low=low, high=high)


def share_text(share: PrintedShare | None) -> str:
    """Share with its plus-or-minus, in hundredths; empty if the table is too thin for one."""
    if share is None:
        return ""
    return f"{round(100 * share.part)} % ± {round(100 * share.within)}"


def window_text(table: PrintedTable) -> str:
    """A window of a table: the quarter, half or whole of a year."""
    if table.plan.every == QUARTERS:
        return str(table.year)
    if table.plan.every == 1:
        return _("Quarter %(number)s, %(year)s", number=table.window + 1, year=table.year)
    return _("Half %(number)s, %(year)s", number=table.window + 1, year=table.year)


def how_to_read(plan: TablePlan) -> list[str]:
    """Sentences on how to read a table, one for each thing."""
    low, high = range_of(_EXAMPLE, plan)
    _least, few = range_of(None, plan)
    return [
        _(
            "A printed %(value)s means %(low)s to %(high)s, nine times in ten.",
            value=_EXAMPLE,
            low=low,
            high=high,
        ),
        _("“Few” means %(few)s or fewer, and not always none.", few=few),
        _("Lines do not add up to a total, and no total is printed."),
        _("What came in late stands in the next window."),
    ]


def few_text(plan: TablePlan) -> str:
    """The sentence on a table of which every line reads "few"."""
    return _(
        "Every line reads “few”: of each there were %(few)s or fewer, and not always none. No more"
        " can be read from it, neither that it rose nor that it fell.",
        few=range_of(None, plan)[1],
    )


WORDS: dict[str, Any] = {
    "few": few_text,
    "top": chart_top,
    "printed": printed_text,
    "range": range_text,
    "share": share_text,
    "window": window_text,
    "trends": TREND_WORDS,
    "counts": COUNTS,
    "how_to_read": how_to_read,
}


_FORMAT = "kash-releases-1"


def printed_rows(tables: Iterable[PrintedTable]) -> list[list[object]]:
    """A row for each printed line, the head first; "few" is a word, and not a number."""
    rows: list[list[object]] = [
        [_("Table"), _("Window"), _("Cases filed up to"), _("Line"), _("Printed")]
    ]
    for table in tables:
        for line in table.lines:
            value = printed_text(None) if line.printed is None else line.printed
            day = table.freeze_on
            rows.append([table.title, window_text(table), day, line.label, value])
    return rows


def as_public(
    plans: Sequence[ReleasePlan], tables: Sequence[PrintedTable], notes: dict[str, list[Any]]
) -> dict[str, Any]:
    """Approved plans and all that was printed, as everybody may see them. Nobody is named."""
    return {
        "format": _FORMAT,
        "plans": [
            {
                "year": printed.year,
                "digest": printed.digest,
                "tables": printed.tables,
                "windows": printed.windows,
                "forum_decision": printed.forum_decision,
            }
            for printed in plans
        ],
        "releases": [
            {
                "id": printed.release_id,
                "year": printed.year,
                "table": printed.key,
                "window": printed.window,
                "freeze_on": printed.freeze_on.isoformat(),
                "lines": [
                    {"code": line.code, "printed": "few" if line.printed is None else line.printed}
                    for line in printed.lines
                ],
                "notes": [
                    {"day": note.day.isoformat(), "text": note.text}
                    for note in notes.get(printed.release_id, ())
                ],
            }
            for printed in tables
        ],
    }


def _newest(day: date) -> Sequence[ResultTable]:
    """The newest of each table that was printed by a day, exactly as printed."""
    newest = {table.key: table for table in printed_tables() if table.freeze_on <= day}
    return [
        ResultTable(
            table.title,
            table.freeze_on,
            url_for("releases.release", public_id=table.release_id),
            [(line.label, printed_text(line.printed)) for line in table.lines],
        )
        for table in newest.values()
    ]


SHOWS_RESULTS = ShowsResults(_newest)
