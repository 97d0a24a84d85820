"""Texts of the test's page on a phone, in the language of the moment. A test on a phone, for
people with a badge of the workshop: no account, no session. The page is the same for everybody and
lies on the phone while there is no network. What it sends shows a ticket, which the server gave
for a hall's code and a badge's."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from kash.accounts.services.throttle import count_try, tries_are_over
from kash.assessments import blueprint
from kash.assessments.forms import (
    NOT_SURE_WORDS,
    OFTEN,
    choices_of,
    offers_not_sure,
    practice_question,
    practice_words_question,
    text_of,
)
from kash.assessments.models import WorkshopTest
from kash.assessments.queries import (
    any_test,
    practice_asked,
    questions_of,
    standing_answers,
    told_about,
)
from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.results import (
    LONGEST_TEXT,
    NOT_SURE,
    AnsweringState,
    Moment,
    QuestionKind,
    Teller,
    stand_of,
)
from kash.assessments.services.bank import NOT_OPEN_TO_ANSWERS, CodeUnknown
from kash.assessments.services.tests import (
    MOST_AT_ONCE,
    SentAnswer,
    entry_on_register,
    receive,
    ticket_of,
)
from kash.attendance.rules.registers import badge_entry, read_code
from kash.platform.database import db, is_public_id, utc_now
from kash.platform.web import Forbidden, Problem
from kash.platform.web.bodies import CONTROL_CHARACTERS, takes_raw
from kash.platform.web.errors import TooManyTries
from kash.platform.web.headers import uses_camera
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.policy import ANYONE, allow


def phone_words() -> dict[str, str]:
    """All texts by the names that the script knows; {name} stands for what it puts there."""
    return {
        "itself": LANGUAGES.get(language_code(), language_code()),
        "leave": _("Leave"),
        "title": _("Questions"),
        "lead": _("Take your time; you can change an answer."),
        "hall": _("Code on the wall"),
        "badge": _("Code of your badge"),
        "scan": _("Scan the badge"),
        "open": _("Begin"),
        "promise": _(
            "The trainer sees your answers and helps where something is not known yet. What you"
            " answered leaves this phone once it is sent and you are at the end."
        ),
        "no_network": _("There is no network just now. What you typed stays here; try again."),
        "no_storage": _("This browser keeps nothing. Open the page in an ordinary window."),
        "place": _("Question {at} of {all}"),
        "one": _("Choose one"),
        "several": _("Several may be right: tick all of them."),
        "own_words": _("Write no names. Only the programme's staff read this."),
        "name_hint": _("There may be a name or a number in this. Write it without, please."),
        "back": _("Back"),
        "next": _("Next"),
        "finish": _("Finish"),
        "saved_here": _("Saved on this phone, not sent yet: {count}"),
        "refused": _(
            "The server does not take these answers: {count}. They stay on this phone. Show this"
            " to the trainer, then begin again with the badge."
        ),
        "all_sent": _("Sent. The server has all your answers."),
        "end": _("That was all"),
        "answered": _("Answered: {done} of {all}."),
        "keep_open": _("Keep this page."),
        "may_close": _("You may close this page."),
        "look_again": _("Look at my answers"),
        "change": _("Change an answer: the badge once more"),
        "another": _("Somebody else answers on this phone"),
        "closed": _("The test is closed"),
        "late": _("Answers that came too late, or could not be taken: {count}. Tell the trainer."),
        "over": _("Thank you. Nothing of it is left on this phone."),
    }


LARGEST_BODY = 256 * 1024
# A whole hall behind one address mistypes its badges; a guesser needs millions of tries.
_WINDOW, _TRIES = timedelta(minutes=10), 120
_WRONG_CODE = "assessments.code"
_FILES = ("icon.svg", "tokens.css", "answer.css", "sitting/sitting.css", "js/exit.js",
          "sitting/sitting.js", "js/scanner.js")  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_ID = 36


def plain(name: str) -> str:
    """The address of a static file without the hash of its content: so it lies on the phone."""
    return url_for("static", filename=name, v=None)


def _shell() -> str:
    words = {}
    for code in programme_languages():
        with force_locale(code):
            words[code] = phone_words()
    with force_locale(programme_languages()[0]):
        leave = _("Leave")
    return render_template(
        "assessments/phone.html",
        plain=plain,
        language=programme_languages()[0],
        words=json.dumps(words, ensure_ascii=False, separators=(",", ":")),
        leave=leave,
    )


@blueprint.get("/t/")
@uses_camera
@allow(ANYONE)
def phone() -> str:
    """The page; nothing of any test is in it."""
    return _shell()


@blueprint.get("/t/leave")
@allow(ANYONE)
def phone_leave() -> str:
    """Where quick exit leads without a network: a page that says nothing."""
    return render_template("web/leave.html", language_code=language_code())


@blueprint.get("/t/sw.js")
@allow(ANYONE)
def phone_worker() -> Response:
    """Script that keeps the page on the phone; it changes whenever something of it does."""
    content = hashlib.sha256(_shell().encode())
    for name in _FILES:
        content.update((Path(str(current_app.static_folder)) / name).read_bytes())
    pages = [url_for("assessments.phone"), url_for("assessments.phone_leave")]
    worker = render_template(
        "assessments/sw.js", version=content.hexdigest()[:12], files=[*pages, *map(plain, _FILES)]
    )
    return Response(worker, mimetype="text/javascript")


@blueprint.post("/t/open")
@allow(ANYONE)
@takes_raw(lambda: LARGEST_BODY)
def phone_open() -> ResponseReturnValue:
    """Answer a hall's code and a badge's with the questions, and a ticket to answer them."""
    return _told(_opened)


@blueprint.post("/t/answers")
@allow(ANYONE)
@takes_raw(lambda: LARGEST_BODY)
def phone_answers() -> ResponseReturnValue:
    """Take what a phone kept, and answer each by its id."""
    return _told(_taken)


def join_phones(app: Flask) -> None:
    """Have answers taken without a token: people who answer have no session to hold one."""
    for view in (phone_open, phone_answers):
        app.extensions["csrf"].exempt(f"{view.__module__}.{view.__name__}")


def _told(answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> ResponseReturnValue:
    """An answer as JSON, in the language of the phone; a problem as its sentence."""
    sent: Mapping[str, Any] = {}
    try:
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise Forbidden
        sent = _body()
        with force_locale(_language(sent)):
            return answer(sent)
    except Problem as problem:
        with force_locale(_language(sent)):
            return {"problem": str(problem)}, problem.status
    except DBAPIError:
        # Busy or out of reach: nothing was kept, and the phone tries again.
        db.session.rollback()
        return {"problem": _("Too many at once. This phone tries again by itself.")}, 503


def _unreadable() -> Problem:
    """The answer to something that the page never sends."""
    return Problem(_("This could not be read."), status=400)


def _body() -> Mapping[str, Any]:
    request.max_content_length = LARGEST_BODY
    try:
        sent = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(sent, dict):
        raise _unreadable()
    return sent


def _language(sent: Mapping[str, Any]) -> str:
    wanted = sent.get("language")
    return wanted if wanted in programme_languages() else language_code()


def _text(sent: Mapping[str, Any], name: str, most: int) -> str:
    value = sent.get(name)
    return value[:most] if isinstance(value, str) else ""


def _opened(sent: Mapping[str, Any]) -> dict[str, Any]:
    address = request.remote_addr or ""
    if tries_are_over(_WRONG_CODE, address, limit=_TRIES):
        raise TooManyTries
    try:
        test, entry, person = _led_to(_text(sent, "hall", 20), _text(sent, "badge", 80))
    except CodeUnknown:
        count_try(_WRONG_CODE, address, limit=_TRIES, window=_WINDOW)
        raise
    if stand_of(test.opens_at, test.closes_at, utc_now()) is not AnsweringState.OPEN:
        raise Problem(NOT_OPEN_TO_ANSWERS)
    given = standing_answers([test.id]).get(test.id, {}).get(person, {})
    questions = questions_of(test)
    return {
        "test": test.public_id,
        "entry": entry,
        "ticket": ticket_of(test.public_id, entry),
        "seconds": _seconds_left(test),
        "questions": [
            *(_question(question.public_id, value) for question, value in questions),
            *_practice_questions(test),
        ],
        # Which were answered, never what: a badge can be read by others.
        "done": [
            *(
                question.public_id
                for question, _value in questions
                if given.get(question.revision_id)
            ),
            *_practice_done(test, person),
        ],
    }


def _practice_questions(test: WorkshopTest) -> list[dict[str, Any]]:
    """Months later a phone also asks what changed in practice."""
    if test.moment != Moment.FOLLOW_UP:
        return []
    languages = programme_languages()
    objectives = {code: practice_asked(test.workshop, code) for code in languages}
    texts_by_lineage: dict[str, dict[str, str]] = {
        lineage: {} for lineage in objectives[languages[0]]
    }
    often: dict[str, dict[str, str]] = {}
    written: dict[str, str] = {}
    for code in languages:
        with force_locale(code):
            for lineage, texts in texts_by_lineage.items():
                text = objectives[code].get(lineage) or objectives[languages[0]][lineage]
                texts[code] = practice_question(text)
            for key, words in OFTEN.items():
                often.setdefault(str(key), {})[code] = str(words)
            written[code] = practice_words_question()
    choices = list(often.items())
    return [
        *(
            {"id": lineage, "kind": "single", "text": texts_by_lineage[lineage], "choices": choices}
            for lineage in texts_by_lineage
        ),
        {"id": test.public_id, "kind": "short_text", "text": written, "choices": []},
    ]


def _practice_done(test: WorkshopTest, person: int) -> list[str]:
    if test.moment != Moment.FOLLOW_UP:
        return []
    told = told_about(test.workshop, person).get(person, {}).get(Teller.HERSELF)
    if told is None:
        return []
    return [*told.often, *([test.public_id] if told.wrote else [])]


def _led_to(hall: str, badge: str) -> tuple[WorkshopTest, str, int]:
    """The test, the entry and the person. Raises CodeUnknown."""
    test = any_test(WorkshopTest.hall_code == read_code(hall))
    entry = badge_entry(badge)
    if test is None or entry is None:
        raise CodeUnknown
    place = entry_on_register(db.session(), test.workshop, entry)
    if place is None:
        raise CodeUnknown
    return test, *place


def _seconds_left(test: WorkshopTest) -> int:
    if test.closes_at is None:
        return 0
    return max(0, round((test.closes_at - utc_now()).total_seconds()))


def _question(public_id: str, value: BankQuestion) -> dict[str, Any]:
    """A question as a phone shows it, in every language in which it can be asked; nothing tells
    what is right."""
    languages = programme_languages()
    choices: dict[str, dict[str, str]] = {}
    for code in languages:
        with force_locale(code):
            shown = choices_of(value, code)
            if offers_not_sure(value):
                shown.append((NOT_SURE, NOT_SURE, str(NOT_SURE_WORDS)))
            for key, _letter, text in shown:
                choices.setdefault(key, {})[code] = text
    return {
        "id": public_id,
        "kind": str(value.kind),
        "text": {code: text_of(value, code) for code in languages},
        "choices": [] if value.kind is QuestionKind.SHORT_TEXT else list(choices.items()),
    }


def _taken(sent: Mapping[str, Any]) -> dict[str, Any]:
    test_id, entry = _text(sent, "test", 16), _text(sent, "entry", 16)
    if not is_public_id(test_id) or not is_public_id(entry):
        raise _unreadable()
    shown, ticket = _text(sent, "ticket", 64), ticket_of(test_id, entry)
    if not hmac.compare_digest(shown.encode(), ticket.encode()):
        raise Forbidden
    items = sent.get("items")
    if not isinstance(items, list) or len(items) > MOST_AT_ONCE:
        raise _unreadable()
    replies = receive(
        test_id,
        entry,
        _text(sent, "device", _LONGEST_ID),
        _moment(sent.get("sent_at")),
        [_item(item) for item in items],
    )
    test = any_test(WorkshopTest.public_id == test_id)
    return {
        "replies": {op: str(reply) for op, reply in replies},
        "seconds": _seconds_left(test) if test is not None else 0,
    }


def _item(one: Any) -> SentAnswer:
    """One answer as it was sent. Raises a problem."""
    if not isinstance(one, dict):
        raise _unreadable()
    op, chosen = one.get("op"), one.get("chosen")
    if not isinstance(op, str) or not 16 <= len(op) <= _LONGEST_ID or not op.isascii():
        raise _unreadable()
    if not isinstance(chosen, list) or not all(
        isinstance(key, str) and 0 < len(key) < 3 for key in chosen
    ):
        raise _unreadable()
    words = CONTROL_CHARACTERS.sub("", _text(one, "text", LONGEST_TEXT + 1)).strip()
    return SentAnswer(op, _text(one, "q", 16), tuple(chosen), words, _moment(one.get("at")))


def _moment(milliseconds: object) -> datetime:
    """A moment of a phone's clock, which may be anywhere. Raises a problem."""
    if not isinstance(milliseconds, int) or not 0 <= milliseconds < 10**13:
        raise _unreadable()
    return _EPOCH + timedelta(milliseconds=milliseconds)
