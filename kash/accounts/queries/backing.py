"""Backers of accounts, and whether the programme still founds itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, partial

from sqlalchemy import Select, literal, select, union
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountBacking, AccountRole, Invitation, Programme
from kash.accounts.rules.two_people import Backing, behind, is_settled, standing
from kash.platform.approvals.rules import Standing
from kash.platform.database import db
from kash.policy import Role


def backing_of(session: Session, public_ids: Iterable[str]) -> Backing:
    """Backing of these accounts: who brought them in or empowered them, then those, and so on, by
    one query for each step."""
    found: dict[str, set[str]] = {}
    ahead = set(public_ids)
    while ahead:
        for one in ahead:
            found[one] = set()
        rows = session.execute(
            select(Account.public_id, AccountBacking.by)
            .join(AccountBacking, AccountBacking.account_id == Account.id)
            .where(Account.public_id.in_(sorted(ahead)))
        )
        for public_id, by in rows:
            found[public_id].add(by)
        ahead = {by for one in ahead for by in found[one]} - found.keys()
    return found


def standing_in_requests(
    session: Session, second: str, askers: Iterable[str], now: datetime
) -> Callable[..., Standing]:
    """Standing of an account towards what these asked for, as a function of `asked_by` and
    `concerned` (`rules.standing`) that asks the database nothing more; a few queries."""
    settled_at = session.scalars(
        select(Account.settled_at).where(Account.public_id == second)
    ).one()
    backing = backing_of(session, {second, *askers})
    return partial(standing, second, settled_at, backing=backing, now=now)


@lru_cache(maxsize=64)
def tied_to(public_id: str) -> Select[str]:
    """The public ids of the accounts that are not independent of one, itself among them: those who
    stand behind it, and behind whom these stand (`rules.are_independent`). The question is put
    together once for each account, which takes longer than asking it."""
    up = select(literal(public_id).label("who")).cte(recursive=True)
    up = up.union(
        select(AccountBacking.by)
        .join(Account, Account.id == AccountBacking.account_id)
        .join(up, up.c.who == Account.public_id)
    )
    down = select(up.c.who).cte(recursive=True)
    down = down.union(
        select(Account.public_id)
        .join(AccountBacking, AccountBacking.account_id == Account.id)
        .join(down, down.c.who == AccountBacking.by)
    )
    return select(down.c.who)


@lru_cache(maxsize=64)
def in_line_with(public_id: str) -> Select[str]:
    """The public ids of the accounts that stand behind one, or behind which it stands, itself among
    them: the rule of approvals (`rules.are_in_line`); and of those that tied it to a participant,
    or that it tied. Put together as `tied_to` is."""
    up = select(literal(public_id).label("who")).cte(recursive=True)
    up = up.union(
        select(AccountBacking.by)
        .join(Account, Account.id == AccountBacking.account_id)
        .join(up, up.c.who == Account.public_id)
    )
    down = select(literal(public_id).label("who")).cte(recursive=True)
    down = down.union(
        select(Account.public_id)
        .join(AccountBacking, AccountBacking.account_id == Account.id)
        .join(down, down.c.who == AccountBacking.by)
    )
    tied = select(Account.tied_by).where(Account.public_id == public_id, Account.tied_by != "")
    ties = select(Account.public_id).where(Account.tied_by == public_id)
    return union(select(up.c.who), select(down.c.who), tied, ties).subquery().select()


def is_founded(session: Session) -> bool:
    """True if the programme has, or has had, a director."""
    if session.scalar(select(Programme.founded_at).where(Programme.id == 1)) is not None:
        return True
    held = select(AccountRole.account_id).where(AccountRole.role == str(Role.DIRECTOR)).limit(1)
    return session.scalar(held) is not None


def is_settled_now(session: Session, now: datetime) -> bool:
    """True once the first director has been there for seven days (`rules.is_settled`)."""
    founded_at = session.scalar(select(Programme.founded_at).where(Programme.id == 1))
    return is_settled(founded_at, now)


def tied_by_backer(public_id: str) -> bool:
    """True if an account belongs to a participant at the word of somebody who stands behind it."""
    tied_by = db.session.scalar(select(Account.tied_by).where(Account.public_id == public_id))
    return bool(tied_by) and tied_by in behind(public_id, backing_of(db.session(), [public_id]))


def roles_ever_given(session: Session, now: datetime, *, but_email: str = "") -> frozenset[Role]:
    """The roles that some account holds or an open invitation offers, but for one to `but_email`
    (a look-up), which another invitation to the same address would replace."""
    held = set(session.scalars(select(AccountRole.role).distinct()))
    offered = session.scalars(
        select(Invitation.roles).where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > now,
            Invitation.email_lookup != but_email,
        )
    )
    return frozenset(Role(role) for role in held.union(*offered))
