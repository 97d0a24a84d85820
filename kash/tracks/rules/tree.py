"""The tree of a track: what must be fulfilled, as groups of requirements; and as JSON.

There is no negation and no upper bound, so that nothing achieved ever harms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_NODES = 40
DEEPEST = 4

Value = str | int | tuple[str, ...]


class Join(StrEnum):
    """Join of a group: how many of its parts must be fulfilled."""

    ALL = "all"
    ANY = "any"
    SOME = "some"


@dataclass(frozen=True)
class Leaf:
    """One requirement: its kind, and its parameters as (name, value) in the order of their
    names."""

    kind: str
    parameters: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def of(cls, kind: str, **parameters: Value) -> Leaf:
        """A requirement by its parameters."""
        return cls(kind, tuple(sorted(parameters.items())))

    def text(self, name: str) -> str:
        """A parameter that is a text; empty where it is not given."""
        return next((str(value) for key, value in self.parameters if key == name), "")

    def number(self, name: str, otherwise: int = 1) -> int:
        """A parameter that is a whole number."""
        found = next((value for key, value in self.parameters if key == name), otherwise)
        return found if isinstance(found, int) else otherwise

    def texts(self, name: str) -> tuple[str, ...]:
        """A parameter that is a choice of several."""
        found = next((value for key, value in self.parameters if key == name), ())
        return found if isinstance(found, tuple) else ()


@dataclass(frozen=True)
class Branch:
    """Several parts, of which all, any one or at least `count` must be fulfilled."""

    join: Join
    parts: tuple[Node, ...] = ()
    count: int = 0

    @property
    def needed(self) -> int:
        """Number of its parts that must be fulfilled."""
        if self.join is Join.ALL:
            return len(self.parts)
        return 1 if self.join is Join.ANY else self.count


Node = Leaf | Branch


@dataclass(frozen=True)
class Renewal:
    """Renewal of a certificate: a tree of facts dated within `months` before its last day, or in
    the `grace_days` after it."""

    tree: Node
    months: int
    grace_days: int = 0


class NotATree(ValueError):
    """Stored or sent data that is no tree."""


def leaves_of(node: Node) -> list[Leaf]:
    """The requirements of a tree in their order, each once."""
    return list(dict.fromkeys(one for one in nodes_of(node) if isinstance(one, Leaf)))


def nodes_of(node: Node) -> Iterator[Node]:
    """A tree's groups and requirements, from its top, in their order."""
    yield node
    if isinstance(node, Branch):
        for part in node.parts:
            yield from nodes_of(part)


def depth_of(node: Node) -> int:
    """Number of groups that lie within each other at most."""
    if isinstance(node, Leaf):
        return 0
    return 1 + max((depth_of(part) for part in node.parts), default=0)


def tree_as_json(node: Node) -> dict[str, Any]:
    """A tree as JSON: {"all": [...]}, {"any": [...]}, {"some": [...], "count": n} or a requirement
    {"is": kind, parameter: value, ...}."""
    if isinstance(node, Leaf):
        return {"is": node.kind} | {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in node.parameters
        }
    written: dict[str, Any] = {str(node.join): [tree_as_json(part) for part in node.parts]}
    return written | ({"count": node.count} if node.join is Join.SOME else {})


def tree_from_json(written: object, depth: int = 0) -> Node:
    """A tree out of its JSON. Raises NotATree."""
    if not isinstance(written, Mapping) or depth > DEEPEST:
        raise NotATree
    if "is" in written:
        return _leaf(written)
    for join in Join:
        parts = written.get(str(join))
        if isinstance(parts, Sequence) and not isinstance(parts, str):
            count = written.get("count", 0)
            if not isinstance(count, int) or isinstance(count, bool):
                raise NotATree
            return Branch(
                join,
                tuple(tree_from_json(part, depth + 1) for part in parts),
                count if join is Join.SOME else 0,
            )
    raise NotATree


def _leaf(written: Mapping[str, Any]) -> Leaf:
    parameters: dict[str, Value] = {}
    for name, value in written.items():
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            parameters[name] = tuple(value)
        elif isinstance(value, (str, int)) and not isinstance(value, bool):
            parameters[name] = value
        else:
            raise NotATree
    return Leaf.of(str(parameters.pop("is")), **parameters)


def renewal_as_json(renewal: Renewal) -> dict[str, Any]:
    """A renewal as JSON."""
    return {
        "tree": tree_as_json(renewal.tree),
        "months": renewal.months,
        "grace_days": renewal.grace_days,
    }


def renewal_from_json(written: object) -> Renewal:
    """A renewal out of its JSON. Raises NotATree."""
    if not isinstance(written, Mapping):
        raise NotATree
    months, grace = written.get("months"), written.get("grace_days")
    if not isinstance(months, int) or not isinstance(grace, int):
        raise NotATree
    return Renewal(tree_from_json(written.get("tree")), months, grace)
