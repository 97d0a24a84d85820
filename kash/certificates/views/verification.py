"""Anyone may check a serial, and learns status, title and date."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.certificates import blueprint
from kash.certificates.checking import Answer, Check, check_serial
from kash.certificates.forms import REVOCATION_NAMES, VerifyForm
from kash.certificates.rules import (
    CHECKS_WINDOW,
    Admission,
    Misread,
    grouped,
    misread,
    read_serial,
)
from kash.database import utc_now
from kash.policy import ANYONE, allow
from kash.web.context import keep_language_on_device
from kash.web.language import language_code
from kash.web.programme import LANGUAGES, programme_languages


def _said(wrong: Misread) -> str:
    """What is wrong with what was typed. Nothing was looked up for it."""
    if wrong is Misread.LENGTH:
        return _("This is not a whole serial. It has 12 letters and digits, in three groups.")
    return _("One letter or digit is mistyped. Compare it with the paper once more.")


@blueprint.route("/verify", methods=["GET", "POST"])
@allow(ANYONE)
def verify() -> ResponseReturnValue:
    """One serial; once its status is told, a name may be compared with the printed one."""
    asked = request.form.get("language", "")
    chosen = asked if asked in programme_languages() else language_code()
    with force_locale(chosen):
        answer = _verify(chosen)
    if asked == chosen:
        keep_language_on_device(answer, chosen)
    return answer


def _verify(language: str) -> Response:
    form = VerifyForm()
    answer: Answer | None = None
    serial = ""
    if form.validate_on_submit():
        typed = form.serial.data or ""
        wrong = misread(typed)
        if wrong is not None:
            form.serial.errors = [_said(wrong)]
        else:
            check = Check(read_serial(typed) or "", form.name.data or "", request.remote_addr or "")
            answer = check_serial(check, utc_now())
            serial = grouped(check.serial)
    refused = answer is not None and answer.admission is Admission.REFUSED
    found = answer.verified if answer is not None else None
    page = make_response(
        render_template(
            "certificates/verify.html",
            form=form,
            answer=found,
            serial=serial,
            refused=refused,
            names_refused=answer is not None and answer.admission is Admission.WITHOUT_NAME,
            as_of=utc_now(),
            reason_class=REVOCATION_NAMES.get(found.revoked_class, "") if found else "",
            others=[(code, LANGUAGES[code]) for code in programme_languages() if code != language],
        ),
        429 if refused else 422 if form.errors else 200,
    )
    if refused:
        page.headers["Retry-After"] = str(int(CHECKS_WINDOW.total_seconds()))
    return page
