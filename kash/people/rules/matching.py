"""Matching: who may be the same person as somebody who is here already, and why.

Each fact that two records share, or in which they differ, weighs a number of bits: the logarithm of
how much likelier it is for one person written down twice than for two people (Fellegi and Sunter,
"A Theory for Record Linkage", 1969). Common names weigh less than rare ones. A person's own number
and phone weigh most; only with one of them is a match certain. The sum becomes a score of 0 to 100.

Candidates are found by blocking: only records that share a number, a phone, two parts of a name, or
one part of it and a station, ward or birth year are compared (`kash.people.rules.known`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kash.people.rules.name_likeness import NameLikeness, name_parts, sound
from kash.people.rules.persons import AGE_BANDS

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
        bits += SAME_STATION_BITS
    elif one.station and other.station:
        bits -= 3.0
    if one.ward and other.ward:
        if one.ward == other.ward:
            bits += SAME_WARD_BITS
            agreeing.append(Reason.SAME_WARD)
        else:
            bits -= 2.0
    if one.sex and other.sex:
        if one.sex == other.sex:
            bits += SAME_SEX_BITS
        else:
            bits -= 7.0
            against.append(Reason.OTHER_SEX)
    bits += _age_bits(one, other, agreeing, against)
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
    told: list[Reason] = []
    if names.same:
        told.append(Reason.SAME_NAME_SAME_STATION if facts.same_station else Reason.SAME_NAME)
    elif names.similar or names.agreeing > 1:
        told.append(Reason.SIMILAR_NAME_SAME_STATION if facts.same_station else Reason.SIMILAR_NAME)
    else:
        told.append(Reason.OTHER_NAME)
    order = list(Reason)
    return tuple(sorted({*told, *facts.agreeing, *facts.against}, key=order.index))
