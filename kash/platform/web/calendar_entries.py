"""Entries of the calendar: features declare kinds of them, and the calendar draws what they answer.

A source says for itself who sees what: it answers nothing to whom its permission does not reach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from kash.feature import Part
from kash.policy import Actor


@dataclass(frozen=True)
class CalendarFilters:
    """Filters by public id, each empty for all. Only whoever sees everybody's workshops filters
    anything: to others an answer would tell what is not theirs to know."""

    trainer: str = ""
    venue: str = ""
    group: str = ""
    funder: str = ""

    def __bool__(self) -> bool:
        return bool(self.trainer or self.venue or self.group or self.funder)


@dataclass(frozen=True)
class CalendarQuestion:
    """Question for what lies on the days from `first` to `last`, both among them, by the
    programme's clock, as far as this actor sees it."""

    actor: Actor
    first: date
    last: date
    filters: CalendarFilters = field(default_factory=CalendarFilters)


@dataclass(frozen=True)
class CalendarEntry:
    """One thing on the days from `first` to `last`; `key` is its own within the whole calendar.

    `starts_at` and `ends_at` are clocks at which each of its days begins and ends, None for whole
    days. `text` says where, or with whom; `tag` is a word that must not be missed, in the `tone` of
    tags; `ended` is what was cancelled. `within` is the key of the entry that it is a part of.
    `moves` is the public id of the workshop that this actor may move, as it stood at `row_version`.
    """

    key: str
    title: str
    first: date
    last: date
    starts_at: time | None = None
    ends_at: time | None = None
    text: str = ""
    url: str = ""
    tag: str = ""
    tone: str = ""
    ended: bool = False
    within: str = ""
    moves: str = ""
    row_version: int = 0


@dataclass(frozen=True)
class CalendarSource(Part):
    """Entries of one kind, in any order. What is `closely` is asked only where a day has room for
    it: in a week and in the agenda, not in a month."""

    kind: str
    label: Any
    entries: Callable[[CalendarQuestion], Sequence[CalendarEntry]]
    closely: bool = False
