"""A connection on its way: recorded, changed, agreed to or sent back, switched on and off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import current_app
from sqlalchemy.orm import Session

from kash.accounts.errors import NotIndependent
from kash.accounts.queries.delegations import accounts_that_may
from kash.connections.approval import APPROVAL
from kash.connections.errors import (
    NotAgreed,
    SecretMissing,
    SignedLater,
    WrongAddress,
)
from kash.connections.kinds import ConnectionKind, kind_named
from kash.connections.models import Connection
from kash.connections.queries import SECRET, secret_of, standing_towards
from kash.connections.rules import clean_address
from kash.platform.approvals.rules import Standing
from kash.platform.database import new_public_id
from kash.platform.vault import audited, seal
from kash.platform.vault.audit import Change
from kash.platform.web.answers import answer
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from kash.policy import Actor


@dataclass(frozen=True)
class ConnectionDetails:
    """A connection as entered; `secret` is empty where it stays as it is."""

    name: str
    processor: str
    contract: str
    contract_on: date
    country: str
    safeguards: str
    address: str = ""
    secret: str = field(default="", repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)


def record_connection(kind: str, details: ConnectionDetails, *, by: Actor) -> str:
    """Record a connection, to which another then agrees; its public id. Raises NotFound,
    WrongAddress, SecretMissing and SignedLater."""
    asked = kind_named(kind)
    columns = _columns(asked, details)
    if asked.asks_secret and not details.secret:
        raise SecretMissing
    public_id = new_public_id()
    sealed = _sealed(public_id, 1, details.secret)
    with audited("connections.recorded", by) as change:
        APPROVAL.propose(change, by, public_id=public_id, kind=asked.key, secret=sealed, **columns)
        return public_id


def change_connection(
    public_id: str, details: ConnectionDetails, row_version: int, *, by: Actor
) -> None:
    """Change a connection. It is off from now on and waits for a second person again: whoever
    changes it has recorded it. Raises NotFound, ChangedMeanwhile, WrongAddress and SignedLater."""
    with audited("connections.changed", by) as change:
        found = _locked(change.session, public_id, row_version)
        columns = _columns(kind_named(found.kind), details)
        secret = details.secret or secret_of(found)
        for name, value in columns.items():
            setattr(found, name, value)
        found.row_version += 1
        found.secret = _sealed(public_id, found.row_version, secret)
        found.state, found.returned_reason = "proposed", ""
        found.proposed_by, found.created_at = by.public_id, change.now
        found.approved_by = found.approved_for = None
        found.is_on, found.switched_at = False, None
        change.about(public_id)


def agree_to_connection(public_id: str, row_version: int, *, by: Actor) -> None:
    """Agree to exactly what was shown. Raises NotFound, ChangedMeanwhile, WrongStep, SamePerson and
    NotIndependent."""
    with audited("connections.agreed", by) as change:
        found = _locked(change.session, public_id, row_version)
        stands = standing_towards(found, by, change.session)
        if found.state == "proposed" and stands is not Standing.MAY:
            raise NotIndependent(stands)
        APPROVAL.approve(change, found, by)


def return_connection(public_id: str, reason: str, *, by: Actor) -> None:
    """Send a connection back, with what must be put right. Raises NotFound and WrongStep."""
    with audited("connections.returned", by) as change:
        found: Connection = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, found, reason, by)


def switch_on(public_id: str, row_version: int, *, by: Actor) -> int:
    """Switch on a connection that was agreed to as it was shown; how many who can use it are told.
    Raises NotFound, ChangedMeanwhile and NotAgreed."""
    with audited("connections.switched_on", by) as change:
        found = _locked(change.session, public_id, row_version)
        if found.state != "approved":
            raise NotAgreed
        if found.is_on:
            change.nothing()
            return 0
        found.is_on, found.switched_at = True, change.now
        change.about(public_id)
        return _tell_users(change, found, by)


def _tell_users(change: Change, found: Connection, by: Actor) -> int:
    """Tell whoever can use a connection from now on, and didn't switch it on; how many they are."""
    kind = kind_named(found.kind)
    users = accounts_that_may(kind.permission, change.now) if kind.told else []
    told = [one.public_id for one in users if one.public_id != by.public_id]
    for one in told:
        answer(change.session, one, kind.told, change.now, found.public_id)
    return len(told)


def switch_off(public_id: str, *, by: Actor) -> None:
    """Switch a connection off: nothing goes by it from now on. Nothing is done if it is off. Raises
    NotFound."""
    with audited("connections.switched_off", by) as change:
        found: Connection = APPROVAL.locked(change.session, public_id)
        if not found.is_on:
            change.nothing()
            return
        found.is_on, found.switched_at = False, change.now
        change.about(public_id)


def _locked(session: Session, public_id: str, row_version: int) -> Connection:
    found: Connection = APPROVAL.locked(session, public_id)
    if found.row_version != row_version:
        raise ChangedMeanwhile
    return found


def _sealed(public_id: str, row_version: int, secret: str) -> bytes | None:
    if not secret:
        return None
    return seal(secret, kind=SECRET, public_id=public_id, version=row_version)


def _columns(kind: ConnectionKind, details: ConnectionDetails) -> dict[str, object]:
    if details.contract_on > local_today():
        raise SignedLater
    address: str | None = ""
    if kind.asks_address:
        # A stand-in on this machine is for tests alone.
        address = clean_address(details.address, here_too=current_app.testing)
    if address is None:
        raise WrongAddress
    return {
        "name": details.name,
        "address": address,
        "processor": details.processor,
        "contract": details.contract,
        "contract_on": details.contract_on,
        "country": details.country,
        "safeguards": details.safeguards,
        "settings": {one.key: details.settings.get(one.key, "") for one in kind.settings},
    }
