"""How alike two names are: by their parts, in any order, with initials and slips of the pen.

Names are compared as `sort_name` leaves them: no capitals, accents or apostrophes. "Otieno Wekesa"
and "Wekesa Otieno" are one name; so are "O. Wekesa" and "Wekesa Otieno". "Achieng" and "Ochieng"
are two, one slip apart: with a Luo name the first letter tells a woman's from a man's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

# What lists write before a name; it is no part of one.
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "madam",
        "mwalimu",
        "afande",
        "pc",
        "constable",
        "cpl",
        "corporal",
        "sgt",
        "sergeant",
        "ssgt",
        "snr",
        "ip",
        "insp",
        "inspector",
        "ci",
        "sp",
        "asp",
        "ssp",
        "ocs",
        "ocpd",
    ]
)
_PARTS = re.compile(r"[^\W_]+")
_SOUNDS = (
    ("ph", "f"),
    ("ck", "k"),
    ("ch", "j"),
    ("sh", "s"),
    ("gh", "g"),
    ("th", "t"),
    ("dh", "d"),
    ("kh", "k"),
    ("c", "k"),
    ("q", "k"),
    ("z", "s"),
    ("v", "f"),
    ("b", "p"),
    # Many of the languages of the region know only one of the two.
    ("l", "r"),
)
_SHORT = 4
_LONG = 7
_STEM = 3


@lru_cache(maxsize=16_384)
def sound(part: str) -> str:
    """How a part of a name sounds, roughly: its first letter and its consonants.

    Doubled letters, vowels within, and spellings of one sound (c and k, l and r) are made one.
    """
    heard = part
    for spelled, said in _SOUNDS:
        heard = heard.replace(spelled, said)
    first, rest = heard[:1], heard[1:]
    consonants = [letter for letter in rest if letter not in "aeiouywh"]
    kept = [first]
    for letter in consonants:
        if letter != kept[-1]:
            kept.append(letter)
    # Two letters say too little: a short name keeps its vowels.
    return "".join(kept) if len(kept) > 2 else heard


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


def _genders_apart(one: str, other: str) -> bool:
    return one[1:] == other[1:] and {one[0], other[0]} == {"a", "o"}


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
    if _genders_apart(one, other):
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
