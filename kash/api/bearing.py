"""The token of a request: whose it is, and what it may be used for at this moment.

What an account may do is asked anew with each request, so that a role that was taken away, an
account that was locked and a connection that was switched off end what a token does at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g, request

from kash.accounts.queries.accounts import actor_of
from kash.api.errors import ConnectionOff, OutOfScope, TokenMissing
from kash.api.leases import count_wrong, use_one
from kash.api.models import ApiToken
from kash.api.queries.tokens import token_behind
from kash.api.rules.tokens import TokenStands, may_have, narrowed
from kash.api.scopes import ITSELF, KIND, Scope
from kash.connections.rules import Stands
from kash.platform.database import utc_now
from kash.platform.web.programme import programme_languages
from kash.policy import SIGNED_IN, Actor

_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_-]{20,80})")


@dataclass(frozen=True)
class TokenBearer:
    """A token as requests know it. `actor` is the account that answers for it, narrowed; as one
    that acts it goes by the token's own id."""

    id: int
    public_id: str
    connection: str
    scopes: frozenset[str]
    expires_at: datetime
    actor: Actor

    def has(self, scope: Scope) -> bool:
        """True if it was made for a scope, and whoever answers for it may still do that."""
        if scope is ITSELF:
            return True
        return scope.key in self.scopes and may_have(self.actor.roles, scope.permission)


def bearer() -> TokenBearer:
    """The token of the present request, once it was let in."""
    found: TokenBearer = g.api_bearer
    return found


def let_in() -> Actor:
    """For whom the present request is. Raises TokenMissing, ConnectionOff, OutOfScope and
    TooMuchAsked."""
    g.language = request.accept_languages.best_match(programme_languages(), "en")
    try:
        found = _token()
    except TokenMissing:
        count_wrong(request.remote_addr or "")
        raise
    scope = scope_of(current_app.view_functions[request.endpoint or ""])
    if scope is None or not found.has(scope):
        raise OutOfScope
    use_one(found.id, found.public_id, scope)
    g.api_bearer = found
    return found.actor


def scope_of(view: object) -> Scope | None:
    """The scope that a view declares; None if it declares none."""
    return getattr(view, "kash_scope", None)


def _token() -> TokenBearer:
    given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    row = token_behind(given.group(1)) if given else None
    now = utc_now()
    if row is None or row.stands(now) is not TokenStands.IN_USE:
        raise TokenMissing
    if not row.account.active or row.account.paused_at is not None:
        raise TokenMissing
    if row.connection.kind != KIND or row.connection.stands is not Stands.ON:
        raise ConnectionOff
    return _as_bearer(row)


def _as_bearer(row: ApiToken) -> TokenBearer:
    actor = narrowed(actor_of(row.account))
    if not actor.may(SIGNED_IN) or row.expires_at is None:
        raise TokenMissing
    return TokenBearer(
        id=row.id,
        public_id=row.public_id,
        connection=row.connection.name,
        scopes=frozenset(one.scope for one in row.scopes),
        expires_at=row.expires_at,
        actor=actor,
    )
