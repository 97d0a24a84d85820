"""Forms are made, opened, answered and closed; what is told, and what is left of it."""

import time
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select, text

from kash.assessments.evaluations import services as errors
from kash.assessments.evaluations.models import (
    EvaluationBox,
    EvaluationComment,
    EvaluationCount,
    EvaluationForm,
)
from kash.assessments.evaluations.queries import form_with_code, questions_of, results_of
from kash.assessments.evaluations.rules import FEWEST, Ballot, BallotBox, BallotQuestionKind
from kash.assessments.evaluations.services import (
    QuestionDetails,
    close_overdue,
    delete_old_comments,
    enter_sheet,
    something_is_left,
    take_answer,
)
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import ChangedMeanwhile, NotFound
from kash.platform.web.programme import retention
from tests.refusals import refuses
from tests.workshops.conftest import FIRST_DAY, SECOND_DAY

PACE, COMMENT = 3, 4


def keys(app: APIFlask) -> set[str]:
    folder = app.config["SETTINGS"].data_dir / "evaluations"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_a_closed_form_keeps_counts_and_comments_and_nothing_of_who_sent_what(
    both_engines_app, evaluated
):
    assert keys(both_engines_app) == {evaluated.form}
    for step in ("5", "5", "4", "4", "1", ""):
        comment = "Start later" if step == "1" else ""
        assert evaluated.answer({0: step, PACE: "2", COMMENT: comment})
    evaluated.close()

    form = evaluated.row
    assert (form.state, form.answered, form.left_out, form.lost) == ("closed", 6, 0, False)
    assert form.public_key is None
    assert db.session.query(EvaluationBox).count() == 0
    assert keys(both_engines_app) == set()
    found = results_of(form)
    assert found[0].parts == {"": {"1": 1, "2": 0, "3": 0, "4": 2, "5": 2}}
    assert found[PACE].together == {"1": 0, "2": 6, "3": 0}
    assert found[COMMENT].comments == ["Start later"]
    # Nobody answered this one.
    assert found[1].parts == {}


def test_fewer_than_five_answers_leave_nothing_behind(evaluated):
    for _each in range(4):
        evaluated.answer({0: "1", COMMENT: "The driver was late"})
    evaluated.close()
    assert (evaluated.row.answered, evaluated.row.left_out) == (4, 4)
    assert db.session.query(EvaluationCount).count() == 0
    assert db.session.query(EvaluationComment).count() == 0


def test_an_answer_that_is_sent_twice_counts_once(evaluated):
    nonce = new_public_id()
    assert evaluated.answer({0: "5"}, nonce=nonce)
    assert not evaluated.answer({0: "1"}, nonce=nonce)
    # Another phone has a mark of its own.
    assert evaluated.answer({0: "5"})
    for _each in range(3):
        evaluated.answer({0: "5"})
    evaluated.close()
    assert results_of(evaluated.row)[0].together == {"1": 0, "2": 0, "3": 0, "4": 0, "5": 5}


def test_nothing_is_taken_before_opening_or_after_closing(evaluated, monkeypatch):
    code = evaluated.code
    draft = errors.add_form(evaluated.workshop, SECOND_DAY, by=evaluated.trainer)
    with pytest.raises(errors.FormNotOpen):
        take_answer(draft, {0: "5"}, "", new_public_id())
    with pytest.raises(NotFound):
        take_answer(new_public_id(), {0: "5"}, "", new_public_id())
    later = utc_now() + timedelta(hours=2)
    with monkeypatch.context() as patched:
        patched.setattr("kash.assessments.evaluations.services.utc_now", lambda: later)
        with pytest.raises(errors.FormNotOpen):
            evaluated.answer({0: "5"})
    evaluated.close()
    with pytest.raises(errors.FormNotOpen):
        evaluated.answer({0: "5"})
    with pytest.raises(errors.FormNotOpen):
        evaluated.close()
    assert form_with_code(code) is None


def test_what_is_no_answer_to_the_form_is_refused(evaluated):
    for given in ({0: "6"}, {0: "x"}, {PACE: "4"}, {COMMENT: "x" * 281}):
        with refuses("Something in these answers does not fit the form."):
            evaluated.answer(given)
    with refuses("Answer at least one question."):
        evaluated.answer({0: " "})
    # It does not ask for the group.
    with refuses("Something in these answers does not fit the form."):
        evaluated.answer({0: "5"}, group="A")


def test_nobody_answers_more_often_than_the_box_holds(evaluated, monkeypatch):
    box = db.session.query(EvaluationBox).one()
    box.slots = 1
    box.body = box.body[: box.piece]
    db.session.commit()
    evaluated.answer({0: "5"})
    with refuses("No more answers fit into this form."):
        evaluated.answer({0: "5"})


