"""Birth days, birth years, ages and age brackets, in the forms in which lists hold them.

Of a birth day only the year is kept. An age says the band in which it lies today, and no year: that
could be either of two. A bracket counts only if one band holds all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from kash.people.rules.lists.cells import TWO, Cell, Reading, Remark, is_empty, text_of
from kash.people.rules.persons import ADULT, BANDS, OLDEST, birth_years

# In tables of statistics these stand for "not said", not for an age.
_CODES = range(97, 100)
# Of a year of two digits the century is taken in which someone who takes part is this old.
_AGES_OF_TWO_DIGITS = range(10, 101)
_EPOCH = date(1899, 12, 30)

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mac": 3, "apr": 4, "may": 5, "mei": 5, "jun": 6, "jul": 7,
    "aug": 8, "ago": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "des": 12,
}  # fmt: skip
_AGE_WORDS = re.compile(
    r"\b(years?|yrs?|yr|y/?o|old|of age|aged?|miaka|umri|mwaka|approx\w*|about|circa|ca|est)\b\.?"
    r"|[~()]",
    re.IGNORECASE,
)
_BORN_WORDS = re.compile(r"\b(born|dob|d\.o\.b|b|alizaliwa|circa|ca|c)\b\.?:?|[~]", re.IGNORECASE)
_DASH = r"\s*(?:-|–|—|−|‑|\bto\b|\bhadi\b|/)\s*"
_BRACKET = re.compile(rf"(\d{{1,3}}){_DASH}(\d{{1,3}})")
_FROM = re.compile(
    r"(\d{1,3})\s*(?:\+|-?plus|(?:and|&) (?:above|over|older)|or (?:more|older)|na zaidi)"
)
_FROM_WORDS = re.compile(r"(?:above|over|>=?|≥|more than|zaidi ya)\s*(\d{1,3})")
_BELOW = re.compile(r"(?:under|below|less than|<|chini ya)\s*-?(\d{1,3})")
_NUMBERS = re.compile(r"(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})\.?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]*([a-z]{3,9})[\s\-/.,]*(\d{2}|\d{4})")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})[\s\-/.,]*(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]+(\d{2}|\d{4})")


@dataclass(frozen=True, slots=True)
class Born:
    """Age as far as it is known; both empty if nothing is."""

    year: int | None = None
    band: str = ""


NOT_KNOWN = Born()
_Read = Reading[Born]


def band_of(least: int, most: int) -> str:
    """The band that holds all ages from `least` to `most`; empty if none does."""
    for band, (first, last) in BANDS.items():
        if first <= least and most <= last:
            return band
    return ""


def read_birth(cell: Cell, today: date) -> Reading[Born]:
    """Age that a cell says."""
    if is_empty(cell):
        return Reading(NOT_KNOWN)
    if isinstance(cell, date):
        return _day(cell, cell.isoformat(), today)
    if isinstance(cell, float):
        return _number(cell, today)
    text = " ".join(cell.casefold().split()).strip(" '\"")
    if text in BANDS:
        return Reading(Born(band=text))
    if len(parts := text.split(TWO)) > 1 and all(_bracket(part, part, today) for part in parts):
        return _wrong(cell, "two_answers")
    for read in (_bracket, _age, _year, _date_text):
        found = read(text, cell, today)
        if found is not None:
            return found
    return _wrong(cell)


def _wrong(given: str, code: str = "birth_wrong") -> _Read:
    return Reading(NOT_KNOWN, (Remark(code, "birth", given[:40], wrong=True),))


def _day(day: date, given: str, today: date, *told: Remark) -> _Read:
    if day > today or day.year < birth_years(today.year)[0]:
        return _wrong(given, "birth_out_of_range")
    return Reading(Born(year=day.year), told)


def _number(number: float, today: date) -> _Read:
    given = text_of(number)
    if not number.is_integer() or number < 0:
        return _wrong(given)
    whole = int(number)
    if whole <= OLDEST:
        return _of_age(whole, given)
    if 1900 <= whole <= today.year:
        return _of_year(whole, given, today)
    # A day that lost its format is the number of days since the sheet's epoch.
    if 7_000 <= whole <= (today - _EPOCH).days:
        day = _EPOCH + timedelta(days=whole)
        told = Remark("birth_number_as_day", "birth", given, str(day.year))
        return _day(day, given, today, told)
    return _wrong(given)


def _of_age(age: int, given: str) -> _Read:
    if not 0 < age <= OLDEST:
        return _wrong(given)
    if age in _CODES:
        return _wrong(given, "birth_code")
    band = band_of(age, age)
    return Reading(Born(band=band), (Remark("birth_age", "birth", given, band),))


def _of_year(year: int, given: str, today: date) -> _Read:
    earliest, latest = birth_years(today.year)
    if not earliest <= year <= latest:
        return _wrong(given, "birth_out_of_range")
    return Reading(Born(year=year))


def _bracket(text: str, given: str, today: date) -> _Read | None:
    bare = _AGE_WORDS.sub(" ", text).strip()
    bare = " ".join(bare.split())
    if found := _BRACKET.fullmatch(bare):
        least, most = int(found[1]), int(found[2])
        if "/" in bare and most > OLDEST:
            return None
    elif found := _FROM.fullmatch(bare) or _FROM_WORDS.fullmatch(bare):
        # Above an age means from the next one on.
        least, most = (
            int(found[1]) + (found.re is _FROM_WORDS and "=" not in bare and "≥" not in bare),
            OLDEST,
        )
    elif found := _BELOW.fullmatch(bare):
        least, most = 0, int(found[1]) - 1
    else:
        return None
    if not 0 <= least <= most <= OLDEST:
        return _wrong(given)
    band = band_of(least, most)
    if band:
        exact = (least, most) == BANDS[band]
        told = () if exact else (Remark("birth_bracket", "birth", given, band),)
        return Reading(Born(band=band), told)
    if least < ADULT:
        # Who may be a child is asked for, not passed over.
        return _wrong(given, "birth_maybe_minor")
    return Reading(NOT_KNOWN, (Remark("birth_bracket_open", "birth", given),))


def _age(text: str, given: str, _today: date) -> _Read | None:
    bare = _AGE_WORDS.sub(" ", text).strip()
    if re.fullmatch(r"\d{1,3}(?:\.0+)?", bare) and (len(bare.split(".")[0]) < 4):
        return _of_age(int(float(bare)), given)
    return None


def _year(text: str, given: str, today: date) -> _Read | None:
    bare = _BORN_WORDS.sub(" ", text).strip(" .")
    if re.fullmatch(r"\d{4}", bare):
        return _of_year(int(bare), given, today)
    return None


def _date_text(text: str, given: str, today: date) -> _Read | None:
    bare = re.sub(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?z?$", "", text).strip(" .,")
    bare = _BORN_WORDS.sub(" ", bare).strip() if not _NAMED.search(bare) else bare
    if found := _NUMBERS.fullmatch(bare):
        return _of_numbers(found[1], found[2], found[3], given, today)
    if found := _NAMED.fullmatch(bare):
        return _of_named(found[1], found[2], found[3], given, today)
    if found := _NAMED_FIRST.fullmatch(bare):
        return _of_named(found[2], found[1], found[3], given, today)
    return None


def _of_named(day: str, name: str, year: str, given: str, today: date) -> _Read:
    month = _MONTHS.get(name[:3])
    if month is None:
        return _wrong(given)
    return _of_parts(int(day), month, year, given, today, ())


def _of_numbers(first: str, second: str, third: str, given: str, today: date) -> _Read:
    if len(first) == 4:
        return _of_parts(int(third), int(second), first, given, today, ())
    if len(first) == 3 or len(third) in (1, 3):
        return _wrong(given)
    day, month = int(first), int(second)
    told: tuple[Remark, ...] = ()
    if month > 12 >= day:
        # Only the year is kept, and that is the same whichever came first.
        day, month = month, day
        told = (Remark("birth_month_first", "birth", given),)
    return _of_parts(day, month, third, given, today, told)


def _of_parts(
    day: int, month: int, year: str, given: str, today: date, told: tuple[Remark, ...]
) -> _Read:
    full = int(year)
    if len(year) == 2:
        possible = [
            century + full
            for century in (1900, 2000)
            if today.year - (century + full) in _AGES_OF_TWO_DIGITS
        ]
        if len(possible) != 1:
            return _wrong(given, "birth_century")
        full = possible[0]
        told = (*told, Remark("birth_two_digits", "birth", given, str(full)))
    try:
        found = date(full, month, day)
    except ValueError:
        return _wrong(given, "birth_no_such_day")
    return _day(found, given, today, *told)
