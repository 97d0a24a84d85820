"""The tab "Tests" of a workshop: making tests, opening and closing them, and who has answered.
Typing answers in: from paper by a grid, and hands that were counted. Results: gains between two
tests, with what they rest on. Scores that were marked elsewhere: typed beside names, or pasted as
rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
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
    text_of,
)
from kash.assessments.models import AskedQuestion, WorkshopTest
from kash.assessments.queries import (
    RegisteredPerson,
    bank_of,
    hands_of,
    late_answers,
    listed_scores,
    one_test,
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
    KNOWLEDGE,
    LONGEST_TEXT,
    MOST_LINES,
    NOT_SURE,
    AnsweringState,
    Moment,
    QuestionKind,
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
from kash.assessments.services.bank import WrongEntry
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
from kash.assessments.views.sheets import (
    chosen_group,
    held_by_her,
    holds,
    own_test,
    seen_workshop,
    test_page,
)
from kash.attendance.rules.registers import badge_entry
from kash.people.rules.persons import sort_name
from kash.platform.database import utc_now
from kash.platform.press import qr_svg
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem
from kash.platform.web.fields import clean_text
from kash.platform.web.formats import local_today, moment_text
from kash.platform.web.language import language_code
from kash.platform.web.pages import go
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.services.timetable import WorkshopCancelled

Asked = Sequence[tuple[AskedQuestion, BankQuestion]]
_USUAL_MINUTES = {"before": 30, "after": 30, "follow_up": 60 * 24 * 7}


def stand(test: Any) -> AnsweringState:
    """Where a test stands now."""
    return stand_of(test.opens_at, test.closes_at, utc_now())


def _to_test(public_id: str, test_id: str) -> ResponseReturnValue:
    return go("assessments.test", public_id=public_id, test_id=test_id)


def _to_group(endpoint: str, public_id: str, test_id: str, letter: str) -> ResponseReturnValue:
    """Lead to the same page of the group that was turned to."""
    turn = request.form.get("turn_to", "")[:2] or letter
    address = url_for(endpoint, public_id=public_id, test_id=test_id, group=turn)
    return redirect(address, code=303)


@blueprint.get("/workshops/<public_id>/tests")
@allow("assessments.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """The tests of a workshop, and the gain between them."""
    workshop = seen_workshop(public_id)
    tests = workshop_tests(workshop)
    there = {test.moment for test in tests}
    return render_template(
        "assessments/workshop.html",
        **frame(workshop),
        tests=tests,
        missing=[moment for moment in Moment if moment not in there],
        stand=stand,
        words=MOMENT,
        stands=STAND,
        tones=STAND_TONE,
        holds=holds(workshop),
        months_later=workshop.state == "planned"
        and is_months_later(workshop.ends_on, local_today()),
        practice_count=len(told_about(workshop)),
        compared=compared(sittings(workshop)) if len(tests) > 1 else [],
    )


@blueprint.route("/workshops/<public_id>/tests/make/<moment>", methods=["GET", "POST"])
@allow("assessments.hold")
def make(public_id: str, moment: str) -> ResponseReturnValue:
    """Make a test from the questions of the course; those of the tests that are there already are
    proposed, or all if there is none."""
    workshop = held_by_her(public_id)
    if moment not in set(Moment):
        raise NotFound
    questions = [pair for test in whole_tests(workshop).values() for pair in questions_of(test)]
    return _choosing(workshop, Moment(moment), "", questions)


@blueprint.route("/workshops/<public_id>/tests/<test_id>/questions", methods=["GET", "POST"])
@allow("assessments.hold")
def choose(public_id: str, test_id: str) -> ResponseReturnValue:
    """Ask other questions, as long as nobody answered."""
    workshop, test = own_test(public_id, test_id)
    return _choosing(workshop, Moment(test.moment), test_id, questions_of(test))


def _choosing(found: Workshop, moment: Moment, test_id: str, asked: Asked) -> ResponseReturnValue:
    course = found.version.course
    public_id, bank, form = found.public_id, bank_of(course), MakeForm()
    form.questions.choices = [(question.public_id, question.question.text) for question in bank]
    if request.method == "GET":
        lineages = {value.lineage for _asked, value in asked}
        proposes_all = not test_id and not lineages
        form.questions.data = [
            question.public_id
            for question in bank
            if proposes_all or question.question.lineage in lineages
        ]
    elif form.validate():
        with form.showing_problems(WorkshopCancelled):
            # None only if scores alone are wanted.
            if not form.questions.data and request.form.get("scores") != "1":
                raise Problem(_l("Choose at least one question."), field="questions")
            chosen = [
                question.public_id
                for question in bank
                if question.public_id in set(form.questions.data)
            ]
            if test_id:
                change_test(public_id, test_id, chosen, current_actor())
            else:
                test_id = make_test(public_id, moment, chosen, current_actor())
            flash(_("Saved."))
            return _to_test(public_id, test_id)
        found = held_by_her(public_id)
    return page(
        "assessments/make.html",
        form=form,
        title=MOMENT[moment],
        test_id=test_id,
        bank=bank,
        course=found.version.course,
        objectives=objective_choices(found.version.course),
        language=language_code(),
        text_of=text_of,
        ticked=set(form.questions.data),
        **frame(found),
    )


@blueprint.get("/workshops/<public_id>/tests/<test_id>")
@allow("assessments.see")
def test(public_id: str, test_id: str) -> ResponseReturnValue:
    """One test: its stand, who has answered, and how answers come in."""
    workshop = seen_workshop(public_id)
    return _test_page(workshop, one_test(workshop, test_id), None)


def _answered(found: Workshop, test: WorkshopTest) -> tuple[dict[int, int], dict[int, float]]:
    """How many questions each person of the register answered, and her score of a hundred."""
    people = {person.person_id for person in participants(found)}
    given = standing_answers([test.id]).get(test.id, {})
    counts = {
        person: count
        for person, answers in given.items()
        if person in people and (count := sum(map(bool, answers.values())))
    }
    scores = sittings(found)[Moment(test.moment)].whole_scores()
    return counts, {person: score for person, score in scores.items() if person in people}


def _test_page(
    found: Workshop, test: WorkshopTest, form: OpenTestForm | None
) -> ResponseReturnValue:
    counts, scores = _answered(found, test)
    shown = chosen_group(found)
    form = form or OpenTestForm(formdata=None, data={"minutes": _USUAL_MINUTES[test.moment]})
    body = test_page(
        "test",
        found,
        test,
        stand=stand(test),
        words=STAND,
        tones=STAND_TONE,
        questions=questions_of(test),
        asks_practice=test.moment == Moment.FOLLOW_UP and bool(practice_asked(found)),
        language=language_code(),
        text_of=text_of,
        choices_of=choices_of,
        shown=shown,
        counts=counts,
        scores=scores,
        answered=len({*counts, *scores}),
        expected=sum(shown.counts.values()),
        late=late_answers(test),
        # While they come in one by one, the list of who has answered would tell whose they are.
        written={} if stand(test) is AnsweringState.OPEN else written_answers(test),
        holds=holds(found),
        form=form,
    )
    return body, 422 if form.errors else 200


@blueprint.post("/workshops/<public_id>/tests/<test_id>/open")
@allow("assessments.hold")
def open_test(public_id: str, test_id: str) -> ResponseReturnValue:
    """Open a test for phones, or give it more time."""
    workshop, test = own_test(public_id, test_id)
    form = OpenTestForm()
    if not form.validate_on_submit():
        return _test_page(workshop, test, form)
    with FlashedProblems(WorkshopCancelled):
        until = open_for_phones(public_id, test_id, form.minutes.data or 0, current_actor())
        flash(_("Open until %(time)s.", time=moment_text(until)))
    return _to_test(public_id, test_id)


@blueprint.route("/workshops/<public_id>/tests/<test_id>/close", methods=["GET", "POST"])
@allow("assessments.hold")
def close_test(public_id: str, test_id: str) -> ResponseReturnValue:
    """Ask, then close a test before its time."""
    workshop, test = own_test(public_id, test_id)
    if request.method == "GET":
        return test_page("close", workshop, test)
    with FlashedProblems():
        close_now(public_id, test_id, current_actor())
        flash(_("Closed. Answers given before now still count when they arrive."))
    return _to_test(public_id, test_id)


@blueprint.route("/workshops/<public_id>/tests/<test_id>/remove", methods=["GET", "POST"])
@allow("assessments.hold")
def remove(public_id: str, test_id: str) -> ResponseReturnValue:
    """Ask, then remove a test that nobody answered."""
    workshop, test = own_test(public_id, test_id)
    if request.method == "GET":
        return test_page("remove", workshop, test)
    with FlashedProblems():
        remove_test(public_id, test_id, current_actor())
        return go("assessments.workshop", _("Removed."))
    return _to_test(public_id, test_id)


@blueprint.get("/workshops/<public_id>/tests/<test_id>/wall")
@allow("assessments.hold")
def wall(public_id: str, test_id: str) -> ResponseReturnValue:
    """A page for the wall: the hall's code, and how many have answered. No names."""
    return _wall("wall", public_id, test_id)


