"""Pages for people without an account, at addresses that tell nothing. They know no session: none
is read, begun or written, and nothing of them is logged.

The receipt answers what opens something and what does not with the same status, in pages of one
size, after the same work."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents import filing_words, near
from kash.incidents.forms.filing import ReceiptForm, ReceiptTextForm, TakingBackForm
from kash.incidents.names import PURPOSE_NAMES
from kash.incidents.queries.letterbox import duty_number
from kash.incidents.rules.filing import code_as_read
from kash.incidents.services.receipts import (
    Found,
    found_by_pass,
    found_under,
    pass_of,
    take_back,
    ticket_of,
    turn_of,
    waited_for,
)
from kash.incidents.services.saved_views import KeysAltered, NobodyHoldsKeys
from kash.incidents.views.filing import PAGE_LEFT_OPEN, said_under, speak, texts_shown, told_readers
from kash.incidents.wording import AS_ASKED, KEPT_BY_PAPER, TAKING_BACK
from kash.people import words as directory_words
from kash.people.queries.directory import ServiceSearch, services_for_paper
from kash.platform.database import utc_now
from kash.platform.web.bodies import always_answered
from kash.platform.web.errors import Forbidden
from kash.platform.web.formats import date_text, time_text, to_local
from kash.platform.web.headers import static_url
from kash.platform.web.language import language_code
from kash.platform.web.logs import leaves_no_trace
from kash.platform.web.programme import LANGUAGES, REPORTING_LANGUAGES, reporting_languages
from kash.policy import ANYONE, NOBODY, SYSTEM, allow

# What the page of help keeps on the phone beside itself.
_FILES = ("tokens.css", "answer.css", "icon.svg", "js/exit.js", "js/pageshow.js", "js/near.js")
# Every page of the receipt is filled up to this.
PAGE_BYTES = 24 * 1024
# So many characters of what was typed stand there again, whatever they are; fewer are taken.
_TYPED = 2400
# Around what fills it.
_FILLED = "\n<!-- {} -->\n"


def _shown(template: str, language: str, **values: Any) -> str:
    names = {**LANGUAGES, **REPORTING_LANGUAGES}
    return render_template(
        f"near/{template}",
        language=language,
        tongues=[(code, names[code]) for code in reporting_languages()],
        words=filing_words,
        **values,
    )


def _filled(page: str) -> Response:
    """A page of the one size. What fills it is random, so that packing makes no difference."""
    room = PAGE_BYTES - len(page.encode()) - len(_FILLED.format(""))
    return Response(page + _FILLED.format(secrets.token_hex(max(room, 0) // 2 + 1)[: max(room, 0)]))


@near.route("/r", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def receipt() -> ResponseReturnValue:
    """How far a report has come, and what was allowed, for the person who holds its code and
    word. A page of another site sends nothing."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden
    return _filled(_answered(speak()))


def _answered(language: str) -> str:
    if "ticket" in request.form:
        return _after_waiting(language, request.form["ticket"])
    if "pass" in request.form:
        return _by_pass(language)
    if "code" not in request.form:
        return _asking(language)
    form = ReceiptForm(meta={"csrf": False})
    if not form.validate():
        return _asking(language, form)
    code, word = code_as_read(form.code.data), form.word.data
    ticket = ticket_of(code, word, turn_of(code, request.remote_addr or ""))
    return _after_waiting(language, ticket)


def _after_waiting(language: str, ticket: str) -> str:
    """The page that a ticket opens, once its turn has come."""
    left, keys = waited_for(ticket)
    if left:
        seconds = int(left.total_seconds()) + 1
        after = time_text(to_local(utc_now() + left))
        return _shown("waiting.html", language, ticket=ticket, seconds=seconds, after=after)
    if keys is None:
        return _asking(language, problem=str(PAGE_LEFT_OPEN))
    found = found_under(keys)
    # Both are made each time, so that the time tells nothing.
    pages = (
        _asking(
            language,
            problem=_("There is no report under this code and word. Compare both once more."),
        ),
        _opened(language, found or Found("submitted", keys)),
    )
    return pages[found is not None]


def _asking(
    language: str, form: ReceiptForm | None = None, problem: str = "", *, sent: bool = False
) -> str:
    form = form or ReceiptForm(formdata=None, meta={"csrf": False})
    return _shown("receipt.html", language, form=form, problem=problem, sent=sent)


