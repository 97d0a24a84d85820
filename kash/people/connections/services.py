"""One way to call other systems: protected, bounded in time and size, straight to the host that
two people agreed on. No proxy of the environment is asked and no answer leads to another host.
What the other end is told to know the programme by stands in no error. A connection on its way:
recorded, changed, agreed to or sent back, switched on and off."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from socket import SHUT_RDWR
from urllib.parse import urljoin, urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.accounts.errors import NotIndependent
from kash.accounts.queries.accounts import accounts_that_may
from kash.people.connections.models import Connection
from kash.people.connections.queries import (
    APPROVAL,
    SECRET,
    ConnectionKind,
    SecretMissing,
    kind_named,
    secret_of,
    standing_towards,
)
from kash.people.connections.rules import clean_address
from kash.platform.approvals.rules import Standing
from kash.platform.database import new_public_id
from kash.platform.vault import audited, seal
from kash.platform.vault.audit import Change
from kash.platform.web.errors import ChangedMeanwhile, Problem
from kash.platform.web.formats import local_today
from kash.platform.web.today import answer
from kash.policy import Actor

_PATIENCE = 30.0
_MOST = 20_000_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
# What an HTTPS client raises once something may have gone out.
_FAILURES = (OSError, http.client.HTTPException, ValueError)


class FetchFailed(Exception):
    """A call without an answer that could be read; its text names neither address nor secret."""


class NotReached(FetchFailed):
    """The other end was not reached: nothing has gone out."""


class NotAnswered(FetchFailed):
    """Something may have gone out, and what became of it is not known."""


class AnswerTooLarge(NotAnswered):
    """The answer is longer than was asked for."""


class AnotherHost(FetchFailed):
    """The other end points to another host, where nothing is sent."""


@dataclass(frozen=True)
class Fetched:
    """An answer of another system, whatever its status."""

    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class OtherSystem:
    """Another system at an address that was agreed on. `headers` go with each call, the secret
    among them. `patience` is how many seconds a call may take from its beginning to its end."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: float = _PATIENCE
    here_too: bool = False

    def get(self, target: str, *, most: int = _MOST) -> Fetched:
        """Read what lies at a path below the address, or at a whole address on the same host.
        Raises FetchFailed."""
        path = self._path(target)
        for _redirect in range(_MOST_REDIRECTS + 1):
            answer = self._call("GET", path, b"", {}, most)
            if answer.status not in _REDIRECTS:
                return answer
            path = self._path(_joined(self._origin() + path, answer.headers.get("location", "")))
        raise NotAnswered("redirected too often")

    def post(
        self, target: str, body: bytes, *, content_type: str = "application/json", most: int = _MOST
    ) -> Fetched:
        """Send a body to a path below the address. A redirection is an answer like any other: a
        body is never sent twice. Raises FetchFailed."""
        return self._call("POST", self._path(target), body, {"Content-Type": content_type}, most)

    def _origin(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def _path(self, target: str) -> str:
        """The path and query of a target. Raises AnotherHost if it lies elsewhere."""
        if not target.isascii() or not target.isprintable() or " " in target:
            raise AnotherHost("no address")
        if target.startswith("/") and not target.startswith("//"):
            target = f"{self.address}{target}"
        try:
            parts = urlsplit(target)
        except ValueError:
            raise AnotherHost("no address") from None
        if f"{parts.scheme}://{parts.netloc}".lower() != self._origin():
            raise AnotherHost("another host")
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _call(
        self, method: str, path: str, body: bytes, more: Mapping[str, str], most: int
    ) -> Fetched:
        if clean_address(self.address, here_too=self.here_too) != self.address:
            raise NotReached("not protected")
        ends = time.monotonic() + self.patience
        connection = self._connection()
        try:
            try:
                connection.connect()
            except _FAILURES:
                raise NotReached("unreachable") from None
            with _no_longer_than(connection, ends):
                try:
                    headers = {"Accept-Encoding": "identity", **self.headers, **more}
                    connection.request(method, path, body or None, headers)
                    response = connection.getresponse()
                    content = response.read(most + 1)
                    names = {name.lower(): value for name, value in response.getheaders()}
                except _FAILURES:
                    raise NotAnswered("no answer") from None
        finally:
            connection.close()
        if len(content) > most:
            raise AnswerTooLarge("too large")
        declared = names.get("content-length", "")
        if declared.isdigit() and len(content) < int(declared):
            raise NotAnswered("cut short")
        if time.monotonic() > ends:
            raise NotAnswered("too slow")
        return Fetched(response.status, content, names)

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.address)
        host, port = str(parts.hostname), parts.port
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self.patience, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.patience)


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return ""