@blueprint.get("/workshops/<public_id>/tests/<test_id>/wall/code")
@allow("assessments.hold")
def wall_code(public_id: str, test_id: str) -> ResponseReturnValue:
    """The same, for the page that stands on the wall already."""
    return _wall("wall_code", public_id, test_id)


def _wall(template: str, public_id: str, test_id: str) -> str:
    workshop, test = own_test(public_id, test_id)
    site, path = public_address(), url_for("assessments.phone")
    code = test.hall_code or "" if stand(test) is AnsweringState.OPEN else ""
    # Behind the mark nothing of an address is sent, logged or kept by a server.
    picture = qr_svg(f"{site}{path}#{code}", label=_("QR code of the test")) if code else ""
    return render_template(
        f"assessments/{template}.html",
        workshop=workshop,
        test=test,
        title=MOMENT[test.moment],
        code=f"{code[:3]}-{code[3:]}" if code else "",
        picture=picture,
        typed_at=f"{site.split('://', 1)[-1]}{path}",
        leads_nowhere=kind_of_address(site) is AddressKind.LOCAL,
        closes=moment_text(test.closes_at),
        answered=len(_answered(workshop, test)[0]),
        expected=len(participants(workshop)),
    )


def _name(person: str, question: str) -> str:
    return f"{person}-{question}"


