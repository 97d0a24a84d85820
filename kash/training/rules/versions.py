"""Two versions side by side: rows paired by their lineage, and what differs between them. How long
a session takes when it is really taught, from the last times that it was. Translations: which
fields of a version are missing or stale beside the version they are of."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kash.training.rules.courses import PLAN, CourseNode, Field, FieldKind, Key, Value, by_key


@dataclass(frozen=True)
class RowPair:
    """A row as it was and as it is: one of them is None if it was added or removed.

    `changed` names the fields whose values differ. `moved` says that it stands elsewhere: in
    another module or session, or before or after one that it used to follow or go before.
    """

    before: CourseNode | None
    after: CourseNode | None
    changed: tuple[str, ...] = ()
    moved: bool = False
    children: tuple[RowPair, ...] = ()

    @property
    def node(self) -> CourseNode:
        """The row as it is, or as it was if it is gone."""
        if self.after is not None:
            return self.after
        if self.before is None:
            raise ValueError("a pair of nothing")
        return self.before

    @property
    def added(self) -> bool:
        """True if only the later version has it."""
        return self.before is None

    @property
    def removed(self) -> bool:
        """True if only the earlier version has it."""
        return self.after is None

    @property
    def differs(self) -> bool:
        """True if the row itself was added, removed, moved or changed."""
        return self.added or self.removed or self.moved or bool(self.changed)

    @property
    def differs_within(self) -> bool:
        """True if the row or anything in it differs."""
        return any(pair.differs for pair in self.walk())

    def walk(self) -> Iterator[RowPair]:
        """The pair and all below it, in the order of reading."""
        yield self
        for child in self.children:
            yield from child.walk()


def compare(before: CourseNode, after: CourseNode) -> RowPair:
    """Two versions of a course as one tree of pairs, in the order of the later one.

    What was removed stands after the row that it followed.
    """
    return _RowComparison(before, after).pair(before, after)


class _RowComparison:
    def __init__(self, before: CourseNode, after: CourseNode) -> None:
        self.then, self.now = by_key(before), by_key(after)
        self.parent_then, self.parent_now = _parents(before), _parents(after)

    def pair(
        self, before: CourseNode | None, after: CourseNode | None, *, moved: bool = False
    ) -> RowPair:
        changed: tuple[str, ...] = ()
        if before is not None and after is not None:
            changed = tuple(
                field.name
                for field in after.declared
                if before.fields.get(field.name, field.empty)
                != after.fields.get(field.name, field.empty)
            )
        return RowPair(before, after, changed, moved, tuple(self._children(before, after)))

    def _children(self, before: CourseNode | None, after: CourseNode | None) -> list[RowPair]:
        was = before.children if before is not None else ()
        stayed = [
            child.key
            for child in was
            if before is not None and self.parent_now.get(child.key) == before.key
        ]
        in_place = set[Key]()
        for kind in dict.fromkeys(key[0] for key in stayed):
            places = {key: place for place, key in enumerate(stayed) if key[0] == kind}
            order = [
                child.key
                for child in (after.children if after is not None else ())
                if child.key in places
            ]
            rising = longest_rising([places[key] for key in order])
            in_place |= {order[index] for index in rising}
        pairs = [
            self.pair(
                self.then.get(child.key),
                child,
                moved=child.key in self.then and child.key not in in_place,
            )
            for child in (after.children if after is not None else ())
        ]
        return self._with_removed(pairs, was)

    def _with_removed(self, made: list[RowPair], was: Sequence[CourseNode]) -> list[RowPair]:
        follows: Key | None = None
        for child in was:
            if child.key not in self.now:
                places = [place for place, pair in enumerate(made) if pair.node.key == follows]
                made.insert(places[0] + 1 if places else 0, self.pair(child, None))
                follows = child.key
            elif any(pair.node.key == child.key for pair in made):
                follows = child.key
        return made


def _parents(root: CourseNode) -> dict[Key, Key]:
    return {child.key: node.key for node in root.walk() for child in node.children}


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """Indexes of a longest rising part of different numbers, so that the fewest count as moved."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        place = bisect_left(ends, number)
        before.append(last[place - 1] if place else -1)
        ends[place : place + 1] = [number]
        last[place : place + 1] = [index]
    indexes = []
    index = last[-1] if last else -1
    while index >= 0:
        indexes.append(index)
        index = before[index]
    return indexes[::-1]


# Of so many deliveries: enough to see a spread, few enough to follow what was changed since.
LAST_TIMES = 6
LEAST_MINUTES, MOST_MINUTES = 5, 600
# Timetables go by fives.
_STEP = 5


@dataclass(frozen=True)
class Delivered:
    """The last deliveries of a session plan: the minutes of each, the latest first, one at least.

    `of_last` makes one.
    """

    minutes: tuple[int, ...]

    @property
    def times(self) -> int:
        """How often it was taught, of the last six."""
        return len(self.minutes)

    @property
    def least(self) -> int:
        """Minutes of the shortest."""
        return min(self.minutes)

    @property
    def most(self) -> int:
        """Minutes of the longest."""
        return max(self.minutes)

    @property
    def median(self) -> int:
        """Minutes of the one in the middle; between two, the whole minute above their mean."""
        ordered = sorted(self.minutes)
        low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        return (low + high + 1) // 2


