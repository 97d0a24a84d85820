"""The acts that are documented, each with its code in the HURIDOCS micro-thesaurus 4 (types of
acts) where that has one. The codes are stored; what they are called is said in `names`."""

from __future__ import annotations

from collections.abc import Mapping

ACTS: dict[str, str] = {
    "L1": "030101",
    "L2": "03010201",
    "L3": "030107",
    "L4": "350107",
    "P1": "020101",
    "S1": "02011101",
    "S2": "02011103",
    "S3": "02010305",
    "T1": "0201030101",
    "H1": "",
    "H2": "",
    "H3": "530107",
    "M1": "130104",
    "M2": "130107",
    "M3": "130101",
    "M4": "",
    "W1": "30010202",
    "Q1": "040101",
    "C1": "",
    "R1": "36010206",
}
# What starts a clock: arrests, and what may have exposed somebody to HIV or a pregnancy.
ARRESTS = frozenset({"L1", "L2", "L3", "L4"})
EXPOSURES = frozenset({"S1", "S2"})
# What was taken or asked for, and may be given back.
MONEY = frozenset({"M1", "M2", "M3", "W1"})

# By whose right it was that was violated, in the order in which lists show them.
GROUPS: dict[str, tuple[str, ...]] = {
    "liberty": ("L1", "L2", "L3", "L4"),
    "body": ("P1", "S1", "S2", "S3", "T1"),
    "health": ("H1", "H2", "H3", "M4"),
    "property": ("M1", "M2", "M3", "W1"),
    "justice": ("Q1", "C1", "R1"),
}


def acts_meant(typed: str, names: Mapping[str, str]) -> list[str]:
    """The codes that somebody may have meant: one if it is clear, none if nothing is like it.

    Taken are a code, a code with words after it as lists offer it, a whole name, or words of a
    name. `names` are the names of the codes in the reader's language.
    """
    wanted = " ".join(typed.split()).casefold()
    if not wanted:
        return []
    first = wanted.split()[0].strip(".:,-–·").upper()
    if first in ACTS:
        return [first]
    known = {code: names[code].casefold() for code in ACTS}
    exact = [code for code, name in known.items() if name == wanted]
    if exact:
        return exact
    words = wanted.split()
    return [
        code
        for code, name in known.items()
        if all(any(part.startswith(word) for part in _parts(name)) for word in words)
    ]


def _parts(name: str) -> list[str]:
    return ["".join(letter for letter in part if letter.isalnum()) for part in name.split()]
