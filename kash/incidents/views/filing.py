"""Frame of all pages of filing, with the language that is chosen on the page. The receipt: its
word and its code, each on a page of its own, and what both open later. None of these pages leaves
a trace. Filing on a phone, the receipt, and help now. None of these pages leaves a trace. The
draft's code travels in the form and never in an address; each answer page is the answer to a post,
so that the address never changes and a page that is asked for again is the beginning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import refresh
from markupsafe import escape
from werkzeug.datastructures import MultiDict

from kash.incidents import blueprint, documents, filing_words
from kash.incidents.consent_texts import unread as words_unread
from kash.incidents.forms.filing import (
    SCREEN_FORMS,
    HelpForm,
    NowForm,
    OwnWordForm,
    ReceiptCodeForm,
    ReceiptForm,
    ReceiptTextForm,
    ScreenForm,
    TakingBackForm,
    WhenForm,
    WhoForm,
)
from kash.incidents.names import PURPOSE_NAMES
from kash.incidents.queries import letterbox as drafts
from kash.incidents.queries import mediation as helpers
from kash.incidents.queries.letterbox import Receipt, keys_of, receipt_by
from kash.incidents.queries.officers import custodians_with_keys, outside_contact
from kash.incidents.rules.casework import COME_AT
from kash.incidents.rules.filing import (
    ALL_SCREENS,
    EXPOSURES,
    SCREENS,
    URGENT,
    code_as_read,
    code_as_shown,
    new_code,
    new_token,
    token_helps,
)
from kash.incidents.rules.parts import ReceiptText
from kash.incidents.services.alerts import can_tell
from kash.incidents.services.filing import (
    NothingToSend,
    answer_screen,
    begin_addition,
    forget_screen,
    say_held,
    submit,
    throw_away,
)
from kash.incidents.services.letterbox import TooManyReports
from kash.incidents.services.receipts import (
    PAGE_TOO_OLD,
    Found,
    answer_under_receipt,
    choose_word,
    found_by_pass,
    found_under,
    keys_to_add_by,
    open_receipt,
    pass_of,
    receipt_if_sent,
    take_back,
)
from kash.incidents.services.saved_views import KeysAltered, NobodyHoldsKeys
from kash.incidents.wording import AS_ASKED, KEPT_BY_PAPER, SEVEN_DAYS, TAKING_BACK
from kash.people import words as directory_words
from kash.people import words as people_words
from kash.people.queries.directory import organisations, service_areas, zone_names
from kash.people.rules.directory import minute_of_week, open_at
from kash.platform.database import db, utc_now
from kash.platform.vault import KeyAltered, can_file
from kash.platform.web import current_actor, download
from kash.platform.web.account_names import account_names
from kash.platform.web.bodies import always_answered
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import Problem, TooManyTries
from kash.platform.web.formats import date_text, local_today, to_local
from kash.platform.web.language import language_code
from kash.platform.web.logs import leaves_no_trace
from kash.platform.web.programme import LANGUAGES, REPORTING_LANGUAGES, reporting_languages
from kash.platform.web.public_address import public_address
from kash.policy import Actor, allow


def speak() -> str:
    """Have the page speak the language it was asked for in; which one that is.

    Nothing of the choice is stored: the account's language is not touched.
    """
    languages = [*request.args.getlist("in")[:1], *request.form.getlist("in")]
    chosen = next((code for code in reversed(languages) if code in reporting_languages()), "")
    if chosen:
        g.language = chosen
        refresh()
    return chosen or language_code()


def told_readers() -> dict[str, Any]:
    """Readers of a report about somebody of the programme, or about a child, as they are told
    before and after it is sent: the custodians, and a contact outside. `alone`: there is one only,
    so that nobody reads what is about that one."""
    names = [name for _key, name in custodians_with_keys()]
    return {"names": ", ".join(names), "outside": outside_contact(), "alone": len(names) == 1}


def shown(template: str, language: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """A page of filing. Each has a token of its own, by which it is answered again if it sends."""
    names = {**LANGUAGES, **REPORTING_LANGUAGES}
    context.setdefault("token", new_token(utc_now()))
    return (
        render_template(
            f"incidents/{template}",
            language=language,
            spoken=[(code, names[code]) for code in reporting_languages()],
            # The page has a choice of its own, which loses nothing that was typed.
            page_languages=[{"code": language, "label": "", "current": True}],
            words=filing_words,
            seven_days=SEVEN_DAYS,
            hours=", ".join(f"{hour}:00" for hour in COME_AT),
            told=can_tell(),
            site=public_address().split("://", 1)[-1],
            duty_number=directory_words.phone_text(drafts.duty_number()),
            **context,
        ),
        status,
    )


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
    rings: bool = False,
) -> ResponseReturnValue:
    """The word, without the code. The page keeps the token it was sent by, to be answered again.
    `unread`: she named the only one who could read it; `rings`: the officer on duty is told."""
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
        rings=held or rings,
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
    is_held = "held" in request.form
    return shown(
        "filing_sent.html",
        language,
        receipt=code_as_shown(receipt.code),
        readers=told_readers(),
        held=is_held,
        # By which more is told of what was sent at once.
        pass_=pass_of(keys_of(receipt.code, receipt.word)) if is_held else "",
    )


def _word_again(
    language: str, draft: str, token: str, form: OwnWordForm | None = None
) -> ResponseReturnValue:
    receipt = receipt_if_sent(draft, token, language)
    if receipt is None:
        raise Problem(PAGE_TOO_OLD, status=410)
    return word_page(language, draft, token, receipt, form, held="held" in request.form)


@blueprint.route("/r", methods=["GET", "POST"])
@allow("incidents.file")
@leaves_no_trace
@always_answered
def receipt() -> ResponseReturnValue:
    """How far a report has come, and what was allowed, for the person who holds its code and
    word."""
    language = speak()
    if "pass" in request.form:
        return _taking_back(language)
    form = ReceiptForm()
    if not form.is_submitted() or "code" not in request.form:
        return _asking(language, ReceiptForm(formdata=None))
    if not form.validate():
        return _asking(language, form, status=422)
    try:
        opened = open_receipt(code_as_read(form.code.data), form.word.data)
    except TooManyTries:
        # The same for every code, whether there is something under it or not.
        return _asking(language, form, _("Too many tries. Try again tomorrow."), 429)
    if opened is None:
        problem = _("There is no report under this code and word. Compare both once more.")
        return _asking(language, form, problem, 422)
    return _opened(language, opened)


def _asking(
    language: str, form: ReceiptForm, problem: str = "", status: int = 200, *, sent: bool = False
) -> ResponseReturnValue:
    return shown("receipt.html", language, status, form=form, problem=problem, sent=sent)


# Texts take no more of a page; the rest stands on the one before.
_TEXT_BYTES, _AROUND_TEXT = 8 * 1024, 250


def said_under(by: Actor, carried: str, form: ReceiptTextForm) -> tuple[Found | None, bool]:
    """Send what was typed on a page of the receipt, however long that was open: nothing typed is
    lost. What the receipt opens then, without what stood there if the pass of the page is too old
    to be shown that; None if it is no pass. And whether it was sent."""
    opened, keys = found_by_pass(carried), keys_to_add_by(carried)
    found = opened or (found_under(keys) if keys else None)
    is_sent = False
    if found is not None and form.validate():
        with form.showing_problems(text=(NobodyHoldsKeys, KeysAltered, Problem)):
            found = answer_under_receipt(by, found, form.text.data)
            is_sent = True
    return found if opened or found is None else replace(found, texts=()), is_sent


def texts_shown(found: Found, form: ReceiptTextForm | None, *, sent: bool) -> dict[str, Any]:
    """Texts as a page has room for, beside what was typed; the newest, or those before the number
    that the page asks for."""
    typed = (form.text.data or "") if form and not sent else ""
    room = _TEXT_BYTES - len(escape(typed).encode())
    before = request.form.get("before", "")
    last = min(int(before), len(found.texts)) if before.isdecimal() else len(found.texts)
    texts: list[ReceiptText] = []
    for text in reversed(found.texts[:last]):
        room -= _AROUND_TEXT + len(escape(text.text).encode())
        if room < 0 and (texts or typed):
            break
        texts.insert(0, text)
    return {
        "texts": texts,
        "before": last - len(texts),
        "newer": last < len(found.texts),
        "may_write": found.may_write,
        "text_form": form if form and not sent else ReceiptTextForm(formdata=None),
        "sent": sent,
    }


def _texts(language: str) -> ResponseReturnValue:
    carried, form = request.form["pass"], None
    opened, sent = found_by_pass(carried), False
    is_old = opened is None
    if request.form["go"] == "say":
        form = ReceiptTextForm()
        opened, sent = said_under(current_actor(), carried, form)
    if opened is None or (is_old and sent):
        return _asking(
            language, ReceiptForm(formdata=None), "" if sent else PAGE_LEFT_OPEN, sent=sent
        )
    return shown(
        "receipt_texts.html",
        language,
        422 if form and form.errors else 200,
        pass_=carried if is_old else pass_of(opened.keys),
        **texts_shown(opened, form, sent=sent),
    )


PAGE_LEFT_OPEN = _l("This page was open for long. Type code and word once more.")


def _taking_back(language: str) -> ResponseReturnValue:
    if request.form.get("go") in ("texts", "say"):
        return _texts(language)
    opened = found_by_pass(request.form.get("pass", ""))
    if opened is None:
        return _asking(language, ReceiptForm(formdata=None), PAGE_LEFT_OPEN, 410)
    form = TakingBackForm()
    if request.form.get("go") == "back" or not form.validate():
        return _opened(language, opened, form)
    if request.form.get("go") != "sure":
        return shown(
            "receipt_sure.html",
            language,
            purposes=[purpose for purpose in TAKING_BACK if purpose in form.purposes.data],
            names=PURPOSE_NAMES,
            limits=TAKING_BACK,
            pass_=pass_of(opened.keys),
        )
    with form.showing_problems(purposes=(NobodyHoldsKeys, KeysAltered)):
        opened = take_back(current_actor(), opened, form.purposes.data)
        return _opened(language, opened, done=True)
    return _opened(language, opened, form)


def _opened(
    language: str, found: Found, form: TakingBackForm | None = None, *, done: bool = False
) -> ResponseReturnValue:
    return shown(
        "receipt.html",
        language,
        422 if form is not None and form.errors else 200,
        found=found,
        readers=told_readers(),
        said=AS_ASKED if found.as_asked else filing_words.RECEIPT_STATES[found.state],
        may_take_back=found.state != "shredded",
        sentences=[filing_words.sentence_text(code) for code in found.told],
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


_NAMES = list(SCREENS)
REVIEW = "review"
# What is not taken now: whatever was typed stays on the page.
_REFUSED = (TooManyReports, KeysAltered)
# The answers to whether somebody is held or in danger now, the first of which is yes.
HELD = ("begin-yes", "begin-no", "begin-unknown")


def _start(
    language: str, form: ReceiptCodeForm | None = None, status: int = 200, **context: Any
) -> ResponseReturnValue:
    if (closed := _closed()) is not None:
        return _nobody_reads(language, sentence=closed.sentence)
    wrong = form is not None and bool(form.errors)
    return shown(
        "filing.html",
        language,
        422 if wrong else status,
        form=form or ReceiptCodeForm(formdata=None),
        **context,
    )


def _closed() -> type[NobodyHoldsKeys | KeysAltered] | None:
    """Why no report can be taken now, None if one can."""
    try:
        return None if can_file(db.session()) else NobodyHoldsKeys
    except KeyAltered:
        return KeysAltered


def _nobody_reads(
    language: str, status: int = 200, sentence: str = NobodyHoldsKeys.sentence
) -> ResponseReturnValue:
    return shown("filing_closed.html", language, status, sentence=sentence)


@blueprint.get("/n")
@allow("incidents.file")
@leaves_no_trace
@always_answered
def filing() -> ResponseReturnValue:
    """Begin a report, or go on with one."""
    return _start(speak())


@blueprint.post("/n")
@allow("incidents.file")
@leaves_no_trace
@always_answered
def filing_step() -> ResponseReturnValue:
    """Take what one screen was answered, and show the next."""
    language = speak()
    with CaughtProblem(NobodyHoldsKeys, *_REFUSED) as caught:
        return _step(language)
    if isinstance(caught.problem, NobodyHoldsKeys):
        return _nobody_reads(language, 409)
    return _start(language, problem=caught.sentence, status=caught.problem.status)


def _step(language: str) -> ResponseReturnValue:
    go = request.form.get("go", "")
    if go in ("begin", *HELD):
        if (closed := _closed()) is not None:
            return _nobody_reads(language, sentence=closed.sentence)
        code = new_code()
        if go == HELD[0]:
            say_held(current_actor(), code)
            return _screen_page(language, code, URGENT)
        return _screen_page(language, code, "what")
    if go == "more":
        code = new_code()
        begin_addition(current_actor(), code, keys_to_add_by(request.form.get("pass", "")))
        return _screen_page(language, code, "what")
    if go == "resume":
        return _resumed(language)
    code = code_as_read(request.form.get("code", ""))
    name = request.form.get("screen", "")
    if not code or name not in (*ALL_SCREENS, REVIEW, SENT):
        return _start(language)
    if name == SENT:
        return after_sending(language, code, go)
    if name == REVIEW:
        return _from_review(language, code, go)
    return _from_screen(language, code, name, go)


def _resumed(language: str) -> ResponseReturnValue:
    form = ReceiptCodeForm()
    if not form.validate():
        return _start(language, form)
    code = code_as_read(form.code.data)
    answered = drafts.answered_screens(code)
    if answered is None:
        form.mark_wrong(form.code, _("There is no unfinished report under this code."))
        return _start(language, form, unknown=True)
    return _review_page(language, code, answered)


def _from_review(language: str, code: str, go: str) -> ResponseReturnValue:
    if go in ("held", "now", "send"):
        with CaughtProblem(NothingToSend, *_REFUSED) as caught:
            return _sent(language, code, held=go != "send")
        if isinstance(caught.problem, NothingToSend):
            return _review_page(language, code, [], caught.sentence)
        return _review_page(language, code, None, caught.sentence, caught.problem.status)
    if go == "throw":
        throw_away(current_actor(), code)
        return _start(language, thrown=True)
    if go == "help":
        return _help_page(language, code, REVIEW)
    if go == "back":
        return _screen_page(language, code, _NAMES[-1])
    if go.startswith("to-") and go[3:] in ALL_SCREENS:
        return _screen_page(language, code, go[3:])
    return _review_page(language, code)


def _from_screen(language: str, code: str, name: str, go: str) -> ResponseReturnValue:
    actor = current_actor()
    if go == "skip":
        return _after(language, code, name, 1)
    if go == "remove":
        forget_screen(actor, code, name)
        return _screen_page(language, code, name)
    form = _form_of(name, request.form)
    with CaughtProblem(*_REFUSED) as caught:
        return _taken(language, code, name, go, form)
    return _screen_page(
        language, code, name, form=form, status=caught.problem.status, problem=caught.sentence
    )


def _taken(language: str, code: str, name: str, go: str, form: ScreenForm) -> ResponseReturnValue:
    actor = current_actor()
    if go == "now":
        token = request.form.get("token", "")
        if sent := receipt_if_sent(code, token, language):
            return word_page(language, code, token, sent, held=True)
        form.leave_out_what_is_wrong()
        say_held(actor, code)
        if form.answered():
            answer_screen(actor, code, name, form.answers())
        return _sent(language, code, held=True, unread=_only_reader_is_named(form))
    if go not in ("next", "back", "help", "review"):
        # Another language, or a page that is shown again: nothing typed is lost.
        return _screen_page(language, code, name, form=form)
    fine = form.validate()
    if fine and form.answered():
        answer_screen(actor, code, name, form.answers())
    if go == "help":
        return _help_page(language, code, name)
    if not fine:
        return _screen_page(language, code, name, form=form, status=422)
    if go == "review":
        reached = -1 if name == URGENT else _NAMES.index(name)
        return _review_page(language, code, later=True, reached=reached)
    if go == "next" and _only_reader_is_named(form):
        return _screen_page(language, code, _NAMES[_NAMES.index(name) + 1], unread=True)
    return _after(language, code, name, 1 if go == "next" else -1)


def _only_reader_is_named(form: ScreenForm) -> bool:
    """True if the one who would read it alone is said to have done it: then nobody does."""
    named = form.answers().account
    return bool(named) and [key for key, _name in custodians_with_keys()] == [named]


def _sent(language: str, code: str, *, held: bool, unread: bool = False) -> ResponseReturnValue:
    """Send what is there, be it only that somebody is held."""
    token = request.form.get("token", "")
    if not token_helps(token, utc_now()):
        # The page was open for hours: what follows goes on with a token of its own.
        token = new_token(utc_now())
    draft = drafts.draft_of(code)
    receipt = submit(current_actor(), code, language, token, held=held)
    rings = held or (draft is not None and draft.rings)
    return word_page(language, code, token, receipt, held=held, unread=unread, rings=rings)


def _after(language: str, code: str, name: str, step: int) -> ResponseReturnValue:
    order = [URGENT, *_NAMES] if name == URGENT or _so_far(code)[1] else _NAMES
    position = order.index(name) + step
    if position < 0:
        return _start(language)
    if position >= len(order):
        return _review_page(language, code, reached=len(_NAMES))
    return _screen_page(language, code, order[position])


def _form_of(name: str, given: MultiDict[str, str] | None) -> ScreenForm:
    form = SCREEN_FORMS[name](formdata=given)
    if isinstance(form, WhoForm):
        form.offer(organisations(("station",)), custodians_with_keys())
    if isinstance(form, NowForm):
        form.offer(organisations(("station",)))
    if isinstance(form, WhenForm):
        form.stations = {one.public_id: one.name for one in organisations(("station",))}
    if isinstance(form, (NowForm, WhenForm)):
        form.wards = zone_names()
    return form


def _so_far(code: str) -> tuple[list[str], bool]:
    """Screens that were answered, and whether somebody is held or in danger."""
    draft = drafts.draft_of(code)
    if draft is None:
        return [], False
    return [name for name in ALL_SCREENS if name in draft.screens], draft.held


def _screen_page(
    language: str,
    code: str,
    name: str,
    *,
    form: ScreenForm | None = None,
    status: int = 200,
    problem: str = "",
    unread: bool = False,
) -> ResponseReturnValue:
    answered, is_held = _so_far(code)
    if form is None:
        form = _form_of(name, None)
    return shown(
        "filing_screen.html",
        language,
        status,
        held=is_held,
        form=form,
        problem=problem,
        code=code,
        shown_code=code_as_shown(code),
        screen=name,
        readers=told_readers() if unread or name in ("whom", "who") else None,
        exposures=EXPOSURES,
        unread=unread,
        step=0 if name == URGENT else _NAMES.index(name) + 1,
        steps=len(_NAMES),
        answered=answered,
        today=local_today(),
        words_unread=words_unread(language),
        notes_of_consents={key: note for key, (_label, note) in filing_words.ALLOWED.items()},
        notes_of_origins={key: note for key, (_label, note) in filing_words.ORIGINS.items()},
    )


def _review_page(
    language: str,
    code: str,
    answered: list[str] | None = None,
    problem: str = "",
    status: int = 422,
    *,
    later: bool = False,
    reached: int = -1,
) -> ResponseReturnValue:
    """The page before sending. `reached`: how far she came; what she never saw was not skipped."""
    so_far, is_held = _so_far(code)
    draft = drafts.draft_of(code)
    here = [_NAMES.index(name) for name in so_far if name in _NAMES]
    reached = max(reached, request.form.get("reached", -1, type=int), *here, -1)
    return shown(
        "filing_review.html",
        language,
        status if problem else 200,
        held=is_held,
        rings=draft is not None and draft.rings,
        code=code,
        shown_code=code_as_shown(code),
        screen=REVIEW,
        screens=[URGENT] * is_held + _NAMES,
        reached=reached,
        seen=_NAMES[: max(reached, -1) + 1],
        readers=told_readers(),
        answered=so_far if answered is None else answered,
        problem=problem,
        later=later,
    )


@blueprint.route("/h", methods=["GET", "POST"])
@allow("incidents.file")
@leaves_no_trace
@always_answered
def help_now() -> ResponseReturnValue:
    """Page of who can help now."""
    language = speak()
    name = request.form.get("screen", "")
    return _help_page(
        language,
        code_as_read(request.form.get("code", "")),
        name if name in (*ALL_SCREENS, REVIEW) else "",
    )


def _help_page(language: str, code: str = "", name: str = "") -> ResponseReturnValue:
    actor = current_actor()
    minute = minute_of_week(to_local(utc_now()))
    areas = service_areas(actor)
    form = HelpForm()
    form.area.choices = [("", _("Everywhere")), *((area, area) for area in areas)]
    form.kind.choices = [("", _("Everything")), *directory_words.SERVICE_KIND.items()]
    area = form.area.data if form.area.data in areas else ""
    kind = form.kind.data if form.kind.data in directory_words.SERVICE_KIND else ""
    return shown(
        "help.html",
        language,
        form=form,
        code=code,
        screen=name,
        entries=helpers.services_near(actor, minute, area=area or "", kind=kind or ""),
        mediators=helpers.mediators_on_duty(actor, minute),
        kinds=directory_words.SERVICE_KIND,
        tongue_names=people_words.LANGUAGE,
        phone_text=directory_words.phone_text,
        hours_lines=directory_words.hours_lines,
        is_open=lambda entry: open_at(entry.stretches, minute),
        open_text=lambda hours: directory_words.open_text(hours, minute),
    )


@blueprint.get("/n.pdf")
@allow("incidents.file")
@leaves_no_trace
def paper() -> ResponseReturnValue:
    """The same six screens on paper, to be filled in by hand."""
    return download(documents.paper_form(speak()), name="form.pdf", type="application/pdf")


@blueprint.get("/l.pdf")
@allow("incidents.file")
@leaves_no_trace
def leaflet() -> ResponseReturnValue:
    """Leaflet on what becomes of a report, on paper."""
    return download(documents.leaflet(speak()), name="leaflet.pdf", type="application/pdf")


@blueprint.get("/k.pdf")
@allow("incidents.file")
@leaves_no_trace
def card() -> ResponseReturnValue:
    """Wallet cards that say where help is found."""
    return download(documents.card(speak()), name="card.pdf", type="application/pdf")