def test_groups_are_told_apart_only_if_each_and_the_rest_are_five(make_open):
    shown, kept = make_open(asks_group=True), make_open(asks_group=True)
    for _each in range(5):
        shown.answer({0: "5"}, "A")
        shown.answer({0: "1"}, "B")
        kept.answer({0: "5"}, "A")
    for _each in range(4):
        kept.answer({0: "1"}, "B")
    shown.close()
    kept.close()
    counts = results_of(shown.row)[0].parts
    assert (counts["A"]["5"], counts["B"]["1"], set(counts)) == (5, 5, {"A", "B"})
    assert results_of(kept.row)[0].parts == {"": {"1": 4, "2": 0, "3": 0, "4": 0, "5": 5}}


def test_whoever_entered_sheets_cannot_take_them_off_from_a_few_phones_answers(evaluated):
    for _each in range(5):
        enter_sheet(
            evaluated.workshop, evaluated.form, {0: "5"}, "", new_public_id(), by=evaluated.trainer
        )
    for _each in range(4):
        evaluated.answer({0: "1", COMMENT: "from a phone"})
    evaluated.close()
    assert (evaluated.row.answered, evaluated.row.on_paper, evaluated.row.left_out) == (9, 5, 4)
    assert results_of(evaluated.row)[0].together["1"] == 0
    assert db.session.query(EvaluationComment).count() == 0


def test_a_phone_leaves_no_entry_and_a_sheet_from_paper_one(evaluated):
    def entries() -> list[str]:
        db.session.rollback()
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))

    before, sheet = entries(), new_public_id()
    evaluated.answer({0: "5"})
    assert entries() == before
    for _twice in range(2):
        enter_sheet(evaluated.workshop, evaluated.form, {0: "5"}, "", sheet, by=evaluated.trainer)
    assert entries() == [*before, "evaluations.sheet_entered"]


@pytest.mark.any_engine
def test_a_form_closes_by_itself_once_its_time_is_over(both_engines_app, evaluated, make_open):
    other = make_open()
    for _each in range(5):
        evaluated.answer({0: "5"})
    assert close_overdue() == 0
    row = evaluated.row
    row.closes_at = utc_now() - timedelta(seconds=1)
    db.session.commit()
    assert close_overdue() == 1
    assert evaluated.row.state == "closed"
    assert results_of(evaluated.row)[0].together["5"] == 5
    assert other.row.state == "open"
    assert keys(both_engines_app) == {other.form}
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert last is not None
    assert (last.actor, last.action) == ("system", "evaluations.form_closed")


def test_a_form_that_cannot_be_closed_holds_up_no_other(evaluated, make_open, monkeypatch):
    other = make_open()
    for each in (evaluated, other):
        each.row.closes_at = utc_now() - timedelta(seconds=1)
        db.session.commit()

    def opened(form: EvaluationForm, box: BallotBox) -> list[Ballot]:
        if form.public_id == evaluated.form:
            raise RuntimeError
        return []

    monkeypatch.setattr("kash.assessments.evaluations.services._opened", opened)
    assert close_overdue() == 1
    assert (evaluated.row.state, other.row.state) == ("open", "closed")


def test_a_key_that_a_crash_left_is_destroyed_and_one_in_the_making_is_not(
    app, evaluated, monkeypatch
):
    monkeypatch.setattr(
        "kash.assessments.evaluations.services.destroy_form_key", lambda _form: None
    )
    evaluated.close()
    assert keys(app) == {evaluated.form}
    close_overdue()
    assert keys(app) == {evaluated.form}
    now = time.time()
    monkeypatch.setattr("kash.assessments.evaluations.models.time.time", lambda: now + 600)
    close_overdue()
    assert keys(app) == set()


def test_a_box_that_a_backup_held_up_is_cleared_by_the_next_chore(
    postgresql_app, evaluated, monkeypatch
):
    evaluated.answer({0: "5"})
    with monkeypatch.context() as patched:
        patched.setattr("kash.assessments.evaluations.services.clear_box", lambda *_: None)
        evaluated.close()
    assert something_is_left()
    close_overdue()
    assert not something_is_left()


def test_a_form_whose_key_is_gone_closes_and_says_so(app, evaluated):
    """A backup holds the box and not the key: put back, it gives away nothing."""
    for _each in range(5):
        evaluated.answer({0: "5"})
    (app.config["SETTINGS"].data_dir / "evaluations" / evaluated.form).unlink()
    evaluated.close()
    assert (evaluated.row.state, evaluated.row.lost, evaluated.row.answered) == ("closed", True, 5)
    assert db.session.query(EvaluationCount).count() == 0


def test_two_forms_of_one_day_cannot_be_compared(evaluated):
    def again() -> str:
        return errors.add_form(evaluated.workshop, FIRST_DAY, by=evaluated.trainer)

    with refuses("There is a form for this already."):
        again()
    for _each in range(4):
        evaluated.answer({0: "5"})
    evaluated.close()
    # It told nothing: the day can be asked about once more.
    assert again() != evaluated.form
    with refuses("There is a form for this already."):
        again()


def test_a_form_of_just_enough_answers_is_followed_by_no_other(evaluated):
    """The answer of whoever came late would stand alone between the two."""
    for _each in range(FEWEST):
        evaluated.answer({0: "5"})
    evaluated.close()
    assert (evaluated.row.answered, evaluated.row.left_out) == (FEWEST, 0)
    with refuses("There is a form for this already."):
        errors.add_form(evaluated.workshop, FIRST_DAY, by=evaluated.trainer)


