"""The session of this browser: found by its cookie, begun, ended."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import login_user, logout_user
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select, update

from kash.accounts import queries
from kash.accounts.models import Account, AccountRole, SignedInSession
from kash.accounts.rules import TOUCH_EVERY, session_is_over
from kash.accounts.secrets import new_token, token_hash
from kash.accounts.services.signing_in import end_session, open_session
from kash.accounts.services.throttle import Client
from kash.database import db, utc_now, writing
from kash.policy import Actor, Role
from kash.web.acting import SignedIn, current_actor, signed_in
from kash.web.guard import login_manager
from kash.web.programme import find_programme_by

_BROWSER_LASTS = 180 * 24 * 3600

__all__ = [
    "begin_session",
    "forget_session",
    "init_sessions",
    "leave",
    "load_signed_in",
    "remember_browser",
    "this_client",
]


def load_signed_in(token: str) -> SignedIn | None:
    """Whose session a cookie belongs to, None if it ended. One query; touched once a minute."""
    rows = db.session.execute(
        select(
            SignedInSession.id,
            SignedInSession.public_id,
            SignedInSession.created_at,
            SignedInSession.last_seen_at,
            SignedInSession.fresh_at,
            Account.id,
            Account.public_id,
            Account.name,
            Account.language,
            Account.person_id,
            Account.totp_sealed.is_not(None),
            AccountRole.role,
        )
        .join(Account, Account.id == SignedInSession.account_id)
        .outerjoin(AccountRole, AccountRole.account_id == Account.id)
        .where(
            SignedInSession.token_hash == token_hash(token),
            SignedInSession.ended_at.is_(None),
            Account.active.is_(True),
        )
    ).all()
    if not rows:
        return None
    session_key, session_id, created, last_seen, fresh_at, *account = rows[0]
    account_id, public_id, name, language, person_id, has_second_step = account[:6]
    now = utc_now()
    if session_is_over(created, last_seen, now):
        return None
    if now - last_seen > TOUCH_EVERY:
        _touch(session_key, account_id)
    g.has_second_step = bool(has_second_step)
    return SignedIn(
        actor=Actor(
            public_id=public_id,
            roles=frozenset(Role(found[11]) for found in rows if found[11] is not None),
            account_id=account_id,
            person_id=person_id,
            language=language,
            session_id=session_id,
        ),
        name=name,
        token=token,
        password_given_at=fresh_at,
    )


def _touch(session_key: int, account_id: int) -> None:
    now = utc_now()
    with writing() as writer:
        writer.execute(
            update(SignedInSession)
            .where(SignedInSession.id == session_key)
            .values(last_seen_at=now)
        )
        writer.execute(update(Account).where(Account.id == account_id).values(last_seen_at=now))


def begin_session(public_id: str) -> None:
    """Sign this browser in, with a new cookie and nothing left of what it held before."""
    session.clear()
    token = open_session(public_id, request.headers.get("User-Agent", ""))
    person = load_signed_in(token)
    if person is not None:
        login_user(person)
        g.actor = person.actor


def forget_session() -> None:
    """Leave nothing of the session in this browser."""
    logout_user()
    session.clear()
    g.pop("actor", None)
    g.pop("csrf_token", None)


def leave() -> None:
    """End the present session, if there is one."""
    if signed_in() is not None:
        end_session(current_actor(), current_actor().session_id)
    forget_session()


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="known browser")


def _browser_cookie() -> str:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    return "__Host-browser" if secure else "browser"


def this_client() -> Client:
    """From where this request comes, for the throttle."""
    address = request.remote_addr or ""
    cookie = request.cookies.get(_browser_cookie(), "")
    if not cookie or len(cookie) > 400:
        return Client(address)
    try:
        stored: Any = _serializer().loads(cookie)
        browser, known_as = stored
    except (BadSignature, TypeError, ValueError):
        return Client(address)
    return Client(address, str(browser), str(known_as))


def remember_browser(response: Any, public_id: str) -> None:
    """Mark this browser as one that the account has signed in with.

    Somebody else's failures, even from the same address, then do not lock its owner out.
    """
    response.set_cookie(
        _browser_cookie(),
        _serializer().dumps([new_token(), public_id]),
        max_age=_BROWSER_LASTS,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def init_sessions(app: Flask) -> None:
    """Say how the signed-in person and the programme are found."""
    login_manager.user_loader(load_signed_in)
    find_programme_by(app, queries.programme_facts)
