"""The tree of a track: what must be fulfilled, as groups of requirements; and as JSON. There is no
negation and no upper bound, so that nothing achieved ever harms. Kinds of requirements: what can
be said of each, and how long it takes at the least. Checks of a tree before it is saved: what can
never be fulfilled is refused, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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


LONGEST_WINDOW = 120
LONGEST_GRACE = 366


class TreeFlaw(StrEnum):
    """Reason for which a tree cannot be saved."""

    EMPTY = "empty"
    COUNT = "count"
    PARAMETER = "parameter"
    UNKNOWN_KIND = "unknown_kind"
    UNPUBLISHED = "unpublished"
    OTHER_COURSE = "other_course"
    NO_SUCH_TRACK = "no_such_track"
    LOOP = "loop"
    TOO_MUCH = "too_much"
    WINDOW = "window"
    SHORT_WINDOW = "short_window"
    GRACE = "grace"
    RENEWS_NOTHING = "renews_nothing"


@dataclass(frozen=True)
class FlawAt:
    """A flaw, at a place in the tree (numbers of parts from the top), of a parameter if of one."""

    flaw: TreeFlaw
    place: tuple[int, ...] = ()
    parameter: str = ""


@dataclass(frozen=True)
class TrackCatalogue:
    """Courses and tracks that there are: published versions by course; and by track, which other
    tracks it asks for in any of its versions."""

    versions: Mapping[str, frozenset[str]]
    tracks: Mapping[str, frozenset[str]]


def flaws_of(tree: Node, track: str, kinds: Kinds, catalogue: TrackCatalogue) -> list[FlawAt]:
    """All that keeps a track's tree from being saved; nothing means that it may be.

    `track` is the public id of the track itself.
    """
    if is_too_much(tree):
        return [FlawAt(TreeFlaw.TOO_MUCH)]
    return list(_flaws(tree, (), track, kinds, catalogue))


def is_too_much(tree: Node) -> bool:
    """True for more requirements and groups than a track has, or deeper ones."""
    return sum(1 for _ in nodes_of(tree)) > MOST_NODES or depth_of(tree) > DEEPEST


def _flaws(
    node: Node, place: tuple[int, ...], track: str, kinds: Kinds, catalogue: TrackCatalogue
) -> list[FlawAt]:
    if isinstance(node, Leaf):
        return _of_leaf(node, place, track, kinds, catalogue)
    found = []
    if not node.parts:
        found.append(FlawAt(TreeFlaw.EMPTY, place))
    elif node.join is Join.SOME and not 1 <= node.count <= len(node.parts):
        found.append(FlawAt(TreeFlaw.COUNT, place))
    for number, part in enumerate(node.parts):
        found += _flaws(part, (*place, number), track, kinds, catalogue)
    return found


def _of_leaf(
    leaf: Leaf, place: tuple[int, ...], track: str, kinds: Kinds, catalogue: TrackCatalogue
) -> list[FlawAt]:
    kind = kinds.get(leaf.kind)
    if kind is None:
        return [FlawAt(TreeFlaw.UNKNOWN_KIND, place)]
    found = []
    for one in kind.parameters:
        said = leaf.text(one.name)
        flaw = None
        if not one.holds(leaf):
            flaw = TreeFlaw.PARAMETER
        elif one.kind is ParameterKind.COURSE and not catalogue.versions.get(said):
            flaw = TreeFlaw.UNPUBLISHED
        elif one.kind is ParameterKind.VERSIONS:
            known = catalogue.versions.get(leaf.text("course"), frozenset())
            if known and not known.issuperset(leaf.texts(one.name)):
                flaw = TreeFlaw.OTHER_COURSE
        elif one.kind is ParameterKind.TRACK and said != track and said not in catalogue.tracks:
            flaw = TreeFlaw.NO_SUCH_TRACK
        elif one.kind is ParameterKind.TRACK and _leads_to(said, track, catalogue.tracks):
            flaw = TreeFlaw.LOOP
        if flaw is not None:
            found.append(FlawAt(flaw, place, one.name))
    return found


def _leads_to(one: str, other: str, tracks: Mapping[str, frozenset[str]]) -> bool:
    """True if a track asks for another, itself or through others."""
    seen: set[str] = set()
    waiting = [one]
    while waiting:
        here = waiting.pop()
        if here == other:
            return True
        if here not in seen:
            seen.add(here)
            waiting += tracks.get(here, ())
    return False


def tracks_asked_for(tree: Node, kinds: Kinds) -> frozenset[str]:
    """The tracks that a tree asks for."""
    return frozenset(
        leaf.text(one.name)
        for leaf in leaves_of(tree)
        if leaf.kind in kinds
        for one in kinds[leaf.kind].parameters
        if one.kind is ParameterKind.TRACK
    )


def renewal_flaws(renewal: Renewal, kinds: Kinds, *, course: str) -> list[FlawAt]:
    """Flaws that keep a renewal from being saved, its tree apart; `course` is that of the
    certificate which it renews, empty if there is none."""
    found = []
    if not course:
        found.append(FlawAt(TreeFlaw.RENEWS_NOTHING))
    if not 1 <= renewal.months <= LONGEST_WINDOW:
        found.append(FlawAt(TreeFlaw.WINDOW))
    elif renewal.months < least_months(renewal.tree, kinds):
        found.append(FlawAt(TreeFlaw.SHORT_WINDOW))
    if not 0 <= renewal.grace_days <= LONGEST_GRACE:
        found.append(FlawAt(TreeFlaw.GRACE))
    return found


def least_months(node: Node, kinds: Kinds) -> int:
    """Months that a tree takes at the least. What takes months runs beside the rest."""
    if isinstance(node, Leaf):
        return kinds[node.kind].least_months(node) if node.kind in kinds else 0
    each = sorted(least_months(part, kinds) for part in node.parts)
    return each[node.needed - 1] if 0 < node.needed <= len(each) else 0


def put(tree: Node, place: tuple[int, ...], change: Callable[[Node], Node | None]) -> Node:
    """A tree in which the node at a place is changed, or left out where `change` says None; the
    top is never left out."""
    if not place:
        return change(tree) or tree
    if not isinstance(tree, Branch) or place[0] >= len(tree.parts):
        return tree
    parts: list[Node] = []
    for number, part in enumerate(tree.parts):
        if number != place[0]:
            parts.append(part)
        elif len(place) > 1:
            parts.append(put(part, place[1:], change))
        elif (changed := change(part)) is not None:
            parts.append(changed)
    return Branch(tree.join, tuple(parts), tree.count)
