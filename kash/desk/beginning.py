"""Steps of a programme that has just begun: a list for each role, ticked as they are done and gone
when all are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, select

from kash.accounts.models import Account, AccountRole
from kash.certificates.models import CertificateRule
from kash.database import db
from kash.forums.models import Forum
from kash.payouts.models import RateTable
from kash.people.models import Organisation, Person, ServiceEntry
from kash.policy import Actor, Role
from kash.training.models import CourseVersion
from kash.vault import Compartment
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class Step:
    """One thing to do: its words, the page on which it is done, and whether it is."""

    key: str
    label: Any
    note: Any
    endpoint: str
    done: bool


# Label, note and page of each. A page is left out for whom it is not open.
_WORDS: Mapping[str, tuple[Any, Any, str]] = {
    "director": (
        _l("Invite the director"),
        _l("Courses, certificates and payouts wait for an approval."),
        "accounts.invite_several",
    ),
    "keys": (
        _l("Invite a documentation officer and a custodian"),
        _l("Before the director has joined, this takes no second person."),
        "accounts.invite_several",
    ),
    "trainers": (
        _l("Invite the trainers"),
        _l("They write courses and run workshops."),
        "accounts.invite_several",
    ),
    "rates": (
        _l("Set what is paid"),
        _l("Without rates no payout can be proposed."),
        "payouts.rates",
    ),
    "rule": (
        _l("Set who gets a certificate"),
        _l("Without a rule no certificate can be proposed."),
        "certificates.rule",
    ),
    "services": (
        _l("Fill the list of services"),
        _l("Clinics, shelters and lawyers to whom somebody can go."),
        "directory.index",
    ),
    "vault": (
        _l("Make the keys of the vault"),
        _l("Reports can only be filed once there are keys."),
        "members.open_vault",
    ),
    "identity": (
        _l("Make the keys of the vault"),
        _l("Who somebody is stays closed to everybody until a custodian has keys."),
        "members.open_vault",
    ),
    "organisations": (
        _l("Add stations and collectives"),
        _l("People are posted to them."),
        "people.organisations",
    ),
    "people": (
        _l("Add the people"),
        _l("From a list, or one by one."),
        "people.index",
    ),
    "course": (
        _l("Write a course"),
        _l("What is taught, session by session; then propose it."),
        "training.index",
    ),
    "published": (
        _l("Publish a course"),
        _l("A trainer proposes it, the director reads and publishes it."),
        "training.index",
    ),
    "workshop": (
        _l("Plan a workshop"),
        _l("A trainer plans it, from a published course."),
        "workshops.index",
    ),
    "forum": (
        _l("Open the forum"),
        _l("Its members, meetings and minutes."),
        "forums.index",
    ),
}

# Where whoever may do it herself begins at once.
_AT_ONCE: Mapping[str, tuple[str, str]] = {
    "organisations": ("people.edit", "people.add_organisation"),
    "course": ("curriculum.edit", "training.add_course"),
    "workshop": ("workshops.edit", "workshops.add"),
    "forum": ("forums.edit", "forums.add"),
}

# In the order in which each needs the one before.
STEPS: Mapping[Role, Sequence[str]] = {
    Role.ADMINISTRATOR: ("keys", "director", "trainers"),
    Role.DIRECTOR: ("rates", "rule", "services", "published", "workshop", "forum"),
    Role.TRAINER: ("organisations", "people", "course", "published", "workshop"),
    Role.DOCUMENTATION: ("vault", "services"),
    Role.CUSTODIAN: ("identity",),
}


def _held(*roles: Role) -> ColumnElement[bool]:
    """True if somebody holds each of these roles. A link that was not used yet is not enough."""
    return and_(
        *(
            exists().where(
                AccountRole.role == str(role),
                AccountRole.account_id == Account.id,
                Account.active.is_(True),
            )
            for role in roles
        )
    )


# When a step is done, each as a part of one statement.
_DONE: Mapping[str, Callable[[], ColumnElement[bool]]] = {
    "director": lambda: _held(Role.DIRECTOR),
    "keys": lambda: _held(Role.DOCUMENTATION, Role.CUSTODIAN),
    "trainers": lambda: _held(Role.TRAINER),
    "rates": lambda: exists().where(RateTable.workshop_id.is_(None)),
    "rule": lambda: exists().where(CertificateRule.id.is_not(None)),
    "services": lambda: exists().where(ServiceEntry.id.is_not(None)),
    "vault": lambda: exists().where(Compartment.name == "case"),
    "identity": lambda: exists().where(Compartment.name == "identity"),
    "organisations": lambda: exists().where(Organisation.id.is_not(None)),
    "people": lambda: exists().where(Person.id.is_not(None)),
    "course": lambda: exists().where(CourseVersion.id.is_not(None)),
    "published": lambda: exists().where(CourseVersion.state == "published"),
    "workshop": lambda: exists().where(Workshop.state != "cancelled"),
    "forum": lambda: exists().where(Forum.id.is_not(None)),
}


@dataclass(frozen=True)
class Beginning:
    """The steps of whoever asks, none once all are done; and what is missing though work that needs
    it has begun: `rule` (who gets a certificate) and `rates`, for whoever may set it."""

    steps: Sequence[Step] = ()
    rule_missing: bool = False
    rates_missing: bool = False


def keys_for(roles: Collection[Role]) -> list[str]:
    """The steps of whoever holds these roles, each once."""
    return list(dict.fromkeys(key for role, keys in STEPS.items() if role in roles for key in keys))


def _step(key: str, actor: Actor, done: bool) -> Step:
    label, note, endpoint = _WORDS[key]
    permission, at_once = _AT_ONCE.get(key, ("", ""))
    if permission and actor.may(permission):
        endpoint = at_once
    return Step(key, label, note, endpoint, done)


def beginning(actor: Actor) -> Beginning:
    """Next steps of an actor; one query, none for who has no steps."""
    keys = keys_for(actor.roles)
    if not keys:
        return Beginning()
    row = db.session.execute(select(*(_DONE[key]().label(key) for key in keys))).one()
    done = {key: bool(value) for key, value in zip(keys, row, strict=True)}
    steps = [_step(key, actor, done[key]) for key in keys]
    begun = done.get("workshop", False)
    return Beginning(
        steps=() if all(done.values()) else steps,
        rule_missing=begun and actor.may("certificates.rule") and not done.get("rule", True),
        rates_missing=begun and actor.may("payouts.rates") and not done.get("rates", True),
    )
