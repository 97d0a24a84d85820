"""Who holds keys and may have to do with cases: documentation officers, custodians, directors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kash.accounts.models import Account, AccountRole
from kash.database import db
from kash.incidents.models import Duty
from kash.incidents.queries.readers import readers
from kash.incidents.rules.conflicts import Concerning, Conflict, Reader, conflict_of
from kash.policy import GRANTS, Reach, Role
from kash.vault import VaultMember


@dataclass(frozen=True)
class Officer:
    """Somebody with keys. `works`: on any case; a custodian only on those that concern her."""

    public_id: str
    name: str
    works: bool
    custodian: bool
    reader: Reader


def officers() -> list[Officer]:
    """Everybody who holds keys and may see cases, by name, in three queries."""
    seeing = {str(role) for role in GRANTS["incidents.see"]}
    editing = GRANTS["incidents.edit"]
    found: dict[str, tuple[str, set[Role]]] = {}
    for public_id, name, role in db.session.execute(
        select(Account.public_id, Account.name, AccountRole.role)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .join(VaultMember, VaultMember.holder == Account.public_id)
        .where(
            Account.active.is_(True),
            VaultMember.admitted_at.is_not(None),
            AccountRole.role.in_(seeing),
        )
        .order_by(Account.name, Account.public_id)
    ):
        found.setdefault(public_id, (name, set()))[1].add(Role(role))
    known = readers(list(found))
    return [
        Officer(
            public_id,
            name,
            works=any(editing.get(role) is Reach.ALL for role in roles),
            custodian=Role.CUSTODIAN in roles,
            reader=known.get(public_id, Reader(public_id)),
        )
        for public_id, (name, roles) in found.items()
    ]


def known_accounts() -> list[tuple[str, str]]:
    """(public id, name) of whoever would read, verify or mediate, if she had no part in a case."""
    mediating = db.session.execute(
        select(Account.public_id, Account.name).join(Duty, Duty.account_id == Account.id)
    )
    found = {one.public_id: one.name for one in officers()}
    found |= {one.public_id: one.name for one in mediating}
    return sorted(found.items(), key=lambda one: (one[1].casefold(), one[0]))


def kept_away(everybody: Sequence[Officer], record: Concerning) -> dict[str, Conflict]:
    """Who of them must be kept away from a case, and why, by account."""
    found = {one.public_id: conflict_of(one.reader, record) for one in everybody}
    return {public_id: why for public_id, why in found.items() if why is not None}


def may_work(everybody: Sequence[Officer], record: Concerning) -> list[Officer]:
    """Those to whom a case may be assigned. A custodian works on what concerns her: with somebody
    kept away or a minor, every case that reaches her does."""
    away = kept_away(everybody, record)
    return [one for one in everybody if one.public_id not in away and (one.works or one.custodian)]
