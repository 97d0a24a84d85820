"""Questions: a wording that somebody answered never changes."""

from dataclasses import replace

import pytest

from kash.assessments.moodle_child import read_bank
from kash.assessments.queries import bank_of, looked_at, question_of, revisions_of, value_of
from kash.assessments.rules.bank import BankQuestion, written_bank
from kash.assessments.rules.results import Option, QuestionFlaw, QuestionKind
from kash.assessments.services.bank import (
    QuestionFlawed,
    add_question,
    bring_in,
    change_question,
    put_away,
    take_back,
)
from kash.assessments.services.tests import Entered, enter_answers, open_for_phones
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.web import NotFound
from kash.platform.web.errors import ChangedMeanwhile
from tests.assessments.conftest import COURT, SAFE, WHOM, Bank

CHANGED = replace(COURT, texts={**COURT.texts, "en": "When before a court?"})
SCALE = ("1", "2", "3", "4", "5")


def _change(bank: Bank, question: BankQuestion, **more: object) -> bool:
    there = question_of(bank.course, bank.questions[0])
    return change_question(
        bank.course.public_id,
        bank.questions[0],
        question,
        there.row_version,
        bank.trainer,
        **more,  # type: ignore[arg-type]
    )


def test_a_question_that_nobody_answered_is_changed_where_it_stands(bank):
    bank.test()
    assert _change(bank, CHANGED) is False
    ((revision, value),) = [
        (one, value_of(one)) for one in revisions_of(bank.course, bank.questions[0])
    ]
    assert (revision.number, value.text) == (1, "When before a court?")


def test_an_answered_wording_stays_and_a_new_one_follows(bank):
    test = bank.test()
    person = bank.people()[0].person
    enter_answers(
        bank.held.workshop,
        test,
        [Entered(person, bank.asked(test)[0], ("a",))],
        "paper",
        bank.trainer,
    )
    assert _change(bank, CHANGED) is True
    texts = [one.texts["en"] for one in revisions_of(bank.course, bank.questions[0])]
    assert texts == ["When before a court?", "How soon before a court?"]
    assert bank.row(test).questions[0].revision.texts["en"] == "How soon before a court?"


def test_a_wording_on_phones_in_a_hall_is_fixed_before_any_answer_came(bank):
    test = bank.test()
    open_for_phones(bank.held.workshop, test, 30, bank.trainer)
    assert _change(bank, CHANGED) is True


def test_a_new_order_of_choices_is_another_wording_and_a_new_objective_is_not(bank):
    open_for_phones(bank.held.workshop, bank.test(), 30, bank.trainer)
    assert _change(bank, replace(COURT, objective="0123456789abcdef")) is False
    assert _change(bank, replace(COURT, options=COURT.options[::-1])) is True


def test_two_who_write_at_once_do_not_overwrite_each_other(bank):
    row_version = question_of(bank.course, bank.questions[0]).row_version
    _change(bank, CHANGED)
    with pytest.raises(ChangedMeanwhile):
        change_question(bank.course.public_id, bank.questions[0], COURT, row_version, bank.trainer)


def test_a_translation_is_out_of_date_until_it_is_written_anew_or_found_fitting(bank):
    def stale() -> tuple[str, ...]:
        return question_of(bank.course, bank.questions[0]).stale

    assert stale() == ()
    _change(bank, CHANGED)
    assert stale() == ("sw",)
    _change(bank, CHANGED, fitting=["sw"])
    assert stale() == ()
    _change(bank, COURT)
    assert stale() == ("sw",)
    _change(bank, replace(COURT, texts={**COURT.texts, "sw": "Lini mahakamani?"}))
    assert stale() == ()


def test_a_question_without_a_right_choice_is_not_kept(bank):
    none_right = replace(COURT, options=(COURT.options[1], COURT.options[2]))
    with pytest.raises(QuestionFlawed) as refused:
        add_question(bank.course.public_id, none_right, bank.trainer)
    assert refused.value.flaw is QuestionFlaw.NONE_RIGHT
    assert len(bank_of(bank.course)) == 4


def test_what_is_put_away_is_offered_no_more_and_can_come_back(bank):
    course = bank.course.public_id
    put_away(course, bank.questions[0], bank.trainer)
    assert [row.question.text for row in bank_of(bank.course, retired=True)] == [COURT.text]
    assert len(bank_of(bank.course)) == 3
    take_back(course, bank.questions[0], bank.trainer)
    assert len(bank_of(bank.course)) == 4


def test_a_question_is_not_reached_through_another_course(bank):
    other = Bank(bank.held).course
    with pytest.raises(NotFound):
        put_away(other.public_id, "0123456789abcdef", bank.trainer)


def test_a_file_that_left_comes_back_as_the_same_and_what_differs_becomes_a_wording(bank):
    course = bank.course.public_id
    questions = [row.question for row in bank_of(bank.course)]
    # A choice that went leaves its key unused.
    shorter = replace(COURT, options=(COURT.options[0], COURT.options[2]))
    _change(bank, shorter)
    questions = [row.question for row in bank_of(bank.course)]
    read = read_bank(written_bank("Bank", questions, SCALE), "en").questions
    assert bring_in(course, read, bank.trainer) == (0, 4, 0)
    open_for_phones(bank.held.workshop, bank.test(), 30, bank.trainer)
    other = [replace(read[0], texts={"en": "Another?"}), replace(WHOM, lineage="")]
    assert bring_in(course, other, bank.trainer) == (1, 0, 1)
    assert question_of(bank.course, bank.questions[0]).number == 2
    assert len(bank_of(bank.course)) == 5


def test_a_question_of_another_kind_under_a_known_id_is_another_question(bank):
    there = bank_of(bank.course)[0].question
    strange = replace(SAFE, lineage=there.lineage)
    assert bring_in(bank.course.public_id, [strange], bank.trainer) == (1, 0, 0)
    assert bank_of(bank.course)[0].question.kind is QuestionKind.SINGLE


def test_each_change_leaves_one_entry_that_names_no_words(bank):
    before = db.session.query(AuditEntry).count()
    _change(bank, CHANGED)
    entry = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert entry is not None
    assert db.session.query(AuditEntry).count() == before + 1
    assert (entry.action, entry.subjects) == (
        "assessments.question_changed",
        [bank.course.public_id, bank.questions[0]],
    )


def test_a_question_is_looked_at_over_all_answers_to_its_wording(bank):
    test = bank.test()
    asked = bank.asked(test)
    entered = [
        Entered(one.person, asked[0], ("a" if one.letter == "B" else "b",)) for one in bank.people()
    ]
    enter_answers(bank.held.workshop, test, entered, "paper", bank.trainer)
    revision = bank.row(test).questions[0].revision_id
    found = looked_at(revision)
    assert (found["before"].answers, found["after"].answers) == (3, 0)


def test_a_choice_keeps_its_key_and_no_new_one_takes_a_key_that_went(bank):
    shorter = replace(COURT, options=COURT.options[:2])
    _change(bank, shorter)
    again = replace(COURT, options=(*COURT.options[:2], Option("d", False, {"en": "Never"})))
    _change(bank, again)
    assert question_of(bank.course, bank.questions[0]).question.keys == ("a", "b", "d")
