"""The tab "Tests" of a workshop: making tests, opening and closing them, and who has answered.
Typing answers in: from paper by a grid, and hands that were counted. Results: gains between two
tests, with what they rest on. Scores that were marked elsewhere: typed beside names, or pasted as
rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.assessments import blueprint
from kash.assessments.forms import (
    MOMENT,
    NOT_SURE_WORDS,
    SCALE,
    STAND,
    STAND_TONE,
    MakeForm,
    OpenTestForm,
    SourceForm,
    answer_words,
    choices_of,
    offers_not_sure,
    text_of,
)
from kash.assessments.models import AskedQuestion, WorkshopTest
from kash.assessments.queries.bank import BankRow, bank_of
from kash.assessments.queries.tests import (
    RegisteredPerson,
    hands_of,
    late_answers,
    listed_scores,
    participants,
    practice_asked,
    questions_of,
    sittings,
    standing_answers,
    told_about,
    whole_tests,
    workshop_tests,
    written_answers,
)
from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.results import (
    LONGEST_TEXT,
    MOST_LINES,
    NOT_SURE,
    AnsweringState,
    Moment,
    QuestionKind,
    ScoreClash,
    ScoreLine,
    clash_code,
    clashes,
    compared,
    is_months_later,
    named,
    read_cell,
    read_score,
    read_score_lines,
    stand_of,
    written_score,
)
from kash.assessments.services.bank import TestThere, WrongEntry
from kash.assessments.services.tests import (
    Entered,
    change_test,
    close_now,
    count_hands,
    enter_answers,
    enter_scores,
    make_test,
    open_for_phones,
    remove_test,
)
from kash.assessments.views.bank import objective_choices, practice_shown
from kash.assessments.views.sheets import held_by_her, holds, own_test, seen_test, seen_workshop
from kash.attendance.rules.registers import badge_entry
from kash.people.rules.persons import OneGroup, one_group, sort_name
from kash.platform.database import utc_now
from kash.platform.press import qr_svg
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem
from kash.platform.web.fields import clean_text
from kash.platform.web.formats import local_today, moment_text
from kash.platform.web.input import CONTROL_CHARACTERS
from kash.platform.web.language import language_code
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.services.timetable import WorkshopCancelled

_USUAL_MINUTES = {Moment.BEFORE: 30, Moment.AFTER: 30, Moment.FOLLOW_UP: 60 * 24 * 7}


def stand(test: Any) -> AnsweringState:
    """Where a test stands now."""
    return stand_of(test.opens_at, test.closes_at, utc_now())


@blueprint.get("/workshops/<public_id>/tests")
@allow("assessments.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """The tests of a workshop, and the gain between them."""
    found = seen_workshop(public_id)
    tests = workshop_tests(found)
    there = {one.moment for one in tests}
    return render_template(
        "assessments/workshop.html",
        **frame(found),
        tests=tests,
        missing=[one for one in Moment if one not in there],
        stand=stand,
        words=MOMENT,
        stands=STAND,
        tones=STAND_TONE,
        holds=holds(found),
        months_later=found.state == "planned" and is_months_later(found.ends_on, local_today()),
        practice_count=len(told_about(found)),
        compared=compared(sittings(found)) if len(tests) > 1 else [],
    )


@blueprint.route("/workshops/<public_id>/tests/make/<moment>", methods=["GET", "POST"])
@allow("assessments.hold")
def make(public_id: str, moment: str) -> ResponseReturnValue:
    """Make a test from the questions of the course."""
    found = held_by_her(public_id)
    if moment not in {str(one) for one in Moment}:
        raise NotFound
    when = Moment(moment)
    bank = bank_of(found.version.course)
    form = _make_form(bank)
    if request.method == "GET":
        form.questions.data = _proposed(found, bank)
    elif form.validate():
        with form.showing_problems(TestThere, WorkshopCancelled):
            made = make_test(public_id, when, _chosen(form, bank), current_actor())
            flash(_("Saved."))
            return redirect(url_for("assessments.test", public_id=public_id, test_id=made))
        found = held_by_her(public_id)
    return _make_page(found, form, bank, MOMENT[when], None)


@blueprint.route("/workshops/<public_id>/tests/<test_id>/questions", methods=["GET", "POST"])
@allow("assessments.hold")
def choose(public_id: str, test_id: str) -> ResponseReturnValue:
    """Ask other questions, as long as nobody answered."""
    found, row = own_test(public_id, test_id)
    bank = bank_of(found.version.course)
    form = _make_form(bank)
    if request.method == "GET":
        asked = {value.lineage for _asked, value in questions_of(row)}
        form.questions.data = [one.public_id for one in bank if one.question.lineage in asked]
    elif form.validate():
        with form.showing_problems(WorkshopCancelled):
            change_test(public_id, test_id, _chosen(form, bank), current_actor())
            flash(_("Saved."))
            return redirect(url_for("assessments.test", public_id=public_id, test_id=test_id))
        found, row = own_test(public_id, test_id)
    return _make_page(found, form, bank, MOMENT[Moment(row.moment)], test_id)


def _make_form(bank: Sequence[BankRow]) -> MakeForm:
    form = MakeForm()
    form.questions.choices = [(one.public_id, one.question.text) for one in bank]
    return form


def _chosen(form: MakeForm, bank: Sequence[BankRow]) -> list[str]:
    """The questions in the order of the bank; none only if scores alone are wanted.

    Raises NoQuestionsChosen.
    """
    if not form.questions.data and request.form.get("scores") != "1":
        raise Problem(_l("Choose at least one question."), field="questions")
    wanted = set(form.questions.data)
    return [one.public_id for one in bank if one.public_id in wanted]


def _proposed(found: Workshop, bank: Sequence[BankRow]) -> list[str]:
    """The questions of the tests that are there already; all if there is none."""
    asked = {
        value.lineage for test in whole_tests(found).values() for _one, value in questions_of(test)
    }
    return [one.public_id for one in bank if not asked or one.question.lineage in asked]


def _make_page(
    found: Workshop, form: MakeForm, bank: Sequence[BankRow], title: Any, test_id: str | None
) -> ResponseReturnValue:
    return page(
        "assessments/make.html",
        form=form,
        title=title,
        test_id=test_id,
        bank=bank,
        course=found.version.course,
        objectives=objective_choices(found.version.course),
        language=language_code(),
        text_of=text_of,
        ticked=set(form.questions.data),
        **frame(found),
    )


@dataclass(frozen=True)
class ScoredPerson:
    """A person in the list of a test: how many questions she answered, and her score of a
    hundred."""

    who: RegisteredPerson
    count: int
    score: float | None

    @property
    def letter(self) -> str:
        """The letter of her group."""
        return self.who.letter


def answered_by(found: Workshop, test: WorkshopTest) -> list[ScoredPerson]:
    """Everybody on the register, and what she answered."""
    given = standing_answers([test.id]).get(test.id, {})
    sitting = sittings(found)[Moment(test.moment)]
    scores = sitting.whole_scores()
    return [
        ScoredPerson(
            one,
            sum(1 for chosen in given.get(one.person_id, {}).values() if chosen),
            scores.get(one.person_id),
        )
        for one in participants(found)
    ]


@blueprint.get("/workshops/<public_id>/tests/<test_id>")
@allow("assessments.see")
def test(public_id: str, test_id: str) -> ResponseReturnValue:
    """One test: whether it is open, who has answered, and how answers come in."""
    found, row = seen_test(public_id, test_id)
    return _test_page(found, row, None)


def _test_page(
    found: Workshop, row: WorkshopTest, form: OpenTestForm | None
) -> ResponseReturnValue:
    moment = Moment(row.moment)
    people = answered_by(found, row)
    open_form = form or OpenTestForm(formdata=None, data={"minutes": _USUAL_MINUTES[moment]})
    body = render_template(
        "assessments/test.html",
        **frame(found),
        test=row,
        title=MOMENT[moment],
        stand=stand(row),
        words=STAND,
        tones=STAND_TONE,
        questions=questions_of(row),
        asks_practice=moment is Moment.FOLLOW_UP and bool(practice_asked(found)),
        language=language_code(),
        text_of=text_of,
        choices_of=choices_of,
        shown=one_group(people, attrgetter("letter"), request.args.get("group", "")),
        answered=sum(1 for one in people if one.count or one.score is not None),
        expected=len(people),
        scores=listed_scores(row),
        late=late_answers(row),
        # While they come in one by one, the list of who has answered would tell whose they are.
        written={} if stand(row) is AnsweringState.OPEN else written_answers(row),
        holds=holds(found),
        form=open_form,
    )
    return body, 422 if open_form.errors else 200


@blueprint.post("/workshops/<public_id>/tests/<test_id>/open")
@allow("assessments.hold")
def open_test(public_id: str, test_id: str) -> ResponseReturnValue:
    """Open a test for phones, or give it more time."""
    found, row = own_test(public_id, test_id)
    form = OpenTestForm()
    if not form.validate_on_submit():
        return _test_page(found, row, form)
    with FlashedProblems(WorkshopCancelled):
        until = open_for_phones(public_id, test_id, form.minutes.data or 0, current_actor())
        flash(_("Open until %(time)s.", time=moment_text(until)))
    return redirect(url_for("assessments.test", public_id=public_id, test_id=test_id))


@blueprint.route("/workshops/<public_id>/tests/<test_id>/close", methods=["GET", "POST"])
@allow("assessments.hold")
def close_test(public_id: str, test_id: str) -> ResponseReturnValue:
    """Ask, then close a test before its time."""
    found, row = own_test(public_id, test_id)
    if request.method == "GET":
        return render_template(
            "assessments/close.html", **frame(found), test=row, title=MOMENT[Moment(row.moment)]
        )
    with FlashedProblems():
        close_now(public_id, test_id, current_actor())
        flash(_("Closed. Answers given before now still count when they arrive."))
    return redirect(url_for("assessments.test", public_id=public_id, test_id=test_id))


@blueprint.route("/workshops/<public_id>/tests/<test_id>/remove", methods=["GET", "POST"])
@allow("assessments.hold")
def remove(public_id: str, test_id: str) -> ResponseReturnValue:
    """Ask, then remove a test that nobody answered."""
    found, row = own_test(public_id, test_id)
    if request.method == "GET":
        return render_template(
            "assessments/remove.html", **frame(found), test=row, title=MOMENT[Moment(row.moment)]
        )
    with FlashedProblems():
        remove_test(public_id, test_id, current_actor())
        flash(_("Removed."))
        return redirect(url_for("assessments.workshop", public_id=public_id))
    return redirect(url_for("assessments.test", public_id=public_id, test_id=test_id))


@blueprint.get("/workshops/<public_id>/tests/<test_id>/wall")
@allow("assessments.hold")
def wall(public_id: str, test_id: str) -> ResponseReturnValue:
    """A page for the wall: the hall's code, and how many have answered. No names."""
    found, row = own_test(public_id, test_id)
    return render_template("assessments/wall.html", workshop=found, test=row, **_wall(found, row))


