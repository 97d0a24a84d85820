"""Matching: who may be the same person as somebody who is here already, and why; and how two people
become one.

Names are compared as `sort_name` leaves them, by their parts, in any order, with initials and slips
of the pen. "Otieno Wekesa" and "Wekesa Otieno" are one name; so are "O. Wekesa" and "Wekesa
Otieno". "Achieng" and "Ochieng" are two, one slip apart: with a Luo name the first letter tells a
woman's from a man's.

Each fact that two records share, or in which they differ, weighs a number of bits: the logarithm of
how much likelier it is for one person written down twice than for two people (Fellegi and Sunter,
"A Theory for Record Linkage", 1969). Common names weigh less than rare ones. A person's own number
and phone weigh most; only with one of them is a match certain. The sum becomes a score of 0 to 100.

Candidates are found by blocking: only records that share a number, a phone, two parts of a name, or
one part of it and a station, ward or birth year are compared. Where names are common, a block holds
hundreds of people of a few names. So blocks are kept by name: each name is compared once however
many bear it, and its bearers are looked at only if the facts that a block of that kind leaves open
could still make one of them worth a look.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import combinations, groupby

from rapidfuzz.distance import OSA

from kash.people.rules.persons import AGE_BANDS, ways, words


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
        other = joined[-1] if joined else stay
        touching = other.until is None or other.until >= stay.since
        if other is not stay and other.place == stay.place and touching:
            ends = (other.until, stay.until)
            until = None if None in ends else max(end for end in ends if end)
            joined[-1] = replace(other, until=until)
        else:
            joined.append(stay)
    return [replace(stay, until=_ends(stay, joined[at + 1 :])) for at, stay in enumerate(joined)]


def _ends(stay: PostedStay, later: Sequence[PostedStay]) -> date | None:
    until = stay.until
    for other in later:
        taken_over = other.until is None or (until is not None and other.until >= until)
        if taken_over and (until is None or other.since < until):
            until = other.since
    return until


# What lists write before a name; it is no part of one.
_TITLES = words(
    "mr mrs ms miss dr madam mwalimu afande pc constable cpl corporal sgt sergeant ssgt snr ip "
    "insp inspector ci sp asp ssp ocs ocpd"
)
_PARTS = re.compile(r"[^\W_]+")
# Many of the languages of the region know only one of l and r.
_SOUNDS = [
    tuple(sounds.split())
    for sounds in ways(
        "ph f; ck k; ch j; sh s; gh g; th t; dh d; kh k; c k; q k; z s; v f; b p; l r"
    )
]
_SHORT = 4
_LONG = 7
_STEM = 3


@lru_cache(maxsize=16_384)
def sound(part: str) -> str:
    """How a part of a name sounds, roughly: its first letter and its consonants.

    Doubled letters, vowels within, and spellings of one sound (c and k, l and r) are made one.
    """
    heard = part
    for spelled, code in _SOUNDS:
        heard = heard.replace(spelled, code)
    consonants = [letter for letter in heard[1:] if letter not in "aeiouywh"]
    codes = "".join(letter for letter, _same in groupby([heard[:1], *consonants]))
    # Two letters say too little: a short name keeps its vowels.
    return codes if len(codes) > 2 else heard


def _as_one(parts: Sequence[str]) -> list[str]:
    """Where a space stands for a lost apostrophe, one part: `ng ang a` is `nganga`."""
    joined: list[str] = []
    for part in parts:
        last = joined[-1] if joined else ""
        if last.endswith("ng") and (len(last) <= _STEM or len(part) == 1):
            joined[-1] = last + part
        else:
            joined.append(part)
    return joined


def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a name in `sort_name` form, without titles and ranks, each once."""
    parts = tuple(dict.fromkeys(_as_one(_PARTS.findall(name))))
    bare = tuple(part for part in parts if part not in _TITLES)
    return bare or parts


def is_plain_part(word: str) -> bool:
    """True if a word of a name is a part of it whatever stands beside it."""
    return word not in _TITLES and not word.endswith("ng") and bool(_PARTS.fullmatch(word))


