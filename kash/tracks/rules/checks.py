"""Checks of a tree before it is saved: what can never be fulfilled is refused, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kash.tracks.rules.kinds import Kinds, ParameterKind
from kash.tracks.rules.tree import (
    DEEPEST,
    MOST_NODES,
    Branch,
    Join,
    Leaf,
    Node,
    Renewal,
    depth_of,
    leaves_of,
    nodes_of,
)

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
