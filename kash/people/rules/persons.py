"""Pure decisions about names, ages, consent and postings. When a trainer may see how to reach a
person, and how many looks a day are usual. Nobody opens a contact by what she does alone: enrolling
somebody, marking her present, closing the register and asking for her phone are all things that a
trainer can do in a minute to forty people that she never met. One act at least must be another's:
the person's own, or a second account's. Nor does it help to hold two accounts: an answer, a mark by
her own hand, a register and an agreement count only if an account had a part that is independent of
the trainer's, so that the person who invites accounts opens nobody by two puppets. The accounts
that are not are called tied. Names in texts: whether a person is named in one, and the text with
her names struck out. One group of people at a time, so that nobody who reads over a shoulder sees
the other one. Areas that people typed, as far as they may be shown to who keeps the list of
areas. Ranks of officers beside each other."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from rapidfuzz import fuzz, process

MOST_NAME = 200
SEXES = ("female", "male", "other")
AGE_BANDS = ("under18", "18-24", "25-34", "35-44", "45-plus")
# Kept of a person as others' lists say it; heads are not counted by it, since it is two of those.
WIDE_AGE_BANDS = ("35-plus",)
KINDS = ("station", "collective", "partner")
LANGUAGES = ("en", "sw", "luo", "guz", "luy")
PURPOSES = ("contact", "printed_name", "funder")
# A person who can be jailed for her work is not asked to be named to those who pay.
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


# The order of a person who was erased and stands in no list: no name is put in order so, and it is
# last.
NAMELESS = "~Z~"


def ways(text: str) -> tuple[str, ...]:
    """Words and headings that are parted by semicolons."""
    return tuple(" ".join(way.split()) for way in text.split(";"))


def words(text: str) -> frozenset[str]:
    """Words that are parted by spaces."""
    return frozenset(text.split())


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
    it is changed, or at the longest until the person who was then born is grown up: `recorded_year`
    is the year in which it was said.
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
    return tuple(purpose for purpose in PURPOSES if police or purpose not in OF_POLICE_ALONE)


def possible_answers(present: str | None) -> tuple[str, ...]:
    """Answers that may be recorded next; only what was given can be withdrawn."""
    return ("withdrawn",) if present == "given" else ("given", "refused")


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


# How many more looks a reason is good for on the day on which it was given.
LOOKS_FOR_A_REASON = 10


class Opened(StrEnum):
    """By what a contact is open."""

    ENTERED = "entered"
    ANSWERED = "answered"
    CAME = "came"
    AGREED = "agreed"


@dataclass(frozen=True)
class Attendance:
    """A person's mark in a session of a workshop that the trainer ran when it was held.

    `counts` and `counted` say whether the mark counts for something as it stands now and as it
    stood when the register was confirmed: later corrections take one person only. `own_hand` is her
    own account if she made it herself.
    """

    counts: bool
    counted: bool = False
    closed_by: str | None = None
    confirmed_by: str | None = None
    own_hand: str = ""

    @property
    def came(self) -> bool:
        """True if two people stand for it that she came."""
        return (
            self.counts
            and self.counted
            and self.closed_by is not None
            and self.confirmed_by not in (None, self.closed_by)
        )


@dataclass(frozen=True)
class Agreement:
    """A request that somebody agreed to; both are accounts."""

    asked_by: str
    agreed_by: str


def opened_by(
    actor: str,
    *,
    entered_by: str,
    answered_by: str = "",
    attended: Iterable[Attendance] = (),
    agreements: Iterable[Agreement] = (),
    tied: Collection[str] = (),
) -> Opened | None:
    """By what a phone or an e-mail is open to an account; None if it is closed.

    `entered_by` is who typed in just this phone or e-mail; `answered_by` is the person's own
    account if with it she answered the invitation to a workshop that the actor runs. `tied` are the
    accounts that are not independent of the actor's.
    """
    if entered_by == actor:
        return Opened.ENTERED
    there = list(attended)
    herself = {answered_by, *(told.own_hand for told in there if told.counts)} - {""}
    if herself - {actor, *tied}:
        return Opened.ANSWERED
    if any(told.came and {told.closed_by, told.confirmed_by} - {actor, *tied} for told in there):
        return Opened.CAME
    if any(
        agreement.asked_by == actor and agreement.agreed_by != actor for agreement in agreements
    ):
        return Opened.AGREED
    return None


def may_decide(
    actor: str,
    *,
    asked_by: str,
    everyone: bool,
    keepers: Iterable[Iterable[str]],
    tied: Collection[str] = (),
) -> bool:
    """True if an account may agree to a request or refuse it: never the one who asked, nor one that
    is tied to it.

    `everyone` says that it decides for all people; else each person of the request must be its
    own. `keepers` are, for each person, the accounts that added her, or that may see each contact
    kept of her: who adds an e-mail where a phone stood does not decide on the phone.
    """
    if asked_by in {actor, *tied}:
        return False
    return everyone or all(actor in set(keeper) for keeper in keepers)


def needs_reason(looks: int, budget: int, reasons: int) -> bool:
    """True if one more look of this day needs a reason, after so many looks and reasons."""
    return looks >= budget + reasons * LOOKS_FOR_A_REASON


# Stands where something was struck out, as in minutes.
STRUCK = "…"
# A national number without what stands before it: nine digits tell one phone.
_DIGITS_OF_A_PHONE = 9


def _pattern(names: Collection[str]) -> re.Pattern[str] | None:
    return _pattern_of(tuple(names))


# One person's names are looked for in one text after the other.
@lru_cache(maxsize=1)
def _pattern_of(names: tuple[str, ...]) -> re.Pattern[str] | None:
    # The longest first, so that of two names one of which holds the other nothing is left over.
    told = sorted({" ".join(name.split()) for name in names} - {""}, key=len, reverse=True)
    told = [name for name in told if any(sign.isalnum() for sign in name)]
    if not told:
        return None
    words = (r"\s+".join(map(re.escape, name.split())) for name in told)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def struck(text: str, names: Collection[str], mark: str = STRUCK) -> str:
    """A text with whole names struck out, whatever their case and spacing, and a mark for each."""
    pattern = _pattern(names)
    return pattern.sub(lambda _name: mark, text) if pattern is not None else text


def struck_document(document: Any, names: Collection[str]) -> Any:
    """A JSON document with names struck out of its texts; its keys are left."""
    if isinstance(document, str):
        return struck(document, names)
    if isinstance(document, list):
        return [struck_document(word, names) for word in document]
    if isinstance(document, dict):
        return {key: struck_document(value, names) for key, value in document.items()}
    return document


def readable(content: bytes) -> str:
    """Content of a file or document as it is searched for names; JSON may have escaped them."""
    text = content.decode(errors="ignore")
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)


def mentions(text: str, names: Collection[str], phone: str = "", email: str = "") -> bool:
    """True if a text holds one of these names as whole words, the phone however it is written, or
    the e-mail."""
    pattern = _pattern(names)
    if pattern is not None and pattern.search(text):
        return True
    if email and email.lower() in text.lower():
        return True
    digits = "".join(sign for sign in phone if sign.isdecimal())[-_DIGITS_OF_A_PHONE:]
    if len(digits) < _DIGITS_OF_A_PHONE:
        return False
    return re.search(r"[\s().-]*".join(digits), text) is not None


Row = TypeVar("Row")


@dataclass(frozen=True)
class OneGroup(Generic[Row]):
    """The rows of one group (by its letter), how many each group has, by letter, and the rows of
    the others, where they were read. Of more than `most` it is only known that there are more."""

    letter: str
    rows: Sequence[Row]
    counts: Mapping[str, int]
    others: Sequence[Row] = ()
    most: int | None = None

    def number(self, letter: str) -> str:
        """How many a group has, as it stands beside its letter."""
        count = self.counts[letter]
        return f"{self.most}+" if self.most is not None and count > self.most else str(count)


def one_group(
    rows: Iterable[Row],
    letter_of: Callable[[Row], str],
    wanted: str = "",
    beside: Iterable[Row] = (),
) -> OneGroup[Row]:
    """The rows of the wanted group in their order; of the first one that has any, where the wanted
    one has none. A group of which only somebody `beside` them stands on the page can be wanted too.
    """
    everybody = list(rows)
    letters = Counter(map(letter_of, everybody))
    for letter_group in beside:
        letters.setdefault(letter_of(letter_group), 0)
    counts = dict(sorted(letters.items()))
    letter = wanted if wanted in counts else next(iter(counts), "")
    return OneGroup(
        letter,
        [person for person in everybody if letter_of(person) == letter],
        counts,
        [person for person in everybody if letter_of(person) != letter],
    )


# What so many people share is an area, and tells of none of them.
SHARED_BY = 3
# Of a hundred; a slip or two of the pen in a name.
ALIKE = 84.0


def alike_area(text: str, areas: Sequence[str]) -> str:
    """The area whose name is written nearly so; empty if there is none."""
    best = process.extractOne(
        text.casefold(), [area.casefold() for area in areas], scorer=fuzz.ratio, score_cutoff=ALIKE
    )
    return areas[best[2]] if best is not None else ""


def tells_of_nobody(people: int, elsewhere: int, alike: str) -> bool:
    """True if a spelling may be shown to somebody who sees no participants.

    What one person alone typed could be her address, unless it nearly is an area's name.
    """
    return people >= SHARED_BY or elsewhere > 0 or bool(alike)


def answers(text: str) -> dict[str, str]:
    """Answers by the ways in which lists write them, of lines such as `male: m man`."""
    lines = (line.strip().partition(": ") for line in text.strip().splitlines())
    return {way: answer for answer, _colon, ways_ in lines for way in ways_.split()}


# Ranks of the Kenya Police Service, lowest first.
RANK_OF = answers(
    """
    Constable: pc cons const constable policeconstable apc wpc konstebo
    Corporal: cpl corp corporal koplo
    Sergeant: sgt serg sergeant sajini sargent sargeant
    Senior Sergeant: ssgt srsgt snrsgt seniorsergeant sajinimkuu seniorsgt
    Inspector: ip insp inspector policeinspector inspekta
    Chief Inspector: ci cip cinsp chiefinspector chinsp chiefinsp
    Assistant Superintendent: asp assistantsuperintendent asstsuperintendent asstsp
    Superintendent: sp supt superintendent
    Senior Superintendent: ssp seniorsuperintendent snrsuperintendent
    Commissioner: cp commissioner
    """
)
RANKS = tuple(dict.fromkeys(RANK_OF.values()))


def is_above(rank: str, other: str) -> bool:
    """True if a rank is known to be above another one; words that name no known rank say
    nothing."""
    places = {name.casefold(): place for place, name in enumerate(RANKS)}
    first, two = places.get(rank.strip().casefold()), places.get(other.strip().casefold())
    return first is not None and two is not None and first > two