@blueprint.get("/workshops/<public_id>/tests/<test_id>/wall/code")
@allow("assessments.hold")
def wall_code(public_id: str, test_id: str) -> ResponseReturnValue:
    """The same, for the page that stands on the wall already."""
    found, row = own_test(public_id, test_id)
    return render_template("assessments/wall_code.html", **_wall(found, row))


def _wall(found: Workshop, row: WorkshopTest) -> dict[str, Any]:
    site = public_address()
    is_open = stand(row) is AnsweringState.OPEN
    code = (row.hall_code or "") if is_open else ""
    # Behind the mark nothing of an address is sent, logged or kept by a server.
    address = f"{site}{url_for('assessments.phone')}#{code}"
    people = answered_by(found, row)
    return {
        "title": MOMENT[Moment(row.moment)],
        "code": f"{code[:3]}-{code[3:]}" if code else "",
        "picture": qr_svg(address, label=_("QR code of the test")) if code else "",
        "typed_at": f"{site.split('://', 1)[-1]}{url_for('assessments.phone')}",
        "leads_nowhere": kind_of_address(site) is AddressKind.LOCAL,
        "closes": moment_text(row.closes_at),
        "answered": sum(1 for one in people if one.count),
        "expected": len(people),
    }


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


@dataclass(frozen=True)
class Hands:
    """A question that was read aloud: how many hands for each choice, in words."""

    text: str
    moment: Any
    rows: list[tuple[str, int, bool]]


