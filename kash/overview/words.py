"""Words of the overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.overview.rules import TargetPace

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


@dataclass(frozen=True)
class ReportRoom:
    """A room of figures that the overview leads to; `of_period` says that it takes period and
    funder along."""

    label: Any
    text: Any
    endpoint: str
    permission: str
    of_period: bool = False


ROOMS = (
    ReportRoom(
        _l("Indicators"),
        _l("Every figure told apart, with its definition, and the people behind it."),
        "indicators.index",
        "indicators.see",
        of_period=True,
    ),
    ReportRoom(
        _l("Four levels"),
        _l("What participants thought, learned, do since, and what came of it."),
        "indicators.levels",
        "indicators.see",
        of_period=True,
    ),
    ReportRoom(
        _l("Coverage"),
        _l("Who is trained where, and where somebody is needed."),
        "coverage.index",
        "coverage.see",
    ),
    ReportRoom(
        _l("Figures"),
        _l("What may be said of the cases, printed by the rule."),
        "releases.index",
        "releases.see",
    ),
    ReportRoom(
        _l("Statements"),
        _l("What funders are sent: frozen, approved by another, and never changed."),
        "statements.index",
        "statements.see",
    ),
    ReportRoom(
        _l("Reports to funders"),
        _l("The figures that were sent, with words, charts, workshops and money."),
        "funder_reports.index",
        "funder_reports.see",
    ),
    # Whoever sees the settings has it there.
    ReportRoom(
        _l("Connections"),
        _l("Which other systems read from here or are sent counts, and by which contract."),
        "connections.index",
        "connections.record",
    ),
)
