"""Tokens, who may agree to them, and the one behind a secret."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.accounts.models import Account
from kash.accounts.queries.backing import standing_in_requests
from kash.accounts.secrets import token_hash
from kash.api.approval import APPROVAL
from kash.api.models import ApiToken, ApiTokenScope
from kash.api.rules.tokens import TokenStands
from kash.api.scopes import KIND, scope_named
from kash.connections.models import Connection
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.lists import Listing, listing
from kash.platform.web.today import Viewer
from kash.policy import Actor, Reach
from kash.statements.receivers import TokenReader


def token_behind(secret: str) -> ApiToken | None:
    """The token whose secret this is, with its account, connection and scopes."""
    return db.session.scalar(
        select(ApiToken)
        .where(ApiToken.token_hash == token_hash(secret))
        .options(
            joinedload(ApiToken.account).selectinload(Account.roles),
            joinedload(ApiToken.connection),
            selectinload(ApiToken.scopes),
        )
    )


def seen_by(actor: Actor) -> Select[ApiToken]:
    """The tokens that an actor may see: all, or those for which she answers."""
    reach = actor.reach("api.see")
    if reach is Reach.ALL:
        return select(ApiToken)
    if reach is Reach.SELF:
        return select(ApiToken).where(ApiToken.account_id == (actor.account_id or 0))
    return select(ApiToken).where(false())


def tokens(actor: Actor, connection: str = "") -> Listing[Any]:
    """Tokens by when they were asked for, the newest first; of one connection, if its public id is
    given."""
    asked = seen_by(actor)
    if connection:
        asked = asked.where(ApiToken.connection.has(Connection.public_id == connection))
    return listing(
        asked.options(
            joinedload(ApiToken.account),
            joinedload(ApiToken.connection),
            selectinload(ApiToken.scopes),
        ),
        sorts={"asked": ApiToken.created_at},
        default_sort="asked",
        default_direction="desc",
        key=ApiToken.id,
    )


def token(public_id: str, actor: Actor) -> ApiToken:
    """A token that an actor may see. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            seen_by(actor)
            .where(ApiToken.public_id == public_id)
            .options(
                joinedload(ApiToken.account),
                joinedload(ApiToken.connection),
                selectinload(ApiToken.scopes),
            )
        )
    )


def standing_towards(found: ApiToken, actor: Actor, session: Session | None = None) -> Standing:
    """Standing of somebody to what another asked for, by the rule of two people for accounts."""
    stands = standing_in_requests(
        session or db.session(), actor.public_id, [found.proposed_by], utc_now()
    )
    return stands(asked_by=found.proposed_by, concerned="")


@dataclass(frozen=True)
class TokensOnToday:
    """Tokens to which somebody may agree, and her own that wait to be fetched; the oldest first."""

    to_agree: Sequence[ApiToken] = ()
    to_fetch: Sequence[ApiToken] = ()


def _waiting(actor: Actor) -> ColumnElement[bool]:
    own = and_(
        ApiToken.account_id == (actor.account_id or 0),
        ApiToken.state == "approved",
        ApiToken.fetched_at.is_(None),
    )
    return and_(ApiToken.ended_at.is_(None), or_(own, APPROVAL.open_to(actor)))


def any_waiting(asked: Viewer) -> ColumnElement[bool] | None:
    """The condition that there may be a token on somebody's Today; None if never."""
    if not (asked.actor.may("api.agree") or asked.actor.may("api.make")):
        return None
    return exists().where(_waiting(asked.actor))


def tokens_on_today(asked: Viewer) -> TokensOnToday:
    """Tokens that wait for whoever looks; one query, and more only if there are any to agree to."""
    found = db.session.scalars(
        select(ApiToken)
        .where(_waiting(asked.actor))
        .options(joinedload(ApiToken.connection))
        .order_by(ApiToken.id)
    ).all()
    stands = {one.id: one.stands(asked.now) for one in found}
    return TokensOnToday(
        [
            one
            for one in found
            if stands[one.id] is TokenStands.ASKED
            and standing_towards(one, asked.actor) is Standing.MAY
        ],
        [one for one in found if stands[one.id] is TokenStands.AGREED],
    )


def connections_to_choose() -> Sequence[Connection]:
    """Connections for programs that two people agreed to, by name."""
    return db.session.scalars(
        select(Connection)
        .where(Connection.kind == KIND, Connection.state == "approved")
        .order_by(func.lower(Connection.name), Connection.id)
    ).all()


def names_of_tokens(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of connections by the ids of tokens that belong to them."""
    wanted = sorted(set(public_ids))
    rows = db.session.execute(
        select(ApiToken.public_id, Connection.name)
        .join(Connection, Connection.id == ApiToken.connection_id)
        .where(ApiToken.public_id.in_(wanted))
    )
    return {row.public_id: row.name for row in rows}


def count_in_use(now: datetime) -> Select[Any]:
    """Number of tokens in use, to be asked."""
    return (
        select(func.count(ApiToken.id))
        .join(Connection, Connection.id == ApiToken.connection_id)
        .where(
            ApiToken.token_hash.is_not(None),
            ApiToken.ended_at.is_(None),
            ApiToken.expires_at > now,
            ApiToken.created_at >= Connection.created_at,
        )
    )


def rows_given_until(session: Session) -> date | None:
    """The last day on which any token gave people who are no officers one by one."""
    last = session.scalar(select(func.max(ApiToken.rows_until)))
    return to_local(last).date() if last is not None else None


def programs_that_read() -> list[TokenReader]:
    """Programs that read something by a token, whatever became of it; the last to read first."""
    found = db.session.scalars(
        select(ApiToken)
        .where(ApiToken.scopes.any(ApiTokenScope.last_used_at.is_not(None)))
        .options(joinedload(ApiToken.connection), selectinload(ApiToken.scopes))
        .order_by(ApiToken.id)
    ).all()
    read = [
        TokenReader(
            one.connection.name,
            one.purpose,
            [
                scope.title
                for used in one.scopes
                if used.last_used_at and (scope := scope_named(used.scope))
            ],
            one.last_used_at,
            url_for("api.token", public_id=one.public_id),
            to_local(one.rows_until).date() if one.rows_until else None,
        )
        for one in found
        if one.last_used_at is not None
    ]
    return sorted(read, key=lambda one: one.last, reverse=True)
