"""The tab "Tests" of a workshop: making tests, opening and closing them, and who has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.assessments import blueprint
from kash.assessments.forms.tests import MakeForm, OpenTestForm
from kash.assessments.models import WorkshopTest
from kash.assessments.queries.bank import BankRow, bank_of
from kash.assessments.queries.practice import objectives_asked, told_about
from kash.assessments.queries.tests import (
    RegisteredPerson,
    late_answers,
    listed_scores,
    participants,
    questions_of,
    sittings,
    standing_answers,
    whole_tests,
    workshop_tests,
    written_answers,
)
from kash.assessments.rules.times import AnsweringState, Moment, is_months_later, stand_of
from kash.assessments.services.errors import (
    AnsweredAlready,
    NoQuestionsChosen,
    NothingToAnswer,
    NotOpenToAnswers,
    NotYetClosed,
    TestThere,
    TooManyAsked,
)
from kash.assessments.services.tests import (
    change_test,
    close_now,
    make_test,
    open_for_phones,
    remove_test,
)
from kash.assessments.views.bank import objective_choices
from kash.assessments.views.results import compared
from kash.assessments.views.scope import (
    held_by_her,
    holds,
    own_test,
    seen_test,
    seen_workshop,
)
from kash.assessments.words import MOMENT, STAND, STAND_TONE, choices_of, text_of
from kash.people.rules.one_group import one_group
from kash.platform.database import utc_now
from kash.platform.press import qr_svg
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today, moment_text
from kash.platform.web.language import language_code
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.services.errors import WorkshopCancelled

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
        with form.showing_problems(
            TestThere, WorkshopCancelled, questions=(NoQuestionsChosen, TooManyAsked)
        ):
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
        with form.showing_problems(
            AnsweredAlready, WorkshopCancelled, questions=(NoQuestionsChosen, TooManyAsked)
        ):
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
        raise NoQuestionsChosen
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
        asks_practice=moment is Moment.FOLLOW_UP and bool(objectives_asked(found)),
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
    with FlashedProblems(NothingToAnswer, WorkshopCancelled):
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
    with FlashedProblems(NotOpenToAnswers):
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
    with FlashedProblems(AnsweredAlready, NotYetClosed):
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
