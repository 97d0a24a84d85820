"""Paper, register and payments side by side: where they differ, and which of that is settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

PAPER = "paper"


@dataclass(frozen=True)
class MarkDifference:
    """One person in one slot, of whom a source says other than her mark.

    `counted` is what the source says (signed, paid); the mark then says the opposite.
    """

    slot: str
    entry: str
    source: str
    counted: bool
    status: str = ""


@dataclass(frozen=True)
class SettledDifference:
    """A difference as somebody settled it by a reason."""

    counted: bool
    status: str


def paper_differences(
    said: Mapping[tuple[str, str], bool],
    marks: Mapping[tuple[str, str], str],
    weights: Mapping[str, int],
    listed: Collection[str],
) -> list[MarkDifference]:
    """Where signed sheets and marks differ, of whoever is still on the roster.

    A mark that counts for a part of a slot agrees with a signature; whoever has no mark was not
    there.
    """
    return [
        MarkDifference(slot, entry, PAPER, signed, marks.get((slot, entry), ""))
        for (slot, entry), signed in said.items()
        if entry in listed and signed != was_there(marks.get((slot, entry), ""), weights)
    ]


def was_there(status: str, weights: Mapping[str, int]) -> bool:
    """True if a mark ("" for none) counts at all."""
    return weights.get(status, 0) > 0


def day_differences(
    source: str,
    first_slot: str,
    counted: Collection[str],
    there: Collection[str],
    listed: Collection[str],
    status_there: Mapping[str, str],
) -> list[MarkDifference]:
    """Differences of a day: people whom another source counts (who were paid for it, say) without
    having been there.

    It stands at the day's first slot. Who was there and is not counted is no difference: not
    everybody is paid.
    """
    return [
        MarkDifference(first_slot, entry, source, True, status_there.get(entry, ""))
        for entry in counted
        if entry in listed and entry not in there
    ]


def unsettled(
    found: Iterable[MarkDifference], settled: Mapping[tuple[str, str, str], SettledDifference]
) -> list[MarkDifference]:
    """The differences that nobody settled as they are now. A reason given for another stand of
    paper or mark does not hold."""
    return [
        one
        for one in found
        if settled.get((one.slot, one.entry, one.source))
        != SettledDifference(one.counted, one.status)
    ]
