"""Everyone who is known, asked who of them may be the same as somebody.

Where names are common, a block holds hundreds of people of a few names. So blocks are kept by name:
each name is compared once however many bear it, and its bearers are looked at only if the facts
that a block of that kind leaves open could still make one of them worth a look. Whoever is passed
over so would not have been told of if she had been compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kash.people.rules.matching import (
    DOUBTFUL,
    Block,
    ComparedRecord,
    Likeness,
    Match,
    blocks,
    compare_facts,
    most_fact_bits,
    reasons_of,
    record_of,
)
from kash.people.rules.name_likeness import NameLikeness, compare_names, sound

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
        self._sounds: Counter[str] = Counter()
        # What was found of names already, as long as they are weighed the same; how much is kept.
        self._compared: dict[tuple[str, ...], dict[int, NameLikeness]] = {}
        self._weighed: dict[tuple[tuple[str, ...], bool], dict[int, _Weighed]] = {}
        self._kept = 0
        for likeness in likenesses:
            self._sounds.update(self._know(likeness))
        self._everyone = max(everyone, len(self._records))
        if sounds is not None:
            self._sounds = Counter(sounds)

    def __len__(self) -> int:
        return len(self._records)

    @property
    def likenesses(self) -> Iterator[Likeness]:
        """All who are known."""
        return (record.likeness for record in self._records)

    @property
    def everyone(self) -> int:
        """How many people names are weighed by."""
        return self._everyone

    @property
    def sounds(self) -> Mapping[str, int]:
        """How many of them have a part of their name that sounds so, as far as it was counted."""
        return self._sounds

    def weigh_by(self, everyone: int, sounds: Mapping[str, int]) -> None:
        """Weigh names by these from now on."""
        self._everyone, self._sounds = everyone, Counter(sounds)
        self._weighed = {}

    def count(self, likenesses: Iterable[Likeness]) -> None:
        """Weigh names as if these were known as well."""
        for likeness in likenesses:
            self._everyone += 1
            self._sounds.update({sound(part) for part in record_of(likeness).parts})
        self._weighed = {}

    def add(self, likeness: Likeness, *, counted: bool = False) -> None:
        """Know one more; `counted` says that names are weighed with her already."""
        heard = self._know(likeness)
        if not counted:
            self._everyone += 1
            self._sounds.update(heard)
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
        asked = record_of(likeness)
        names = self._names_for(asked)
        matches = []
        for place in self._worth_a_look(asked, names):
            record = self._records[place]
            if record.likeness.key == likeness.key or record.likeness.key in excluding:
                continue
            match = self._match(asked, record, self._name(asked, self._name_of[place], names))
            if match is not None:
                matches.append(match)
        return sorted(matches, key=lambda match: (-match.certain, -match.score, match.key))

    def alike_by_name(self, one: Likeness, other: Likeness) -> bool:
        """True if two are worth a look by name and group alone, whatever else is known of them."""
        asked, known = (
            record_of(Likeness(key=each.key, group=each.group, name=each.name))
            for each in (one, other)
        )
        names = compare_names(asked.parts, known.parts)
        weighed = _Weighed(names, self._name_bits(names), wants=0.0)
        return self._match(asked, known, weighed) is not None

    def _worth_a_look(self, asked: ComparedRecord, names: dict[int, _Weighed]) -> set[int]:
        hopes = most_fact_bits(asked.likeness)
        found: set[int] = set()
        for block in blocks(asked):
            held = self._blocks.get(block)
            if held is None:
                continue
            hope = hopes.get(block[0])
            if hope is None:
                for places in held.values():
                    found.update(places)
                continue
            for name, places in held.items():
                weighed = names.get(name)
                if weighed is None:
                    weighed = self._name(asked, name, names)
                if hope >= weighed.wants:
                    found.update(places)
        return found

    def _names_for(self, asked: ComparedRecord) -> dict[int, _Weighed]:
        """Names that were weighed already against the name that is asked about, by themselves."""
        if self._kept > _MOST_COMPARED:
            self._compared, self._weighed, self._kept = {}, {}, 0
        return self._weighed.setdefault((asked.parts, asked.likeness.name_only), {})

    def _name(self, asked: ComparedRecord, name: int, names: dict[int, _Weighed]) -> _Weighed:
        found = names.get(name)
        if found is None:
            parts, bare = self._parts[name]
            of_asked = self._compared.setdefault(asked.parts, {})
            likeness = of_asked.get(name)
            if likeness is None:
                likeness = of_asked[name] = compare_names(asked.parts, parts)
                self._kept += 1
            bits = self._name_bits(likeness)
            wants = LEAST_BITS + chance_bits(self._everyone) - bits
            if likeness.same and (bare or asked.likeness.name_only):
                # Nothing else is known by which they could be told apart.
                wants = 0.0
            found = names[name] = _Weighed(likeness, bits, wants)
        return found

    def _match(self, asked: ComparedRecord, known: ComparedRecord, name: _Weighed) -> Match | None:
        names = name.likeness
        bits = name.bits - chance_bits(self._everyone)
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
            reasons_of(names, facts),
            certain=telling and not facts.against,
        )

    def _name_bits(self, names: NameLikeness) -> float:
        bits = 0.0
        for part, sure in names.shared:
            bits += sure * part_bits(self._sounds[sound(part)], self._everyone)
        # Someone may leave a name away; two people each have one that the other lacks.
        both = min(names.left, names.right)
        return bits - 6.0 * both - 1.5 * (max(names.left, names.right) - both)


def _by_name_only(one: Likeness, other: Likeness) -> bool:
    return one.group == other.group and (one.name_only or other.name_only)