@blueprint.get("/workshops/<public_id>/tests/results")
@allow("assessments.see")
def results(public_id: str) -> ResponseReturnValue:
    """Gains for each objective and the whole, with their intervals; shifts on scales."""
    found = seen_workshop(public_id)
    tests = whole_tests(found)
    language = language_code()
    texts = {
        asked.revision_id: text_of(value, language)
        for test in tests.values()
        for asked, value in questions_of(test)
    }
    pairs = compared(sittings(found))
    return render_template(
        "assessments/results.html",
        **frame(found),
        **practice_shown(found),
        compared=pairs,
        # Those of the latest pair: before and months later, if it was asked once more.
        practice_gains={one.objective: one.gain for one in pairs[-1].found.objectives}
        if pairs
        else {},
        words=MOMENT,
        objectives=dict(objective_choices(found.version.course)),
        texts=texts,
        scale=SCALE,
        hands=_hands(tests, language),
    )


def _hands(tests: Mapping[Moment, Any], language: str) -> list[Hands]:
    made: list[Hands] = []
    for moment in (one for one in Moment if one in tests):
        counted = hands_of(tests[moment])
        for asked, value in questions_of(tests[moment]):
            hands = counted.get(asked.id)
            if not hands:
                continue
            choices = [*choices_of(value, language), (NOT_SURE, NOT_SURE, str(NOT_SURE_WORDS))]
            rows = [
                (text, hands.get(key, 0), key in value.right)
                for key, _letter, text in choices
                if key != NOT_SURE or hands.get(key)
            ]
            made.append(Hands(text_of(value, language), MOMENT[moment], rows))
    return made


