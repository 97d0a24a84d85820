"""The one door: every request passes here before its view, and nothing is open by default."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager

from kash.platform.database import utc_now
from kash.platform.web.current_actor import NobodyHere, current_actor, signed_in
from kash.platform.web.pages import this_address
from kash.platform.web.taking import takes_names
from kash.policy import ANYONE, NOBODY, Actor, declared_permission, needs_fresh_sign_in

# How long ago the password may have been given for a dangerous action.
FRESH_FOR = timedelta(minutes=10)
_SIGN_IN = "kash_sign_in_endpoint"
_CONFIRM = "kash_confirm_endpoint"
_KEEP = "kash_keep_posted"
FRAMEWORK_ENDPOINTS = frozenset({"static"})

login_manager = LoginManager()
View = TypeVar("View", bound=Callable[..., Any])


def asked_with(bearer: Callable[[], Actor]) -> Callable[[View], View]:
    """Declare that a view is asked by programs, and no session counts: `bearer` reads from the
    request for whom it is. It raises the Problem for which the request is refused."""

    def declare(view: View) -> View:
        view.kash_bearer = bearer  # type: ignore[attr-defined]
        return view

    return declare


def bearer_of(view: Callable[..., Any]) -> Callable[[], Actor] | None:
    """By what a view is asked in place of a session; None if by a session."""
    return getattr(view, "kash_bearer", None)


def _elsewhere(endpoint: str, back: str | None = None) -> ResponseReturnValue:
    """Send a page there; tell a script, which cannot show a page, that it is not let in."""
    address = url_for(endpoint, next=back or this_address())
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Redirect": address})
    if request.headers.get("X-Requested-With") == "fetch" or request.is_json:
        return Response(status=401)
    return redirect(address, code=303)


def _is_fresh() -> bool:
    person = signed_in()
    if person is None or person.password_given_at is None:
        return False
    return utc_now() - person.password_given_at <= FRESH_FOR


def guard() -> ResponseReturnValue | None:
    """Let through what the view's declared permission lets through.

    Not signed in: to the sign-in page. Not permitted: 403. A dangerous action with a password given
    too long ago: to the page that asks for it. A view that is asked with a token: what that lets.
    """
    endpoint = request.endpoint
    if endpoint is None or endpoint in FRAMEWORK_ENDPOINTS:
        return None
    view = current_app.view_functions[endpoint]
    permission = declared_permission(view)
    if permission is None:
        abort(403)
    g.permission = permission
    if permission == ANYONE:
        return None
    bearer = bearer_of(view)
    if bearer is not None:
        # A cookie counts for nothing here: what comes without one can't be forged by a page.
        g.actor = NOBODY
        g.actor = bearer()
    actor = current_actor()
    if actor.account_id is None:
        return _elsewhere(current_app.extensions[_SIGN_IN])
    if not actor.may(permission):
        abort(403)
    if (needs_fresh_sign_in(view) or takes_names()) and not _is_fresh():
        kept = current_app.extensions[_KEEP]() if request.method == "POST" else None
        return _elsewhere(current_app.extensions[_CONFIRM], kept)
    return None


def lets_in() -> bool:
    """True if the present request's sender may use what it asks for, a fresh sign-in apart."""
    view = current_app.view_functions.get(request.endpoint or "")
    permission = declared_permission(view) if view is not None else None
    return permission is not None and (permission == ANYONE or current_actor().may(permission))


def init_guard(
    app: Flask, *, sign_in: str, confirm: str, keep_posted: Callable[[], str | None] = lambda: None
) -> None:
    """Put the door in, before anything else that runs before a request.

    `sign_in` and `confirm` are the endpoints that ask for name and password, or for the password.
    `keep_posted` keeps the form of the present request until the password was given, and returns
    the address of the page that then gives it back.
    """
    app.extensions[_KEEP] = keep_posted
    app.extensions[_SIGN_IN] = sign_in
    app.extensions[_CONFIRM] = confirm
    login_manager.anonymous_user = NobodyHere
    # A session is a row that can be ended; a changed address on a phone must not end it.
    login_manager.session_protection = None
    login_manager.init_app(app, add_context_processor=False)
    # Nobody is remembered beyond a session. Looking for it would make every static file depend on
    # the cookie, and be fetched again after each sign-in.
    app.after_request_funcs[None].remove(login_manager._update_remember_cookie)
    app.before_request(guard)
