"""Two versions side by side: rows paired by their lineage, and what differs between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kash.training.rules.nodes import CourseNode, Key, by_key


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
            kept = longest_rising([places[key] for key in order])
            in_place |= {order[index] for index in kept}
        made = [
            self.pair(
                self.then.get(child.key),
                child,
                moved=child.key in self.then and child.key not in in_place,
            )
            for child in (after.children if after is not None else ())
        ]
        return self._with_removed(made, was)

    def _with_removed(self, made: list[RowPair], was: Sequence[CourseNode]) -> list[RowPair]:
        follows: Key | None = None
        for child in was:
            if child.key not in self.now:
                places = [place for place, each in enumerate(made) if each.node.key == follows]
                made.insert(places[0] + 1 if places else 0, self.pair(child, None))
                follows = child.key
            elif any(each.node.key == child.key for each in made):
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
    found = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(index)
        index = before[index]
    return found[::-1]
