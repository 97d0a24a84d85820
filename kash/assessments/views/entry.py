"""Typing answers in: from paper by a grid, and hands that were counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.assessments import blueprint
from kash.assessments.forms.tests import SourceForm
from kash.assessments.models import AskedQuestion, WorkshopTest
from kash.assessments.queries.tests import (
    RegisteredPerson,
    hands_of,
    participants,
    questions_of,
    standing_answers,
)
from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.entry import (
    read_cell,
)
from kash.assessments.rules.scoring import LONGEST_TEXT, NOT_SURE, QuestionKind
from kash.assessments.rules.times import Moment
from kash.assessments.services.answering import (
    Entered,
    count_hands,
    enter_answers,
)
from kash.assessments.views.scope import own_test
from kash.assessments.words import (
    MOMENT,
    NOT_SURE_WORDS,
    answer_words,
    choices_of,
    offers_not_sure,
    text_of,
)
from kash.people.rules.one_group import OneGroup, one_group
from kash.platform.web import NotFound, current_actor
from kash.platform.web.forms import clean_text
from kash.platform.web.input import CONTROL_CHARACTERS
from kash.platform.web.language import language_code
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop

Asked = Sequence[tuple[AskedQuestion, BankQuestion]]


@blueprint.route("/workshops/<public_id>/tests/<test_id>/grid", methods=["GET", "POST"])
@allow("assessments.hold")
def grid(public_id: str, test_id: str) -> ResponseReturnValue:
    """A row for each person of one group, a column for each question."""
    found, row = own_test(public_id, test_id)
    shown = chosen_group(found)
    asked = questions_of(row)
    stored = _stored(row, shown.rows, asked)
    form = SourceForm()
    if request.method == "GET":
        return _grid_page(found, row, shown, stored, {}, form)
    typed = {name: clean_text(request.form.get(name, stored[name])) or "" for name in stored}
    entered, wrong = _read_grid(typed, shown.rows, asked)
    if wrong or not form.validate():
        return _grid_page(found, row, shown, typed, wrong, form), 422
    count = enter_answers(public_id, test_id, entered, form.source.data, current_actor())
    flash(_("Answers saved: %(count)s.", count=count))
    turn = request.form.get("turn_to", "")[:2] or shown.letter
    return redirect(
        url_for("assessments.grid", public_id=public_id, test_id=test_id, group=turn), code=303
    )


def chosen_group(found: Workshop) -> OneGroup[RegisteredPerson]:
    """People on the register of the group that the page was asked for."""
    return one_group(participants(found), attrgetter("letter"), request.values.get("group", "")[:2])


def _name(person: str, question: str) -> str:
    return f"{person}-{question}"


def _stored(row: WorkshopTest, people: Sequence[RegisteredPerson], asked: Asked) -> dict[str, str]:
    """Contents of each cell, by its name; own words stand there only as a sign."""
    given = standing_answers([row.id]).get(row.id, {})
    language = language_code()
    return {
        _name(one.person, question.public_id): answer_words(
            value, given.get(one.person_id, {}).get(question.revision_id, frozenset()), language
        )
        for one in people
        for question, value in asked
    }


def _read_grid(
    typed: Mapping[str, str], people: Sequence[RegisteredPerson], asked: Asked
) -> tuple[list[Entered], dict[str, str]]:
    """Answers that changed since the page was shown, and what is wrong, by the names of cells."""
    entered: list[Entered] = []
    wrong: dict[str, str] = {}
    language = language_code()
    for one in people:
        for question, value in asked:
            name = _name(one.person, question.public_id)
            if name not in request.form or typed[name] == request.form.get(f"was-{name}", ""):
                continue
            if value.kind is QuestionKind.SHORT_TEXT:
                if len(typed[name]) > LONGEST_TEXT or CONTROL_CHARACTERS.search(typed[name]):
                    wrong[name] = _("Use at most %(most)s characters.", most=LONGEST_TEXT)
                else:
                    entered.append(Entered(one.person, question.public_id, (), typed[name]))
                continue
            keys = {letter: key for key, letter, _text in choices_of(value, language)}
            read = read_cell(value.kind, keys, typed[name])
            if read is None:
                wrong[name] = _("%(typed)s is no choice here.", typed=typed[name][:12])
            else:
                entered.append(Entered(one.person, question.public_id, read))
    return entered, wrong


def _grid_page(
    found: Workshop,
    row: WorkshopTest,
    shown: OneGroup[RegisteredPerson],
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    form: SourceForm,
) -> str:
    posted = request.method == "POST"
    return render_template(
        "assessments/grid.html",
        **frame(found),
        test=row,
        title=MOMENT[Moment(row.moment)],
        shown=shown,
        questions=questions_of(row),
        typed=typed,
        was={name: request.form.get(f"was-{name}", "") for name in typed} if posted else typed,
        wrong=wrong,
        form=form,
        language=language_code(),
        text_of=text_of,
        choices_of=choices_of,
        name=_name,
        longest=LONGEST_TEXT,
    )


@blueprint.route("/workshops/<public_id>/tests/<test_id>/aloud/<asked_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def aloud(public_id: str, test_id: str, asked_id: str) -> ResponseReturnValue:
    """One question to be read aloud, with the hands for each choice."""
    found, row = own_test(public_id, test_id)
    asked = [one for one in questions_of(row) if one[1].kind is not QuestionKind.SHORT_TEXT]
    at = next((at for at, (one, _v) in enumerate(asked) if one.public_id == asked_id), None)
    if at is None:
        raise NotFound
    question, value = asked[at]
    choices = choices_of(value, language_code())
    if offers_not_sure(value):
        choices.append((NOT_SURE, NOT_SURE, str(NOT_SURE_WORDS)))
    counted = hands_of(row).get(question.id, {})
    typed = {key: str(counted.get(key, "")) for key, _letter, _text in choices}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        typed = {key: clean_text(request.form.get(f"hands-{key}", "")) or "" for key in typed}
        wrong = {
            key: _("Use a number from 0 to 500.")
            for key, said in typed.items()
            if said
            and not (said.isascii() and said.isdigit() and len(said) < 4 and int(said) <= 500)
        }
        if not wrong:
            hands = {key: int(said) for key, said in typed.items() if said}
            count_hands(public_id, test_id, asked_id, hands, current_actor())
            flash(_("Saved."))
            return redirect(_after(public_id, test_id, asked, at), code=303)
    body = render_template(
        "assessments/aloud.html",
        **frame(found),
        test=row,
        title=MOMENT[Moment(row.moment)],
        question=question,
        text=text_of(value, language_code()),
        number=at + 1,
        total=len(asked),
        choices=choices,
        typed=typed,
        wrong=wrong,
        before=asked[at - 1][0].public_id if at else "",
    )
    return body, 422 if wrong else 200


def _after(public_id: str, test_id: str, asked: Asked, at: int) -> str:
    """Where the next question is read, or the test after the last one."""
    if at + 1 < len(asked):
        following = asked[at + 1][0].public_id
        return url_for(
            "assessments.aloud", public_id=public_id, test_id=test_id, asked_id=following
        )
    return url_for("assessments.test", public_id=public_id, test_id=test_id)
