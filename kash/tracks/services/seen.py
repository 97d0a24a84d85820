"""Entering what the programme saw people do, ending a role, and withdrawing what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Actor, Role
from kash.tracks.errors import (
    AlreadyWithdrawn,
    DayToCome,
    NothingEntered,
    NothingOfMinors,
    SupervisedByHerself,
    UnknownWitness,
    WrongEnd,
)
from kash.tracks.models import SeenFact
from kash.tracks.services.enrolments import refuse_oneself

# Who may have seen it: staff, so that no list shows accounts of both groups beside each other.
WITNESSES = (Role.TRAINER, Role.DIRECTOR, Role.MONITORING)


@dataclass(frozen=True)
class SeenTogether:
    """Facts of one kind about one thing on one day, and who saw them (an account's public id)."""

    kind: str
    about: str
    day: date
    seen_by: str


def enter(seen: SeenTogether, amounts: Mapping[str, int], *, by: Actor) -> int:
    """Enter what these people did ({public id: amount}); how many facts are new or better.

    One of a kind a day: of two scores the better stays, and what was withdrawn stands again, as
    entered now. Raises NothingEntered, DayToCome, UnknownWitness, NotFound for anybody out of
    reach, OneselfOnATrack, NothingOfMinors and SupervisedByHerself.
    """
    if not amounts:
        raise NothingEntered
    if seen.day > local_today():
        raise DayToCome
    with audited("tracks.facts_entered", by) as change:
        people = _reached(change.session, amounts, by)
        refuse_oneself(by, people.values())
        minors = exists().where(Person.id.in_(people.values()), Person.minor)
        if change.session.scalar(select(minors)):
            raise NothingOfMinors
        check_witness(change.session, seen.seen_by, people)
        there = {
            one.person_id: one
            for one in change.session.scalars(
                select(SeenFact)
                .where(
                    SeenFact.person_id.in_(people.values()),
                    SeenFact.kind == seen.kind,
                    SeenFact.about == seen.about,
                    SeenFact.day == seen.day,
                )
                .with_for_update()
            )
        }
        entered = 0
        for public_id, amount in amounts.items():
            fact = there.get(people[public_id])
            if fact is None:
                fact = SeenFact(
                    person_id=people[public_id], kind=seen.kind, about=seen.about, day=seen.day
                )
                change.session.add(fact)
            elif fact.withdrawn_at is None and fact.amount >= amount:
                continue
            stand(fact, amount, seen.seen_by, by, change.now)
            entered += 1
        if not entered:
            change.nothing()
            return 0
        change.about(*amounts)
        return entered


def stand(fact: SeenFact, amount: int, seen_by: str, by: Actor, now: datetime) -> None:
    """Have a fact stand as entered now, whether or not it was withdrawn before."""
    fact.amount, fact.seen_by, fact.until = amount, seen_by, None
    fact.entered_by, fact.entered_at = by.public_id, now
    fact.withdrawn_at, fact.withdrawn_by, fact.withdrawn_because = None, None, ""


def withdraw(person_id: str, fact_id: str, because: str, *, by: Actor) -> None:
    """Withdraw a fact that was entered wrongly; it stays in her history. Raises NotFound,
    OneselfOnATrack and AlreadyWithdrawn."""
    with audited("tracks.fact_withdrawn", by) as change:
        fact = _fact(change.session, person_id, fact_id, by)
        if fact.withdrawn_at is not None:
            raise AlreadyWithdrawn
        fact.withdrawn_at, fact.withdrawn_by = change.now, by.public_id
        fact.withdrawn_because = because
        change.about(fact_id)


def end_role(person_id: str, fact_id: str, until: date, *, by: Actor) -> None:
    """Say on which day somebody held a role last. Raises NotFound, OneselfOnATrack and WrongEnd."""
    with audited("tracks.role_ended", by) as change:
        fact = _fact(change.session, person_id, fact_id, by)
        if fact.kind != "role" or fact.withdrawn_at is not None:
            raise NotFound
        if not fact.day <= until <= local_today():
            raise WrongEnd
        fact.until = until
        change.about(fact_id)


def witnesses() -> list[Account]:
    """Accounts that can be chosen as who saw it, by name."""
    return list(accounts_with_role(*WITNESSES))


def _reached(session: Session, amounts: Mapping[str, int], by: Actor) -> dict[str, int]:
    rows = session.execute(
        select(Person.public_id, Person.id).where(
            Person.public_id.in_(amounts), within_reach(by, "tracks.keep", few=True)
        )
    )
    people = {row.public_id: row.id for row in rows}
    if len(people) < len(amounts):
        raise NotFound
    return people


def check_witness(session: Session, seen_by: str, people: Mapping[str, int]) -> None:
    """Raise UnknownWitness, or SupervisedByHerself if who saw it is one of these people."""
    if seen_by not in {one.public_id for one in witnesses()}:
        raise UnknownWitness
    whose = session.scalar(select(Account.person_id).where(Account.public_id == seen_by))
    if whose is not None and whose in people.values():
        raise SupervisedByHerself


def _fact(session: Session, person_id: str, fact_id: str, by: Actor) -> SeenFact:
    """A fact, fetched through its person, locked."""
    people = _reached(session, {person_id: 1}, by)
    refuse_oneself(by, people.values())
    return one_or_404(
        session.scalar(
            select(SeenFact)
            .where(SeenFact.public_id == fact_id, SeenFact.person_id == people[person_id])
            .with_for_update()
        )
    )