@lru_cache(maxsize=32_768)
def part_likeness(one: str, other: str) -> float:
    """How sure it is that two parts of a name are meant to be the same, from 0 to 1.

    1 is the same spelling. An initial says little, and no likeness at all is 0.
    """
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return 0.35 if long.startswith(short) else 0.0
    if one[1:] == other[1:] and {one[0], other[0]} == {"a", "o"}:
        # A woman's name and a man's.
        return 0.0
    slips = OSA.distance(one, other, score_cutoff=2)
    if slips == 1 and (len(short) > _SHORT or short[0] == long[0]):
        return 0.85
    if sound(one) == sound(other):
        return 0.8
    if slips == 2 and len(short) >= _LONG:
        return 0.7
    if len(short) >= _STEM and long.startswith(short):
        return 0.6
    return 0.0


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """Likeness of two names: the parts that go together, (part of the first, how sure), and those
    left over.

    `left` and `right` count the parts of each that have no counterpart in the other.
    """

    shared: tuple[tuple[str, float], ...]
    left: int
    right: int

    @property
    def same(self) -> bool:
        """The same parts, spelled alike, in whatever order."""
        return not self.left and not self.right and all(sure == 1.0 for _, sure in self.shared)

    @property
    def similar(self) -> bool:
        """At most one of the two has parts that the other lacks, and more than initials agree."""
        return (not self.left or not self.right) and any(sure >= 0.5 for _, sure in self.shared)

    @property
    def agreeing(self) -> int:
        """How many parts agree by more than an initial."""
        return sum(sure >= 0.5 for _, sure in self.shared)


def compare_names(one: Sequence[str], other: Sequence[str]) -> NameLikeness:
    """Pair the parts of two names, the likest first."""
    rest = [part for part in other if part not in one]
    shared = [(part, 1.0) for part in one if part in other]
    alone = [part for part in one if part not in other]
    if alone and rest:
        joined = "".join(alone)
        if joined == "".join(rest):
            # "Ng ang a" for "Ngʼangʼa": written apart, or as one.
            return NameLikeness((*shared, (joined, 1.0)), 0, 0)
        pairs = sorted(
            (
                (sure, first, second)
                for first in alone
                for second in rest
                if (sure := part_likeness(first, second))
            ),
            reverse=True,
        )
        for sure, first, second in pairs:
            if first in alone and second in rest:
                alone.remove(first)
                rest.remove(second)
                shared.append((first, sure))
    return NameLikeness(tuple(shared), len(alone), len(rest))


# From this score on two records are worth a look.
DOUBTFUL = 40

SAME_STATION_BITS = 6.0
SAME_WARD_BITS = 3.0
SAME_SEX_BITS = 0.8
SAME_YEAR_BITS = 4.5
# A year worked out from an age is often one off.
YEAR_APART_BITS = 1.0
SAME_BAND_BITS = 1.5


class Reason(StrEnum):
    """Why two records may be one person, or (`against`) why they may not."""

    SAME_REFERENCE = "same_reference"
    SAME_PHONE = "same_phone"
    SAME_NAME_SAME_STATION = "same_name_same_station"
    SIMILAR_NAME_SAME_STATION = "similar_name_same_station"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    SAME_BIRTH_YEAR = "same_birth_year"
    SAME_WARD = "same_ward"
    SAME_ROW = "same_row"
    OTHER_REFERENCE = "other_reference"
    OTHER_NAME = "other_name"
    OTHER_SEX = "other_sex"
    OTHER_BIRTH_YEAR = "other_birth_year"
    OTHER_GROUP = "other_group"

    @property
    def against(self) -> bool:
        """True if this speaks against their being one person."""
        return self.value.startswith("other_")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Likeness of somebody: all that is known of her and tells people apart.

    `name` is in `sort_name` form, `phones` are look-up hashes, `station` is an organisation's
    public id, and what is not known is empty. `key` is the caller's own.
    """

    key: str
    group: str
    name: str
    reference: str = ""
    phones: frozenset[str] = frozenset()
    station: str = ""
    ward: str = ""
    birth_year: int | None = None
    sex: str = ""
    age_band: str = ""

    @property
    def name_only(self) -> bool:
        """True if nothing is known but name and group, as of somebody out of reach."""
        facts = (self.reference, self.phones, self.station, self.ward, self.sex, self.age_band)
        return self.birth_year is None and not any(facts)


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who may be the same, the reasons for it before those against.

    `certain` means that a number or a phone says so and nothing of weight speaks against it.
    """

    key: str
    score: int
    reasons: tuple[Reason, ...]
    certain: bool


