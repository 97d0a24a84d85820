"""How two people become one: whose fact is kept, and how their postings fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kash.people.rules.persons import is_minor


@dataclass(frozen=True)
class PostedStay:
    """A posting of one of the two: its key, where, and from when to when (open while None)."""

    key: int
    place: int
    since: date
    until: date | None


def joined_stays(stays: Sequence[PostedStay]) -> list[PostedStay]:
    """The postings of two people as those of one, in the order in which they began.

    Two stays at one place that touch become one. Where two places overlap, the earlier ends on the
    day on which the later began, unless it goes on after the later ended. One is open at most.
    Of two that began on one day the first given counts as the later one.
    """
    joined: list[PostedStay] = []
    order = {stay.key: position for position, stay in enumerate(stays)}
    for stay in sorted(stays, key=lambda stay: (stay.since, -order[stay.key])):
        other = joined[-1] if joined else None
        if (
            other is not None
            and other.place == stay.place
            and (other.until is None or other.until >= stay.since)
        ):
            until = None if None in (other.until, stay.until) else _later(other, stay)
            joined[-1] = PostedStay(other.key, other.place, other.since, until)
        else:
            joined.append(stay)
    return [
        PostedStay(stay.key, stay.place, stay.since, _ends(stay, joined[at + 1 :]))
        for at, stay in enumerate(joined)
    ]


def _later(one: PostedStay, other: PostedStay) -> date | None:
    return max(each.until for each in (one, other) if each.until is not None)


def _ends(stay: PostedStay, later: Sequence[PostedStay]) -> date | None:
    until = stay.until
    for other in later:
        taken_over = other.until is None or (until is not None and other.until >= until)
        if taken_over and (until is None or other.since < until):
            until = other.since
    return until


def merged_minor(
    age_band: str,
    birth_year: int | None,
    year: int,
    recorded_year: int | None = None,
    *,
    either: bool,
) -> bool:
    """True if the one who is kept counts as a minor; without any age, as `either` did.
    `recorded_year` is the year in which the age band was said."""
    if not age_band and birth_year is None:
        return either
    return is_minor(age_band, birth_year, year, recorded_year)
