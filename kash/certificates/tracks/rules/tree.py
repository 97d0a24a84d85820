"""Requirements of a track: one list, each entry a group of which some must be fulfilled; and as
JSON. There is no negation and no upper bound, so that nothing achieved ever harms. Kinds of
requirements: their parameters, and how long each takes at the least. Checks before a list is saved:
a list that can never be fulfilled is refused, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, combinations, product
from typing import Any

MOST_LEAVES = 40
# Groups within groups, which were written before a track was one list.
DEEPEST = 4

Value = str | int | tuple[str, ...]


class Join(StrEnum):
    """Words in stored JSON for how many of some parts are needed."""

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
        value_of = next((value for key, value in self.parameters if key == name), otherwise)
        return value_of if isinstance(value_of, int) else otherwise

    def texts(self, name: str) -> tuple[str, ...]:
        """A parameter that is a choice of several."""
        value_of = next((value for key, value in self.parameters if key == name), ())
        return value_of if isinstance(value_of, tuple) else ()


@dataclass(frozen=True)
class SomeOf:
    """An entry of the list: requirements of which at least `count` must be fulfilled."""

    leaves: tuple[Leaf, ...]
    count: int = 1


# All of these must be fulfilled; nobody fulfils an empty list.
Requirements = tuple[SomeOf, ...]


def all_of(*entries: Leaf | SomeOf) -> Requirements:
    """A list of requirements and groups."""
    return tuple(SomeOf((entry,)) if isinstance(entry, Leaf) else entry for entry in entries)


@dataclass(frozen=True)
class Renewal:
    """Renewal of a certificate: requirements of facts dated within `months` before its last day,
    or in the `grace_days` after it."""

    tree: Requirements
    months: int
    grace_days: int = 0


class NotATree(ValueError):
    """Stored data that is no list of requirements."""


def leaves_of(tree: Requirements) -> list[Leaf]:
    """The requirements in their order, each once."""
    return list(dict.fromkeys(leaf for group in tree for leaf in group.leaves))


def tree_as_json(tree: Requirements) -> dict[str, Any]:
    """A list as JSON: {"all": [...]} of requirements {"is": kind, parameter: value, ...}, of
    {"any": [...]} and of {"some": [...], "count": n}."""
    return {str(Join.ALL): [_group_as_json(group) for group in tree]}


def _group_as_json(group: SomeOf) -> dict[str, Any]:
    leaves = [
        {"is": leaf.kind}
        | {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in leaf.parameters
        }
        for leaf in group.leaves
    ]
    if group.count == 1:
        return leaves[0] if len(leaves) == 1 else {str(Join.ANY): leaves}
    return {str(Join.SOME): leaves, "count": group.count}


def tree_from_json(written: object, depth: int = 0) -> Requirements:
    """A list out of its JSON, or out of groups within groups. Raises NotATree."""
    if not isinstance(written, Mapping) or depth > DEEPEST:
        raise NotATree
    if "is" in written:
        return all_of(_leaf(written))
    join = next((join for join in Join if isinstance(written.get(join), list)), None)
    if join is None:
        raise NotATree
    parts = [tree_from_json(part, depth + 1) for part in written[join]]
    if join is Join.ALL and not parts and not depth:
        return ()
    count = {Join.ALL: len(parts), Join.ANY: 1}.get(join, written.get("count"))
    if type(count) is not int or not 0 < count <= len(parts):
        raise NotATree
    return _joined(parts, count)


def _joined(parts: list[Requirements], count: int) -> Requirements:
    """The list that asks for at least so many of several lists. Of lists that are more than a
    requirement each, those that can't be left out together become a group."""
    if count == len(parts):
        return tuple(chain.from_iterable(parts))
    if all(len(part) == 1 and len(part[0].leaves) == 1 for part in parts):
        return (SomeOf(tuple(part[0].leaves[0] for part in parts), count),)
    ways = [
        [
            leaves
            for group in part
            for leaves in combinations(group.leaves, len(group.leaves) - group.count + 1)
        ]
        for part in parts
    ]
    return tuple(
        dict.fromkeys(
            SomeOf(tuple(dict.fromkeys(chain.from_iterable(picked))))
            for some in combinations(ways, len(parts) - count + 1)
            for picked in product(*some)
        )
    )


def _leaf(written: Mapping[str, Any]) -> Leaf:
    parameters: dict[str, Value] = {}
    for name, value in written.items():
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
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
        text = leaf.text(self.name)
        if self.kind is ParameterKind.CHOICE:
            return text in self.choices
        return 0 < len(text) <= LONGEST_TEXT


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


def needs_of(leaves: Collection[Leaf], kinds: Kinds) -> dict[Leaf, int]:
    """Amounts that are needed of each requirement; one of what no kind knows any more."""
    return {leaf: kinds[leaf.kind].needed(leaf) if leaf.kind in kinds else 1 for leaf in leaves}


