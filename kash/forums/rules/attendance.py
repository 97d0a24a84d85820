"""Attendance of a meeting by group, as paper shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

STATUSES = ("present", "apology", "absent", "in_attendance")


@dataclass(frozen=True)
class Attendee:
    """One person on a meeting's register. `shown` is empty when she is only counted."""

    group: str
    status: str | None
    shown: str
    member: bool = True

    @property
    def counts_as(self) -> str | None:
        """The status that paper shows: a guest is never among the members who are present."""
        guest = not self.member and self.status == "present"
        return "in_attendance" if guest else self.status


@dataclass(frozen=True)
class StatusColumn:
    """Those of one group with one status: the ones who appear, and how many more are counted."""

    shown: tuple[str, ...] = ()
    counted: int = 0

    @property
    def total(self) -> int:
        """Everybody, whether shown or counted."""
        return len(self.shown) + self.counted


@dataclass(frozen=True)
class GroupAttendance:
    """A group's line in the table of attendance. Guests are not among `members`."""

    group: str
    columns: Mapping[str, StatusColumn] = field(default_factory=dict)
    members: int = 0

    def column(self, status: str) -> StatusColumn:
        """Those with a status; nobody when there are none."""
        return self.columns.get(status, StatusColumn())


def attendance_by_group(
    attendees: Iterable[Attendee], groups: Sequence[str]
) -> list[GroupAttendance]:
    """One line a group that has anybody, in the order of `groups`.

    Shown names are sorted, so that the order of a list tells nothing about who stands beside whom.
    Members without a mark are only counted among the members.
    """
    everybody = list(attendees)
    lines = []
    for group in groups:
        here = [attendee for attendee in everybody if attendee.group == group]
        if not here:
            continue
        columns = {}
        for status in STATUSES:
            marked = [attendee for attendee in here if attendee.counts_as == status]
            shown = sorted(attendee.shown for attendee in marked if attendee.shown)
            columns[status] = StatusColumn(tuple(shown), len(marked) - len(shown))
        members = sum(1 for attendee in here if attendee.member)
        lines.append(GroupAttendance(group, columns, members))
    return lines