def test_a_day_that_the_workshop_does_not_have_gets_no_form(evaluated):
    with refuses("Choose a day of this workshop."):
        errors.add_form(evaluated.workshop, FIRST_DAY - timedelta(days=1), by=evaluated.trainer)


def test_questions_change_until_anybody_is_asked(plan):
    held = plan()
    form = errors.add_form(held.workshop, None, by=held.trainer)
    at, by = (held.workshop, form), held.trainer

    def there() -> list[str]:
        db.session.rollback()
        row = db.session.execute(
            text("SELECT id FROM evaluation_form WHERE public_id = :id"), {"id": form}
        ).scalar_one()
        return [one.public_id for one in questions_of(db.session(), row)]

    first, second, *rest = there()
    words = QuestionDetails(
        BallotQuestionKind.CHOICE, {"en": "Food"}, [{"en": "good"}, {"en": "bad"}]
    )
    errors.save_question(*at, first, words, 1, by=by)
    with pytest.raises(ChangedMeanwhile):
        errors.save_question(*at, first, words, 1, by=by)
    errors.move_question_up(*at, second, by=by)
    errors.move_question_up(*at, second, by=by)
    errors.remove_question(*at, rest[0], by=by)
    assert there() == [second, first, *rest[1:]]
    with refuses("Write two to six options, one on a line, and as many in each"):
        errors.save_question(
            *at,
            None,
            QuestionDetails(BallotQuestionKind.CHOICE, {"en": "x"}, [{"en": "y"}]),
            4,
            by=by,
        )
    comment = QuestionDetails(BallotQuestionKind.COMMENT, {"en": "More?"})
    errors.save_question(*at, None, comment, 4, by=by)
    with refuses("A form has at most 12 questions, 3 of them for comments."):
        errors.save_question(*at, None, comment, 5, by=by)
    with refuses("Choose a time from now on, at most three days away."):
        errors.open_form(*at, utc_now() + timedelta(days=4), asks_group=False, by=by)
    errors.open_form(*at, utc_now() + timedelta(days=1), asks_group=False, by=by)
    for change in (
        lambda: errors.save_question(*at, first, words, 5, by=by),
        lambda: errors.remove_question(*at, first, by=by),
        lambda: errors.move_question_up(*at, first, by=by),
        lambda: errors.remove_form(*at, by=by),
        lambda: errors.open_form(*at, utc_now() + timedelta(hours=1), asks_group=False, by=by),
    ):
        with refuses("This form was opened already:"):
            change()
    assert len(there()) == len(rest) + 2


def test_added_questions_stand_one_after_the_other_without_a_gap(plan, monkeypatch):
    monkeypatch.setattr(errors, "OF_A_DAY", ())
    held = plan()
    form = errors.add_form(held.workshop, FIRST_DAY, by=held.trainer)
    for version, said in enumerate(("Food", "Room", "Pace"), start=1):
        words = QuestionDetails(BallotQuestionKind.SCALE, {"en": said})
        errors.save_question(held.workshop, form, None, words, version, by=held.trainer)
    db.session.rollback()
    row = db.session.query(EvaluationForm).filter_by(public_id=form).one()
    assert [(one.position, one.texts["en"]) for one in questions_of(db.session(), row.id)] == [
        (1, "Food"),
        (2, "Room"),
        (3, "Pace"),
    ]


def test_a_new_form_takes_over_the_questions_of_the_one_before(plan):
    held = plan()
    form = errors.add_form(held.workshop, FIRST_DAY, by=held.trainer)
    words = QuestionDetails(BallotQuestionKind.SCALE, {"en": "Lunch was good."})
    errors.save_question(held.workshop, form, None, words, 1, by=held.trainer)
    other = errors.add_form(held.workshop, SECOND_DAY, by=held.trainer)
    db.session.rollback()
    rows = dict(db.session.execute(text("SELECT public_id, id FROM evaluation_form")).all())
    texts = [[one.texts for one in questions_of(db.session(), rows[key])] for key in (form, other)]
    assert texts[0] == texts[1]
    assert texts[0][-1] == {"en": "Lunch was good."}


def test_an_open_form_is_given_more_time(evaluated):
    before = evaluated.row.closes_at
    assert before is not None
    errors.give_more_time(evaluated.workshop, evaluated.form, by=evaluated.trainer)
    assert evaluated.row.closes_at == before + timedelta(minutes=15)


def test_comments_end_after_the_time_that_the_programme_chose_and_counts_stay(evaluated):
    for _each in range(5):
        evaluated.answer({0: "1", COMMENT: "The driver was late"})
    evaluated.close()
    closed_at = evaluated.row.closed_at
    assert closed_at is not None
    kept = retention().span("own_words")
    assert delete_old_comments(closed_at + kept) == 0
    assert delete_old_comments(closed_at + kept + timedelta(seconds=1)) == 5
    found = results_of(evaluated.row)
    assert (found[COMMENT].comments, found[0].together["1"]) == ([], 5)