@blueprint.route("/workshops/<public_id>/tests/<test_id>/grid", methods=["GET", "POST"])
@allow("assessments.hold")
def grid(public_id: str, test_id: str) -> ResponseReturnValue:
    """A row for each person of one group, a column for each question."""
    workshop, test = own_test(public_id, test_id)
    shown, questions, form = chosen_group(workshop), questions_of(test), SourceForm()
    given = standing_answers([test.id]).get(test.id, {})
    # Own words stand there only as a sign.
    typed = was = {
        _name(person.person, question.public_id): answer_words(
            value,
            given.get(person.person_id, {}).get(question.revision_id, frozenset()),
            language_code(),
        )
        for person in shown.rows
        for question, value in questions
    }
    wrong: dict[str, str] = {}
    if request.method == "POST":
        was = {name: request.form.get(f"was-{name}", "") for name in typed}
        typed = {
            name: clean_text(request.form.get(name, text)) or "" for name, text in typed.items()
        }
        entered, wrong = _read_grid(typed, was, shown.rows, questions)
        if not wrong and form.validate():
            count = enter_answers(public_id, test_id, entered, form.source.data, current_actor())
            flash(_("Answers saved: %(count)s.", count=count))
            return _to_group("assessments.grid", public_id, test_id, shown.letter)
    body = test_page(
        "grid",
        workshop,
        test,
        shown=shown,
        questions=questions,
        typed=typed,
        was=was,
        wrong=wrong,
        form=form,
        language=language_code(),
        text_of=text_of,
        choices_of=choices_of,
        name=_name,
        longest=LONGEST_TEXT,
    )
    return body, 422 if request.method == "POST" else 200