def reference_key(reference: str) -> str:
    """A service or peer number as it is compared: without spaces, signs and small letters, and
    without letters before five digits or more (`F/90123` and `90123` are one number)."""
    plain = "".join(character for character in reference.upper() if character.isalnum())
    digits = re.fullmatch(r"[A-Z]{0,3}0*(\d{5,})", plain)
    return digits[1] if digits else plain


@dataclass(slots=True)
class ComparedRecord:
    """A likeness with name and number as they are compared."""

    likeness: Likeness
    parts: tuple[str, ...]
    reference: str


Block = tuple[str, ...]


def record_of(likeness: Likeness) -> ComparedRecord:
    """A likeness, ready to be compared."""
    return ComparedRecord(likeness, name_parts(likeness.name), reference_key(likeness.reference))


def blocks_of(likeness: Likeness) -> Iterator[Block]:
    """Blocks of a person: she must share one with another to be compared at all."""
    return blocks(record_of(likeness))


def blocks(record: ComparedRecord) -> Iterator[Block]:
    """The blocks of a record: the kind first, then what is shared."""
    likeness = record.likeness
    if record.reference:
        yield ("reference", likeness.group, record.reference)
    for phone in likeness.phones:
        yield ("phone", phone)
    long = [part for part in record.parts if len(part) > 1]
    sounds = sorted({sound(part) for part in long})
    for pair in combinations(sounds, 2):
        yield ("names", likeness.group, *pair)
    if likeness.station:
        for part in {*sounds, *(part[:3] for part in long)}:
            yield ("station", likeness.station, part)
    for part in sounds:
        if likeness.birth_year is not None:
            yield ("born", str(likeness.birth_year), part)
        if likeness.ward:
            yield ("ward", likeness.ward, part)


@dataclass(slots=True)
class FactLikeness:
    """Likeness of two records beside their names: what they have in common and in what they differ,
    in bits."""

    bits: float
    same_reference: bool
    same_phone: bool
    same_station: bool
    agreeing: tuple[Reason, ...]
    against: tuple[Reason, ...]


def compare_facts(asked: ComparedRecord, known: ComparedRecord) -> FactLikeness:
    """Everything but the names, one against the other."""
    match, other = asked.likeness, known.likeness
    bits = 0.0
    agreeing: list[Reason] = []
    against: list[Reason] = []
    same_group = match.group == other.group
    if not same_group:
        bits -= 6.0
        against.append(Reason.OTHER_GROUP)
    same_reference = same_group and bool(asked.reference) and asked.reference == known.reference
    if same_reference:
        bits += 20.0
        agreeing.append(Reason.SAME_REFERENCE)
    elif same_group and asked.reference and known.reference:
        bits -= 12.0
        against.append(Reason.OTHER_REFERENCE)
    same_phone = not match.phones.isdisjoint(other.phones)
    if same_phone:
        bits += 13.0
        agreeing.append(Reason.SAME_PHONE)
    elif match.phones and other.phones:
        bits -= 2.0
    same_station = bool(match.station) and match.station == other.station
    if same_station:
        bits += SAME_STATION_BITS
    elif match.station and other.station:
        bits -= 3.0
    if match.ward and other.ward:
        if match.ward == other.ward:
            bits += SAME_WARD_BITS
            agreeing.append(Reason.SAME_WARD)
        else:
            bits -= 2.0
    if match.sex and other.sex:
        if match.sex == other.sex:
            bits += SAME_SEX_BITS
        else:
            bits -= 7.0
            against.append(Reason.OTHER_SEX)
    bits += _age_bits(match, other, agreeing, against)
    return FactLikeness(
        bits, same_reference, same_phone, same_station, tuple(agreeing), tuple(against)
    )


def _age_bits(
    one: Likeness, other: Likeness, agreeing: list[Reason], against: list[Reason]
) -> float:
    if one.birth_year is not None and other.birth_year is not None:
        apart = abs(one.birth_year - other.birth_year)
        if apart == 0:
            agreeing.append(Reason.SAME_BIRTH_YEAR)
            return SAME_YEAR_BITS
        if apart == 1:
            return YEAR_APART_BITS
        if apart < 4:
            return -3.0
        against.append(Reason.OTHER_BIRTH_YEAR)
        return -8.0
    if one.age_band in AGE_BANDS and other.age_band in AGE_BANDS:
        apart = abs(AGE_BANDS.index(one.age_band) - AGE_BANDS.index(other.age_band))
        return (SAME_BAND_BITS, -1.0, -5.0, -6.0, -6.0)[apart]
    return 0.0


