"""Opening an invented programme: its set-up, its accounts, and who holds keys of its vault."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.members.rules import entitled
from kash.accounts.models import Account, Programme
from kash.accounts.queries.accounts import account as account_of
from kash.accounts.queries.accounts import actor_of, person_id_of
from kash.accounts.services.accounts import (
    change_programme,
    new_account,
    set_up_programme,
    spend_set_up_code,
)
from kash.incidents.queries.letterbox import Receipt
from kash.people.models import Person
from kash.people.services.persons import new_group
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    OpenVault,
    VaultMember,
    add_member,
    audited,
    let_in,
    make_compartment,
    make_keys,
    missing_compartments,
    new_passphrase,
    new_recovery_code,
    open_in_memory,
    seal,
)
from kash.policy import Actor, Role

DATA = Path(__file__).parent / "data"


def read_data(room: str) -> dict[str, Any]:
    """The sample's data of a room, section by section."""
    return tomllib.loads((DATA / f"{room}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class SampleAccount:
    """A sign-in. `person` is the chosen name of the participant whose account it is, if any."""

    key: str
    name: str
    roles: tuple[Role, ...]
    language: str = "en"
    person: str = ""

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@demo.example"


_OPENING = read_data("opening")
ACCOUNTS = tuple(
    SampleAccount(**{**row, "roles": tuple(Role(role) for role in row["roles"])})
    for row in _OPENING["accounts"]
)
# The first makes what is sealed.
MEMBERS = tuple(
    account for key in _OPENING["members"] for account in ACCOUNTS if account.key == key
)


@dataclass(frozen=True)
class SampleMember:
    """How a member of the sample opens the vault."""

    actor: Actor
    passphrase: str
    totp_secret: str
    vault: OpenVault = field(repr=False)


@dataclass
class CaseWork:
    """Things that the pictures type and see: the code of a report that was not sent, the receipt of
    one that was, the reference of that one's case, that of one about somebody of the programme, and
    evidence with what each piece is."""

    draft: str = ""
    receipt: Receipt = field(default_factory=lambda: Receipt("x", "x"))
    reported: str = ""
    programme: str = ""
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass
class SampleProgramme:
    """The sample as far as it is loaded: accounts by their keys, public ids of what was made, and
    what later entries call by a name.

    Workshops and meetings are those of the programme's story, in the order of time. Cases stand as
    in the data.
    """

    today: date
    password: str = ""
    actors: dict[str, Actor] = field(default_factory=dict)
    members: list[SampleMember] = field(default_factory=list)
    workshops: list[str] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    forum: str = ""
    meetings: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    work: CaseWork = field(default_factory=CaseWork)
    named: dict[str, Any] = field(default_factory=dict)

    def member(self, actor: Actor) -> SampleMember:
        """The member whose account this is. Raises StopIteration if she holds no keys."""
        return next(member for member in self.members if member.actor.public_id == actor.public_id)


class ProgrammeNotEmpty(Exception):
    """Something real may be here, so what is invented stays out."""

    def __str__(self) -> str:
        return (
            "This programme is not empty, and the sample never goes over an existing one. "
            "Choose another KASHDATA_DIR (and KASHDATABASE_URL) for it."
        )


def refuse_what_is_not_empty() -> None:
    """Raises ProgrammeNotEmpty if there is a programme, an account or a person."""
    for kind in (Programme, Account, Person):
        if db.session.scalar(select(kind.id).limit(1)) is not None:
            raise ProgrammeNotEmpty


def set_up(password: str) -> Actor:
    """Set up the programme, with its groups; the administrator. Raises WeakPassword."""
    administrator = next(account for account in ACCOUNTS if account.key == "administrator")
    programme = _OPENING["programme"]
    actor = set_up_programme(
        **programme,
        administrator_name=administrator.name,
        administrator_email=administrator.email,
        password=password,
        also=_add_groups,
    )
    spend_set_up_code()
    # A person who tries the sample has no phone that knows its secrets.
    change_programme(actor, **programme, settings={"second_step_required": False})
    return actor


def _add_groups(session: Session) -> None:
    for group in _OPENING["groups"]:
        new_group(session, **group)


def open_accounts(sample: SampleProgramme, *, of_people: bool = False) -> None:
    """Open the accounts of staff, or those of people of the programme, and add them to the
    actors."""
    for account in ACCOUNTS:
        if account.key in sample.actors or bool(account.person) != of_people:
            continue
        person = None
        if account.person:
            named = select(Person.public_id).where(Person.chosen_name == account.person)
            person = person_id_of(db.session.scalars(named).one())
        public_id = new_account(
            sample.actors["administrator"],
            name=account.name,
            email=account.email,
            password=sample.password,
            roles=account.roles,
            language=account.language,
            person_id=person,
        )
        sample.actors[account.key] = actor_of(account_of(public_id))


def add_members(sample: SampleProgramme) -> None:
    """Give keys to those who hold the records; the custodian makes both compartments."""
    import pyotp

    for account in MEMBERS:
        actor = sample.actors[account.key]
        passphrase, secret = new_passphrase(), pyotp.random_base32()
        keys = make_keys(passphrase, new_recovery_code())
        with audited("members.joined", actor) as change:
            session, now = change.session, change.now
            member = add_member(session, actor.public_id, keys, now)
            mine = sorted(entitled(actor.roles))
            for name in missing_compartments(session, mine):
                make_compartment(session, name, [member], now)
            if sample.members:
                let_in(session, sample.members[0].vault, member, mine, now)
            member.admitted_by, member.admitted_at = actor.public_id, now
            account_row = session.get_one(Account, actor.account_id)
            account_row.totp_sealed = seal(
                secret, kind="account.totp", public_id=account_row.public_id
            )
            change.about(actor.public_id)
        holds = select(VaultMember).where(VaultMember.holder == actor.public_id)
        member = db.session.scalars(holds).one()
        vault = open_in_memory(db.session(), member, keys.private, utc_now())
        sample.members.append(SampleMember(actor, passphrase, secret, vault))
