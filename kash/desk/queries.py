"""What Today and the settings read that no other room asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, not_, select

from kash.accounts.models import Account, Invitation
from kash.attendance.models import MarkStatus
from kash.database import db
from kash.people.models import Group, Person


@dataclass(frozen=True)
class Housekeeping:
    """What an administrator sees to: links not yet used, and accounts with a password only."""

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


def mark_statuses() -> list[MarkStatus]:
    """The statuses that marks may have, in their order."""
    return list(
        db.session.scalars(select(MarkStatus).order_by(MarkStatus.purpose, MarkStatus.position))
    )


def groups() -> list[Group]:
    """The programme's groups in their order."""
    return list(db.session.scalars(select(Group).order_by(Group.position, Group.letter)))
