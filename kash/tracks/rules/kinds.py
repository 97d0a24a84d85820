"""Kinds of requirements: what can be said of each, and how long it takes at the least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kash.tracks.rules.tree import Leaf, Value

LONGEST_TEXT = 80


class ParameterKind(StrEnum):
    """Kind of a parameter: a whole number, a course, versions of courses (none of them: any), a
    track, one of a list, or words."""

    NUMBER = "number"
    COURSE = "course"
    VERSIONS = "versions"
    TRACK = "track"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True)
class Parameter:
    """Something that is said of a requirement. `least` and `most` bound a number, `choices` a
    choice by its keys."""

    name: str
    kind: ParameterKind
    least: int = 1
    most: int = 100
    choices: tuple[str, ...] = ()

    def holds(self, leaf: Leaf) -> bool:
        """True if a requirement says this as it must."""
        if self.kind is ParameterKind.NUMBER:
            return self.least <= leaf.number(self.name, self.least - 1) <= self.most
        if self.kind is ParameterKind.VERSIONS:
            return True
        said = leaf.text(self.name)
        if self.kind is ParameterKind.CHOICE:
            return said in self.choices
        return 0 < len(said) <= LONGEST_TEXT


@dataclass(frozen=True)
class KindRule:
    """A kind of requirement: its parameters; the number that is needed is `need`, or one; a
    `span` is the number of months that it takes in any case."""

    key: str
    parameters: tuple[Parameter, ...]
    need: str = ""
    span: str = ""

    def needed(self, leaf: Leaf) -> int:
        """Amount of it that is needed."""
        return leaf.number(self.need) if self.need else 1

    def least_months(self, leaf: Leaf) -> int:
        """Months that it takes at the least; 0 for what can be done within days."""
        return leaf.number(self.span) if self.span else 0


Kinds = Mapping[str, KindRule]


def needs_of(leaves: list[Leaf], kinds: Kinds) -> dict[Leaf, int]:
    """Amounts that are needed of each requirement."""
    return {leaf: kinds[leaf.kind].needed(leaf) for leaf in leaves}


def read_leaf(kind: KindRule, sent: Mapping[str, list[str]]) -> Leaf:
    """A requirement out of what a form sent, by the names of its parameters. What should be a
    number and is none stays as it was typed, and does not hold."""
    parameters: dict[str, Value] = {}
    for one in kind.parameters:
        values = [" ".join(value.split()) for value in sent.get(one.name, ())]
        if one.kind is ParameterKind.VERSIONS:
            parameters[one.name] = tuple(sorted({value for value in values if value}))
        elif one.kind is ParameterKind.NUMBER:
            text = values[0] if values else ""
            whole = text.isascii() and text.isdigit() and len(text) < 5
            parameters[one.name] = int(text) if whole else text
        else:
            parameters[one.name] = values[0] if values else ""
    return Leaf.of(kind.key, **parameters)
