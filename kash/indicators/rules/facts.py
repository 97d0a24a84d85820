"""Facts of completion: one for each person in a workshop, once its registers are confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kash.people.rules.persons import BANDS, WIDE_AGE_BANDS


def band_on(age_band: str, birth_year: int | None, day: date) -> str:
    """Age band on a day: as it was said, else by the year of birth, where only the age that is
    reached in that year is known; empty where neither is."""
    if age_band or birth_year is None:
        return age_band
    turning = day.year - birth_year
    for band, (least, most) in BANDS.items():
        if band not in WIDE_AGE_BANDS and least <= turning <= most:
            return band
    return ""


@dataclass(frozen=True)
class HeldCourse:
    """One workshop of a course as somebody had it: its fact (key), its last day, and if she met
    what the course asks for."""

    fact: int
    person: int
    last_day: date
    met: bool


def refreshers(held: Iterable[HeldCourse]) -> frozenset[int]:
    """The facts that are refreshers: their person had met what the course asks for in an earlier
    workshop."""
    first_met: dict[int, tuple[date, int]] = {}
    rows = sorted(held, key=lambda one: (one.last_day, one.fact))
    for one in rows:
        if one.met:
            first_met.setdefault(one.person, (one.last_day, one.fact))
    return frozenset(
        one.fact
        for one in rows
        if one.person in first_met and first_met[one.person] < (one.last_day, one.fact)
    )
