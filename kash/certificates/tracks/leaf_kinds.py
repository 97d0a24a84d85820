"""Kinds of requirements: a room that knows a fact of people declares how a track may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import Session

from kash.certificates.tracks.rules.standing import CertificatePeriod, Window
from kash.certificates.tracks.rules.tree import KindRule, Leaf, needs_of
from kash.feature import Part, declared

Found = dict[int, tuple[int, date]]


@dataclass(frozen=True)
class LeafQuestion:
    """Question to a kind: whose facts (ids of persons, None: everybody's), within which days, how
    much is needed, and what day it is. `through` are the tracks from which it is asked; `here` the
    per cent of the hours of the workshop for which it is asked, if it is for one."""

    today: date
    people: Collection[int] | None = None
    window: Window | None = None
    need: int = 1
    through: frozenset[str] = frozenset()
    here: Found | None = None

    def of(self, person: Any) -> list[ColumnElement[bool]]:
        """The conditions by which a column of persons is narrowed."""
        return [] if self.people is None else [person.in_(self.people)]

    def within(self, day: Any) -> list[ColumnElement[bool]]:
        """The conditions by which a column of days is narrowed."""
        if self.window is None:
            return []
        since = [] if self.window.since is None else [day >= self.window.since]
        return [*since, day <= self.window.until]


@dataclass(frozen=True)
class LeafKind(Part):
    """A kind of requirement.

    `label` names it in a list of kinds. `sentence` is how it reads, with its parameters in braces:
    the same sentence is read and written in. `choices` are the words of a parameter that is one of
    a list. `facts` answers {person: (amount, day)}: how much she has, and on which day what is
    needed was reached, or was last added to. `seen` is the kind of what the programme enters for
    it, empty if nobody enters it.
    """

    rule: KindRule
    label: Any
    sentence: Any
    facts: Callable[[Session, Leaf, LeafQuestion], Found]
    seen: str = ""
    choices: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class CertificatePeriods(Part):
    """Certificates as the room that issues them knows them: {person: periods} of a course (its key)
    for these persons, None for everybody; renewals included."""

    read: Callable[
        [Session, int, Collection[int] | None], Mapping[int, Sequence[CertificatePeriod]]
    ]


def leaf_kinds() -> dict[str, LeafKind]:
    """All kinds by their keys, in the order of the features."""
    return {kind.rule.key: kind for kind in declared(LeafKind)}


def kind_rules() -> dict[str, KindRule]:
    """The rules of all kinds by their keys."""
    return {key: kind.rule for key, kind in leaf_kinds().items()}


def found_by(session: Session, statement: Select[*tuple[Any, ...]], asked: LeafQuestion) -> Found:
    """Facts that a select of (person, amount, day) finds."""
    if asked.people is not None:
        return {person: (amount, day) for person, amount, day in session.execute(statement)}
    facts: Found = {}
    for (amount, day), people in alike(session, statement):
        facts |= dict.fromkeys(people, (amount, day))
    return facts


def alike(
    session: Session, statement: Select[*tuple[Any, ...]]
) -> Iterator[tuple[tuple[Any, ...], Iterator[int]]]:
    """The persons that a select of (person, more) finds, those with the same rest together.

    Of a hundred thousand people few hundred rows come over, not one for each.
    """
    people = statement.subquery()
    person, *rest = people.c
    together = func.aggregate_strings(cast(person, String), ",")
    for *shared, keys in session.execute(select(*rest, together).group_by(*reversed(rest))):
        yield tuple(shared), map(int, keys.split(","))


def certificate_periods(
    session: Session, course: int | None, people: Collection[int] | None
) -> dict[int, list[CertificatePeriod]]:
    """{person: periods} of the certificates of a course (its key); none without a course."""
    by_person: dict[int, list[CertificatePeriod]] = {}
    if course is None:
        return by_person
    for part in declared(CertificatePeriods):
        for person, periods in part.read(session, course, people).items():
            by_person.setdefault(person, []).extend(periods)
    return by_person


def facts_of(session: Session, leaves: Collection[Leaf], asked: LeafQuestion) -> dict[Leaf, Found]:
    """Facts towards each requirement, as eligibility asks for them. A kind that nobody declares any
    more has none."""
    kinds = leaf_kinds()
    return {
        leaf: kinds[leaf.kind].facts(
            session, leaf, replace(asked, need=kinds[leaf.kind].rule.needed(leaf))
        )
        if leaf.kind in kinds
        else {}
        for leaf in leaves
    }


def needs_of_leaves(leaves: Collection[Leaf]) -> dict[Leaf, int]:
    """Amounts that are needed of each requirement."""
    return needs_of(leaves, kind_rules())