def read_leaf(kind: KindRule, sent: Mapping[str, list[str]]) -> Leaf:
    """A requirement out of what a form sent, by the names of its parameters. What should be a
    number and is none stays as it was typed, and does not hold."""
    parameters: dict[str, Value] = {}
    for parameter in kind.parameters:
        values = [" ".join(value.split()) for value in sent.get(parameter.name, ())]
        if parameter.kind is ParameterKind.VERSIONS:
            parameters[parameter.name] = tuple(sorted({value for value in values if value}))
        elif parameter.kind is ParameterKind.NUMBER:
            text = values[0] if values else ""
            whole = text.isascii() and text.isdigit() and len(text) < 5
            parameters[parameter.name] = int(text) if whole else text
        else:
            parameters[parameter.name] = values[0] if values else ""
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
    """A flaw, at a place (numbers of the group, and of the requirement in it), of a parameter if of
    one."""

    flaw: TreeFlaw
    place: tuple[int, ...] = ()
    parameter: str = ""


@dataclass(frozen=True)
class TrackCatalogue:
    """Courses and tracks that there are: published versions by course; and by track, which other
    tracks it asks for in any of its versions."""

    versions: Mapping[str, frozenset[str]]
    tracks: Mapping[str, frozenset[str]]


def flaws_of(
    tree: Requirements, track: str, kinds: Kinds, catalogue: TrackCatalogue
) -> list[FlawAt]:
    """All that keeps a track's requirements from being saved; nothing means that they may be.

    `track` is the public id of the track itself.
    """
    if not tree or is_too_much(tree):
        return [FlawAt(TreeFlaw.TOO_MUCH if tree else TreeFlaw.EMPTY)]
    flaws = []
    for number, group in enumerate(tree):
        if not 1 <= group.count <= len(group.leaves):
            flaws.append(FlawAt(TreeFlaw.COUNT, (number,)))
        for place, leaf in enumerate(group.leaves):
            flaws += _of_leaf(leaf, (number, place), track, kinds, catalogue)
    return flaws


def is_too_much(tree: Requirements) -> bool:
    """True for more requirements than a track has."""
    return sum(len(group.leaves) for group in tree) > MOST_LEAVES


def _of_leaf(
    leaf: Leaf, place: tuple[int, ...], track: str, kinds: Kinds, catalogue: TrackCatalogue
) -> list[FlawAt]:
    kind = kinds.get(leaf.kind)
    if kind is None:
        return [FlawAt(TreeFlaw.UNKNOWN_KIND, place)]
    flaws = []
    for parameter in kind.parameters:
        named = leaf.text(parameter.name)
        flaw = None
        if not parameter.holds(leaf):
            flaw = TreeFlaw.PARAMETER
        elif parameter.kind is ParameterKind.COURSE and not catalogue.versions.get(named):
            flaw = TreeFlaw.UNPUBLISHED
        elif parameter.kind is ParameterKind.VERSIONS:
            versions = catalogue.versions.get(leaf.text("course"), frozenset())
            if versions and not versions.issuperset(leaf.texts(parameter.name)):
                flaw = TreeFlaw.OTHER_COURSE
        elif (
            parameter.kind is ParameterKind.TRACK
            and named != track
            and named not in catalogue.tracks
        ):
            flaw = TreeFlaw.NO_SUCH_TRACK
        elif parameter.kind is ParameterKind.TRACK and _leads_to(named, track, catalogue.tracks):
            flaw = TreeFlaw.LOOP
        if flaw is not None:
            flaws.append(FlawAt(flaw, place, parameter.name))
    return flaws


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


def tracks_asked_for(tree: Requirements, kinds: Kinds) -> frozenset[str]:
    """The tracks that requirements name."""
    return frozenset(
        leaf.text(parameter.name)
        for leaf in leaves_of(tree)
        if leaf.kind in kinds
        for parameter in kinds[leaf.kind].parameters
        if parameter.kind is ParameterKind.TRACK
    )


def renewal_flaws(renewal: Renewal, kinds: Kinds, *, course: str) -> list[FlawAt]:
    """Flaws that keep a renewal from being saved, but for its tree's; `course` is that of the
    certificate which it renews, empty if there is none."""
    flaws = []
    if not course:
        flaws.append(FlawAt(TreeFlaw.RENEWS_NOTHING))
    if not 1 <= renewal.months <= LONGEST_WINDOW:
        flaws.append(FlawAt(TreeFlaw.WINDOW))
    elif renewal.months < least_months(renewal.tree, kinds):
        flaws.append(FlawAt(TreeFlaw.SHORT_WINDOW))
    if not 0 <= renewal.grace_days <= LONGEST_GRACE:
        flaws.append(FlawAt(TreeFlaw.GRACE))
    return flaws


def least_months(tree: Requirements, kinds: Kinds) -> int:
    """Months that requirements take at the least. One that takes months runs beside the rest."""
    return max(
        (
            sorted(
                kinds[leaf.kind].least_months(leaf) if leaf.kind in kinds else 0
                for leaf in group.leaves
            )[group.count - 1]
            for group in tree
            if 0 < group.count <= len(group.leaves)
        ),
        default=0,
    )