def most_fact_bits(likeness: Likeness) -> dict[str, float]:
    """The most that facts can add for somebody found in a block of each kind, but for a number and
    a phone in common.

    Who shares more than what makes a block is in another block too: those of the same station in
    that of the station, those of one birth year in that of the year, and so on. So each kind counts
    only what the kinds before it do not find.
    """
    other = SAME_SEX_BITS + max(YEAR_APART_BITS, SAME_BAND_BITS)
    ward = SAME_WARD_BITS if likeness.ward else 0.0
    born = SAME_YEAR_BITS - YEAR_APART_BITS if likeness.birth_year is not None else 0.0
    return {
        "station": SAME_STATION_BITS + born + ward + other,
        "born": born + ward + other,
        "ward": ward + other,
        "names": other,
    }


def reasons_of(names: NameLikeness, facts: FactLikeness) -> tuple[Reason, ...]:
    """Why two may be one person, then why not."""
    told = Reason.OTHER_NAME
    if names.same:
        told = Reason.SAME_NAME_SAME_STATION if facts.same_station else Reason.SAME_NAME
    elif names.similar or names.agreeing > 1:
        told = Reason.SIMILAR_NAME_SAME_STATION if facts.same_station else Reason.SIMILAR_NAME
    return tuple(sorted({told, *facts.agreeing, *facts.against}, key=list(Reason).index))


_ENDING = 3
# Of longer names only neighbouring parts are taken for one that was written apart.
_MOST_PARTS = 6


class _Heard(dict[str, str]):
    """{word: its sound, or nothing if nobody asks for that}; KeyError for a word that is not
    plainly a part of a name."""

    def __init__(self, sounds: frozenset[str]) -> None:
        self._sounds = sounds

    def __missing__(self, word: str) -> str:
        if not is_plain_part(word):
            raise KeyError(word)
        heard = sound(word)
        self[word] = like = heard if heard in self._sounds else ""
        return like


class Candidates:
    """Those asked about, ready to be told of everyone, one after the other."""

    def __init__(self, asked: Iterable[Likeness]) -> None:
        asked = list(asked)
        self.everyone = 0
        self.sounds: Counter[str] = Counter()
        self.phones = frozenset(phone for likeness in asked for phone in likeness.phones)
        self.stations = frozenset(likeness.station for likeness in asked if likeness.station)
        self._blocks = {block for likeness in asked for block in blocks_of(likeness)}
        self._wards = frozenset(likeness.ward for likeness in asked if likeness.ward)
        self._years = frozenset(likeness.birth_year for likeness in asked) - {None}
        self._endings = frozenset(
            key[-_ENDING:] for likeness in asked if (key := reference_key(likeness.reference))
        )
        self._asked_sounds = frozenset(
            heard for likeness in asked for heard in _sounds(likeness.name)
        )
        self._heard = _Heard(self._asked_sounds)

    def may_match(
        self,
        group: str,
        name: str,
        reference: str = "",
        station: str = "",
        ward: str = "",
        birth_year: int | None = None,
    ) -> bool:
        """True if this person shares a block, but for a phone, with any of those asked about.

        To be told of each person once, as that is counted; those with only a name and group that
        may be compared, with nothing else.
        """
        self.everyone += 1
        words: Sequence[str] = name.split()
        ids_heard = self._heard
        # Of nearly everybody nothing was asked for, so this way is the one that must be short.
        heard: list[str] = []
        try:
            for word in words:
                word_heard = ids_heard[word]
                if word_heard and word_heard not in heard:
                    heard.append(word_heard)
        except KeyError:
            words = name_parts(name)
            heard = list(self._asked_sounds.intersection(sound(part) for part in words))
        for word_heard in heard:
            self.sounds[word_heard] += 1
        if reference and self._has_number(group, reference):
            return True
        if heard and self._shares_name(group, heard, ward, birth_year):
            return True
        return station in self.stations and any(
            ("station", station, word_heard) in self._blocks
            for word_heard in (*heard, *(word[:_ENDING] for word in words))
        )

    def _shares_name(
        self, group: str, heard: Collection[str], ward: str, birth_year: int | None
    ) -> bool:
        shared: list[Block] = []
        if len(heard) > 1:
            shared += [("names", group, *pair) for pair in combinations(sorted(heard), 2)]
        if birth_year in self._years:
            shared += [("born", str(birth_year), word_heard) for word_heard in heard]
        if ward in self._wards:
            shared += [("ward", ward, word_heard) for word_heard in heard]
        return not self._blocks.isdisjoint(shared)

    def _has_number(self, group: str, reference: str) -> bool:
        # Most numbers are told apart by how they end, without being put into their common form.
        ending = reference[-_ENDING:]
        if ending.isascii() and ending.isalnum() and ending.upper() not in self._endings:
            return False
        return ("reference", group, reference_key(reference)) in self._blocks