def _read_grid(
    typed: Mapping[str, str],
    was: Mapping[str, str],
    people: Sequence[RegisteredPerson],
    asked: Asked,
) -> tuple[list[Entered], dict[str, str]]:
    """Answers that changed since the page was shown, and what is wrong, by the names of cells."""
    entered: list[Entered] = []
    wrong: dict[str, str] = {}
    for person, (question, value) in product(people, asked):
        name = _name(person.person, question.public_id)
        text = typed[name]
        if name not in request.form or text == was[name]:
            continue
        answer: tuple[str, ...] | None = ()
        if value.kind is QuestionKind.SHORT_TEXT:
            if len(text) > LONGEST_TEXT or CONTROL_CHARACTERS.search(text):
                wrong[name] = _("Use at most %(most)s characters.", most=LONGEST_TEXT)
        else:
            keys = {letter: key for key, letter, _text in choices_of(value, language_code())}
            answer, text = read_cell(value.kind, keys, text), ""
        if answer is None:
            wrong[name] = _("%(typed)s is no choice here.", typed=typed[name][:12])
        else:
            entered.append(Entered(person.person, question.public_id, answer, text))
    return entered, wrong


def _aloud_choices(value: BankQuestion) -> list[tuple[str, str, str]]:
    not_sure = [(NOT_SURE, NOT_SURE, str(NOT_SURE_WORDS))] if value.kind in KNOWLEDGE else []
    return [*choices_of(value, language_code()), *not_sure]


@blueprint.route("/workshops/<public_id>/tests/<test_id>/aloud/<asked_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def aloud(public_id: str, test_id: str, asked_id: str) -> ResponseReturnValue:
    """One question to be read aloud, with the hands for each choice."""
    workshop, test = own_test(public_id, test_id)
    questions = [pair for pair in questions_of(test) if pair[1].kind is not QuestionKind.SHORT_TEXT]
    ids = [question.public_id for question, _value in questions]
    if asked_id not in ids:
        raise NotFound
    at = ids.index(asked_id)
    question, value = questions[at]
    choices = _aloud_choices(value)
    counts = hands_of(test).get(question.id, {})
    typed = {key: str(counts.get(key, "")) for key, _letter, _text in choices}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        typed = {key: clean_text(request.form.get(f"hands-{key}", "")) or "" for key in typed}
        wrong = {
            key: _("Use a number from 0 to 500.")
            for key, text in typed.items()
            if text
            and not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= 500)
        }
        if not wrong:
            hands = {key: int(text) for key, text in typed.items() if text}
            count_hands(public_id, test_id, asked_id, hands, current_actor())
            flash(_("Saved."))
            here: dict[str, Any] = {"public_id": public_id, "test_id": test_id}
            following = url_for("assessments.test", **here)
            if at + 1 < len(ids):
                following = url_for("assessments.aloud", asked_id=ids[at + 1], **here)
            return redirect(following, code=303)
    body = test_page(
        "aloud",
        workshop,
        test,
        question=question,
        text=text_of(value, language_code()),
        number=at + 1,
        total=len(questions),
        choices=choices,
        typed=typed,
        wrong=wrong,
        before=ids[at - 1] if at else "",
    )
    return body, 422 if wrong else 200


@blueprint.get("/workshops/<public_id>/tests/results")
@allow("assessments.see")
def results(public_id: str) -> ResponseReturnValue:
    """Gains for each objective and the whole, with their intervals; shifts on scales."""
    workshop = seen_workshop(public_id)
    tests = whole_tests(workshop)
    language = language_code()
    pairs = compared(sittings(workshop))
    return render_template(
        "assessments/results.html",
        **frame(workshop),
        **practice_shown(workshop),
        compared=pairs,
        # Those of the latest pair: before and months later, if it was asked once more.
        practice_gains={part.objective: part.gain for part in pairs[-1].found.objectives}
        if pairs
        else {},
        words=MOMENT,
        objectives=dict(objective_choices(workshop.version.course)),
        texts={
            question.revision_id: text_of(value, language)
            for test in tests.values()
            for question, value in questions_of(test)
        },
        scale=SCALE,
        hands=[
            {
                "text": text_of(value, language),
                "moment": MOMENT[moment],
                "rows": [
                    (text, hands.get(key, 0), key in value.right)
                    for key, _letter, text in _aloud_choices(value)
                    if key != NOT_SURE or hands.get(key)
                ],
            }
            for moment in Moment
            if moment in tests
            for counts in [hands_of(tests[moment])]
            for question, value in questions_of(tests[moment])
            if (hands := counts.get(question.id))
        ],
    )