def _texts(language: str, opened: Found | None, *, is_said: bool) -> str:
    """Texts under the receipt; `is_said`: after one was sent."""
    carried, found, form, sent = request.form["pass"], opened, None, False
    if is_said:
        form = ReceiptTextForm(meta={"csrf": False})
        found, sent = said_under(NOBODY, carried, form)
    if found is None or (opened is None and sent):
        return _asking(language, problem="" if sent else str(PAGE_LEFT_OPEN), sent=sent)
    return _shown(
        "texts.html",
        language,
        pass_=pass_of(found.keys) if opened else carried,
        typed=(form.text.data or "")[:_TYPED] if form and not sent else "",
        **texts_shown(found, form, sent=sent),
    )


def _by_pass(language: str) -> str:
    """Go on with a receipt that a page opened."""
    found, go = found_by_pass(request.form["pass"]), request.form.get("go")
    if go in ("texts", "say"):
        return _texts(language, found, is_said=go == "say")
    if found is None:
        return _asking(language, problem=str(PAGE_LEFT_OPEN))
    form = TakingBackForm(meta={"csrf": False})
    if go not in ("take", "sure"):
        return _opened(language, found)
    if not form.validate():
        return _opened(language, found, form)
    if go == "take":
        purposes = [purpose for purpose in TAKING_BACK if purpose in form.purposes.data]
        return _shown(
            "sure.html",
            language,
            purposes=purposes,
            names=PURPOSE_NAMES,
            limits=TAKING_BACK,
            pass_=pass_of(found.keys),
        )
    with form.showing_problems(purposes=(NobodyHoldsKeys, KeysAltered)):
        return _opened(language, take_back(NOBODY, found, form.purposes.data), done=True)
    return _opened(language, found, form)


def _opened(
    language: str, found: Found, form: TakingBackForm | None = None, *, done: bool = False
) -> str:
    paper = found.paper
    return _shown(
        "opened.html",
        language,
        said=AS_ASKED if found.as_asked else filing_words.RECEIPT_STATES[found.state],
        sentences=[filing_words.sentence_text(code) for code in found.told],
        ends_here=found.state in filing_words.ENDS_HERE,
        may_take_back=found.state != "shredded",
        taking=form or TakingBackForm(formdata=None, meta={"csrf": False}),
        taken_back=found.taken_back,
        paper=str(KEPT_BY_PAPER[paper.paper]) % {"day": date_text(paper.since)} if paper else "",
        limits=TAKING_BACK,
        pass_=pass_of(found.keys),
        found=found,
        readers=told_readers(),
        done=done,
    )


@near.get("/h")
@allow(ANYONE)
@leaves_no_trace
@always_answered
def help_near() -> str:
    """Help: the duty's number, what to do after an arrest and after forced sex, and services near.
    The same for everybody, so that it can be kept on a phone until it is left at once."""
    language = speak()
    here = url_for("near.help_near")
    pages = [f"{here}?in={code}" for code in reporting_languages()]
    return _shown(
        "help.html",
        language,
        services=services_for_paper(SYSTEM, ServiceSearch(), most=200),
        number=duty_number(),
        kinds=directory_words.SERVICE_KIND,
        phone_text=directory_words.phone_text,
        hours_lines=directory_words.hours_lines,
        leave_url=url_for("near.away"),
        ends_url=url_for("web.leave"),
        kept=[here, *pages, url_for("near.away"), *map(static_url, _FILES)],
    )


@near.get("/h/w")
@allow(ANYONE)
@leaves_no_trace
@always_answered
def away() -> str:
    """Where quick exit leads without a network: a page that says nothing."""
    return render_template("web/leave.html", language_code=language_code())


@near.get("/h/w.js")
@allow(ANYONE)
@leaves_no_trace
@always_answered
def worker() -> Response:
    """The worker that shows the page of help without a network."""
    script = (Path(str(current_app.static_folder)) / "js" / "near-worker.js").read_text()
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = url_for("near.help_near")
    return answer


def take_without_token(app: Flask) -> None:
    """Have the receipt's forms taken without a token: there is no session to hold one, and what a
    page carries on is sealed."""
    app.extensions["csrf"].exempt(f"{receipt.__module__}.{receipt.__name__}")
