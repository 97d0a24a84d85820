"""Planning of a push: what lies there as far as is known, what should, and so what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class PushOutcome(StrEnum):
    """Outcome of a value. `unknown`: it may have gone, and nobody said what became of it."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class ValueSlot(NamedTuple):
    """The place of a value there. Empty option combos are the default ones."""

    data_element: str
    option_combo: str
    attribute_combo: str
    org_unit: str


class SentValue(NamedTuple):
    """A value that was sent before, None where it was withdrawn, and what became of it."""

    slot: ValueSlot
    value: int | None
    outcome: str


@dataclass(frozen=True)
class Planned:
    """A push: `values` that are new or changed, `withdrawn` slots, and `same`, which stay."""

    values: Mapping[ValueSlot, int]
    withdrawn: tuple[ValueSlot, ...]
    same: Mapping[ValueSlot, int]

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to send."""
        return not self.values and not self.withdrawn


# Beside what lies there: nobody knows.
_UNCERTAIN = object()


def lies_there(sent: Iterable[SentValue]) -> dict[ValueSlot, object]:
    """Values that lie in each slot by all that was sent, in its order: a value, None where it was
    withdrawn, and something that equals nothing where it isn't known."""
    found: dict[ValueSlot, object] = {}
    for one in sent:
        if one.outcome == PushOutcome.STORED:
            found[one.slot] = one.value
        elif one.outcome == PushOutcome.UNKNOWN:
            found[one.slot] = _UNCERTAIN
    return found


def plan(wanted: Mapping[ValueSlot, int | None], sent: Iterable[SentValue]) -> Planned:
    """The push by which what is `wanted` lies there and nothing else that was ever sent. None is no
    data, which is not 0: what lay there is withdrawn."""
    there = lies_there(sent)
    values = {slot: one for slot, one in wanted.items() if one is not None}
    same = {slot: one for slot, one in values.items() if slot in there and there[slot] == one}
    changed = {slot: one for slot, one in values.items() if slot not in same}
    gone = (slot for slot, one in there.items() if one is not None and slot not in values)
    return Planned(changed, tuple(sorted(gone)), same)