@contextmanager
def _no_longer_than(connection: http.client.HTTPConnection, ends: float) -> Iterator[None]:
    """Cut a connection at a moment, however slowly it drips: its own time limit begins anew with
    each piece."""

    def cut() -> None:
        try:
            if connection.sock is not None:
                connection.sock.shutdown(SHUT_RDWR)
        except _FAILURES:
            pass

    timer = threading.Timer(max(ends - time.monotonic(), 0.0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


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
    """Record a connection, to which another then agrees; its public id. Raises NotFound and
    SecretMissing."""
    kind_wanted = kind_named(kind)
    columns = _columns(kind_wanted, details)
    if kind_wanted.asks_secret and not details.secret:
        raise SecretMissing
    public_id = new_public_id()
    sealed = _sealed(public_id, 1, details.secret)
    with audited("connections.recorded", by) as change:
        APPROVAL.propose(
            change, by, public_id=public_id, kind=kind_wanted.key, secret=sealed, **columns
        )
        return public_id


def change_connection(
    public_id: str, details: ConnectionDetails, row_version: int, *, by: Actor
) -> None:
    """Change a connection. It is off from now on and waits for a second person again: the person
    who changes it has recorded it. Raises NotFound and
    ChangedMeanwhile."""
    with audited("connections.changed", by) as change:
        connection = _locked(change.session, public_id, row_version)
        columns = _columns(kind_named(connection.kind), details)
        secret = details.secret or secret_of(connection)
        for name, value in columns.items():
            setattr(connection, name, value)
        connection.row_version += 1
        connection.secret = _sealed(public_id, connection.row_version, secret)
        connection.state, connection.returned_reason = "proposed", ""
        connection.proposed_by, connection.created_at = by.public_id, change.now
        connection.approved_by = connection.approved_for = None
        connection.is_on, connection.switched_at = False, None
        change.about(public_id)


def agree_to_connection(public_id: str, row_version: int, *, by: Actor) -> None:
    """Agree to exactly what was shown. Raises NotFound, ChangedMeanwhile, WrongStep, SamePerson and
    NotIndependent."""
    with audited("connections.agreed", by) as change:
        connection = _locked(change.session, public_id, row_version)
        stands = standing_towards(connection, by, change.session)
        if connection.state == "proposed" and stands is not Standing.MAY:
            raise NotIndependent(stands)
        APPROVAL.approve(change, connection, by)


def return_connection(public_id: str, reason: str, *, by: Actor) -> None:
    """Send a connection back, with what must be put right. Raises NotFound and WrongStep."""
    with audited("connections.returned", by) as change:
        connection: Connection = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, connection, reason, by)


def switch_on(public_id: str, row_version: int, *, by: Actor) -> int:
    """Switch on a connection that was agreed to as it was shown; how many who can use it are told.
    Raises NotFound, ChangedMeanwhile and Problem."""
    with audited("connections.switched_on", by) as change:
        connection = _locked(change.session, public_id, row_version)
        if connection.state != "approved":
            raise Problem(_l("Nobody has agreed to this connection as it is now."))
        if connection.is_on:
            change.nothing()
            return 0
        connection.is_on, connection.switched_at = True, change.now
        change.about(public_id)
        return _tell_users(change, connection, by)


def _tell_users(change: Change, found: Connection, by: Actor) -> int:
    """Tell the person who can use a connection from now on, and didn't switch it on; how many they
    are."""
    kind = kind_named(found.kind)
    users = accounts_that_may(kind.permission, change.now) if kind.told else []
    told = [user.public_id for user in users if user.public_id != by.public_id]
    for told_user in told:
        answer(change.session, told_user, kind.told, change.now, found.public_id)
    return len(told)


def switch_off(public_id: str, *, by: Actor) -> None:
    """Switch a connection off: nothing goes by it from now on. Nothing is done if it is off. Raises
    NotFound."""
    with audited("connections.switched_off", by) as change:
        connection: Connection = APPROVAL.locked(change.session, public_id)
        if not connection.is_on:
            change.nothing()
            return
        connection.is_on, connection.switched_at = False, change.now
        change.about(public_id)


def _locked(session: Session, public_id: str, row_version: int) -> Connection:
    connection: Connection = APPROVAL.locked(session, public_id)
    if connection.row_version != row_version:
        raise ChangedMeanwhile
    return connection


def _sealed(public_id: str, row_version: int, secret: str) -> bytes | None:
    if not secret:
        return None
    return seal(secret, kind=SECRET, public_id=public_id, version=row_version)


def _columns(kind: ConnectionKind, details: ConnectionDetails) -> dict[str, object]:
    if details.contract_on > local_today():
        raise Problem(
            _l("Choose the day on which the contract was signed, today at the latest."),
            field="contract_on",
            status=422,
        )
    address: str | None = ""
    if kind.asks_address:
        # A stand-in on this machine is for tests alone.
        address = clean_address(details.address, here_too=current_app.testing)
    if address is None:
        raise Problem(_l("Use an address that begins with https."), field="address", status=422)
    return {
        "name": details.name,
        "address": address,
        "processor": details.processor,
        "contract": details.contract,
        "contract_on": details.contract_on,
        "country": details.country,
        "safeguards": details.safeguards,
        "settings": {
            setting.key: details.settings.get(setting.key, "") for setting in kind.settings
        },
    }