@dataclass(frozen=True)
class _Asked:
    """A page of scores: of the group that is shown what was typed beside each name, what stands
    there and what is wrong; the rows that were pasted, their problems, and those that would replace
    a score."""

    shown: OneGroup[RegisteredPerson]
    typed: Mapping[str, str]
    was: Mapping[str, str]
    wrong: Mapping[str, str]
    pasted: str = ""
    problems: Sequence[str] = ()
    clashes: Sequence[ScoreClash] = ()


@blueprint.route("/workshops/<public_id>/tests/<test_id>/scores", methods=["GET", "POST"])
@allow("assessments.hold")
def scores(public_id: str, test_id: str) -> ResponseReturnValue:
    """Scores that were marked elsewhere: typed beside the names of one group, or as pasted rows."""
    found, row = own_test(public_id, test_id)
    shown = chosen_group(found)
    scored = listed_scores(row)
    present = {one.person: scored.get(one.person_id) for one in participants(found)}
    stored = {
        one.person: "" if (score := present[one.person]) is None else written_score(score)
        for one in shown.rows
    }
    if request.method == "GET":
        return _scores_page(found, row, _Asked(shown, stored, stored, {}))
    asked = _sent(found, shown, stored)
    if asked.wrong or asked.problems:
        return _scores_page(found, row, asked), 422
    typed = {one: read_score(said) for one, said in asked.typed.items() if said != stored[one]}
    lines, people = read_score_lines(asked.pasted), _Named(_who(found))
    met = clashes(lines, people, present | typed)
    replaces = request.form.get("replace")
    if met and (
        replaces not in ("yes", "no") or request.form.get("clashes", "") != clash_code(met)
    ):
        return _scores_page(found, row, replace(asked, clashes=met)), 422
    kept = {one.number for one in met} if replaces == "no" else set()
    pasted = {
        people.get(line.who.casefold())[0]: line.tenths for line in lines if line.number not in kept
    }
    try:
        count = enter_scores(public_id, test_id, typed | pasted, current_actor(), shown=present)
    except WrongEntry as problem:
        found, row = own_test(public_id, test_id)
        again = replace(asked, wrong=problem.where, problems=[str(problem)])
        return _scores_page(found, row, again), 422
    flash(_("Scores saved: %(count)s.", count=count))
    turn = request.form.get("turn_to", "")[:2] or shown.letter
    return redirect(
        url_for("assessments.scores", public_id=public_id, test_id=test_id, group=turn), code=303
    )


