"""Reads of the programme, accounts, sessions and invitations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, column, exists, func, or_, select, table
from sqlalchemy.orm import Session, selectinload

from kash.accounts.models import (
    Account,
    AccountRole,
    Invitation,
    KnownAddress,
    Programme,
    RecoveryCode,
)
from kash.accounts.rules.accounts import needs_second_step
from kash.accounts.rules.throttle import ADDRESS_KNOWN_FOR
from kash.accounts.secrets import token_hash
from kash.platform.database import db, utc_now
from kash.platform.vault import lookup, open_text
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing
from kash.platform.web.paper import paper_from
from kash.platform.web.programme import ProgrammeFacts, looks_from
from kash.platform.web.programme import programme_facts as known_programme
from kash.platform.web.retention import retention_from
from kash.policy import NOBODY, Actor, Role

# People stand beside accounts: of a participant little is of interest here.
_PERSON = table(
    "person",
    column("id"),
    column("public_id"),
    column("chosen_name"),
    column("group_id"),
    column("minor"),
)
_GROUP = table("people_group", column("id"), column("is_police"))


def programme() -> Programme | None:
    """The programme, None until it is set up."""
    return db.session.get(Programme, 1)


# Every page asks it, and putting it together takes as long as running it.
_FACTS = select(
    Programme.neutral_name,
    Programme.zone,
    Programme.languages,
    Programme.default_language,
    Programme.settings,
)


def programme_facts() -> ProgrammeFacts | None:
    """Facts of the programme that every page needs; None before it is set up."""
    row = db.session.execute(_FACTS).one_or_none()
    if row is None:
        return None
    return ProgrammeFacts(
        row[0],
        row[1],
        tuple(row[2]),
        row[3],
        paper=paper_from(row[4].get("paper")),
        retention=retention_from(row[4].get("retention")),
        second_step_required=bool(row[4].get("second_step_required", True)),
        second_step_roles=frozenset(row[4].get("second_step_roles", ())),
        accepted_by=dict(row[4].get("languages", {})),
        contact_looks_a_day=looks_from(row[4].get("contacts")),
        accepted_address=str(row[4].get("address", {}).get("accepted", "")),
    )


def address_is_known(account_id: int, address_key: str) -> bool:
    """True if an account signed in lately from the address behind a key."""
    found: bool | None = db.session.scalar(
        select(
            exists().where(
                KnownAddress.account_id == account_id,
                KnownAddress.address_key == address_key,
                KnownAddress.used_at > utc_now() - ADDRESS_KNOWN_FOR,
            )
        )
    )
    return bool(found)


def roles_with_second_step() -> frozenset[Role]:
    """The roles that the programme has added to those that always need a second step."""
    facts = known_programme()
    return frozenset(Role(role) for role in facts.second_step_roles) if facts else frozenset()


def must_have_second_step(roles: Collection[Role]) -> bool:
    """True if an account with these roles must have a second step here: the roles that open much,
    unless the programme asks nobody for it, and those that the programme has added."""
    facts = known_programme()
    if facts is not None and not facts.second_step_required:
        return False
    return needs_second_step(roles, roles_with_second_step())


def email_key(email: str) -> str:
    """The look-up of an address, which must be in its one form (lower case)."""
    return lookup(email, kind="account.email")


def email_of(account: Account) -> str:
    """An account's address."""
    return open_text(account.email_sealed, kind="account.email", public_id=account.public_id)


def account_by_email(email: str) -> Account | None:
    """The account with this address."""
    return db.session.scalar(select(Account).where(Account.email_lookup == email_key(email)))


def account(public_id: str) -> Account:
    """An account. Raises NotFound."""
    return one_or_404(db.session.scalar(select(Account).where(Account.public_id == public_id)))


def roles_of(account: Account) -> frozenset[Role]:
    """An account's roles."""
    return frozenset(Role(row.role) for row in account.roles)


def actor_of(account: Account) -> Actor:
    """An account as services and queries know it."""
    return Actor(
        public_id=account.public_id,
        roles=roles_of(account),
        account_id=account.id,
        person_id=account.person_id,
        language=account.language or "en",
    )


