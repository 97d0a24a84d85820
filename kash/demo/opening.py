"""Opening an invented programme: its set-up, and the accounts that the sample has."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Account, Programme
from kash.accounts.queries import accounts as accounts_queries
from kash.accounts.queries.accounts import actor_of, person_id_of
from kash.accounts.services.accounts import new_account
from kash.accounts.services.programme import change_programme, set_up_programme
from kash.accounts.setup import spend_set_up_code
from kash.demo.accounts import ADMINISTRATOR, SampleAccount
from kash.demo.participants import People
from kash.demo.people import COMMUNITY, POLICE
from kash.people.models import Person
from kash.people.services.groups import new_group
from kash.platform.database import db, writing
from kash.policy import Actor

LANGUAGES = ("en", "sw")


class ProgrammeNotEmpty(Exception):
    """Something real may be here, so what is invented stays out."""

    def __str__(self) -> str:
        return (
            "This programme is not empty, and the sample never goes over an existing one. "
            "Choose another KASH_DATA_DIR (and KASH_DATABASE_URL) for it."
        )


def programme_is_empty() -> bool:
    """True if there is no programme, no account and no person."""
    return all(
        db.session.scalar(select(kind.id).limit(1)) is None for kind in (Programme, Account, Person)
    )


def set_up(password: str) -> Actor:
    """Set up the programme, with its groups; the administrator. Raises WeakPassword."""
    administrator = set_up_programme(
        name="Sample programme, Kisumu",
        neutral_name="Programme",
        zone="Africa/Nairobi",
        languages=LANGUAGES,
        administrator_name=ADMINISTRATOR.name,
        administrator_email=ADMINISTRATOR.email,
        password=password,
        also=_add_groups,
    )
    spend_set_up_code()
    # Whoever tries the sample has no phone that knows its secrets.
    change_programme(
        administrator,
        name="Sample programme, Kisumu",
        neutral_name="Programme",
        zone="Africa/Nairobi",
        languages=LANGUAGES,
        settings={"second_step_required": False},
    )
    return administrator


def _add_groups(session: Session) -> None:
    new_group(session, POLICE, "A", is_police=True)
    new_group(session, COMMUNITY, "B")


def settle(now: datetime) -> None:
    """The accounts have been here for a while, so that one may agree to what another asks for."""
    with writing() as session:
        session.execute(update(Account).values(settled_at=now - timedelta(days=100)))


def open_accounts(
    actors: dict[str, Actor],
    accounts: list[SampleAccount],
    password: str,
    people: People | None = None,
) -> None:
    """Open those of these accounts that are not there yet, and add them to the actors."""
    administrator = actors[ADMINISTRATOR.key]
    for account in accounts:
        if account.key in actors:
            continue
        person = people.by_name[account.person] if people is not None else None
        public_id = new_account(
            administrator,
            name=account.name,
            email=account.email,
            password=password,
            roles=account.roles,
            language=account.language,
            person_id=person_id_of(person) if person is not None else None,
        )
        actors[account.key] = actor_of(accounts_queries.account(public_id))