@blueprint.route("/workshops/<public_id>/tests/<test_id>/scores", methods=["GET", "POST"])
@allow("assessments.hold")
def scores(public_id: str, test_id: str) -> ResponseReturnValue:
    """Scores that were marked elsewhere: typed beside the names of one group, or as pasted rows."""
    workshop, test = own_test(public_id, test_id)
    shown, people = chosen_group(workshop), participants(workshop)
    listed = listed_scores(test)
    present = {person.person: listed.get(person.person_id) for person in people}
    stored = {
        person.person: "" if (score := present[person.person]) is None else written_score(score)
        for person in shown.rows
    }

    def again(typed: Mapping[str, str], wrong: Mapping[str, str], **values: Any) -> str:
        values = {"pasted": pasted, "clashes": (), "problems": (), **values}
        return test_page(
            "scores",
            workshop,
            test,
            shown=shown,
            typed=typed,
            was=stored,
            wrong=wrong,
            clash_code=clash_code(values["clashes"]),
            written_score=written_score,
            **values,
        )

    pasted = request.form.get("pasted", "")
    if request.method == "GET":
        return again(stored, {})
    typed, wrong = _typed_scores(stored)
    lines = read_score_lines(pasted)
    named_people = _named_people(people, lines)
    problems = _line_problems(lines, named_people)
    if wrong or problems:
        return again(typed, wrong, problems=problems), 422
    changed = {person: read_score(text) for person, text in typed.items() if text != stored[person]}
    met = clashes(lines, named_people, present | changed)
    replaces = request.form.get("replace")
    if met and (
        replaces not in ("yes", "no") or request.form.get("clashes", "") != clash_code(met)
    ):
        return again(typed, wrong, clashes=met), 422
    standing = {clash.number for clash in met} if replaces == "no" else set()
    for line in lines:
        if line.number not in standing:
            changed[named_people[line.who.casefold()][0]] = line.tenths
    try:
        count = enter_scores(public_id, test_id, changed, current_actor(), shown=present)
    except WrongEntry as problem:
        workshop, test = own_test(public_id, test_id)
        return again(typed, problem.where, problems=[str(problem)]), 422
    flash(_("Scores saved: %(count)s.", count=count))
    return _to_group("assessments.scores", public_id, test_id, shown.letter)


def _typed_scores(stored: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Texts that were typed beside each name, and what is wrong."""
    typed: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for person, now in stored.items():
        was = request.form.get(f"was-{person}", now)
        text = clean_text(request.form.get(f"score-{person}", now)) or ""
        # What was not touched stands as it does now, whatever somebody else entered meanwhile.
        typed[person] = now if text == was else text
        if typed[person] and read_score(typed[person]) is None:
            wrong[person] = _("A score is a number from 0 to 100.")
        if now not in (was, typed[person]):
            wrong[person] = _(
                "Somebody else changed this meanwhile; it is %(now)s now. Save again to replace"
                " it.",
                now=now or "–",
            )
    return typed, wrong


def _named_people(
    people: Sequence[RegisteredPerson], lines: Sequence[ScoreLine]
) -> dict[str, list[str]]:
    """Public ids of people by what lines name them: the name, or the badge's code however it is
    written."""
    ids: dict[str, list[str]] = {}
    for person in people:
        for name in {person.name.casefold(), sort_name(person.name), person.entry}:
            ids.setdefault(name, []).append(person.person)
    names = {line.who.casefold() for line in lines}
    return {name: ids.get(name) or ids.get(badge_entry(name) or "", []) for name in names}


def _line_problems(
    lines: Sequence[ScoreLine], named_people: Mapping[str, Sequence[str]]
) -> list[str]:
    if len(lines) > MOST_LINES:
        return [_("These are too many rows for once. At most: %(most)s.", most=MOST_LINES)]
    words = {
        "score": _("no score from 0 to 100"),
        "unknown": _("nobody of this workshop has this name or badge"),
        "several": _("several people have this name: use the code of the badge"),
        "twice": _("a person who stands further up already"),
    }
    return [
        _("Row %(numbers)s: %(problem)s.", numbers=", ".join(map(str, at)), problem=words[kind])
        for kind, at in named(lines, named_people).items()
    ]
