"""Readers: what is known of accounts that would read a case, to keep away who is part of it.
Officers: who holds keys and may have to do with cases, documentation officers, custodians,
directors. The contact outside the programme, as it holds and as it is proposed. Reads of the
quota: who may file, and what was spent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountRole, Programme
from kash.accounts.queries.accounts import standing_in_requests
from kash.incidents.models import Duty
from kash.incidents.rules.consents import (
    Conflict,
    Reader,
    Seen,
    conflict_of,
    for_custodian,
    may_read,
)
from kash.incidents.rules.mediation import Contact, contact_from
from kash.incidents.rules.quota import Spent, from_bytes
from kash.people.models import Organisation, Person, Posting
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.vault import SealError, VaultMember, open_sealed
from kash.policy import GRANTS, Actor, Reach, Role


def settings_of(part: str) -> dict[str, Any]:
    """A part of the programme's settings; empty if there is none."""
    return part_of(all_settings(), part)


def all_settings() -> dict[str, Any]:
    """The programme's settings, for several of their parts; one query."""
    return db.session.scalar(select(Programme.settings).where(Programme.id == 1)) or {}


def part_of(settings: Mapping[str, Any], part: str) -> dict[str, Any]:
    """A part of settings that were read; empty if there is none."""
    chosen = settings.get(part)
    return chosen if isinstance(chosen, dict) else {}


def readers(accounts: Collection[str]) -> dict[str, Reader]:
    """Readers by their accounts' public ids. Two queries, however many there are."""
    accounts_known = db.session.execute(
        select(Account.public_id, Person.public_id, Person.reference)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Account.public_id.in_(accounts))
    ).all()
    served: dict[str, set[str]] = {}
    for account, station in db.session.execute(
        select(Account.public_id, Organisation.public_id)
        .join(Posting, Posting.person_id == Account.person_id)
        .join(Organisation, Organisation.id == Posting.organisation_id)
        .where(Account.public_id.in_(accounts), Organisation.kind == "station")
    ):
        served.setdefault(account, set()).add(station)
    return {
        account: Reader(
            account=account,
            person=person or "",
            stations=frozenset(served.get(account, ())),
            service_numbers=frozenset({number} if number else ()),
        )
        for account, person, number in accounts_known
    }


def reader_of(by: Actor) -> Reader:
    """Reader that the actor herself is."""
    return readers([by.public_id]).get(by.public_id, Reader(by.public_id))


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
    roles_of: dict[str, tuple[str, set[Role]]] = {}
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
        roles_of.setdefault(public_id, (name, set()))[1].add(Role(role))
    readers_known = readers(list(roles_of))
    return [
        Officer(
            public_id,
            name,
            works=any(editing.get(role) is Reach.ALL for role in roles),
            custodian=Role.CUSTODIAN in roles,
            reader=readers_known.get(public_id, Reader(public_id)),
        )
        for public_id, (name, roles) in roles_of.items()
    ]


def custodians_with_keys() -> list[tuple[str, str]]:
    """(public id, name) of the custodians who hold keys: who reads what is for them alone."""
    return [(officer.public_id, officer.name) for officer in officers() if officer.custodian]


def few_custodians(by: Actor) -> bool:
    """True if a director is to be told that fewer than two custodians hold keys, so that nobody
    reads what is about one of them. It says so always, never because of a case. One query."""
    if Role.DIRECTOR not in by.roles:
        return False
    query = (
        select(func.count(Account.id.distinct()))
        .join(AccountRole, AccountRole.account_id == Account.id)
        .join(VaultMember, VaultMember.holder == Account.public_id)
        .where(
            Account.active.is_(True),
            VaultMember.admitted_at.is_not(None),
            AccountRole.role == str(Role.CUSTODIAN),
        )
    )
    return (db.session.scalar(query) or 0) < 2


def known_accounts() -> list[tuple[str, str]]:
    """(public id, name) of all who would read, verify or mediate, if they had no part in a case."""
    mediating = db.session.execute(
        select(Account.public_id, Account.name).join(Duty, Duty.account_id == Account.id)
    )
    names = {officer.public_id: officer.name for officer in officers()}
    names |= {account.public_id: account.name for account in mediating}
    return sorted(names.items(), key=lambda one: (one[1].casefold(), one[0]))


