"""Connections, who may agree to them, and the one that is on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.accounts.queries.backing import standing_in_requests
from kash.connections.approval import APPROVAL
from kash.connections.errors import NotOn
from kash.connections.models import Connection
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.vault import open_text
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

SECRET = "connection.secret"  # noqa: S105 - the name of a place


def connections() -> Sequence[Connection]:
    """All connections, by kind and name."""
    asked = select(Connection).order_by(Connection.kind, func.lower(Connection.name), Connection.id)
    return db.session.scalars(asked).all()


def connection(public_id: str) -> Connection:
    """A connection. Raises NotFound."""
    asked = select(Connection).where(Connection.public_id == public_id)
    return one_or_404(db.session.scalar(asked))


def connection_on(kind: str, public_id: str, session: Session | None = None) -> Connection:
    """A connection of a kind that is switched on, within an action's session if one is given.
    Raises NotOn."""
    asked = select(Connection).where(
        Connection.public_id == public_id,
        Connection.kind == kind,
        Connection.is_on.is_(True),
        Connection.state == "approved",
    )
    found = (session or db.session()).scalar(asked)
    if found is None:
        raise NotOn
    return found


def connections_of(kind: str) -> Sequence[Connection]:
    """All connections of a kind, however they stand, by name."""
    asked = select(Connection).where(Connection.kind == kind)
    return db.session.scalars(asked.order_by(func.lower(Connection.name), Connection.id)).all()


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
    asked = select(Connection).where(APPROVAL.open_to(actor)).order_by(Connection.id)
    waiting = db.session.scalars(asked).all()
    return [one for one in waiting if standing_towards(one, actor) is Standing.MAY]


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
