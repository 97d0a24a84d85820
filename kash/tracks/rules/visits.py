"""Supervision visits: the checklist of what is looked at, and what was seen of it over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

# So many fit on the sheet of one page that is filled in by hand.
MOST_ITEMS = 20
LONGEST_ITEM = 160
# What stands before the public id of where a visit was.
STATION, VENUE = "station", "venue"


class VisitKind(StrEnum):
    """Occasion of a visit: outreach, practice, or looking in on somebody at work."""

    OUTREACH = "outreach"
    PRACTICUM = "practicum"
    VISIT = "visit"

    @property
    def fact(self) -> str:
        """The kind of fact that such a visit counts as; empty if it counts as none."""
        return "" if self is VisitKind.VISIT else str(self)


class Observed(StrEnum):
    """Observation of an item; of what was not seen none is kept."""

    YES = "yes"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class ChecklistItem:
    """An item of a checklist. Its key stays the same in later versions of the track."""

    key: str
    text: str
    text_sw: str = ""

    def words(self, language: str) -> str:
        """The item in a language."""
        return (self.text_sw or self.text) if language == "sw" else self.text


def checklist_as_json(items: Iterable[ChecklistItem]) -> list[dict[str, str]]:
    """A checklist as it is stored."""
    return [{"key": one.key, "text": one.text, "text_sw": one.text_sw} for one in items]


def checklist_from_json(written: object) -> tuple[ChecklistItem, ...]:
    """A checklist as it was stored; whatever is none is left out."""
    if not isinstance(written, list):
        return ()
    return tuple(
        ChecklistItem(one["key"], one["text"], str(one.get("text_sw", "")))
        for one in written
        if isinstance(one, Mapping)
        and isinstance(one.get("key"), str)
        and isinstance(one.get("text"), str)
    )


def written_items(
    rows: Sequence[ChecklistItem], known: Iterable[str], new_key: Callable[[], str]
) -> tuple[ChecklistItem, ...]:
    """Items as they were typed: empty ones go, and what has no key of the version gets a new one.
    Of two with one key the second is new."""
    free = set(known)
    found = []
    for row in rows:
        if not row.text:
            continue
        key = row.key if row.key in free else new_key()
        free.discard(key)
        found.append(ChecklistItem(key, row.text, row.text_sw))
    return tuple(found)


@dataclass(frozen=True)
class SeenItem:
    """An item with what was seen of it last, and on which day; nothing if it was not seen."""

    item: ChecklistItem
    observed: Observed | None
    day: date | None


def seen_items(
    items: Sequence[ChecklistItem], visits: Iterable[tuple[date, Mapping[str, Any]]]
) -> list[SeenItem]:
    """A checklist as it stands after visits in their order: what was seen last counts, and a visit
    on which an item was not seen changes nothing of it."""
    last: dict[str, tuple[Observed, date]] = {}
    values = set(Observed)
    for day, observed in visits:
        for key, value in observed.items():
            if value in values:
                last[key] = Observed(value), day
    return [SeenItem(one, *last.get(one.key, (None, None))) for one in items]
