"""Reads of Today and the settings that no other room asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, select

from kash.accounts.models import Account, Breach, Delegation, Invitation
from kash.accounts.queries import in_force
from kash.attendance.models import Mark, Slot
from kash.database import db
from kash.forums.models import AgendaTemplate, ForumMember
from kash.people.models import Consent, Group, Organisation, Person, Venue, Zone
from kash.people.queries import within_reach
from kash.policy import Actor
from kash.web import Listing, listing
from kash.workshops.models import Enrolment

# Whoever is asked to decide about each does not go through more at once.
MOST_QUIET = 1_000


@dataclass(frozen=True)
class Housekeeping:
    """Housekeeping of an administrator: links not yet used, and accounts with a password only."""

    invitations: int
    without_second_step: int

    def __bool__(self) -> bool:
        return bool(self.invitations or self.without_second_step)


def housekeeping(now: datetime) -> Housekeeping:
    """How many invitations wait and how many accounts in use have no second step; one query."""
    waiting = (
        select(func.count(Invitation.id))
        .where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > now,
        )
        .scalar_subquery()
    )
    bare = (
        select(func.count(Account.id))
        .where(Account.active.is_(True), Account.totp_sealed.is_(None), not_(Account.has_passkey))
        .scalar_subquery()
    )
    row = db.session.execute(select(waiting, bare)).one()
    return Housekeeping(*row)


def own_public_id(person_id: int) -> str | None:
    """The public id of the participant whom an account belongs to."""
    return db.session.scalar(select(Person.public_id).where(Person.id == person_id))


@dataclass(frozen=True)
class Counts:
    """How many there are of what a programme sets up."""

    groups: int
    organisations: int
    zones: int
    venues: int
    agendas: int
    open_breaches: int
    stand_ins: int


def counts(now: datetime) -> Counts:
    """Counts for the overview of the settings; one query."""
    row = db.session.execute(
        select(
            *(
                select(func.count()).select_from(kind).where(*conditions).scalar_subquery()
                for kind, conditions in (
                    (Group, ()),
                    (Organisation, ()),
                    (Zone, (Zone.active,)),
                    (Venue, (Venue.active,)),
                    (AgendaTemplate, ()),
                    (Breach, (Breach.closed_at.is_(None),)),
                    (Delegation, (in_force(now),)),
                )
            )
        )
    ).one()
    return Counts(*row)


def _quiet(since: datetime) -> ColumnElement[bool]:
    """Nothing was entered about the person, and she came to nothing, since that moment."""
    return and_(
        Person.changed_at < since,
        Person.created_at < since,
        ~exists().where(Consent.person_id == Person.id, Consent.recorded_at >= since),
        ~exists().where(Enrolment.person_id == Person.id, Enrolment.changed_at >= since),
        ~exists().where(
            Mark.person_id == Person.id, Slot.id == Mark.slot_id, Slot.starts_at >= since
        ),
        ~exists().where(ForumMember.person_id == Person.id, ForumMember.left_on.is_(None)),
    )


def _quiet_ids(since: datetime, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of those who were quiet longest, one more than are told."""
    return (
        select(Person.id)
        .where(_quiet(since), *conditions)
        .order_by(Person.changed_at, Person.id)
        .limit(MOST_QUIET + 1)
    )


def quiet_count(since: datetime) -> int:
    """How many have been quiet since then, at most one more than MOST_QUIET; names nobody."""
    return db.session.scalar(select(func.count()).select_from(_quiet_ids(since).subquery())) or 0


def quiet_people(actor: Actor, since: datetime) -> Listing[Any]:
    """Rows of public_id, name, group_name and changed_at of quiet people within reach; of more than
    MOST_QUIET those who were quiet longest."""
    ids = list(db.session.scalars(_quiet_ids(since, within_reach(actor, "people.see"))))
    listed = Person.id.in_(ids[:MOST_QUIET])
    statement: Any = (
        select(
            Person.public_id,
            Person.chosen_name.label("name"),
            Group.name.label("group_name"),
            Person.changed_at,
        )
        .join(Group, Group.id == Person.group_id)
        .where(listed)
    )
    found = listing(
        statement,
        sorts={"name": Person.sort_name, "changed": Person.changed_at},
        default_sort="name",
        key=Person.id,
        counted=select(Person.id).where(listed),
    )
    return replace(found, beyond=len(ids) > MOST_QUIET)
