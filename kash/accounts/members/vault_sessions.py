"""Status of the vault in the present request: open or not, and for how long.

The member's key lies in the session's row under a secret that only a second cookie of this browser
holds. It is read once for each request, before its view runs.

    vault = current_vault()          # None if it is closed
    @require_vault                   # below @allow: leads to where it is opened, and back
    @leaves_idle                     # a poll: asking does not keep the vault open

What was being posted when the vault turned out to be closed is sealed to the member's own key, so
that only she reads it again, and lies in her session's row: the server's keys do not open it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kash.accounts.members.rules import entitled
from kash.accounts.members.services.alarms import VaultClosed
from kash.accounts.members.services.vault_sessions import keep_for_member
from kash.accounts.sessions import keep_posted as keep_plainly_posted
from kash.platform.database import db, unless_full, utc_now, writing
from kash.platform.vault import OpenVault, SealError, find_opening, touch_opening
from kash.platform.vault.sessions import IDLE, TOUCH_EVERY
from kash.platform.web import current_actor, signed_in
from kash.platform.web.errors import posted
from kash.platform.web.pages import this_address

_P = ParamSpec("_P")
_R = TypeVar("_R")
View = TypeVar("View", bound=Callable[..., Any])
_LONGEST_COOKIE = 100
_QUIET, _SEALED = "kash_leaves_idle", "kash_needs_vault"


class OpenVaultStatus(NamedTuple):
    """For how long the vault is open: what every page says of it."""

    until: datetime
    seconds: int


def cookie_name() -> str:
    """The name of the second cookie."""
    return "__Host-vault" if current_app.config["SESSION_COOKIE_SECURE"] else "vault"


def set_vault_cookie(answer: Any, token: str) -> None:
    """Give this browser the vault's secret, `token`, in a cookie that ends with the browser."""
    answer.set_cookie(
        cookie_name(),
        token,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
        path="/",
    )


def forget_vault_cookie(answer: Any) -> None:
    """Take the secret from this browser."""
    answer.delete_cookie(
        cookie_name(),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
        path="/",
    )


def current_vault() -> OpenVault | None:
    """The vault as it is open in this request, or None. It opens only what the roles of now allow,
    whatever was wrapped."""
    if "open_vault" not in g:
        g.open_vault, g.vault_open_until = _load()
    open_vault: OpenVault | None = g.open_vault
    return open_vault


def vault_status() -> OpenVaultStatus | None:
    """For how long the vault is open, None if it is closed."""
    if current_vault() is None:
        return None
    until: datetime = g.vault_open_until
    return OpenVaultStatus(until, max(0, int((until - utc_now()).total_seconds())))


def forget_loaded() -> None:
    """Have the vault looked at anew: it was opened, closed or changed in this request."""
    g.pop("vault_members", None)
    g.pop("open_vault", None)
    g.pop("vault_open_until", None)


def open_for_request(token: str) -> OpenVault | None:
    """Use the vault that was opened in this very request."""
    forget_loaded()
    g.vault_token = token
    return current_vault()


def _load() -> tuple[OpenVault | None, datetime | None]:
    token = g.get("vault_token") or request.cookies.get(cookie_name(), "")
    actor = current_actor()
    if not token or len(token) > _LONGEST_COOKIE or not actor.session_id:
        return None, None
    try:
        opening = find_opening(db.session(), actor.session_id, token, utc_now())
    except SealError:
        return None, None
    if opening is None:
        return None, None
    vault, used_at = opening
    may = entitled(actor.roles)
    secrets = {key: secret for key, secret in vault.secrets.items() if key[0] in may}
    if vault.holder != actor.public_id or not secrets:
        return None, None
    until = min(used_at + IDLE, vault.closes_at)
    return replace(vault, secrets=secrets, idle_at=until), until


def _arrive() -> None:
    """Read the open vault before the view runs, and note that it is used, once a minute."""
    if request.endpoint in (None, "static") or cookie_name() not in request.cookies:
        return
    vault = current_vault()
    view = current_app.view_functions.get(request.endpoint or "")
    if vault is None or getattr(view, _QUIET, False):
        return
    now = utc_now()
    if now - (vault.idle_at - IDLE) < TOUCH_EVERY or vault.idle_at == vault.closes_at:
        return
    session_id = current_actor().session_id
    touched = False
    with unless_full():
        with writing() as session:
            touch_opening(session, session_id, now)
        touched = True
    if not touched:
        return
    until = min(now + IDLE, vault.closes_at)
    g.open_vault, g.vault_open_until = replace(vault, idle_at=until), until


def _depart(answer: Response) -> Response:
    """Take the cookie away where nothing is open any more."""
    if request.endpoint == "static" or cookie_name() not in request.cookies:
        return answer
    if signed_in() is None or ("open_vault" in g and g.open_vault is None):
        name = f"{cookie_name()}="
        if not any(opening.startswith(name) for opening in answer.headers.getlist("Set-Cookie")):
            forget_vault_cookie(answer)
    return answer


def leaves_idle(view: View) -> View:
    """Say that asking for a view is no use of the vault: what a script asks by itself."""
    setattr(view, _QUIET, True)
    return view


def needs_vault(view: Any) -> bool:
    """True if a view runs only with an open vault."""
    return bool(getattr(view, _SEALED, False))


def require_vault(view: Callable[_P, _R] | None = None, *, compartment: str = "case") -> Any:
    """Let a view run only with an open vault that holds a compartment.

    Else a page leads to where it is opened, and back. What was posted is kept, sealed, and offered
    again afterwards. A script gets 423 and JSON: `{"vault": "closed", "open": address}`.
    """

    def decorate(inner: Callable[_P, _R]) -> Callable[_P, Any]:
        @wraps(inner)
        def guarded(*args: _P.args, **kwargs: _P.kwargs) -> Any:
            vault = current_vault()
            if vault is None or not vault.holds(compartment):
                return closed_answer()
            return inner(*args, **kwargs)

        setattr(guarded, _SEALED, True)
        return guarded

    return decorate(view) if view is not None else decorate


def closed_answer() -> ResponseReturnValue:
    """Answer where the vault is closed: the page that opens it, with the way back."""
    back = this_address()
    if request.headers.get("X-Requested-With") == "fetch" or request.is_json:
        return {
            "error": str(VaultClosed()),
            "vault": "closed",
            "open": url_for("members.open_vault"),
        }, VaultClosed.status
    if request.method == "POST":
        back = keep_sealed() or back
    address = url_for("members.open_vault", next=back)
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, code=303)


def keep_sealed() -> str | None:
    """Keep the form that is being posted for its sender alone; the page that gives it back."""
    if not request.form:
        return None
    address, fields = posted()
    if not fields or not keep_for_member(current_actor(), json.dumps([address, fields]).encode()):
        return None
    return url_for("members.go_on")


def keep_posted() -> str | None:
    """Keep what was posted when a password is asked for again: sealed to its sender's own key if
    the view works with the vault, and by the server if not."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not needs_vault(view):
        return keep_plainly_posted()
    return keep_sealed()


def _frame() -> dict[str, Any]:
    if g.get("failing") or not (cookie_name() in request.cookies or "vault_token" in g):
        return {"vault_is_open": None}
    return {"vault_is_open": vault_status()}


def init_opening(app: Flask) -> None:
    """Read the open vault with each request, and show it on each page."""
    app.before_request(_arrive)
    app.after_request(_depart)
    app.context_processor(_frame)
