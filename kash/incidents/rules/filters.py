"""Filters of the register of cases: which lines fit what is asked besides words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from kash.incidents.rules.search import fold
from kash.incidents.rules.summaries import Summary

CLOCK_RUNS, CLOCK_OVER = "runs", "over"
QUEUE, OPEN, ALL = "queue", "open", "all"


@dataclass(frozen=True)
class Filters:
    """Filters of the register, besides words. Empty ones ask nothing.

    `show` is `queue`, `open` or `all`; `since` and `until` are months as `2026-11`; `clock` is
    `runs` or `over`.
    """

    words: str = ""
    show: str = ALL
    state: str = ""
    act: str = ""
    ward: str = ""
    station: str = ""
    since: str = ""
    until: str = ""
    clock: str = ""
    assigned: str = ""
    urgent: bool = False
    minor: bool = False
    no_consent: bool = False
    ask_again: bool = False

    def asked(self) -> bool:
        """True if anything narrows the list."""
        return self != Filters(show=self.show)

    def as_kept(self) -> dict[str, Any]:
        """Filters that differ from asking nothing, for a saved view."""
        usual = Filters()
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != getattr(usual, one.name)
        }


def filters_from(kept: Mapping[str, Any]) -> Filters:
    """Filters as they were kept; what is not known is left out."""
    chosen: dict[str, Any] = {}
    for one in fields(Filters):
        value = kept.get(one.name)
        if one.name in ("urgent", "minor", "no_consent", "ask_again"):
            chosen[one.name] = value is True
        elif isinstance(value, str):
            chosen[one.name] = value[:200]
    return Filters(**chosen)


def passes_filters(line: Summary, asked: Filters, *, running: bool, over: bool) -> bool:
    """True if a case fits the filters, apart from words and `show`.

    `running` and `over` say whether one of its clocks runs, or has ended.
    """
    return not (
        (asked.state and line.state != asked.state)
        or (asked.act and asked.act not in line.acts)
        or (asked.ward and fold(asked.ward) not in fold(line.ward))
        or (asked.station and not any(fold(asked.station) in fold(name) for name in line.stations))
        or (asked.since and not line.month >= asked.since)
        or (asked.until and not "" < line.month <= asked.until)
        or (asked.clock == CLOCK_RUNS and not running)
        or (asked.clock == CLOCK_OVER and not over)
        or (asked.assigned == "nobody" and line.assigned_to)
        or (asked.assigned not in ("", "nobody") and line.assigned_to != asked.assigned)
        or (asked.urgent and not line.urgent)
        or (asked.minor and not line.minor)
        or (asked.no_consent and line.consent)
        or (asked.ask_again and not line.ask_again)
    )