def of_last(minutes: Sequence[int]) -> Delivered | None:
    """The last deliveries of those given, the latest first; None if it was never taught."""
    return Delivered(tuple(minutes[:LAST_TIMES])) if minutes else None


def minutes_to_plan(planned: int, delivered: Delivered | None) -> int:
    """How long a session is to be laid out if it is to be as it was delivered: the median, up to
    the next five minutes; as planned if it was never taught."""
    if delivered is None:
        return planned
    return min(max(-(-delivered.median // _STEP) * _STEP, LEAST_MINUTES), MOST_MINUTES)


def whole_time(sessions: Iterable[tuple[int, Delivered | None]]) -> dict[str, int]:
    """Time of sessions together, each with its planned minutes and its last deliveries: as
    `planned`, and as `delivered`, where what was never taught counts as planned. `taught` are how
    many of the `sessions` were."""
    every = list(sessions)
    return {
        "planned": sum(planned for planned, _ in every),
        "delivered": sum(planned if took is None else took.median for planned, took in every),
        "taught": sum(took is not None for _, took in every),
        "sessions": len(every),
    }


# No version has it: the text of a field that nobody has ever compared.
_HEXADECIMAL = frozenset("0123456789abcdef")


class TranslationGap(StrEnum):
    """State of a field of a translation that somebody must look at."""

    MISSING = "missing"
    STALE = "stale"


def fingerprint(text: Value) -> str:
    """16 hexadecimal digits of SHA-256 by which a text is known again."""
    return hashlib.sha256(str(text or "").encode()).hexdigest()[:16]


def is_fingerprint(text: str) -> bool:
    """True if a text has the shape of a fingerprint."""
    return len(text) == 16 and set(text) <= _HEXADECIMAL


def gap(field: Field, source: CourseNode, translation: CourseNode) -> TranslationGap | None:
    """How a field of a translation stands to its source: missing, stale, or None if it is right.

    Missing is what the source says and the translation does not. Stale is what was made from
    another text than the source has now, or was never compared with it.
    """
    if not field.translated:
        return None
    says, words = source.fields.get(field.name), translation.fields.get(field.name)
    if not words:
        return TranslationGap.MISSING if says else None
    return (
        None if translation.made_from.get(field.name) == fingerprint(says) else TranslationGap.STALE
    )


def gaps(source: CourseNode, translation: CourseNode) -> Iterator[tuple[Key, str, TranslationGap]]:
    """Every field of a translation that is missing or stale, with the key of its row, in the order
    of the source.

    A row that the translation lacks counts with each field that it has there.
    """
    there = by_key(translation)
    for node in source.walk():
        other = there.get(node.key) or CourseNode(node.kind, node.lineage, {})
        for field in node.declared:
            lack = gap(field, node, other)
            if lack is not None:
                yield node.key, field.name, lack


def counted_gaps(source: CourseNode, translation: CourseNode) -> dict[str, Counter[TranslationGap]]:
    """How many fields are missing and stale, by the lineage of the session that they are in; ""
    stands for the version's own and the titles of modules."""
    session = {
        below.key: node.lineage
        for node in source.walk()
        if node.kind == PLAN.name
        for below in node.walk()
    }
    counted: dict[str, Counter[TranslationGap]] = {"": Counter()}
    counted |= {lineage: Counter() for lineage in session.values()}
    for key, _field, lack in gaps(source, translation):
        counted[session.get(key, "")][lack] += 1
    return counted


def translated(source: CourseNode, known: CourseNode | None) -> CourseNode:
    """The tree of a translation: laid out as its source, worded as far as it is known.

    What each language words anew comes from the row of the same lineage in `known`, with what that
    was made from, and is empty where there is none; all else is the source's, but for a file of its
    own that the translation has.
    """
    return _translated(source, by_key(known) if known is not None else {})


def _translated(source: CourseNode, words: dict[tuple[str, str], CourseNode]) -> CourseNode:
    worded = words.get(source.key) or CourseNode(source.kind, source.lineage, {})
    return replace(
        source,
        fields={
            field.name: worded.fields.get(field.name, field.empty)
            if field.translated or (field.kind is FieldKind.FILE and worded.fields.get(field.name))
            else source.fields.get(field.name, field.empty)
            for field in source.declared
        },
        made_from=dict(worded.made_from),
        children=tuple(_translated(child, words) for child in source.children),
    )


def filled(translation: CourseNode, source: CourseNode | None) -> CourseNode:
    """A translation as it is read: what it does not word yet shows the words of its source."""
    return _filled(translation, by_key(source)) if source is not None else translation


def _filled(node: CourseNode, words: dict[tuple[str, str], CourseNode]) -> CourseNode:
    source = words.get(node.key)
    lent = tuple(
        field.name
        for field in node.declared
        if source is not None and gap(field, source, node) is TranslationGap.MISSING
    )
    borrowed = {name: source.fields[name] for name in lent} if source is not None else {}
    below = tuple(_filled(child, words) for child in node.children)
    return replace(node, fields={**node.fields, **borrowed}, children=below, lent=lent)
