"""A token on its way: asked for, agreed to or sent back, fetched once, ended. Use of a token:
counted against its limit, and on each day told once for each scope. Leases of requests that this
process holds, and counts down in memory (`rules/limits.py`). The token of a request: whose it is,
and what it may be used for at this moment. What an account may do is asked anew with each request,
so that a role that was taken away, an account that was locked and a connection that was switched
off end what a token does at once. Marks that come from a program, by the rules by which a phone's
do: one transaction, one entry. They are made under the token in the name of the account that
answers for it, whose right to mark is asked anew while the register is held."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from flask import current_app, g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.errors import NotIndependent
from kash.accounts.queries.accounts import actor_of
from kash.accounts.services.marks import new_token, token_hash
from kash.accounts.services.throttle import count_try
from kash.attendance.models import owner_of
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import Operation, OperationAnswer
from kash.attendance.services.inbox import apply_batch
from kash.attendance.sources import MarkSource
from kash.exchange.api.models import (
    APPROVAL,
    ITSELF,
    KIND,
    NAMES,
    PEOPLE,
    ApiToken,
    ApiTokenScope,
    KeptAnswer,
    Scope,
    scope_named,
)
from kash.exchange.api.queries import (
    TOO_LATE,
    ApiProblem,
    TokenMissing,
    officers_entries,
    out_of_scope,
    seen_by,
    standing_towards,
    token_behind,
    too_much_asked,
)
from kash.exchange.api.rules import (
    KEPT_FOR,
    MOST_WRONG,
    PERIODS,
    WINDOW,
    LeaseWindow,
    TokenStands,
    leased,
    may_have,
    narrowed,
    seconds_left,
)
from kash.people.connections.models import Connection
from kash.people.connections.rules import Stands
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, unless_full, utc_now, writing
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, TooManyTries, get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.programme import programme_languages
from kash.policy import SIGNED_IN, Actor

PREFIX = "kash_"


@dataclass(frozen=True)
class TokenRequest:
    """Request for a token: the connection (public id), what for, scopes by key, and days."""

    connection: str
    purpose: str
    scopes: tuple[str, ...]
    days: int


def ask_for_token(request: TokenRequest, *, by: Actor) -> str:
    """Ask for a token, for which the asker answers; its public id. Raises NotFound and Problem."""
    scopes = _checked(request.scopes, by)
    days = request.days if request.days in PERIODS else PERIODS[0]
    with audited("api.token_asked", by) as change:
        connection = get_or_404(
            change.session,
            Connection,
            request.connection,
            Connection.kind == KIND,
            Connection.state == "approved",
        )
        token: ApiToken = APPROVAL.propose(
            change,
            by,
            connection_id=connection.id,
            account_id=by.account_id,
            purpose=request.purpose,
            days=days,
            scopes=[ApiTokenScope(scope=key) for key in scopes],
        )
        change.about(connection.public_id)
        return token.public_id


def _checked(keys: Collection[str], by: Actor) -> list[str]:
    scopes_named = [scope for key in dict.fromkeys(keys) if (scope := scope_named(key)) is not None]
    if not scopes_named:
        raise Problem(_l("Choose at least one."), field="scopes", status=422)
    if NAMES in scopes_named and PEOPLE not in scopes_named:
        raise Problem(
            _l("Names come with people: choose both, or leave names out."),
            field="scopes",
            status=422,
        )
    if not all(may_have(by.roles, scope.permission) for scope in scopes_named):
        raise Problem(
            _l("A token can do no more than your own account."), field="scopes", status=422
        )
    return [scope.key for scope in scopes_named]


def agree_to_token(public_id: str, *, by: Actor) -> None:
    """Agree to a token as it was asked for. Raises NotFound, WrongStep, SamePerson and Problem."""
    with audited("api.token_agreed", by) as change:
        token: ApiToken = APPROVAL.locked(change.session, public_id)
        if token.state == "proposed":
            if token.stands(change.now) is not TokenStands.ASKED:
                raise Problem(TOO_LATE)
            stands = standing_towards(token, by, change.session)
            if stands not in (Standing.MAY, Standing.ASKED):
                raise NotIndependent(stands)
        APPROVAL.approve(change, token, by)
        token.agreed_at = change.now


def return_token(public_id: str, reason: str, *, by: Actor) -> None:
    """Send back what was asked for, with the reason. Raises NotFound and WrongStep."""
    with audited("api.token_returned", by) as change:
        APPROVAL.turn_back(change, APPROVAL.locked(change.session, public_id), reason, by)


def fetch_token(public_id: str, *, by: Actor) -> str:
    """Make the secret of one's own token that was agreed to: it is told this once. Raises NotFound
    and Problem."""
    with audited("api.token_fetched", by) as change:
        token = get_or_404(
            change.session, ApiToken, public_id, ApiToken.account_id == by.account_id, lock=True
        )
        if token.stands(change.now) is not TokenStands.AGREED:
            raise Problem(TOO_LATE)
        secret = PREFIX + new_token()
        token.token_hash, token.fetched_at = token_hash(secret), change.now
        token.expires_at = change.now + timedelta(days=token.days)
        change.about(public_id)
        return secret


def end_token(public_id: str, *, by: Actor) -> None:
    """End a token, or take back that it was asked for. Nothing is done if it is over. Raises
    NotFound."""
    with audited("api.token_ended", by) as change:
        token = one_or_404(
            change.session.scalar(
                seen_by(by).where(ApiToken.public_id == public_id).with_for_update()
            )
        )
        if token.ended_at is not None:
            change.nothing()
            return
        token.ended_at, token.ended_by, token.token_hash = change.now, by.public_id, None
        change.about(public_id)


def end_with_access(session: Session, account_id: int, now: datetime) -> None:
    """Within another action: end the tokens for which an account answers, whose access ends."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.ended_at.is_(None))
        .values(ended_at=now, ended_by="system", token_hash=None)
        .execution_options(synchronize_session=False)
    )


