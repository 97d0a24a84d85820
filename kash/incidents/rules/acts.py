"""The acts that are documented, each with its code in the HURIDOCS micro-thesaurus 4 (types of
acts) where that has one. The codes are stored; what they are called is said in `names`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class ActKind(NamedTuple):
    """Kind of act: its code in the micro-thesaurus (empty: nobody has looked it up), the right that
    it violated (`GROUPS`), and its family, by which the gate of mediation decides."""

    huridocs: str
    group: str
    family: str


KINDS: dict[str, ActKind] = {
    "L1": ActKind("030101", "liberty", "liberty"),
    "L2": ActKind("03010201", "liberty", "liberty"),
    "L3": ActKind("030107", "liberty", "liberty"),
    "L4": ActKind("350107", "liberty", "liberty"),
    "L5": ActKind("", "liberty", "liberty"),
    "L6": ActKind("", "liberty", "liberty"),
    "L7": ActKind("", "liberty", "liberty"),
    "P6": ActKind("", "liberty", "death"),
    "F1": ActKind("", "liberty", "captivity"),
    "P1": ActKind("020101", "body", "assault"),
    "P2": ActKind("", "body", "torture"),
    "P4": ActKind("", "body", "torture"),
    "P5": ActKind("", "body", "death"),
    "S1": ActKind("02011101", "body", "sexual"),
    "S2": ActKind("02011103", "body", "sexual"),
    "S3": ActKind("02010305", "body", "sexual"),
    "S4": ActKind("", "body", "sexual"),
    "S5": ActKind("", "body", "sexual"),
    "S6": ActKind("", "body", "examination"),
    "S7": ActKind("", "body", "sexual"),
    "T1": ActKind("0201030101", "body", "threats"),
    "H1": ActKind("", "health", "examination"),
    "H2": ActKind("", "health", "health"),
    "H3": ActKind("530107", "health", "health"),
    "H4": ActKind("", "health", "health"),
    "M4": ActKind("", "health", "health"),
    "D1": ActKind("", "dignity", "dignity"),
    "D2": ActKind("", "dignity", "dignity"),
    "D3": ActKind("", "dignity", "dignity"),
    "D4": ActKind("", "dignity", "dignity"),
    "M1": ActKind("130104", "property", "property"),
    "M2": ActKind("130107", "property", "property"),
    "M3": ActKind("130101", "property", "property"),
    "M5": ActKind("", "property", "property"),
    "W1": ActKind("30010202", "property", "payment"),
    "E1": ActKind("", "property", "property"),
    "Q1": ActKind("040101", "justice", "justice"),
    "C1": ActKind("", "justice", "justice"),
    "R1": ActKind("36010206", "justice", "justice"),
    "R2": ActKind("", "justice", "justice"),
    "R3": ActKind("", "justice", "justice"),
    "R4": ActKind("", "justice", "justice"),
}
ACTS: dict[str, str] = {code: kind.huridocs for code, kind in KINDS.items()}
# What starts a clock: arrests, and what may have exposed somebody to HIV or a pregnancy.
ARRESTS = frozenset({"L1", "L2", "L3", "L4", "L5", "L6", "L7", "P6"})
# By whoever it was: no court is waited for by somebody whom no officer holds.
HOLDS = ARRESTS | {"F1"}
EXPOSURES = frozenset({"S1", "S2", "S5"})
# What was taken or asked for, and may be given back.
MONEY = frozenset({"M1", "M2", "M3", "M5", "W1"})

# By whose right it was that was violated, in the order in which lists show them.
GROUPS: dict[str, tuple[str, ...]] = {
    group: tuple(code for code, kind in KINDS.items() if kind.group == group)
    for group in ("liberty", "body", "health", "dignity", "property", "justice")
}

# Families of what two sides may settle. Any other, and an act of none, shuts the gate: sexual
# violence, torture, examinations by force, deaths, and who is held by somebody.
SETTLED_FAMILIES = frozenset(
    {"liberty", "threats", "health", "dignity", "property", "payment", "justice"}
)
ASSAULT = "assault"


def family_of(code: str) -> str:
    """The family of an act; empty if it has none."""
    return KINDS[code].family if code in KINDS else ""


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
