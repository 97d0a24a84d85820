"""The receipt: its word and its code, each on a page of its own, and what both open later.

None of these pages leaves a trace.
"""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents import blueprint, filing_words
from kash.incidents.errors import KeysAltered, NobodyHoldsKeys
from kash.incidents.forms.receipts import OwnWordForm, ReceiptForm, TakingBackForm
from kash.incidents.names import PURPOSE_NAMES
from kash.incidents.queries.receipts import Receipt, keys_of, receipt_by
from kash.incidents.receipt_words import TAKING_BACK
from kash.incidents.retention_words import AS_ASKED, KEPT_BY_PAPER
from kash.incidents.rules.filing import code_as_read, code_as_shown
from kash.incidents.services.letterbox import LetterboxFull
from kash.incidents.services.receipts import (
    Found,
    PageTooOld,
    choose_word,
    found_by_pass,
    open_receipt,
    pass_of,
    receipt_if_sent,
    take_back,
)
from kash.incidents.views.filing_pages import shown, speak, told_readers
from kash.platform.web import current_actor
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import TooManyTries
from kash.platform.web.formats import date_text
from kash.platform.web.traces import leaves_no_trace
from kash.platform.web.urgent import always_answered
from kash.policy import allow

# What the page after sending calls itself where others name their screen.
SENT = "sent"


def word_page(
    language: str,
    draft: str,
    token: str,
    receipt: Receipt,
    form: OwnWordForm | None = None,
    *,
    held: bool = False,
    unread: bool = False,
) -> ResponseReturnValue:
    """The word, without the code. The page keeps the token it was sent by, to be answered again.
    `unread`: she named the only one who could read it."""
    form = form or OwnWordForm(formdata=None)
    return shown(
        "filing_word.html",
        language,
        422 if form.errors else 200,
        code=draft,
        screen=SENT,
        token=token,
        word=receipt.word,
        held=held,
        unread=unread,
        readers=told_readers() if unread else None,
        form=form,
    )


def after_sending(language: str, draft: str, go: str) -> ResponseReturnValue:
    """The word is known, or another was chosen: the code, without the word."""
    actor, token = current_actor(), request.form.get("token", "")
    if go not in ("know", "own"):
        return _word_again(language, draft, token)
    word = ""
    if go == "own":
        form = OwnWordForm()
        form.codes = [draft, receipt_by(draft, token, language).code]
        form.names = list(account_names([actor.public_id]).values())
        if not form.validate():
            return _word_again(language, draft, token, form)
        word = form.word.data
    receipt = choose_word(actor, draft, token, language, word)
    held = "held" in request.form
    return shown(
        "filing_sent.html",
        language,
        receipt=code_as_shown(receipt.code),
        readers=told_readers(),
        held=held,
        # By which more is told of what was sent at once.
        pass_=pass_of(keys_of(receipt.code, receipt.word)) if held else "",
    )


def _word_again(
    language: str, draft: str, token: str, form: OwnWordForm | None = None
) -> ResponseReturnValue:
    receipt = receipt_if_sent(draft, token, language)
    if receipt is None:
        raise PageTooOld
    return word_page(language, draft, token, receipt, form, held="held" in request.form)


@blueprint.route("/r", methods=["GET", "POST"])
@allow("incidents.file")
@leaves_no_trace
@always_answered
def receipt() -> ResponseReturnValue:
    """How far a report has come, and what was allowed, for whoever holds its code and word."""
    language = speak()
    if "pass" in request.form:
        return _taking_back(language)
    form = ReceiptForm()
    if not form.is_submitted() or "code" not in request.form:
        return _asking(language, ReceiptForm(formdata=None))
    if not form.validate():
        return _asking(language, form, status=422)
    try:
        found = open_receipt(code_as_read(form.code.data), form.word.data)
    except TooManyTries:
        # The same for every code, whether there is something under it or not.
        return _asking(language, form, _("Too many tries. Try again tomorrow."), 429)
    if found is None:
        problem = _("There is no report under this code and word. Compare both once more.")
        return _asking(language, form, problem, 422)
    return _opened(language, found)


def _asking(
    language: str, form: ReceiptForm, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    return shown("receipt.html", language, status, form=form, problem=problem)


def _taking_back(language: str) -> ResponseReturnValue:
    found = found_by_pass(request.form.get("pass", ""))
    if found is None:
        problem = _("This page was open for long. Type code and word once more.")
        return _asking(language, ReceiptForm(formdata=None), problem, 410)
    form = TakingBackForm()
    if request.form.get("go") == "back" or not form.validate():
        return _opened(language, found, form)
    if request.form.get("go") != "sure":
        return shown(
            "receipt_sure.html",
            language,
            purposes=[one for one in TAKING_BACK if one in form.purposes.data],
            names=PURPOSE_NAMES,
            limits=TAKING_BACK,
            pass_=pass_of(found.keys),
        )
    with form.showing_problems(purposes=(NobodyHoldsKeys, KeysAltered, LetterboxFull)):
        found = take_back(current_actor(), found, form.purposes.data)
        return _opened(language, found, done=True)
    return _opened(language, found, form)


def _opened(
    language: str, found: Found, form: TakingBackForm | None = None, *, done: bool = False
) -> ResponseReturnValue:
    return shown(
        "receipt.html",
        language,
        422 if form is not None and form.errors else 200,
        found=True,
        readers=told_readers(),
        said=AS_ASKED if found.as_asked else filing_words.RECEIPT_STATES[found.state],
        may_take_back=found.state != "shredded",
        ends_here=found.state in filing_words.ENDS_HERE,
        taking=form or TakingBackForm(formdata=None),
        taken_back=found.taken_back,
        paper=(
            str(KEPT_BY_PAPER[found.paper.paper]) % {"day": date_text(found.paper.since)}
            if found.paper
            else ""
        ),
        limits=TAKING_BACK,
        pass_=pass_of(found.keys),
        done=done,
    )