def forget_kept_answers() -> None:
    """Delete answers that are given again no longer."""
    with writing() as session:
        session.execute(delete(KeptAnswer).where(KeptAnswer.made_at < utc_now() - KEPT_FOR))


class TokenItself:
    """A token as an actor of the audit trail: it acts, in the name of the person who answers for
    it."""

    def __init__(self, public_id: str) -> None:
        self.public_id = public_id


def lease(token_id: int, public_id: str, scope: Scope) -> tuple[LeaseWindow, int]:
    """Take a lease of requests, and note the use; the first use of a scope on a day makes an entry.
    Returns the window and how many requests were granted, none if the limit is reached."""
    if scope.used and not _used_today(db.session(), token_id, scope, utc_now()):
        with audited(scope.used, TokenItself(public_id)) as change:
            windows = _taken(change.session, token_id, scope, change.now)
            change.about(_connection_of(change.session, token_id))
            if not windows[1]:
                change.nothing()
        return windows
    with writing() as session:
        return _taken(session, token_id, scope, utc_now())


def _taken(session: Session, token_id: int, scope: Scope, now: datetime) -> tuple[LeaseWindow, int]:
    token = session.scalars(select(ApiToken).where(ApiToken.id == token_id).with_for_update()).one()
    before = None if token.window_at is None else LeaseWindow(token.window_at, token.window_leased)
    window, granted = leased(before, now)
    if granted:
        token.window_at, token.window_leased = window.began_at, window.leased
        used = session.get(ApiTokenScope, (token_id, scope.key))
        if used is not None:
            used.last_used_at = now
    return window, granted


def _used_today(session: Session, token_id: int, scope: Scope, now: datetime) -> bool:
    last = session.scalar(
        select(ApiTokenScope.last_used_at).where(
            ApiTokenScope.token_id == token_id, ApiTokenScope.scope == scope.key
        )
    )
    return last is not None and to_local(last).date() == to_local(now).date()


def _connection_of(session: Session, token_id: int) -> str:
    return session.get_one(ApiToken, token_id).connection.public_id


_EXTENSION = "kash_api_leases"


# Leases of this process by token and scope: until when, and how many requests are left.
_Leases = tuple[Lock, dict[tuple[str, str], tuple[datetime, int]]]


def count_wrong(address: str) -> None:
    """Count a request of an address without a token in use. Raises ApiProblem.

    A right token from there is answered still: the person who shares the address with a program
    that was forgotten somewhere has not to wait for it.
    """
    try:
        with unless_full():
            count_try("api.wrong_token", address, limit=MOST_WRONG, window=WINDOW)
    except TooManyTries:
        raise too_much_asked(int(WINDOW.total_seconds())) from None


def use_one(token_id: int, public_id: str, scope: Scope) -> None:
    """Count a request against the limit of a token. Raises ApiProblem.

    Not to be called inside a write transaction. Where the disk is full nothing is counted: reading
    goes on.
    """
    leases: _Leases = current_app.extensions.setdefault(_EXTENSION, (Lock(), {}))
    lock, left_of = leases
    place, now = (public_id, scope.key), utc_now()
    with lock:
        until, left = left_of.get(place, (now, 0))
        if now < until and left > 0:
            left_of[place] = until, left - 1
            return
    with unless_full():
        window, granted = lease(token_id, public_id, scope)
        if not granted:
            raise too_much_asked(seconds_left(window, now))
        with lock:
            left_of[place] = window.began_at + WINDOW, granted - 1


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
        """True if it was made for a scope, and the person who answers for it may still do that."""
        if scope is ITSELF:
            return True
        return scope.key in self.scopes and may_have(self.actor.roles, scope.permission)


def bearer() -> TokenBearer:
    """The token of the present request, once it was let in."""
    token_bearer: TokenBearer = g.api_bearer
    return token_bearer


