"""Reads of delegations: who stands in for others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from kash.accounts.models import Account, AccountRole, Delegation
from kash.accounts.queries.accounts import actor_of
from kash.platform.database import db, utc_now
from kash.platform.web.errors import one_or_404
from kash.policy import DELEGABLE, GRANTS, Actor, Role, StandIn, may_stand_in


@dataclass(frozen=True)
class Lent:
    """A delegation as pages show it. `last` is a moment on its last day."""

    public_id: str
    absent_id: str
    absent: str
    stand_in_id: str
    stand_in: str
    permissions: Sequence[str]
    reason: str
    first: datetime
    last: datetime
    state: str


def in_force(now: datetime | ColumnElement[datetime]) -> Any:
    """The condition of delegations that count at this moment.

    Whoever is absent must still have what she lent: an account that was closed, or lost the role,
    lends nothing.
    """
    absent, role = aliased(Account), aliased(AccountRole)
    return and_(
        Delegation.withdrawn_at.is_(None),
        Delegation.starts_at <= now,
        Delegation.ends_at > now,
        exists().where(
            absent.id == Delegation.absent_id,
            absent.active.is_(True),
            role.account_id == absent.id,
            role.role.in_([*map(str, GRANTS["approvals.delegate"])]),
        ),
    )


def stand_ins(rows: Iterable[tuple[Any, Any]]) -> tuple[StandIn, ...]:
    """Stand-ins, from pairs of permissions and the absent person's public id, each once."""
    found: dict[StandIn, None] = {}
    for permissions, absent in rows:
        for permission in permissions or ():
            if absent and permission in DELEGABLE:
                found[StandIn(permission, absent)] = None
    return tuple(sorted(found, key=lambda one: (one.permission, one.absent)))


def lent_to(account_id: int, now: datetime | None = None) -> tuple[StandIn, ...]:
    """Permissions that are lent to an account at this moment."""
    absent = aliased(Account)
    rows = db.session.execute(
        select(Delegation.permissions, absent.public_id)
        .join(absent, absent.id == Delegation.absent_id)
        .where(Delegation.stand_in_id == account_id, in_force(now or utc_now()))
    ).all()
    return stand_ins((row[0], row[1]) for row in rows)


def _state(row: Delegation, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.ends_at <= now:
        return "ended"
    return "running" if row.starts_at <= now else "coming"


def _lent(row: Delegation, now: datetime) -> Lent:
    return Lent(
        row.public_id,
        row.absent.public_id,
        row.absent.name,
        row.stand_in.public_id,
        row.stand_in.name,
        row.permissions,
        row.reason,
        row.starts_at,
        row.ends_at - timedelta(seconds=1),
        _state(row, now),
    )


def _delegations() -> Any:
    return select(Delegation).options(
        joinedload(Delegation.absent).lazyload(Account.roles),
        joinedload(Delegation.stand_in).lazyload(Account.roles),
    )


def delegations_among(account_ids: Collection[int], now: datetime) -> list[Lent]:
    """Delegations, running or to come, that any of these accounts gave or holds; one query."""
    if not account_ids:
        return []
    rows = db.session.scalars(
        _delegations()
        .where(
            Delegation.withdrawn_at.is_(None),
            Delegation.ends_at > now,
            or_(Delegation.stand_in_id.in_(account_ids), Delegation.absent_id.in_(account_ids)),
        )
        .order_by(Delegation.starts_at, Delegation.id)
    )
    return [_lent(row, now) for row in rows]


def delegations_of(account_id: int, now: datetime, most: int = 20) -> list[Lent]:
    """Delegations that an account lends or holds, with what is past; the latest first."""
    rows = db.session.scalars(
        _delegations()
        .where(or_(Delegation.stand_in_id == account_id, Delegation.absent_id == account_id))
        .order_by(Delegation.starts_at.desc(), Delegation.id.desc())
        .limit(most)
    )
    return [_lent(row, now) for row in rows]


def delegation(public_id: str, account_id: int | None, now: datetime) -> Lent:
    """A delegation that is not over. Raises NotFound, also if the account has no part in it.

    Without an account whoever manages accounts asks.
    """
    wanted = _delegations().where(
        Delegation.public_id == public_id,
        Delegation.withdrawn_at.is_(None),
        Delegation.ends_at > now,
    )
    if account_id is not None:
        wanted = wanted.where(
            or_(Delegation.stand_in_id == account_id, Delegation.absent_id == account_id)
        )
    found = one_or_404(db.session.scalar(wanted))
    return _lent(found, now)


def possible_stand_ins(absent_id: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """Public id, name and what each may be lent, of all who may stand in for an account."""
    accounts = db.session.scalars(
        select(Account)
        .where(Account.active.is_(True), Account.paused_at.is_(None), Account.id != absent_id)
        .order_by(Account.name, Account.id)
    ).all()
    found = []
    for one in accounts:
        roles = {Role(row.role) for row in one.roles}
        may = tuple(permission for permission in DELEGABLE if may_stand_in(roles, permission))
        if may:
            found.append((one.public_id, one.name, may))
    return found


def accounts_that_may(permission: str, now: datetime | None = None) -> Sequence[Account]:
    """Active accounts that may do something, by role or because it is lent to them now; by name.

    Whoever tells somebody that a decision waits tells these.
    """
    roles = [*map(str, GRANTS[permission])]
    holding = select(AccountRole.account_id).where(AccountRole.role.in_(roles))
    accounts = db.session.scalars(
        select(Account)
        .where(Account.active.is_(True), Account.paused_at.is_(None))
        .where(
            or_(
                Account.id.in_(holding),
                Account.id.in_(select(Delegation.stand_in_id).where(in_force(now or utc_now()))),
            )
        )
        .order_by(Account.name, Account.id)
    ).all()
    by_role = set(db.session.scalars(holding))
    lent: dict[int, list[str]] = {}
    others = [one.id for one in accounts if one.id not in by_role]
    if others:
        for stand_in_id, permissions in db.session.execute(
            select(Delegation.stand_in_id, Delegation.permissions).where(
                Delegation.stand_in_id.in_(others), in_force(now or utc_now())
            )
        ):
            lent.setdefault(stand_in_id, []).extend(permissions)
    return [
        one
        for one in accounts
        if one.id in by_role
        or (
            permission in lent.get(one.id, ())
            and may_stand_in({Role(row.role) for row in one.roles}, permission)
        )
    ]


def actors_that_may(permission: str) -> list[Actor]:
    """The same as services know them, with what is lent to them now."""
    return [
        replace(actor_of(account), stands_in=lent_to(account.id))
        for account in accounts_that_may(permission)
    ]