def _sent(found: Workshop, shown: OneGroup[RegisteredPerson], stored: Mapping[str, str]) -> _Asked:
    """The page as it was sent."""
    typed = {
        person: clean_text(request.form.get(f"score-{person}", stored[person])) or ""
        for person in stored
    }
    was = {person: request.form.get(f"was-{person}", stored[person]) for person in stored}
    # What was not touched stands as it does now, whatever somebody else entered meanwhile.
    typed = {one: stored[one] if said == was[one] else said for one, said in typed.items()}
    wrong = {
        person: _("A score is a number from 0 to 100.")
        for person, said in typed.items()
        if said and read_score(said) is None
    } | {
        person: _(
            "Somebody else changed this meanwhile; it is %(now)s now. Save again to replace it.",
            now=stored[person] or "–",
        )
        for person, said in typed.items()
        if stored[person] not in (was[person], said)
    }
    pasted = request.form.get("pasted", "")
    problems = _line_problems(found, read_score_lines(pasted))
    return _Asked(shown, typed, stored, wrong, pasted, problems)


def _who(found: Workshop) -> dict[str, list[str]]:
    """Public ids of people by what may name them in a list: the name, and the badge's code."""
    made: dict[str, list[str]] = {}
    for one in participants(found):
        for name in {one.name.casefold(), sort_name(one.name), one.entry}:
            made.setdefault(name, []).append(one.person)
    return made


class _Named(dict[str, list[str]]):
    """People whom lines name, a badge's code in any way that it is written."""

    def get(self, who: str, default: Any = ()) -> Any:
        """As a mapping; what reads as a badge's code is looked for as one."""
        return super().get(who) or super().get(badge_entry(who) or "") or default


def _line_problems(found: Workshop, lines: Sequence[ScoreLine]) -> list[str]:
    if len(lines) > MOST_LINES:
        return [_("These are too many rows for once. At most: %(most)s.", most=MOST_LINES)]
    wrong = named(lines, _Named(_who(found)))
    words = {
        "score": _("no score from 0 to 100"),
        "unknown": _("nobody of this workshop has this name or badge"),
        "several": _("several people have this name: use the code of the badge"),
        "twice": _("a person who stands further up already"),
    }
    return [
        _("Row %(numbers)s: %(problem)s.", numbers=", ".join(map(str, at)), problem=words[kind])
        for kind, at in wrong.items()
    ]


def _scores_page(found: Workshop, row: WorkshopTest, asked: _Asked) -> str:
    return render_template(
        "assessments/scores.html",
        **frame(found),
        test=row,
        title=MOMENT[Moment(row.moment)],
        shown=asked.shown,
        typed=asked.typed,
        was=asked.was,
        wrong=asked.wrong,
        pasted=asked.pasted,
        problems=asked.problems,
        clashes=asked.clashes,
        clash_code=clash_code(asked.clashes),
        written_score=written_score,
    )