def let_in() -> Actor:
    """The token of the present request. Raises ApiProblem."""
    g.language = request.accept_languages.best_match(programme_languages(), "en")
    try:
        token = _token()
    except TokenMissing:
        count_wrong(request.remote_addr or "")
        raise
    scope = scope_of(current_app.view_functions[request.endpoint or ""])
    if scope is None or not token.has(scope):
        raise out_of_scope()
    use_one(token.id, token.public_id, scope)
    g.api_bearer = token
    return token.actor


def scope_of(view: object) -> Scope | None:
    """The scope that a view declares; None if it declares none."""
    return getattr(view, "kash_scope", None)


def _token() -> TokenBearer:
    given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    token = token_behind(given.group(1)) if given else None
    now = utc_now()
    if token is None or token.stands(now) is not TokenStands.IN_USE:
        raise TokenMissing
    if not token.account.active or token.account.paused_at is not None:
        raise TokenMissing
    if token.connection.kind != KIND or token.connection.stands is not Stands.ON:
        sentence = _l("The connection that this token belongs to is not switched on.")
        raise ApiProblem(sentence, status=403, code="connection-off")
    return _as_bearer(token)


def _as_bearer(row: ApiToken) -> TokenBearer:
    actor = narrowed(actor_of(row.account))
    if not actor.may(SIGNED_IN) or row.expires_at is None:
        raise TokenMissing
    return TokenBearer(
        id=row.id,
        public_id=row.public_id,
        connection=row.connection.name,
        scopes=frozenset(scope.scope for scope in row.scopes),
        expires_at=row.expires_at,
        actor=actor,
    )


Answers = list[dict[str, Any]]
# No entry's id, so that it is answered as one that is not on the register.
_NOBODY = "-"
SOURCE = MarkSource("api", _l("from another program, made there at %(time)s"))


def apply_operations(
    token: TokenBearer, register: str, operations: Sequence[Operation], *, key: str, digest: str
) -> Answers:
    """Apply operations to a register (by public id); answers in the same order.

    What comes again under the same key gets the same answers, and does nothing. Raises NotFound,
    and ApiProblem for another request under that key, or if the person who answers for the token
    may not mark this register.
    """
    try:
        return _applied(token, register, operations, key, digest)
    except IntegrityError:
        # The same key, or the same operation, was just kept by another process.
        return _applied(token, register, operations, key, digest)


def _applied(
    token: TokenBearer, register: str, operations: Sequence[Operation], key: str, digest: str
) -> Answers:
    with audited("api.marks_made", TokenItself(token.public_id)) as change:
        session = change.session
        locked = lock_register(session, register)
        answered = _kept(session, token, key, digest)
        if answered is None:
            owner = owner_of(locked.purpose)
            right = None if owner is None else owner.may_mark(session, locked.id, token.actor)
            if right is None:
                raise out_of_scope()
            outcome = apply_batch(
                session,
                locked.id,
                locked.purpose,
                _of_officers(session, locked.id, operations),
                token.actor.public_id,
                change.now,
                right.cancelled_at,
            )
            answers, wrote = _as_values(outcome.answers), bool(outcome.kept)
        else:
            answers, wrote = answered, False
        if wrote:
            _keep(session, token, key, digest, answers, change.now)
            change.about(locked.public_id, token.actor.public_id)
        else:
            change.nothing()
    if answered is None and not wrote:
        # Nothing was to be done, so that there is no entry; the answer is kept all the same.
        with writing() as session:
            again = _kept(session, token, key, digest)
            if again is not None:
                return again
            _keep(session, token, key, digest, answers, utc_now())
    return answers


def _of_officers(
    session: Session, register_id: int, operations: Sequence[Operation]
) -> list[Operation]:
    """The operations, where nobody is on the register that a program may not be told of: an answer
    would tell who of the community came."""
    officers = officers_entries(session, register_id, {operation.entry for operation in operations})
    return [
        operation if operation.entry in officers else replace(operation, entry=_NOBODY)
        for operation in operations
    ]


def _as_values(answers: Sequence[OperationAnswer]) -> Answers:
    return [
        {
            "op_id": answer.op_id,
            "answer": str(answer.answer),
            "reason": str(answer.reason),
            "status": answer.status,
            "version": answer.version,
        }
        for answer in answers
    ]


def _kept(session: Session, token: TokenBearer, key: str, digest: str) -> Answers | None:
    """The answers that a key got before; None if it is new. Raises ApiProblem."""
    stored = session.execute(
        select(KeptAnswer.digest, KeptAnswer.body).where(
            KeptAnswer.token_id == token.id, KeptAnswer.key == key
        )
    ).one_or_none()
    if stored is None:
        return None
    if stored.digest != digest:
        raise ApiProblem(
            _l("This Idempotency-Key came before with another request. Use a new one."),
            status=422,
            code="key-reused",
        )
    answers: Answers = json.loads(stored.body)
    return answers


def _keep(
    session: Session, token: TokenBearer, key: str, digest: str, answers: Answers, now: datetime
) -> None:
    session.add(
        KeptAnswer(token_id=token.id, key=key, digest=digest, body=json.dumps(answers), made_at=now)
    )
    session.flush()
