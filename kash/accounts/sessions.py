"""The session of this browser: found by its cookie, begun, ended."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, session, url_for
from flask_login import login_user, logout_user
from sqlalchemy import Executable, and_, bindparam, or_, select, update
from sqlalchemy.orm import aliased

from kash.accounts.models import Account, AccountRole, Delegation, SignedInSession
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import in_force, known_mark, programme_facts, stand_ins
from kash.accounts.queries.safety import unanswered_device
from kash.accounts.rules import MARK_LASTS, TOUCH_EVERY, session_is_over
from kash.accounts.services.marks import new_token, token_hash
from kash.accounts.services.sign_in import end_session, keep_form, open_session
from kash.accounts.services.throttle import Client
from kash.platform.database import UtcDateTime, db, unless_full, utc_now, writing
from kash.platform.web.current_actor import SignedIn, current_actor, signed_in
from kash.platform.web.errors import came_from_here, posted
from kash.platform.web.guard import login_manager
from kash.platform.web.logs import traceless
from kash.platform.web.programme import find_programme_by
from kash.policy import Actor, Role

_ACCOUNTS_OF_ONE_BROWSER = 5
_PROVED, _PROVED_FOR = "second_step_given", timedelta(minutes=5)

__all__ = [
    "began_with_second_step",
    "begin_session",
    "forget_session",
    "init_sessions",
    "keep_posted",
    "leave",
    "load_signed_in",
    "new_mark",
    "note_second_step",
    "remember_browser",
    "this_client",
]


@lru_cache(maxsize=1)
def _whose_session() -> Executable:
    """The session of a token with its account, roles and what is lent to it, at a moment `now`.

    Every page asks it, and putting it together takes longer than running it.
    """
    new = aliased(SignedInSession)
    new_device = select(new.id).where(
        new.account_id == SignedInSession.account_id,
        new.unfamiliar.is_(True),
        new.answered_at.is_(None),
        new.id != SignedInSession.id,
        # A new device answers for nothing before it was answered for itself.
        or_(SignedInSession.unfamiliar.is_(False), SignedInSession.answered_at.is_not(None)),
    )
    absent = aliased(Account)
    lent = in_force(bindparam("now", type_=UtcDateTime()))
    return (
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
            or_(Account.totp_sealed.is_not(None), Account.has_passkey),
            new_device.exists(),
            AccountRole.role,
            Delegation.permissions,
            absent.public_id,
        )
        .join(Account, Account.id == SignedInSession.account_id)
        .outerjoin(AccountRole, AccountRole.account_id == Account.id)
        .outerjoin(Delegation, and_(Delegation.stand_in_id == Account.id, lent))
        .outerjoin(absent, absent.id == Delegation.absent_id)
        .where(
            SignedInSession.token_hash == bindparam("token"),
            SignedInSession.ended_at.is_(None),
            Account.active.is_(True),
            Account.paused_at.is_(None),
        )
    )


def load_signed_in(token: str) -> SignedIn | None:
    """Whose session a cookie belongs to, None if it ended. One query; touched once a minute,
    but by no page that leaves no trace."""
    now = utc_now()
    rows = db.session.execute(_whose_session(), {"token": token_hash(token), "now": now}).all()
    if not rows:
        return None
    session_key, session_id, created, last_seen, fresh_at, *account = rows[0]
    account_id, public_id, name, language, person_id, has_second_step, new_device_waits = account[
        :7
    ]
    if session_is_over(created, last_seen, now):
        return None
    if now - last_seen > TOUCH_EVERY and not traceless():
        with unless_full():
            _touch(session_key, account_id)
    g.has_second_step = bool(has_second_step)
    g.new_device_waits = bool(new_device_waits)
    return SignedIn(
        actor=Actor(
            public_id=public_id,
            roles=frozenset(Role(signed[12]) for signed in rows if signed[12] is not None),
            account_id=account_id,
            person_id=person_id,
            language=language,
            session_id=session_id,
            stands_in=stand_ins((signed[13], signed[14]) for signed in rows),
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
    client = this_client()
    account_id = accounts.account(public_id).id
    token = open_session(
        public_id,
        request.headers.get("User-Agent", ""),
        client,
        unfamiliar=known_mark(account_id, client.marks) is None,
        mark=new_mark(account_id),
    )
    person = load_signed_in(token)
    if person is not None:
        login_user(person)
        g.actor = person.actor


def note_second_step() -> None:
    """Note in this browser that its session was begun with a second step."""
    session[_PROVED] = True


def began_with_second_step() -> bool:
    """True if this session was begun with a second step, within the last five minutes: a code works
    once, and a person who needs the vault at once would wait for the next."""
    if not session.get(_PROVED):
        return False
    began = select(SignedInSession.created_at).where(
        SignedInSession.public_id == current_actor().session_id
    )
    created_at = db.session.scalar(began)
    return created_at is not None and utc_now() - created_at <= _PROVED_FOR


def forget_session() -> None:
    """Leave nothing of the session in this browser."""
    logout_user()
    session.clear()
    g.pop("actor", None)
    g.pop("csrf_token", None)


def leave() -> None:
    """End the present session, if there is one. On a full disk its row stays as it is, but this
    browser no longer has it: the person who leaves in a hurry is never shown that something
    failed."""
    if signed_in() is not None:
        with unless_full():
            end_session(current_actor(), current_actor().session_id)
    forget_session()


def _browser_cookie() -> str:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    return "__Host-browser" if secure else "browser"


def _browser_tokens() -> list[str]:
    """Tokens that this browser keeps of the accounts that are known to it, the last one first."""
    cookie = request.cookies.get(_browser_cookie(), "")
    if len(cookie) > 60 * _ACCOUNTS_OF_ONE_BROWSER:
        return []
    return [word for word in cookie.split(".") if word][:_ACCOUNTS_OF_ONE_BROWSER]


def this_client() -> Client:
    """From where this request comes, for the throttle."""
    return Client(
        request.remote_addr or "", tuple(token_hash(token) for token in _browser_tokens())
    )


def new_mark(account_id: int) -> str:
    """A fresh token by which this browser is to be known again to an account.

    It takes the place of the one that the account had here; those of others, since computers are
    shared, stay as they are. `remember_browser` puts it into the answer.
    """
    own = known_mark(account_id, this_client().marks)
    others = [
        token for token in _browser_tokens() if own is None or token_hash(token) != own.token_hash
    ]
    token = new_token()
    g.browser_tokens = [token, *others][:_ACCOUNTS_OF_ONE_BROWSER]
    return token


def remember_browser(response: Any) -> None:
    """Have this browser keep the mark that a sign-in has just made, if one has."""
    tokens = g.pop("browser_tokens", None)
    if tokens is None:
        return
    response.set_cookie(
        _browser_cookie(),
        ".".join(tokens),
        max_age=int(MARK_LASTS.total_seconds()),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def keep_posted() -> str | None:
    """Keep the form that is being posted, until its sender has confirmed who she is.

    Returns the page that gives it back, None if nothing was kept: only what came from a page of
    this site is, and never files or passwords.
    """
    if not came_from_here():
        return None
    address, fields = posted()
    return url_for("accounts.go_on") if keep_form(current_actor(), address, fields) else None


def _new_device() -> dict[str, Any]:
    """For every page: a new device of which the account has not said whether it is its own.

    Not on the page that locks the own account: nothing is asked of the person who is in danger.
    """
    actor = current_actor()
    if (
        not g.get("new_device_waits")
        or g.get("failing")
        or actor.account_id is None
        or request.endpoint == "accounts.lock_own"
    ):
        return {"new_device": None}
    return {"new_device": unanswered_device(actor.account_id, actor.session_id)}


def init_sessions(app: Flask) -> None:
    """Say how the signed-in person and the programme are found."""
    app.context_processor(_new_device)
    login_manager.user_loader(load_signed_in)
    find_programme_by(app, programme_facts)