def actor_now(public_id: str) -> Actor:
    """Actor of an account, as far as it may act now; NOBODY if it may not."""
    found = db.session.scalar(select(Account).where(Account.public_id == public_id))
    return actor_of(found) if found is not None and found.active else NOBODY


def person_id_of(public_id: str) -> int | None:
    """The key of a participant, None if there is none."""
    found: int | None = db.session.scalar(
        select(_PERSON.c.id).where(_PERSON.c.public_id == public_id)
    )
    return found


@dataclass(frozen=True)
class Participant:
    """Somebody to whom an account shall belong, as far as whoever invites her must know."""

    public_id: str
    name: str
    police: bool


def participant(public_id: str) -> Participant | None:
    """A participant by her number, None if there is none."""
    row = db.session.execute(
        select(_PERSON.c.public_id, _PERSON.c.chosen_name, _GROUP.c.is_police)
        .join(_GROUP, _GROUP.c.id == _PERSON.c.group_id)
        .where(_PERSON.c.public_id == public_id)
    ).one_or_none()
    return None if row is None else Participant(row[0], row[1], bool(row[2]))


def is_minor(session: Session, person_id: int) -> bool:
    """True if a participant is, or may be, under 18."""
    return bool(session.scalar(select(_PERSON.c.minor).where(_PERSON.c.id == person_id)))


def person_public_id(person_id: int | None) -> str | None:
    """The public id of the participant whom an account belongs to."""
    if person_id is None:
        return None
    found: str | None = db.session.scalar(
        select(_PERSON.c.public_id).where(_PERSON.c.id == person_id)
    )
    return found


def account_listing(*, active: bool, search: str = "", role: str = "") -> Listing[Account]:
    """Accounts by name, a page of them."""
    statement: Select[Any] = select(Account).where(Account.active.is_(active))
    if search:
        statement = statement.where(Account.name.icontains(search, autoescape=True))
    if role:
        statement = statement.where(
            Account.id.in_(select(AccountRole.account_id).where(AccountRole.role == role))
        )
    return listing(
        statement.options(selectinload(Account.roles)),
        sorts={"name": func.lower(Account.name), "seen": Account.last_seen_at},
        default_sort="name",
        key=Account.id,
    )


def names_of(public_ids: Iterable[str | None]) -> dict[str, str]:
    """The names of accounts by their public ids; ids of anything else, and none, are left out."""
    wanted = sorted({one for one in public_ids if one})
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Account.public_id, Account.name).where(Account.public_id.in_(wanted))
    )
    return {row.public_id: row.name for row in rows}


def people_of(public_ids: Iterable[str]) -> Select[int | None]:
    """The keys of the participants to whom these accounts belong."""
    wanted = sorted(set(public_ids))
    return select(Account.person_id).where(
        Account.public_id.in_(wanted), Account.person_id.is_not(None)
    )


def accounts_with_role(*roles: Role, locked: Collection[str] = ()) -> Sequence[Account]:
    """Active accounts that hold one of these roles, by name.

    Of those that are locked only the ones named by public id in `locked`.
    """
    return db.session.scalars(
        select(Account)
        .where(
            Account.active.is_(True),
            or_(Account.paused_at.is_(None), Account.public_id.in_(locked)),
            Account.id.in_(
                select(AccountRole.account_id).where(AccountRole.role.in_([*map(str, roles)]))
            ),
        )
        .order_by(func.lower(Account.name), Account.id)
    ).all()


def open_invitations() -> Sequence[Invitation]:
    """Invitations that can still be used, the newest first."""
    return db.session.scalars(
        select(Invitation)
        .where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > utc_now(),
        )
        .order_by(Invitation.id.desc())
        .limit(200)
    ).all()


def usable_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, if it is neither used nor too old."""
    return db.session.scalar(
        select(Invitation).where(
            Invitation.token_hash == token_hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > utc_now(),
        )
    )


def unused_recovery_codes(account_id: int) -> int:
    """How many recovery codes are left."""
    count: int | None = db.session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )
    return count or 0