def _sounds(name: str) -> Iterable[str]:
    """Of all parts of a name, and of parts put together, as one that was written apart."""
    parts = name_parts(name)
    yield from map(sound, parts)
    for many in range(2, len(parts) + 1):
        if len(parts) <= _MOST_PARTS:
            yield from (sound("".join(some)) for some in combinations(parts, many))
        else:
            yield from (sound("".join(parts[at : at + many])) for at in range(len(parts)))


# A sum of bits below this is no score that is worth a look, however it is rounded.
LEAST_BITS = math.log2((DOUBTFUL - 0.6) / (100 - DOUBTFUL + 0.6))
MOST_NAME_BITS = 9.0
_MOST_COMPARED = 50_000


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Two names: how alike, how much that tells in bits, and how many bits facts must add before
    the bearers of one are worth a look."""

    likeness: NameLikeness
    bits: float
    wants: float


def chance_bits(everyone: int) -> float:
    """Bits that must speak for two of so many people before they are likelier one than two."""
    return math.log2(everyone + 500) + 4.5


def part_bits(often: int, everyone: int) -> float:
    """How much a part of a name tells that so many of everyone have."""
    return min(MOST_NAME_BITS, math.log2((everyone + 500) / (often + 2)))


class Known:
    """Everyone who is known, ready to be asked who may be the same as somebody."""

    def __init__(
        self,
        likenesses: Iterable[Likeness] = (),
        everyone: int = 0,
        sounds: Mapping[str, int] | None = None,
    ) -> None:
        """`everyone` is how many people there are in all, where only some are known here, and
        `sounds` how many of them have a name that sounds so, where that was counted."""
        self._records: list[ComparedRecord] = []
        self._name_of: list[int] = []
        self._names: dict[tuple[tuple[str, ...], bool], int] = {}
        self._parts: list[tuple[tuple[str, ...], bool]] = []
        # Of each block the places of its records, by their names.
        self._blocks: dict[Block, dict[int, list[int]]] = {}
        self.sounds: Counter[str] = Counter()
        # What was found of names already, as long as they are weighed the same; how much is kept.
        self._compared: dict[tuple[str, ...], dict[int, NameLikeness]] = {}
        self._weighed: dict[tuple[tuple[str, ...], bool], dict[int, _Weighed]] = {}
        self._kept = 0
        for likeness in likenesses:
            self.sounds.update(self._know(likeness))
        self.everyone = max(everyone, len(self._records))
        if sounds is not None:
            self.sounds = Counter(sounds)

    def __len__(self) -> int:
        return len(self._records)

    @property
    def likenesses(self) -> Iterator[Likeness]:
        """All who are known."""
        return (record.likeness for record in self._records)

    def weigh_by(self, everyone: int, sounds: Mapping[str, int]) -> None:
        """Weigh names by these from now on."""
        self.everyone, self.sounds = everyone, Counter(sounds)
        self._weighed = {}

    def count(self, likenesses: Iterable[Likeness]) -> None:
        """Weigh names as if these were known as well."""
        for likeness in likenesses:
            self.everyone += 1
            self.sounds.update({sound(part) for part in record_of(likeness).parts})
        self._weighed = {}

    def add(self, likeness: Likeness, *, counted: bool = False) -> None:
        """Know one more; `counted` says that names are weighed with her already."""
        heard = self._know(likeness)
        if not counted:
            self.everyone += 1
            self.sounds.update(heard)
            self._weighed = {}

    def _know(self, likeness: Likeness) -> set[str]:
        record = record_of(likeness)
        place = len(self._records)
        self._records.append(record)
        called = (record.parts, likeness.name_only)
        name = self._names.setdefault(called, len(self._parts))
        if name == len(self._parts):
            self._parts.append(called)
        self._name_of.append(name)
        for block in blocks(record):
            self._blocks.setdefault(block, {}).setdefault(name, []).append(place)
        return {sound(part) for part in record.parts}

    def matches(self, likeness: Likeness, excluding: Collection[str] = ()) -> list[Match]:
        """People who may be the same, best first; never the record with the same key, nor one of
        `excluding`."""
        record_asked = record_of(likeness)
        if self._kept > _MOST_COMPARED:
            self._compared, self._weighed, self._kept = {}, {}, 0
        names = self._weighed.setdefault((record_asked.parts, record_asked.likeness.name_only), {})
        matches = []
        for place in self._worth_a_look(record_asked, names):
            record = self._records[place]
            if record.likeness.key == likeness.key or record.likeness.key in excluding:
                continue
            match = self._match(
                record_asked, record, self._name(record_asked, self._name_of[place], names)
            )
            if match is not None:
                matches.append(match)
        return sorted(matches, key=lambda match: (-match.certain, -match.score, match.key))

    def alike_by_name(self, one: Likeness, other: Likeness) -> bool:
        """True if two are worth a look by name and group alone, whatever else is known of them."""
        first, second = (
            record_of(Likeness(key=likeness.key, group=likeness.group, name=likeness.name))
            for likeness in (one, other)
        )
        names = compare_names(first.parts, second.parts)
        weighed = _Weighed(names, self._name_bits(names), wants=0.0)
        return self._match(first, second, weighed) is not None

    def _worth_a_look(self, asked: ComparedRecord, names: dict[int, _Weighed]) -> set[int]:
        hopes = most_fact_bits(asked.likeness)
        keys: set[int] = set()
        for block in blocks(asked):
            # What shares a number or a phone is looked at in any case.
            hope = hopes.get(block[0], math.inf)
            for name, places in self._blocks.get(block, {}).items():
                weighed = names.get(name) or self._name(asked, name, names)
                if hope >= weighed.wants:
                    keys.update(places)
        return keys

    def _name(self, asked: ComparedRecord, name: int, names: dict[int, _Weighed]) -> _Weighed:
        weighed = names.get(name)
        if weighed is None:
            parts, bare = self._parts[name]
            of_asked = self._compared.setdefault(asked.parts, {})
            likeness = of_asked.get(name)
            if likeness is None:
                likeness = of_asked[name] = compare_names(asked.parts, parts)
                self._kept += 1
            bits = self._name_bits(likeness)
            wants = LEAST_BITS + chance_bits(self.everyone) - bits
            if likeness.same and (bare or asked.likeness.name_only):
                # Nothing else is known by which they could be told apart.
                wants = 0.0
            weighed = names[name] = _Weighed(likeness, bits, wants)
        return weighed

    def _match(self, asked: ComparedRecord, known: ComparedRecord, name: _Weighed) -> Match | None:
        names = name.likeness
        bits = name.bits - chance_bits(self.everyone)
        facts = compare_facts(asked, known)
        score = round(100 / (1 + 2 ** -(bits + facts.bits)))
        if facts.same_reference:
            # The number is somebody's own: a quite different name is worth a look all the same.
            score = max(score, 60)
        elif facts.same_phone and not facts.against:
            # Two with other names, and nothing against it, may be one with two aliases.
            score = max(score, 45)
        elif facts.same_phone and names.similar:
            score = max(score, DOUBTFUL)
        like, other = asked.likeness, known.likeness
        bare = like.group == other.group and (like.name_only or other.name_only)
        if names.same and len(known.parts) > 1 and bare:
            # However common it is: there is nothing else by which to tell them apart.
            score = max(score, DOUBTFUL)
        if score < DOUBTFUL:
            return None
        telling = (facts.same_reference and names.agreeing > 0) or (
            facts.same_phone
            and names.similar
            and (names.agreeing > 1 or not (names.left or names.right))
        )
        certain = telling and not facts.against
        return Match(other.key, score, reasons_of(names, facts), certain)

    def _name_bits(self, names: NameLikeness) -> float:
        bits = sum(
            sure * part_bits(self.sounds[sound(part)], self.everyone) for part, sure in names.shared
        )
        # Someone may leave a name away; two people each have one that the other lacks.
        both = min(names.left, names.right)
        return bits - 6.0 * both - 1.5 * (max(names.left, names.right) - both)
