"""Quorum of a meeting, group by group: how many members must be there, and how many are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kash.forums.rules.presence import TimeThere, there_at
from kash.forums.rules.terms import OfficeTerm, counts_on

MOST_NEEDED = 500


class QuorumShare(StrEnum):
    """Share of a group's members that must be there. At least one must."""

    NUMBER = "number"
    THIRD = "third"
    HALF = "half"
    OVER_HALF = "over_half"
    TWO_THIRDS = "two_thirds"
    ALL = "all"


@dataclass(frozen=True)
class NeededOfGroup:
    """A forum's rule for one group; `least` is for a number alone."""

    share: QuorumShare
    least: int = 0

    def of(self, members: int) -> int:
        """The number that must be there of so many members.

        A group of which nobody is a member misses its share: a meeting without it is not quorate.
        """
        if self.share is QuorumShare.NUMBER:
            return self.least
        needed = {
            QuorumShare.THIRD: -(-members // 3),
            QuorumShare.HALF: -(-members // 2),
            QuorumShare.OVER_HALF: members // 2 + 1,
            QuorumShare.TWO_THIRDS: -(-2 * members // 3),
            QuorumShare.ALL: members,
        }[self.share]
        return max(1, needed)


@dataclass(frozen=True)
class Seat:
    """A member as a meeting found her: her group's letter, the register's mark, when she was there
    and for which terms she was chosen. `key` tells her from others."""

    key: int
    letter: str
    mark: str | None
    spells: Sequence[TimeThere] = ()
    terms: Collection[OfficeTerm] = ()
    left_on: date | None = None


@dataclass(frozen=True)
class GroupQuorum:
    """A group at a moment. `counted_out` are there, but have a conflict of interest in the item:
    they are not among the `present`. How many are needed does not sink with them."""

    letter: str
    name: str
    members: int
    present: int
    needed: int
    counted_out: int = 0

    @property
    def met(self) -> bool:
        """True if enough of the group are there."""
        return self.present >= self.needed


@dataclass(frozen=True)
class Quorum:
    """All groups at a moment; `agreed` says that the forum has a rule for this day at all."""

    groups: tuple[GroupQuorum, ...]
    agreed: bool

    @property
    def met(self) -> bool:
        """True if every group meets its quorum and somebody is there at all."""
        return any(group.present for group in self.groups) and all(
            group.met for group in self.groups
        )

    @property
    def recorded(self) -> bool:
        """True if anybody stands as being there, counted or counted out."""
        return any(group.present or group.counted_out for group in self.groups)


def quorum_of(
    seats: Iterable[Seat],
    needed: Mapping[str, NeededOfGroup],
    names: Mapping[str, str],
    *,
    day: date,
    moment: datetime,
    conflicted: Collection[int] = (),
) -> Quorum:
    """The quorum of a meeting on a `day` at a `moment`.

    `needed` is the rule by the groups' letters, `names` the groups in their order. Only whoever
    counts on that day is among the members; guests have no seat. `conflicted` are the keys of those
    who declared a conflict of interest in the item that is spoken about.
    """
    counting = [seat for seat in seats if counts_on(seat.terms, seat.left_on, day)]
    groups = []
    for letter, name in names.items():
        members = [seat for seat in counting if seat.letter == letter]
        rule = needed.get(letter)
        if not members and rule is None:
            continue
        there = [seat for seat in members if there_at(seat.mark, seat.spells, moment)]
        out = sum(seat.key in conflicted for seat in there)
        groups.append(
            GroupQuorum(
                letter,
                name,
                members=len(members),
                present=len(there) - out,
                needed=0 if rule is None else rule.of(len(members)),
                counted_out=out,
            )
        )
    return Quorum(tuple(groups), agreed=bool(needed))


def quorate_times(at: Callable[[datetime], Quorum], moments: Iterable[datetime]) -> list[TimeThere]:
    """The times for which a meeting was quorate; the last is open if it was so until the end.

    `moments` are those at which somebody came or left, and the beginning: between two of them
    nothing changes.
    """
    found: list[TimeThere] = []
    met = False
    for moment in sorted(set(moments)):
        if at(moment).met is met:
            continue
        met = not met
        if met:
            found.append(TimeThere(moment))
        else:
            found[-1] = TimeThere(found[-1].arrived_at, moment)
    return found


@dataclass(frozen=True)
class Votes:
    """Votes of one group on a decision."""

    in_favour: int = 0
    against: int = 0
    abstained: int = 0

    @property
    def total(self) -> int:
        """All who voted or abstained."""
        return self.in_favour + self.against + self.abstained


def too_many_votes(votes: Mapping[str, Votes], present: Mapping[str, int]) -> list[str]:
    """Letters of the groups in which more voted than were there to vote."""
    return [letter for letter, cast in votes.items() if cast.total > present.get(letter, 0)]
