"""Pure decisions about names, ages, consent and postings."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

MOST_NAME = 200
SEXES = ("female", "male", "other")
AGE_BANDS = ("under18", "18-24", "25-34", "35-44", "45-plus")
# Kept of a person as others' lists say it; heads are not counted by it, since it is two of those.
WIDE_AGE_BANDS = ("35-plus",)
KINDS = ("station", "collective", "partner")
LANGUAGES = ("en", "sw", "luo", "guz", "luy")
PURPOSES = ("contact", "printed_name", "funder")
# Whoever can be jailed for her work is not asked to be named to those who pay.
OF_POLICE_ALONE = frozenset({"funder"})
ADULT = 18
OLDEST = 110
# The ages that each band holds, narrow ones first.
BANDS = {
    "under18": (0, 17),
    "18-24": (18, 24),
    "25-34": (25, 34),
    "35-44": (35, 44),
    "45-plus": (45, OLDEST),
    "35-plus": (35, OLDEST),
}


_APOSTROPHES = frozenset("'`´‘’‛ʼʻʽ′＇ʹ")


@lru_cache(maxsize=2048)
def _folded(name: str) -> str:
    """Without case, accents, apostrophes and characters that are not seen; spaces made single."""
    plain = []
    for character in unicodedata.normalize("NFKD", name.casefold()):
        if character in _APOSTROPHES or unicodedata.category(character) in ("Mn", "Me", "Cf"):
            continue
        plain.append(character)
    return " ".join("".join(plain).casefold().split())


# The order of whoever was erased, whom no list shows: no name is put in order so, and it is last.
NAMELESS = "~Z~"


def sort_name(name: str) -> str:
    """By what a name is put in order and found: `Ng’ang’a Wanjirũ` becomes `nganga wanjiru`."""
    return _folded(name)[:MOST_NAME].rstrip()


def compared_name(name: str) -> str:
    """A name as it is compared; `static/js/names.js` makes the same of every name."""
    one_kind = "".join("'" if character in _APOSTROPHES else character for character in name)
    parts = one_kind.split("'")
    return "'".join(_folded(part).replace(" ", "") for part in parts)


def names_match(typed: str, printed: str) -> bool:
    """True if two names are the same but for case, accents, kind of apostrophe, and spacing.

    Nothing matches nothing: a name without a letter or digit matches no other.
    """
    first = compared_name(typed)
    return any(character.isalnum() for character in first) and first == compared_name(printed)


def is_a_name(name: str) -> bool:
    """True if there is anything in it to read and to put in order."""
    return any(character.isalnum() for character in sort_name(name))


def is_minor(
    age_band: str, birth_year: int | None, year: int, recorded_year: int | None = None
) -> bool:
    """True if someone is, or may still be, under 18 in this year.

    Of a birth year alone only the age at the year's end is known, so in the year in which someone
    turns 18 she counts as a minor unless an age band says otherwise. An age band alone holds until
    it is changed, or at the longest until whoever was then born is grown up: `recorded_year` is the
    year in which it was said.
    """
    if birth_year is not None:
        turning = year - birth_year
        return turning < ADULT or (turning == ADULT and age_band in ("", "under18"))
    if age_band != "under18":
        return False
    return recorded_year is None or year - recorded_year <= ADULT


def ages_disagree(age_band: str, birth_year: int | None, year: int) -> bool:
    """True if an age band and a birth year cannot both be true."""
    if not age_band or birth_year is None:
        return False
    least, most = BANDS[age_band]
    turning = year - birth_year
    return turning < least or turning - 1 > most


def within_band(band: str, other: str) -> bool:
    """True if every age of a band is one of the other band too."""
    if band not in BANDS or other not in BANDS:
        return band == other
    return BANDS[other][0] <= BANDS[band][0] and BANDS[band][1] <= BANDS[other][1]


def birth_years(year: int) -> tuple[int, int]:
    """The earliest and latest birth year that can be entered in this year."""
    return year - OLDEST, year


def present_answers(answers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Answers that hold for each purpose, from (purpose, answer) in the order in which they were
    given."""
    present: dict[str, str] = {}
    for purpose, answer in answers:
        present[purpose] = answer
    return present


def keeps_from(answer: str | None) -> bool:
    """True if the answer that holds keeps the programme from a purpose. One that was never asked
    for does not: it is shown as such."""
    return answer in ("refused", "withdrawn")


def purposes_for(*, police: bool) -> tuple[str, ...]:
    """The purposes for which somebody of a group is asked, in their order. `police`: whether it is
    a group of officers."""
    return tuple(one for one in PURPOSES if police or one not in OF_POLICE_ALONE)


def possible_answers(present: str | None) -> tuple[str, ...]:
    """Answers that may be recorded next; only what was given can be withdrawn."""
    return ("withdrawn",) if present == "given" else ("given", "refused")


def forms_fit(forms: int, people: Collection[str]) -> bool:
    """True if there are as many signed forms as people who signed, each counted once."""
    return forms == len(set(people)) > 0


@dataclass(frozen=True)
class Stay:
    """A posting as days: open while `until` is None."""

    since: date
    until: date | None


def transfer_day_fits(stays: Sequence[Stay], since: date, today: date) -> bool:
    """True if someone may begin at a new station on this day.

    It is not in the future, and not before the day on which the last posting began or ended.
    """
    if since > today:
        return False
    return all(since >= (stay.until or stay.since) for stay in stays)
