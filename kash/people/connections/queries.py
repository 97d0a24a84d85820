"""Approval of connections. It is not declared as a part, since it cannot be lent: the second
person answers for what leaves the programme. The errors of connections, each with a sentence for
the person who meets it. Kinds of connections, and open ways out without a contract: parts that
features bring. Connections, who may agree to them, and the one that is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.accounts.queries.accounts import standing_in_requests
from kash.feature import ShownPart, declared
from kash.people.connections.models import Connection
from kash.platform.approvals.approval import Approval
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.vault import open_text
from kash.platform.web.errors import NotFound, Problem, one_or_404
from kash.policy import Actor

APPROVAL = Approval(
    "connections",
    Connection,
    proposes="connections.record",
    approves="connections.agree",
    label=_l("Connections: agree or send back"),
    waiting=_l("Connections recorded, not agreed to"),
    own=_l("You recorded this connection, so another must agree to it."),
    stands_in=_l("You stand in for the person who recorded this, so another must agree."),
)


class NotOn(Problem):
    """Something is to go by a connection that is not switched on, or is of another kind."""

    sentence = _l(
        "This connection is not switched on. An M&E officer or an administrator records receiver "
        "and contract, a director agrees; then it can be switched on."
    )


class SecretMissing(Problem):
    """A connection without the password or token that its kind needs."""

    status = 422
    field = "secret"
    sentence = _l("Enter the token by which the other system knows this programme.")


@dataclass(frozen=True)
class ConnectionSetting:
    """One line of text that a kind asks for, kept in the connection's settings under `key`."""

    key: str
    label: Any
    description: Any = ""
    most: int = 120


@dataclass(frozen=True)
class ConnectionKind(ShownPart):
    """A kind of connection: what it does (`text`), and `leaves`, what leaves the programme by it.

    `endpoint` is the page of a connection that is agreed to, told its `public_id`, and opens to the
    person who has `permission`; empty where it has none. `asks_address` is False where the other
    end calls and is never called; where it is, `such_as` is an address, and `token_from` says where
    its token stands there. `told` is the kind of answer by which they are told that one is on.
    """

    key: str
    title: Any
    text: Any
    endpoint: str
    permission: str
    asks_secret: bool
    leaves: Any = ""
    asks_address: bool = True
    settings: tuple[ConnectionSetting, ...] = ()
    such_as: str = "https://www.example.org"
    token_from: Any = ""
    told: str = ""


@dataclass(frozen=True)
class OpenWay(ShownPart):
    """A way by which something leaves without a contract, since the person who takes it may have
    it: what leaves, and the page on which it is given to the person who has `permission`."""

    place: int
    title: Any
    leaves: Any
    endpoint: str
    permission: str


def connection_kinds() -> tuple[ConnectionKind, ...]:
    """All kinds, in the order of their features."""
    return declared(ConnectionKind)


def kind_named(key: str) -> ConnectionKind:
    """The kind of this key. Raises NotFound."""
    for kind in connection_kinds():
        if kind.key == key:
            return kind
    raise NotFound


def open_ways() -> list[OpenWay]:
    """All open ways, in the order of their places."""
    return sorted(declared(OpenWay), key=lambda way: way.place)


SECRET = "connection.secret"  # noqa: S105 - the name of a place


def connections() -> Sequence[Connection]:
    """All connections, by kind and name."""
    statement = select(Connection).order_by(
        Connection.kind, func.lower(Connection.name), Connection.id
    )
    return db.session.scalars(statement).all()


def connection(public_id: str) -> Connection:
    """A connection. Raises NotFound."""
    statement = select(Connection).where(Connection.public_id == public_id)
    return one_or_404(db.session.scalar(statement))


def connection_on(kind: str, public_id: str, session: Session | None = None) -> Connection:
    """A connection of a kind that is switched on, within an action's session if one is given.
    Raises NotOn."""
    statement = select(Connection).where(
        Connection.public_id == public_id,
        Connection.kind == kind,
        Connection.is_on.is_(True),
        Connection.state == "approved",
    )
    switched_on = (session or db.session()).scalar(statement)
    if switched_on is None:
        raise NotOn
    return switched_on


def connections_of(kind: str) -> Sequence[Connection]:
    """All connections of a kind, however they stand, by name."""
    statement = select(Connection).where(Connection.kind == kind)
    return db.session.scalars(statement.order_by(func.lower(Connection.name), Connection.id)).all()


def secret_of(found: Connection) -> str:
    """The secret by which the other end knows the programme; empty if there is none. It never goes
    into an error, a log or onto a page."""
    if found.secret is None:
        return ""
    return open_text(
        found.secret, kind=SECRET, public_id=found.public_id, version=found.row_version
    )


def standing_towards(found: Connection, actor: Actor, session: Session | None = None) -> Standing:
    """Standing of somebody to what another recorded, by the rule of two people for accounts."""
    stands = standing_in_requests(
        session or db.session(), actor.public_id, [found.proposed_by], utc_now()
    )
    return stands(asked_by=found.proposed_by, concerned="")


def waiting_connections(actor: Actor) -> list[Connection]:
    """Connections to which an actor may agree, the oldest first."""
    statement = select(Connection).where(APPROVAL.open_to(actor)).order_by(Connection.id)
    waiting = db.session.scalars(statement).all()
    return [
        connection_
        for connection_ in waiting
        if standing_towards(connection_, actor) is Standing.MAY
    ]


def unfinished_connections() -> Sequence[Connection]:
    """Connections that were sent back, or agreed to and not switched on since, the oldest first."""
    return db.session.scalars(select(Connection).where(_unfinished()).order_by(Connection.id)).all()


def any_unfinished() -> ColumnElement[bool]:
    """Condition that there is one."""
    return exists().where(_unfinished())


def _unfinished() -> ColumnElement[bool]:
    never_on = and_(Connection.state == "approved", Connection.switched_at.is_(None))
    return or_(Connection.state == "returned", never_on)


def count_on(_now: datetime) -> Select[Any]:
    """Number of connections that are on, to be asked."""
    return select(func.count(Connection.id)).where(Connection.is_on.is_(True))
