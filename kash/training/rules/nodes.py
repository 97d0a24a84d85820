"""A version as a tree of plain values, with keys that outlive copies, translations and versions."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as with_default

from kash.training.rules.fields import (
    KINDS,
    MODULE,
    MOST_MODULES,
    MOST_PLANS,
    MOST_ROWS,
    PLAN,
    PLAN_ROWS,
    VERSION,
    RowKind,
    Value,
)

Key = tuple[str, str]


@dataclass(frozen=True)
class CourseNode:
    """A row and what is in it: a version holds modules, these plans, and these their rows.

    `kind` is a name of `KINDS`. `lineage` is the same in every copy, translation and later version
    of a row; a version has none. `fields` are values by the names of its kind's fields, and
    `made_from` the fingerprints of what translated fields were made from. `children` of a plan
    stand in the order of `PLAN_ROWS`, within a kind in their own. `lent` names fields that show the
    words of the version that this one translates, as it has none of its own.
    """

    kind: str
    lineage: str
    fields: Mapping[str, Value]
    made_from: Mapping[str, str] = with_default(default_factory=dict)
    children: tuple[CourseNode, ...] = ()
    lent: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """The pair by which a row is found in another version: its kind and lineage."""
        return self.kind, self.lineage

    @property
    def declared(self) -> RowKind:
        """The declaration of its kind."""
        return KINDS[self.kind]

    @property
    def is_worded(self) -> bool:
        """True if something is written in a field that each language words anew."""
        return any(self.fields.get(field.name) for field in self.declared if field.translated)

    @property
    def text(self) -> str:
        """The first text of the row, by which somebody knows it."""
        said = (self.fields.get(field.name) for field in self.declared if field.translated)
        return next((str(value) for value in said if value), "")

    def walk(self) -> Iterator[CourseNode]:
        """The node and all below it, in the order of reading."""
        yield self
        for child in self.children:
            yield from child.walk()

    def __getitem__(self, name: str) -> Value:
        """The value of a field."""
        return self.fields[name]

    def of(self, kind: str) -> tuple[CourseNode, ...]:
        """Its children of a kind."""
        return tuple(child for child in self.children if child.kind == kind)


def by_key(root: CourseNode) -> dict[Key, CourseNode]:
    """Every row of a version by its kind and lineage."""
    return {node.key: node for node in root.walk()}


def code_of(tree: CourseNode) -> str:
    """16 digits by which it is known later whether a version still says what was read."""
    said = [(*node.key, tuple(node.fields.items())) for node in tree.walk()]
    return hashlib.sha256(repr(said).encode(errors="surrogatepass")).hexdigest()[:16]


def planned_minutes(tree: CourseNode) -> int:
    """How long all sessions of a version take together."""
    return sum(
        minutes
        for node in tree.walk()
        if node.kind == PLAN.name and isinstance(minutes := node["minutes"], int)
    )


def untitled(tree: CourseNode) -> tuple[CourseNode, ...]:
    """Rows without the title that stands in lists, workshops and certificates."""
    titles = {VERSION.name: "public_title", MODULE.name: "title", PLAN.name: "title"}
    return tuple(
        node for node in tree.walk() if node.kind in titles and not node.fields[titles[node.kind]]
    )


# The kinds of rows that may stand in a row of a kind, and how many of each.
BELOW: dict[str, dict[str, int]] = {
    VERSION.name: {MODULE.name: MOST_MODULES},
    MODULE.name: {PLAN.name: MOST_PLANS},
    PLAN.name: {kind.name: MOST_ROWS for kind in PLAN_ROWS},
}


def check_tree(tree: CourseNode) -> None:
    """Raise ValueError if a tree is none of a version: something stands in a wrong place, twice or
    too often, or holds a value that its field cannot."""
    if tree.kind != VERSION.name:
        raise ValueError(f"this is no version: {tree.kind}")
    for node in tree.walk():
        for each in node.declared:
            value = node.fields.get(each.name, each.empty)
            if not each.takes(value):
                raise ValueError(f"{node.kind}.{each.name} cannot be {value!r}")
        counted = Counter(child.kind for child in node.children)
        for kind, number in counted.items():
            if number > BELOW.get(node.kind, {}).get(kind, 0):
                raise ValueError(f"{node.kind}: too many of {kind}, or they belong elsewhere")
    keys = Counter(node.key for node in tree.walk())
    twice = [key for key, number in keys.items() if number > 1]
    if twice:
        raise ValueError(f"twice in one version: {twice[0]}")
    if sum(node.kind == PLAN.name for node in tree.walk()) > MOST_PLANS:
        raise ValueError("too many sessions")
