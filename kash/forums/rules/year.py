"""Attendance of a forum over a year: counts of each group in each meeting, and how often those came
who are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kash.forums.rules.attendance import STATUSES


@dataclass(frozen=True)
class GroupInMeeting:
    """A group in one meeting: its members, how many it needed (None if that was not agreed), counts
    and shown names by status. Names that were withdrawn are among the counts alone."""

    letter: str
    members: int
    needed: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """True if enough of it came; None if no quorum was agreed."""
        return None if self.needed is None else self.counts.get("present", 0) >= self.needed


@dataclass(frozen=True)
class MeetingInYear:
    """A meeting that was held, with its groups in their order."""

    starts_at: datetime
    letter: str
    groups: Sequence[GroupInMeeting]

    def group(self, letter: str) -> GroupInMeeting:
        """A group; nobody if it had no member."""
        return next(
            (group for group in self.groups if group.letter == letter), GroupInMeeting(letter, 0)
        )


@dataclass(frozen=True)
class NameInYear:
    """Somebody as shown in a group, and in how many meetings with each status."""

    letter: str
    shown: str
    times: Mapping[str, int]


def letters_in(meetings: Iterable[MeetingInYear]) -> list[str]:
    """The letters of all groups that were there, in alphabetical order."""
    return sorted({group.letter for meeting in meetings for group in meeting.groups})


def names_in(meetings: Iterable[MeetingInYear]) -> list[NameInYear]:
    """Everybody who was shown in any of these meetings, by group and name. Whoever appeared in two
    ways has two lines: that they are one is nobody's to read."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for meeting in meetings:
        for group in meeting.groups:
            for status, names in group.shown.items():
                for name in names:
                    times = found.setdefault((group.letter, name), dict.fromkeys(STATUSES, 0))
                    times[status] += 1
    return [NameInYear(letter, shown, times) for (letter, shown), times in sorted(found.items())]
