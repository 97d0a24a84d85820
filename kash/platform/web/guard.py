"""The guard of every view, quick exit, old addresses and rules of addresses that compile late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from werkzeug.routing import Rule

from kash.feature import is_off
from kash.platform.database import utc_now
from kash.platform.web.bodies import always_answered
from kash.platform.web.current_actor import NobodyHere, as_used_here, current_actor, signed_in
from kash.platform.web.errors import NotUsed
from kash.platform.web.pages import this_address
from kash.platform.web.taking import takes_names
from kash.policy import (
    ANYONE,
    NOBODY,
    SIGNED_IN,
    Actor,
    allow,
    declared_permission,
    needs_fresh_sign_in,
)

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
    request which account it is for. It raises the Problem for which the request is refused."""

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

    Not signed in: to the sign-in page. Not used by the programme: 404. Not permitted: 403. A
    dangerous action with a password given too long ago: to the page that asks for it. A view that
    is asked with a token: what that lets.
    """
    endpoint = request.endpoint
    if endpoint is None or endpoint in FRAMEWORK_ENDPOINTS:
        return None
    view = current_app.view_functions[endpoint]
    permission = declared_permission(view)
    if permission is None:
        abort(403)
    g.permission = permission
    off = is_off(endpoint, permission)
    if permission == ANYONE:
        if off:
            # A stranger isn't told what the programme might do.
            abort(404)
        return None
    bearer = bearer_of(view)
    if bearer is not None:
        # A cookie counts for nothing here: what comes without one can't be forged by a page.
        g.actor = NOBODY
        g.actor = as_used_here(bearer())
    actor = current_actor()
    if actor.account_id is None:
        return _elsewhere(current_app.extensions[_SIGN_IN])
    if off:
        raise NotUsed
    if not actor.may(permission):
        abort(403)
    if (needs_fresh_sign_in(view) or takes_names()) and not _is_fresh():
        form_kept = current_app.extensions[_KEEP]() if request.method == "POST" else None
        return _elsewhere(current_app.extensions[_CONFIRM], form_kept)
    return None


def lets_in(endpoint: str | None = None) -> bool:
    """True if the present request's sender may use what it asks for, or another page, a fresh
    sign-in apart."""
    endpoint = endpoint or request.endpoint or ""
    view = current_app.view_functions.get(endpoint)
    permission = declared_permission(view) if view is not None else None
    if permission is None or is_off(endpoint, permission):
        return False
    return permission == ANYONE or current_actor().may(permission)


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


class LateRule(Rule):
    """A rule that compiles what writes its addresses at its first use.

    Werkzeug compiles two functions for each rule as it is added, of which most processes use few:
    with eight hundred rules that is nearly all of the work of making an application.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: Callable[..., tuple[str, str]] | None = None
        compile_now = super()._compile_builder

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            nonlocal compiled
            if compiled is None:
                compiled = compile_now(append_unknown)
            return compiled(rule, **values)

        return build


@dataclass(frozen=True)
class Moved:
    """Addresses below `old` lie below `new`; `segments` says what parts of them are called now.

    A part that is called nothing any more ends the address: the page above it is the way on.
    """

    old: str
    new: str
    segments: Mapping[str, str]

    def now(self, rest: str) -> str:
        """The address of today for what stood after `old`, without its leading slash."""
        parts = (self.segments.get(part, part) for part in rest.split("/") if part)
        return "/".join([self.new, *takewhile(bool, parts)])


def lead_on(blueprint: Blueprint, moved: Moved) -> None:
    """Give a blueprint, which has no prefix of its own, the old addresses."""

    @allow(SIGNED_IN)
    @always_answered
    def old_address(rest: str = "") -> ResponseReturnValue:
        query = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else ""
        return redirect(moved.now(rest) + query, code=302)

    blueprint.add_url_rule(moved.old, "old_address", old_address, methods=["GET"])
    blueprint.add_url_rule(f"{moved.old}/<path:rest>", "old_address", methods=["GET"])


COOKIE = "left"


def _asked_to_end() -> bool:
    return COOKIE in request.cookies and request.endpoint not in FRAMEWORK_ENDPOINTS


def init_leaving(app: Flask, end_session: Callable[[], None]) -> None:
    """Look for the cookie before anything else looks at the session; goes before the guard."""

    def arrive() -> None:
        if _asked_to_end():
            end_session()

    def depart(answer: Response) -> Response:
        if _asked_to_end():
            answer.delete_cookie(COOKIE, path="/", samesite="Lax")
        return answer

    app.before_request(arrive)
    app.after_request(depart)
