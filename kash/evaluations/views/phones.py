"""The sheet on a phone, for whoever sits in the hall. No account, no session, no trace: nothing is
logged, counted or kept of who asked for it and when."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.accounts.services.throttle import count_try, tries_are_over
from kash.evaluations import blueprint
from kash.evaluations.errors import FormNotOpen
from kash.evaluations.form_keys import KeyGone, typing_key
from kash.evaluations.models import EvaluationForm
from kash.evaluations.queries.forms import (
    form_with_code,
    group_letters,
    hall_code,
    questions_of,
)
from kash.evaluations.rules.answers import LONGEST_COMMENT
from kash.evaluations.services.answering import take_answer
from kash.evaluations.views.answers import sent_answers, sent_nonce
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import SealError
from kash.platform.web import Forbidden, Problem
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import TooManyTries
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.traces import leaves_no_trace
from kash.policy import ANYONE, allow

# A whole hall behind one address mistypes the code; whoever guesses needs millions of tries.
_WINDOW, _TRIES = timedelta(minutes=10), 60
_WRONG_CODE = "evaluations.code"


@blueprint.route("/e", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def answer() -> ResponseReturnValue:
    """The sheet of the form whose code hangs on the wall; posted, it is put into the box.

    It needs no session, and so has no token: a page of another site sends nothing.
    """
    asked = request.values.get("in", "")
    language = asked if asked in programme_languages() else language_code()
    with force_locale(language):
        with CaughtProblem(Problem) as caught:
            return _answered(language) if request.method == "POST" else _asked(language)
        return _refused(caught.problem, language)


def _form() -> EvaluationForm | None:
    """The open form of the code that was sent; only wrong codes are counted. Raises
    TooManyTries."""
    code = request.values.get("code", "")[:20]
    if not code.strip():
        return None
    address = request.remote_addr or ""
    if tries_are_over(_WRONG_CODE, address, limit=_TRIES):
        raise TooManyTries
    found = form_with_code(code)
    if found is None:
        count_try(_WRONG_CODE, address, limit=_TRIES, window=_WINDOW)
    elif found.closes_at is None or found.closes_at <= utc_now():
        raise FormNotOpen
    return found


def _asked(language: str) -> ResponseReturnValue:
    form = _form()
    if form is None:
        typed = request.args.get("code", "")[:20]
        problem = _("No open form has this code. Look at the wall again.") if typed else ""
        return _shown("evaluations/code.html", language, code=typed, problem=problem), (
            404 if typed else 200
        )
    return _sheet(form, language)


def _sheet(
    form: EvaluationForm, language: str, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    """The sheet, with what was sent if something was."""
    try:
        key = base64.b64encode(typing_key(form.public_id)).decode()
    except (KeyGone, SealError):
        # Whatever is put into the box could be opened by nobody.
        raise FormNotOpen from None
    return _shown(
        "evaluations/answer.html",
        language,
        form=form,
        code=hall_code(form),
        key=key,
        sheet=request.form.get("sheet") or new_public_id(),
        questions=questions_of(db.session(), form.id),
        groups=group_letters(db.session()) if form.asks_group else [],
        given=sent_answers() if request.method == "POST" else {},
        group=request.form.get("group", ""),
        longest=LONGEST_COMMENT,
        problem=problem,
    ), status


def _answered(language: str) -> ResponseReturnValue:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden
    form = _form()
    if form is None:
        raise FormNotOpen
    public_id = form.public_id
    try:
        take_answer(public_id, sent_answers(), request.form.get("group", ""), sent_nonce())
    except Problem as problem:
        again = form_with_code(request.values.get("code", "")[:20])
        if again is None or isinstance(problem, FormNotOpen) or _by_script():
            raise
        return _sheet(again, language, str(problem), problem.status)
    if _by_script():
        return {"sent": True}
    return _shown("evaluations/sent.html", language, code=request.form.get("code", ""))


def _refused(problem: Problem, language: str) -> ResponseReturnValue:
    if _by_script():
        return {"problem": str(problem)}, problem.status
    return _shown("evaluations/refused.html", language, problem=str(problem)), problem.status


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _shown(template: str, language: str, **values: Any) -> str:
    return render_template(
        template,
        language=language,
        tongues=[(code, LANGUAGES[code]) for code in programme_languages()],
        **values,
    )


def join_answers(app: Flask) -> None:
    """Have sheets taken without a token: whoever answers has no session to hold one."""
    app.extensions["csrf"].exempt(f"{answer.__module__}.{answer.__name__}")
