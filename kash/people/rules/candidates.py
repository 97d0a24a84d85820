"""Candidates: those of very many who could match any of a list at all, told without comparing them.

`Known` compares only records that share a block. Of each person a few columns are enough to say
whether she shares one with any of those asked about, and how often the parts of their names occur
among everyone, by which they are weighed. Whoever is left gives the same answers as everyone does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from kash.people.rules.matching import Likeness, blocks_of, reference_key
from kash.people.rules.name_likeness import is_plain_part, name_parts, sound

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
        self[word] = found = heard if heard in self._sounds else ""
        return found


class Candidates:
    """Those asked about, ready to be told of everyone, one after the other."""

    def __init__(self, asked: Iterable[Likeness]) -> None:
        asked = list(asked)
        self.everyone = 0
        self.sounds: Counter[str] = Counter()
        self.phones = frozenset(phone for each in asked for phone in each.phones)
        self.stations = frozenset(each.station for each in asked if each.station)
        self._blocks = {block for each in asked for block in blocks_of(each)}
        self._wards = frozenset(each.ward for each in asked if each.ward)
        self._years = frozenset(each.birth_year for each in asked) - {None}
        self._endings = frozenset(
            key[-_ENDING:] for each in asked if (key := reference_key(each.reference))
        )
        self._asked_sounds = frozenset(heard for each in asked for heard in _sounds(each.name))
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

        To be told of each person once, as that is counted; of whom only name and group may be
        compared, with nothing else.
        """
        self.everyone += 1
        words: Sequence[str] = name.split()
        known = self._heard
        # Of nearly everybody nothing was asked for, so this way is the one that must be short.
        heard: list[str] = []
        try:
            for word in words:
                each = known[word]
                if each and each not in heard:
                    heard.append(each)
        except KeyError:
            words = name_parts(name)
            heard = list(self._asked_sounds.intersection(sound(part) for part in words))
        for each in heard:
            self.sounds[each] += 1
        if reference and self._has_number(group, reference):
            return True
        if heard and self._shares_name(group, heard, ward, birth_year):
            return True
        return station in self.stations and any(
            ("station", station, each) in self._blocks
            for each in (*heard, *(word[:_ENDING] for word in words))
        )

    def _shares_name(
        self, group: str, heard: Collection[str], ward: str, birth_year: int | None
    ) -> bool:
        blocks = self._blocks
        if len(heard) > 1:
            for first, second in combinations(sorted(heard), 2):
                if ("names", group, first, second) in blocks:
                    return True
        if birth_year in self._years:
            year = str(birth_year)
            for each in heard:
                if ("born", year, each) in blocks:
                    return True
        if ward in self._wards:
            for each in heard:
                if ("ward", ward, each) in blocks:
                    return True
        return False

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
