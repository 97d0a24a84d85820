"""Pages behind links, for whoever holds one: no account, no session, no trace of who looked.

They answer alike whether or not somebody is known: nothing that is typed is looked up here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from kash.accounts.services.throttle import count_try, tries_are_over
from kash.invitations import blueprint
from kash.invitations.errors import LinkClosed
from kash.invitations.forms import OwnSignUpForm, StationListForm
from kash.invitations.models import SignUpLink
from kash.invitations.queries.links import entered_in, link_behind, own_rows
from kash.invitations.rules import ROWS_SHOWN, LinkKind, rows_left
from kash.invitations.services.entering import put_down, take_out
from kash.platform.web import Forbidden, Problem
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import TooManyTries
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.traces import leaves_no_trace
from kash.policy import ANYONE, allow

# A whole hall behind one address puts itself down; whoever guesses needs millions of tries.
_WINDOW, _WRONG_TRIES, _SENDS = timedelta(minutes=10), 60, 120
_WRONG, _SENT = "invitations.link", "invitations.sent"
_LONGEST = 64


def _language() -> str:
    asked = request.args.get("in", "")
    return asked if asked in programme_languages() else language_code()


def _behind(token: str, kind: LinkKind) -> SignUpLink:
    """The open link of a token; wrong ones are counted, and whatever is sent. Raises LinkClosed,
    TooManyTries and Forbidden."""
    address = request.remote_addr or ""
    if request.method == "POST":
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise Forbidden
        count_try(_SENT, address, limit=_SENDS, window=_WINDOW)
    if tries_are_over(_WRONG, address, limit=_WRONG_TRIES):
        raise TooManyTries
    try:
        return link_behind(token[:_LONGEST], kind)
    except LinkClosed:
        count_try(_WRONG, address, limit=_WRONG_TRIES, window=_WINDOW)
        raise


def _answer(token: str, endpoint: str, work: Callable[[str], ResponseReturnValue]) -> Any:
    language = _language()
    with force_locale(language):
        with CaughtProblem(Problem) as caught:
            return work(language)
        return _page(
            "invitations/closed.html", token, endpoint, language, problem=caught.sentence
        ), caught.problem.status


def _page(template: str, token: str, endpoint: str, language: str, **values: Any) -> str:
    return render_template(
        template,
        token=token[:_LONGEST],
        endpoint=endpoint,
        language=language,
        tongues=[(code, LANGUAGES[code]) for code in programme_languages()],
        **values,
    )


def _back(endpoint: str, token: str, language: str, *, sent: bool) -> ResponseReturnValue:
    where: dict[str, Any] = {"token": token[:_LONGEST], "in": language, "sent": int(sent) or None}
    return redirect(url_for(endpoint, **where), code=303)


def _turns() -> bool:
    """True if another language is asked for, with what was typed so far."""
    return "turn" in request.form


@blueprint.route("/q/<token>", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def station(token: str) -> ResponseReturnValue:
    """The list of a station: what was typed into this link and waits, and rows for more."""
    answered: ResponseReturnValue = _answer(
        token, "invitations.station", lambda language: _station(token, language)
    )
    return answered


def _station(token: str, language: str) -> ResponseReturnValue:
    link = _behind(token, LinkKind.QUOTA)
    left = rows_left(link.most_rows, entered_in(link))
    form = StationListForm()
    if request.method == "GET":
        for _ in range(min(left, ROWS_SHOWN)):
            form.rows.append_entry()
    elif not _turns() and form.validate():
        with form.showing_problems():
            people = [(row.key.data, row.typed) for row in form.written()]
            if people:
                put_down(link.id, people)
            return _back("invitations.station", token, language, sent=bool(people))
    link = link_behind(token[:_LONGEST], LinkKind.QUOTA)
    shown = _page(
        "invitations/station.html",
        token,
        "invitations.station",
        language,
        form=form,
        link=link,
        workshop=link.workshop,
        rows=own_rows(link),
        left=left,
        sent=request.args.get("sent") == "1",
    )
    return shown, 422 if request.method == "POST" and not _turns() else 200


@blueprint.post("/q/<token>/<row_id>/out")
@allow(ANYONE)
@leaves_no_trace
def station_out(token: str, row_id: str) -> ResponseReturnValue:
    """Take somebody off the list again who waits on it."""

    def work(language: str) -> ResponseReturnValue:
        link = _behind(token, LinkKind.QUOTA)
        take_out(link.id, row_id[:16])
        return _back("invitations.station", token, language, sent=False)

    answered: ResponseReturnValue = _answer(token, "invitations.station", work)
    return answered


@blueprint.route("/s/<token>", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def sign_up(token: str) -> ResponseReturnValue:
    """The open form: one name, and the same answer for everybody."""
    answered: ResponseReturnValue = _answer(
        token, "invitations.sign_up", lambda language: _sign_up(token, language)
    )
    return answered


def _sign_up(token: str, language: str) -> ResponseReturnValue:
    link = _behind(token, LinkKind.OPEN)
    sent = request.method == "GET" and request.args.get("sent") == "1"
    form = OwnSignUpForm()
    if request.method == "POST" and not _turns() and form.validate():
        with form.showing_problems():
            put_down(link.id, [(form.key.data, form.typed)])
            return _back("invitations.sign_up", token, language, sent=True)
    link = link_behind(token[:_LONGEST], LinkKind.OPEN)
    shown = _page(
        "invitations/sign_up.html",
        token,
        "invitations.sign_up",
        language,
        form=form,
        workshop=link.workshop,
        sent=sent,
    )
    return shown, 422 if request.method == "POST" and not _turns() else 200


def join_sign_ups(app: Flask) -> None:
    """Have names taken without a token of a session: whoever holds a link has none."""
    for view in (station, station_out, sign_up):
        app.extensions["csrf"].exempt(f"{view.__module__}.{view.__name__}")
