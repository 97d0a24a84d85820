"""Rule on what somebody had before: courses that a course asks for, and the same one once more.

It tells, and stands in nobody's way unless the programme decided so. Pure, as `rules.py` is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Whoever came to less of a workshop did not have the course, in per cent of its hours.
LEAST_SHARE = 50
# Without a certificate that says how long it holds, a course counts as fresh for so long.
FRESH_FOR = timedelta(days=730)


@dataclass(frozen=True)
class CourseHeld:
    """Days for which a certificate of a course holds; `until` is None if it does for good."""

    since: date
    until: date | None = None


@dataclass(frozen=True)
class HadBefore:
    """Note beside somebody: the courses (keys) that she should have had and did not, the
    day on which she had this one if it still holds, and until when if that is known."""

    missing: tuple[int, ...] = ()
    had_on: date | None = None
    until: date | None = None

    @property
    def says_nothing(self) -> bool:
        """True if there is nothing to tell."""
        return not self.missing and self.had_on is None


def had_before(
    course: int,
    needed: Sequence[int],
    attended: Mapping[int, date],
    certificates: Sequence[CourseHeld],
    on: date,
) -> HadBefore:
    """Note on somebody who is to be in a course on a day.

    `attended` are the last days of the courses that she came to, `certificates` those of this
    course. Where she has certificates, they say whether it still holds.
    """
    missing = tuple(one for one in needed if one not in attended)
    if certificates:
        holding = [one for one in certificates if one.until is None or one.until >= on]
        if not holding:
            return HadBefore(missing)
        last = max(holding, key=lambda one: one.until or date.max)
        return HadBefore(missing, last.since, last.until)
    day = attended.get(course)
    fresh = day is not None and on - day <= FRESH_FOR
    return HadBefore(missing, day if fresh else None)
