"""Context of the frame of every page, and the views that belong to no feature."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from kash.platform.web.current_actor import current_actor, signed_in
from kash.platform.web.formats import initials
from kash.platform.web.language import COOKIE, language_code
from kash.platform.web.pages import safe_next
from kash.platform.web.parts import navigation
from kash.platform.web.programme import LANGUAGES, brand, programme_languages
from kash.policy import ANYONE, Actor, allow

blueprint = Blueprint("web", __name__)
_ENDPOINTS = "kash_endpoints"
_KEEP_LANGUAGE = "kash_keep_language"
_END_SESSION = "kash_end_session"
_ONE_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Endpoints:
    """Where the frame's links lead."""

    own_account: str
    sign_out: str
    search: str


def typing_key(account: str) -> str:
    """The key, base64 of 128 bits, under which a browser keeps what an account is typing.

    A tab's storage outlives the tab on the disk of a phone; this key only ever stands in pages,
    which no browser keeps.
    """
    secret = str(current_app.secret_key).encode()
    digest = hmac.digest(secret, f"typing {account}".encode(), "sha256")
    return base64.b64encode(digest[:16]).decode()


def _frame() -> dict[str, Any]:
    endpoints: Endpoints = current_app.extensions[_ENDPOINTS]
    person = signed_in()
    actor = current_actor()
    return {
        "actor": actor,
        "may": actor.may,
        "brand": brand(),
        "navigation": navigation(),
        "page_languages": _languages(),
        "signed_in": None
        if person is None
        else {
            "name": person.name,
            "initials": initials(person.name),
            "key": person.key,
            "typing": typing_key(person.key),
            "url": url_for(endpoints.own_account),
        },
        "home_url": "/",
        "sign_out_url": url_for(endpoints.sign_out),
        "leave_url": url_for("web.leave"),
        "search_url": url_for(endpoints.search) if actor.may("search") else "",
    }


def _languages() -> list[dict[str, Any]]:
    now = language_code()
    return [
        {
            "code": code,
            "label": LANGUAGES[code],
            "current": code == now,
            "url": url_for("web.language"),
            "post": True,
        }
        for code in programme_languages()
    ]


def frame_context() -> dict[str, Any]:
    """Values of the frame; none on the page that tells of a failure, which must not fail."""
    return {} if g.get("failing") else _frame()


def keep_language_on_device(answer: BaseResponse, code: str) -> None:
    """Have this device's pages speak this language from now on, while nobody is signed in."""
    answer.set_cookie(
        COOKIE,
        code,
        max_age=_ONE_YEAR,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )


@blueprint.post("/language")
@allow(ANYONE)
def language() -> ResponseReturnValue:
    """Switch the language: on the account if signed in, and on this device."""
    code = request.form.get("language", "")
    answer = redirect(safe_next(request.form.get("next")).rstrip("?"), code=303)
    if code in programme_languages():
        keep: Callable[[Actor, str], None] | None = current_app.extensions.get(_KEEP_LANGUAGE)
        if keep is not None and current_actor().account_id is not None:
            keep(current_actor(), code)
        keep_language_on_device(answer, code)
    return answer


@blueprint.get("/leave")
@allow(ANYONE)
def leave() -> Response:
    """Quick exit: end the session at once and show a page that says nothing.

    Reached by a plain address, because the button replaces the page that it stands on. Whatever
    Back then shows is fetched anew, and is the sign-in page.
    """
    current_app.extensions[_END_SESSION]()
    answer = make_response(render_template("web/leave.html", language_code=language_code()))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def init_context(
    app: Flask,
    *,
    endpoints: Endpoints,
    keep_language: Callable[[Actor, str], None],
    end_session: Callable[[], None],
) -> None:
    """Give every template the frame's values, and register the views above.

    `keep_language` stores an account's choice; `end_session` ends the present session, if any.
    """
    app.extensions[_ENDPOINTS] = endpoints
    app.extensions[_KEEP_LANGUAGE] = keep_language
    app.extensions[_END_SESSION] = end_session
    app.context_processor(frame_context)
    app.register_blueprint(blueprint)
