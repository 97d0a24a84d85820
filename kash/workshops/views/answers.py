"""Answering by a link that one holds: no account, no session, no trace of who looked.

Looking changes nothing, since scanners of mail open every link; only the button answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.services.throttle import count_try, tries_are_over
from kash.platform.database import utc_now
from kash.platform.web import Forbidden, Problem
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import TooManyTries
from kash.platform.web.formats import moment_text
from kash.platform.web.language import language_code
from kash.platform.web.logs import leaves_no_trace
from kash.platform.web.pages import go
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.policy import ANYONE, allow
from kash.workshops import answers
from kash.workshops.models import Enrolment
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import (
    LinkUnknown,
    NotEnrolled,
    answer_by_link,
    enrolment_behind,
)
from kash.workshops.services.seats import ANSWER_PATH

# A whole hall behind one address holds links that work; a guess needs millions of tries.
_WINDOW, _TRIES = timedelta(minutes=10), 60
_WRONG = "workshops.answer_link"
_LONGEST = 64


@answers.route(f"{ANSWER_PATH}/<token>", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def answer(token: str) -> ResponseReturnValue:
    """Show an invitation and how it is answered; posted, answer it.

    The token is all that is needed, so the form has no other.
    """
    chosen = request.args.get("in", "")
    language = chosen if chosen in programme_languages() else language_code()
    with force_locale(language):
        with CaughtProblem(Problem) as caught:
            if request.method == "POST":
                return _answered(token, language)
            enrolment, now = _behind(token), utc_now()
            until = enrolment.offer_until
            stands = until if until is not None and until > now else None
            lapsed = enrolment.offer_lapsed_at is not None or until != stands
            return _page(
                token,
                language,
                workshop=enrolment.workshop,
                state=enrolment.state,
                offer_until=stands,
                lapsed=lapsed,
                said=_said(enrolment.state, stands, lapsed=lapsed),
            )
        return _page(token, language, problem=caught.sentence), caught.problem.status


def _behind(token: str) -> Enrolment:
    address = request.remote_addr or ""
    if tries_are_over(_WRONG, address, limit=_TRIES):
        raise TooManyTries
    try:
        return enrolment_behind(token[:_LONGEST])
    except LinkUnknown:
        count_try(_WRONG, address, limit=_TRIES, window=_WINDOW)
        raise


def _answered(token: str, language: str) -> ResponseReturnValue:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden
    _behind(token)
    said = request.form.get("answer", "")
    if said in ("comes", "not"):
        try:
            answer_by_link(token[:_LONGEST], comes=said == "comes")
        except NotEnrolled:
            raise Problem(
                _l("This can't be answered here. Talk to the person who invited you.")
            ) from None
    back: dict[str, Any] = {"token": token, "in": language}
    return go("answers.answer", **back)


def _said(state: str, offer_until: datetime | None, *, lapsed: bool) -> str:
    """How the person who holds the link stands, in a sentence."""
    if state == EnrolmentState.CONFIRMED:
        return _("You have a seat. If you can't come, say so, so that somebody else can.")
    if state == EnrolmentState.DECLINED:
        return _("You said that you can't come. If you can after all, say so.")
    if state == EnrolmentState.INVITED:
        return _("You are invited. Will you come?")
    if offer_until is not None:
        return _(
            "A seat is free for you. Answer by %(moment)s, or it goes to somebody else.",
            moment=moment_text(offer_until),
        )
    if lapsed:
        return _(
            "The time to take your seat is over. If you still want to come, say so: you have the"
            " seat if one is free."
        )
    return _("You are on the waiting list. You are told if a seat falls free.")


def _page(token: str, language: str, **values: Any) -> str:
    return render_template(
        "workshops/answer.html",
        token=token[:_LONGEST],
        language=language,
        tongues=[(code, LANGUAGES[code]) for code in programme_languages()],
        **{"problem": "", **values},
    )


def join_answer_links(app: Flask) -> None:
    """Have answers taken without a token of a session: those who answer have none."""
    app.extensions["csrf"].exempt(f"{answer.__module__}.{answer.__name__}")
