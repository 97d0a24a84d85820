"""Anyone may check a serial, and learns status, title and date."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.certificates import blueprint
from kash.certificates.checking import Check, CheckAnswer, check_serial
from kash.certificates.forms.issuing import PUBLIC_REASONS, VerifyForm
from kash.certificates.rules.issuing import (
    CHECKS_WINDOW,
    Admission,
    Misread,
    grouped,
    misread,
    read_serial,
)
from kash.certificates.rules.standing import public_class
from kash.certificates.rules.status import STATUS_CLASSES
from kash.platform.database import utc_now
from kash.platform.web.context import keep_language_on_device
from kash.platform.web.headers import uses_camera
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.policy import ANYONE, allow


def _said(wrong: Misread) -> str:
    """Sentence on what is wrong with what was typed. Nothing was looked up for it."""
    if wrong is Misread.LENGTH:
        return _("This is not a whole serial. It has 12 letters and digits, in three groups.")
    return _("One letter or digit is mistyped. Compare it with the paper once more.")


@blueprint.get("/V")
@allow(ANYONE)
@uses_camera
def scan() -> ResponseReturnValue:
    """Where printed codes lead: the page as it is kept on phones, the same for everybody."""
    asked = request.args.get("language", "")
    chosen = _language(asked)
    answer = make_response(blank_page(chosen))
    if asked == chosen:
        keep_language_on_device(answer, chosen)
    return answer


@blueprint.route("/verify", methods=["GET", "POST"])
@allow(ANYONE)
@uses_camera
def verify() -> ResponseReturnValue:
    """One serial; once its status is told, a name may be compared with the printed one.

    No session is needed, so that the page can be kept, and its form has no token: whoever had a
    stranger's browser send it would learn and change nothing. Nor is that counted, since the checks
    of a whole network could be used up so.
    """
    if request.method == "GET" or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return scan()
    chosen = _language(request.form.get("language", ""))
    with force_locale(chosen):
        answer = _verify(chosen)
    if request.form.get("language") == chosen:
        keep_language_on_device(answer, chosen)
    return answer


def _language(asked: str) -> str:
    return asked if asked in programme_languages() else language_code()


def blank_page(language: str) -> str:
    """The page on which nothing was checked yet."""
    with force_locale(language):
        return _page(language, VerifyForm())


def _page(language: str, form: VerifyForm, **told: Any) -> str:
    others = [(code, LANGUAGES[code]) for code in programme_languages() if code != language]
    return render_template(
        "certificates/verify.html",
        form=form,
        **{"answer": None, "serial": "", "refused": False, "names_refused": False, **told},
        language=language,
        others=others,
        reasons={code: PUBLIC_REASONS[public_class(code)] for code in STATUS_CLASSES},
        # Nobody's: not even who is signed in shows.
        without_session=True,
        signed_in=None,
        navigation=[],
        search_url="",
        page_languages=[
            {
                "code": code,
                "label": LANGUAGES[code],
                "current": code == language,
                "url": url_for("certificates.scan", language=code),
            }
            for code in programme_languages()
        ],
    )


def _verify(language: str) -> Response:
    form = VerifyForm()
    answer: CheckAnswer | None = None
    serial = ""
    if form.validate_on_submit():
        typed = form.serial.data
        wrong = misread(typed)
        if wrong is not None:
            form.mark_wrong(form.serial, _said(wrong))
        else:
            check = Check(read_serial(typed) or "", form.name.data, request.remote_addr or "")
            answer = check_serial(check, utc_now())
            serial = grouped(check.serial)
    refused = answer is not None and answer.admission is Admission.REFUSED
    found = answer.verified if answer is not None else None
    page = make_response(
        _page(
            language,
            form,
            answer=found,
            serial=serial,
            refused=refused,
            names_refused=answer is not None and answer.admission is Admission.WITHOUT_NAME,
            as_of=utc_now(),
            reason_class=PUBLIC_REASONS.get(found.revoked_class, "") if found else "",
        ),
        429 if refused else 422 if form.errors else 200,
    )
    if refused:
        page.headers["Retry-After"] = str(int(CHECKS_WINDOW.total_seconds()))
    return page


def join_verification(app: Flask) -> None:
    """Have the form of the page taken without a token, which a page kept on a phone cannot have."""
    app.extensions["csrf"].exempt(f"{verify.__module__}.{verify.__name__}")
