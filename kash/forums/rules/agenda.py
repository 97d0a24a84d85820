"""Agendas: with what a meeting begins, in which order, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MEETING_MINUTES = 120

ITEMS_OF_A_MEETING = 60

# An item that takes longer than a day is a slip of the pen.
LONGEST_ITEM = 480


@dataclass(frozen=True)
class PlannedItem:
    """A point of an agenda that nobody spoke about yet; `minutes` is how long it should take."""

    title: str
    minutes: int | None = None
    kind: str = "plain"


def agenda_from(items: Sequence[PlannedItem], *, first_meeting: bool) -> list[PlannedItem]:
    """The agenda of a new meeting: after a first one it always has its matters arising."""
    if first_meeting or any(item.kind == "arising" for item in items):
        return list(items)
    return [PlannedItem("", None, "arising"), *items]


# What usually stands on a forum's agenda, in order; `forums/wording.py` has their titles.
USUAL_ITEMS = (
    "opening",
    "quorum",
    "previous",
    "arising",
    "results",
    "stories",
    "actions",
    "other",
)

# How long each usually takes; together as long as a meeting.
USUAL_MINUTES = {
    "opening": 5,
    "quorum": 5,
    "previous": 10,
    "arising": 20,
    "results": 30,
    "stories": 15,
    "actions": 20,
    "other": 15,
}


def with_usual_items(present: Sequence[str]) -> list[tuple[int, str]]:
    """An agenda with the usual items that it lacks, in its order.

    `present` tells of each item which usual one it is, empty if none. Returned are, for each item
    of the new agenda, its place in `present`, or -1 and which usual one it is. An item that is
    there stays where it is; one that is added comes right after the usual one before it, the last
    one to the end.
    """
    agenda = [(place, usual) for place, usual in enumerate(present)]
    for number, usual in enumerate(USUAL_ITEMS):
        if any(usual == other for _place, other in agenda):
            continue
        before = [at for at, (_place, other) in enumerate(agenda) if other in USUAL_ITEMS[:number]]
        at = before[-1] + 1 if before else 0
        agenda.insert(len(agenda) if usual == USUAL_ITEMS[-1] else at, (-1, usual))
    return agenda


def order_is_fixed(meeting_state: str) -> bool:
    """True if items may no longer change places: a held meeting's numbers are quoted elsewhere."""
    return meeting_state != "planned"
