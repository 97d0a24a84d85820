"""Who may be the same person as somebody who is here already, and why.

Each fact that two records share, or in which they differ, weighs a number of bits: the logarithm of
how much likelier it is for one person written down twice than for two people (Fellegi and Sunter,
"A Theory for Record Linkage", 1969). Common names weigh less than rare ones. A person's own number
and phone weigh most; only with one of them is a match certain. The sum becomes a score of 0 to 100.

Candidates are found by blocking: only records that share a number, a phone, two parts of a name, or
one part of it and a station, ward or birth year are compared.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kash.people.rules.name_likeness import NameLikeness, compare_names, name_parts, sound
from kash.people.rules.persons import AGE_BANDS

# From this score on two records are worth a look.
DOUBTFUL = 40

# A block that holds more than this tells nobody apart.
_MOST_IN_BLOCK = 2_000


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
    OTHER_REFERENCE = "other_reference"
    OTHER_NAME = "other_name"
    OTHER_SEX = "other_sex"
    OTHER_BIRTH_YEAR = "other_birth_year"
    OTHER_GROUP = "other_group"

    @property
    def against(self) -> bool:
        """Whether this speaks against their being one person."""
        return self.value.startswith("other_")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is known of somebody, as far as it tells people apart.

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
        """Whether nothing is known but name and group, as of somebody out of reach."""
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
class _Record:
    likeness: Likeness
    parts: tuple[str, ...]
    reference: str


Block = tuple[str, ...]


def _record(likeness: Likeness) -> _Record:
    return _Record(likeness, name_parts(likeness.name), reference_key(likeness.reference))


def blocks_of(likeness: Likeness) -> Iterator[Block]:
    """What somebody must share with another to be compared at all."""
    yield from _blocks(_record(likeness))


def _blocks(record: _Record) -> Iterator[Block]:
    known = record.likeness
    if record.reference:
        yield ("reference", known.group, record.reference)
    for phone in known.phones:
        yield ("phone", phone)
    long = [part for part in record.parts if len(part) > 1]
    sounds = sorted({sound(part) for part in long})
    for at, first in enumerate(sounds):
        for second in sounds[at + 1 :]:
            yield ("names", known.group, first, second)
    if known.station:
        for part in {*sounds, *(part[:3] for part in long)}:
            yield ("station", known.station, part)
    for part in sounds:
        if known.birth_year is not None:
            yield ("born", str(known.birth_year), part)
        if known.ward:
            yield ("ward", known.ward, part)


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
        self._records: list[_Record] = []
        self._blocks: dict[Block, list[int]] = {}
        self._sounds: Counter[str] = Counter()
        for likeness in likenesses:
            self._know(likeness)
        self._everyone = max(everyone, len(self._records))
        if sounds is not None:
            self._sounds = Counter(sounds)

    def __len__(self) -> int:
        return len(self._records)

    def add(self, likeness: Likeness) -> None:
        """Know one more."""
        self._know(likeness)
        self._everyone += 1

    def _know(self, likeness: Likeness) -> None:
        record = _record(likeness)
        place = len(self._records)
        self._records.append(record)
        for block in _blocks(record):
            self._blocks.setdefault(block, []).append(place)
        self._sounds.update({sound(part) for part in record.parts})

    def matches(self, likeness: Likeness, but: Collection[str] = ()) -> list[Match]:
        """Who may be the same, best first; never the record with the same key, nor one of `but`."""
        asked = _record(likeness)
        found: set[int] = set()
        for block in _blocks(asked):
            places = self._blocks.get(block, ())
            if len(places) <= _MOST_IN_BLOCK:
                found.update(places)
        matches = []
        for place in found:
            record = self._records[place]
            if record.likeness.key == likeness.key or record.likeness.key in but:
                continue
            match = self._match(asked, record)
            if match is not None:
                matches.append(match)
        return sorted(matches, key=lambda match: (-match.certain, -match.score, match.key))

    def _match(self, asked: _Record, known: _Record) -> Match | None:
        names = compare_names(asked.parts, known.parts)
        bits = self._name_bits(names) - math.log2(self._everyone + 500) - 4.5
        facts = _compare_facts(asked, known)
        score = round(100 / (1 + 2 ** -(bits + facts.bits)))
        if facts.same_reference:
            # The number is somebody's own: a quite different name is worth a look all the same.
            score = max(score, 60)
        elif facts.same_phone and not facts.against:
            # Two with other names, and nothing against it, may be one with two aliases.
            score = max(score, 45)
        elif facts.same_phone and names.similar:
            score = max(score, DOUBTFUL)
        if names.same and len(known.parts) > 1 and _by_name_only(asked.likeness, known.likeness):
            # However common it is: there is nothing else by which to tell them apart.
            score = max(score, DOUBTFUL)
        if score < DOUBTFUL:
            return None
        telling = (facts.same_reference and names.agreeing > 0) or (
            facts.same_phone
            and names.similar
            and (names.agreeing > 1 or not (names.left or names.right))
        )
        return Match(
            known.likeness.key,
            score,
            _reasons(names, facts),
            certain=telling and not facts.against,
        )

    def _name_bits(self, names: NameLikeness) -> float:
        bits = 0.0
        for part, sure in names.shared:
            often = self._sounds[sound(part)]
            bits += sure * min(9.0, math.log2((self._everyone + 500) / (often + 2)))
        # Someone may leave a name away; two people each have one that the other lacks.
        both = min(names.left, names.right)
        return bits - 6.0 * both - 1.5 * (max(names.left, names.right) - both)


def _by_name_only(one: Likeness, other: Likeness) -> bool:
    return one.group == other.group and (one.name_only or other.name_only)


@dataclass(slots=True)
class _Facts:
    bits: float
    same_reference: bool
    same_phone: bool
    same_station: bool
    agreeing: tuple[Reason, ...]
    against: tuple[Reason, ...]


def _compare_facts(asked: _Record, known: _Record) -> _Facts:
    one, other = asked.likeness, known.likeness
    bits = 0.0
    agreeing: list[Reason] = []
    against: list[Reason] = []
    same_group = one.group == other.group
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
    same_phone = not one.phones.isdisjoint(other.phones)
    if same_phone:
        bits += 13.0
        agreeing.append(Reason.SAME_PHONE)
    elif one.phones and other.phones:
        bits -= 2.0
    same_station = bool(one.station) and one.station == other.station
    if same_station:
        bits += 6.0
    elif one.station and other.station:
        bits -= 3.0
    if one.ward and other.ward:
        if one.ward == other.ward:
            bits += 3.0
            agreeing.append(Reason.SAME_WARD)
        else:
            bits -= 2.0
    if one.sex and other.sex:
        if one.sex == other.sex:
            bits += 0.8
        else:
            bits -= 7.0
            against.append(Reason.OTHER_SEX)
    bits += _age_bits(one, other, agreeing, against)
    return _Facts(bits, same_reference, same_phone, same_station, tuple(agreeing), tuple(against))


def _age_bits(
    one: Likeness, other: Likeness, agreeing: list[Reason], against: list[Reason]
) -> float:
    if one.birth_year is not None and other.birth_year is not None:
        apart = abs(one.birth_year - other.birth_year)
        if apart == 0:
            agreeing.append(Reason.SAME_BIRTH_YEAR)
            return 4.5
        if apart == 1:
            # A year worked out from an age is often one off.
            return 1.0
        if apart < 4:
            return -3.0
        against.append(Reason.OTHER_BIRTH_YEAR)
        return -8.0
    if one.age_band in AGE_BANDS and other.age_band in AGE_BANDS:
        apart = abs(AGE_BANDS.index(one.age_band) - AGE_BANDS.index(other.age_band))
        return (1.5, -1.0, -5.0, -6.0, -6.0)[apart]
    return 0.0


def _reasons(names: NameLikeness, facts: _Facts) -> tuple[Reason, ...]:
    told: list[Reason] = []
    if names.same:
        told.append(Reason.SAME_NAME_SAME_STATION if facts.same_station else Reason.SAME_NAME)
    elif names.similar or names.agreeing > 1:
        told.append(Reason.SIMILAR_NAME_SAME_STATION if facts.same_station else Reason.SIMILAR_NAME)
    else:
        told.append(Reason.OTHER_NAME)
    order = list(Reason)
    return tuple(sorted({*told, *facts.agreeing, *facts.against}, key=order.index))
