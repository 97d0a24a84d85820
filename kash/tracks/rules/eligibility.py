"""Eligibility: who fulfils a tree, and since when.

One function, whether for one person or for a hundred thousand: what differs is whose facts it gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kash.tracks.rules.tree import Branch, Join, Leaf, Node

# Facts by requirement and person.
Facts = Mapping[Leaf, Mapping[int, tuple[int, date]]]
# What is needed of each requirement.
Needs = Mapping[Leaf, int]


def fulfilling(node: Node, facts: Facts, needs: Needs) -> dict[int, date]:
    """Everybody who fulfils a tree, by person, with the day on which she first did.

    Facts are (amount, day) by requirement and person.
    """
    if isinstance(node, Leaf):
        need = needs[node]
        return {
            person: on for person, (amount, on) in facts.get(node, {}).items() if amount >= need
        }
    found = [fulfilling(part, facts, needs) for part in node.parts]
    if not found or not 0 < node.needed <= len(found):
        return {}
    if node.join is Join.ALL:
        return _all(found)
    if node.needed == 1:
        return _any(found)
    return _some(found, node.needed)


def _all(found: list[dict[int, date]]) -> dict[int, date]:
    fewest, *others = sorted(found, key=len)
    people = set(fewest)
    for other in others:
        people &= other.keys()
    return {person: max([one[person] for one in found]) for person in people}


def _any(found: list[dict[int, date]]) -> dict[int, date]:
    most, *others = sorted(found, key=len, reverse=True)
    most = dict(most)
    for other in others:
        for person, on in other.items():
            then = most.get(person)
            if then is None or on < then:
                most[person] = on
    return most


def _some(found: list[dict[int, date]], needed: int) -> dict[int, date]:
    counts: dict[int, int] = {}
    for one in found:
        for person in one:
            counts[person] = counts.get(person, 0) + 1
    return {
        person: sorted([one[person] for one in found if person in one])[needed - 1]
        for person, count in counts.items()
        if count >= needed
    }


@dataclass(frozen=True)
class EligibilityChange:
    """Number of people whom a new tree would change: who would fulfil it and did not, who did and
    would not, and who does by both."""

    gained: int
    lost: int
    kept: int


def change_between(before: Mapping[int, date], after: Mapping[int, date]) -> EligibilityChange:
    """Change for people if one tree follows another, by who fulfils each."""
    kept = len(before.keys() & after.keys())
    return EligibilityChange(gained=len(after) - kept, lost=len(before) - kept, kept=kept)


@dataclass(frozen=True)
class LeafProgress:
    """Standing of one person towards one requirement; `done_on` is None while it is missing."""

    leaf: Leaf
    have: int
    need: int
    done_on: date | None


def progress_of(person: int, leaves: list[Leaf], facts: Facts, needs: Needs) -> list[LeafProgress]:
    """One person's standing towards each requirement."""
    found = []
    for leaf in leaves:
        amount, on = facts.get(leaf, {}).get(person, (0, None))
        need = needs[leaf]
        found.append(LeafProgress(leaf, amount, need, on if amount >= need else None))
    return found


def next_steps(person: int, node: Node, facts: Facts, needs: Needs) -> list[Leaf]:
    """The requirements that one person is to turn to, the first of them next; none if she fulfils
    the tree.

    In a group of which not all is needed these are the parts that she is nearest to; of parts that
    are as near, those that stand first.
    """
    if isinstance(node, Leaf):
        return [] if _share(person, node, facts, needs) >= 1 else [node]
    done = [_share(person, part, facts, needs) >= 1 for part in node.parts]
    lacking = node.needed - sum(done)
    if lacking <= 0:
        return []
    missing = [part for part, is_done in zip(node.parts, done, strict=True) if not is_done]
    nearest = sorted(missing, key=lambda part: -_share(person, part, facts, needs))[:lacking]
    chosen = missing if node.join is Join.ALL else nearest
    steps = [leaf for part in chosen for leaf in next_steps(person, part, facts, needs)]
    return list(dict.fromkeys(steps))


def _share(person: int, node: Node, facts: Facts, needs: Needs) -> float:
    """Share of a tree that one person has, from 0 to 1."""
    if isinstance(node, Leaf):
        amount = facts.get(node, {}).get(person, (0, None))[0]
        need = needs[node]
        return min(amount / need, 1.0) if need > 0 else 1.0
    if not 0 < node.needed <= len(node.parts):
        return 0.0
    best = sorted((_share(person, part, facts, needs) for part in node.parts), reverse=True)
    return sum(best[: node.needed]) / node.needed


def count_done(node: Branch, done: frozenset[Leaf]) -> int:
    """Number of parts of a group that are fulfilled by these requirements."""
    return sum(_holds(part, done) for part in node.parts)


def _holds(node: Node, done: frozenset[Leaf]) -> bool:
    if isinstance(node, Leaf):
        return node in done
    return 0 < node.needed <= count_done(node, done)