def kept_away(everybody: Sequence[Officer], record: Seen) -> dict[str, Conflict]:
    """Conflicts by account: those of them who must be kept away from a case, and why."""
    conflicts = {officer.public_id: conflict_of(officer.reader, record) for officer in everybody}
    return {public_id: why for public_id, why in conflicts.items() if why is not None}


def custodian_is_free(everybody: Sequence[Officer], record: Seen) -> bool:
    """True if any custodian has no part in a case."""
    return any(
        officer.custodian and conflict_of(officer.reader, record) is None for officer in everybody
    )


def decides_alone(account: str, record: Seen) -> bool:
    """True if a case is for a custodian alone and nobody else may work on it: then who triaged it
    verifies it as well, rather than nobody. One query more than none only for such a case."""
    if for_custodian(record) is None:
        return False
    return {officer.public_id for officer in may_work(officers(), record)} <= {account}


def may_work(everybody: Sequence[Officer], record: Seen) -> list[Officer]:
    """Those that a case may be assigned to. A custodian works on what concerns her: with somebody
    kept away, and on what is for her alone."""
    away = kept_away(everybody, record)
    free = [
        officer
        for officer in everybody
        if officer.public_id not in away and (officer.works or officer.custodian)
    ]
    return [
        officer
        for officer in free
        if may_read(
            record,
            custodian=officer.custodian,
            somebody_free=lambda: custodian_is_free(free, record),
        )
    ]


SETTINGS, HOLDS, PROPOSED = "outside", "holds", "proposed"


def outside_contact() -> Contact | None:
    """Where reporters are pointed to, None until two people agreed on somebody."""
    return contact_from(settings_of(SETTINGS).get(HOLDS))


def proposed_contacts(settings: str = SETTINGS) -> dict[str, Contact]:
    """Contacts that wait for a second person, by the name under which each is kept: one of each
    proposer, so that nobody is in another's way. Empty if there is none."""
    return proposed_in(settings_of(settings))


def proposed_in(kept: Mapping[str, Any]) -> dict[str, Contact]:
    """Contacts that wait, in settings that were read."""
    contacts = {
        name: contact_from(kept[name]) for name in sorted(kept) if name.startswith(PROPOSED)
    }
    return {name: contact for name, contact in contacts.items() if contact is not None}


def standings(by: Actor, proposed: Iterable[Contact]) -> dict[str, Standing]:
    """How somebody stands to each of what is proposed, by its digest: whether she may agree to it,
    by the rule of two people that holds for accounts. A few queries, none if nothing is proposed.
    """
    waiting = [contact for contact in proposed if contact.by]
    if not waiting:
        return {}
    askers = [contact.by for contact in waiting]
    stands = standing_in_requests(db.session(), by.public_id, askers, utc_now())
    return {contact.digest: stands(asked_by=contact.by, concerned="") for contact in waiting}


def what_is_missing(by: Actor, everything: Mapping[str, Any] | None = None) -> str:
    """Word by which Today tells the person who may decide what is missing: `none` (there is no
    contact), `waits` (her agreement is waited for), or nothing. `everything`: all settings, if they
    were read."""
    if not by.may("incidents.outside"):
        return ""
    settings = part_of(all_settings() if everything is None else everything, SETTINGS)
    proposed = proposed_in(settings).values()
    if Standing.MAY in standings(by, proposed).values():
        return "waits"
    return "" if contact_from(settings.get(HOLDS)) or proposed else "none"


KIND, PLACE = "incidents.quota", "all"


def who_may_file(session: Session) -> Sequence[str]:
    """The public ids of all accounts that may file a report."""
    roles = [*map(str, GRANTS["incidents.file"])]
    return session.scalars(
        select(Account.public_id)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.active.is_(True), AccountRole.role.in_(roles))
        .distinct()
        .order_by(Account.public_id)
    ).all()


def spent_in(body: bytes | None) -> Spent | None:
    """Spending in a sealed text; None if it does not open."""
    if not body:
        return None
    try:
        return from_bytes(open_sealed(body, kind=KIND, public_id=PLACE))
    except (SealError, ValidationError):
        return None
