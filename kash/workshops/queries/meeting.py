"""People whom a trainer met by an act not hers alone, which opens how to reach them."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from kash.accounts.models import Account
from kash.accounts.queries.backing import tied_to
from kash.attendance.models import Mark, MarkOperation, MarkStatus, Slot
from kash.people.models import Person
from kash.policy import Actor
from kash.workshops.models import Enrolment, Facilitator, Workshop
from kash.workshops.queries.scope import run_by


@lru_cache(maxsize=32)
def met(actor: Actor) -> ColumnElement[bool]:
    """The persons who answered this actor's invitation, or came to a session of hers.

    `people.rules.contacts` says what counts, and a test that both decide alike. It is asked of each
    person, of whom there are few, so that nobody's marks are read but hers. It says nothing of what
    is stored, so that it is put together once for each actor: that takes longer than asking it.
    """
    # What each part stands beside is said outright: left to itself, a part within a part would
    # begin a table of its own, and open everybody to everybody.
    answered = (
        exists()
        .where(
            Enrolment.person_id == Person.id,
            Enrolment.answered_at.is_not(None),
            Enrolment.answered_by != "",
            Enrolment.answered_by.not_in(tied_to(actor.public_id)),
            Enrolment.state.in_(("confirmed", "waiting")),
            run_by(actor).where(Workshop.id == Enrolment.workshop_id).correlate(Enrolment).exists(),
        )
        .correlate(Person)
    )
    return or_(answered, _attended(actor))


def _attended(actor: Actor) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            Mark.person_id == Person.id,
            MarkStatus.code == Mark.status,
            MarkStatus.weight > 0,
            Slot.id == Mark.slot_id,
            Workshop.register_id == Slot.register_id,
            _ran(actor),
            or_(_by_own_hand(actor), and_(_by_another(actor), _counted())),
        )
        .correlate(Person)
    )


def _ran(actor: Actor) -> ColumnElement[bool]:
    """Workshops that she made, or taught when the session began: whoever is put among those who
    taught afterwards met nobody by that."""
    taught = (
        exists()
        .where(
            Facilitator.workshop_id == Workshop.id,
            Facilitator.account_id == (actor.account_id or 0),
            Facilitator.added_at <= Slot.starts_at,
        )
        .correlate(Workshop, Slot)
    )
    return or_(Workshop.created_by == actor.public_id, taught)


def _by_another(actor: Actor) -> ColumnElement[bool]:
    """Registers of two people, of whom one at least is independent of the actor. Confirming itself
    asks less: two trainers whom one administrator invited may confirm each other's."""
    tied = tied_to(actor.public_id)
    others = or_(Slot.closed_by.not_in(tied), Slot.confirmed_by.not_in(tied))
    return and_(Slot.confirmed_by != Slot.closed_by, others)


def _by_own_hand(actor: Actor) -> ColumnElement[bool]:
    """Marks by the person's own account, unless that is tied to the actor's."""
    operation: Any = aliased(MarkOperation)
    return (
        exists()
        .where(
            operation.slot_id == Mark.slot_id,
            operation.person_id == Mark.person_id,
            operation.answer == "applied",
            operation.version == Mark.version,
            operation.marked_by == Account.public_id,
            Account.person_id == Mark.person_id,
            Account.public_id.not_in(tied_to(actor.public_id)),
        )
        .correlate(Mark)
    )


@cache
def _counted() -> ColumnElement[bool]:
    """True if the mark counted for something when the register was confirmed. Whatever was changed
    later, one person changed alone."""
    operation: Any = aliased(MarkOperation)
    later: Any = aliased(MarkOperation)
    status: Any = aliased(MarkStatus)
    changed = (
        exists()
        .where(
            later.slot_id == operation.slot_id,
            later.person_id == operation.person_id,
            later.answer == "applied",
            later.received_at <= Slot.confirmed_at,
            later.version > operation.version,
        )
        .correlate(Slot, operation)
    )
    return (
        exists()
        .where(
            operation.slot_id == Mark.slot_id,
            operation.person_id == Mark.person_id,
            operation.answer == "applied",
            operation.received_at <= Slot.confirmed_at,
            status.code == operation.status,
            status.weight > 0,
            ~changed,
        )
        .correlate(Mark, Slot)
    )
