"""Answers: sent twice, from two phones, after closing, by hand; nothing lost, nothing doubled."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from kash.assessments.models import GivenAnswer
from kash.assessments.queries import (
    hands_of,
    late_answers,
    listed_scores,
    question_of,
    sittings,
    standing_answers,
    workshop_tests,
    written_answers,
)
from kash.assessments.rules.results import Moment, compare
from kash.assessments.services.bank import CodeUnknown, WrongEntry, change_question
from kash.assessments.services.tests import (
    AnswerReply,
    Entered,
    SentAnswer,
    change_test,
    close_now,
    count_hands,
    delete_old_words,
    enter_answers,
    enter_scores,
    make_test,
    open_for_phones,
    receive,
    remove_test,
)
from kash.people.models import Person
from kash.people.services.merging import merge_people
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry
from kash.platform.web.programme import retention
from tests.assessments.conftest import COURT, Bank
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")


class Phone:
    """A phone of the first person of a workshop, on which a test is open."""

    def __init__(self, bank: Bank, test: str, person: int = 0) -> None:
        self.bank, self.test = bank, test
        self.entry = bank.people()[person].entry
        self.asked = bank.asked(test)
        self.device = str(uuid4())

    def answer(
        self, choice: str, *, at: datetime | None = None, op: str = "", question: int = 0
    ) -> SentAnswer:
        return SentAnswer(op or str(uuid4()), self.asked[question], (choice,), "", at or utc_now())

    def send(self, *items: SentAnswer, sent_at: datetime | None = None) -> list[AnswerReply]:
        replies = receive(self.test, self.entry, self.device, sent_at or utc_now(), items)
        return [reply for _op, reply in replies]


@pytest.fixture
def opened(bank):
    test = bank.test()
    open_for_phones(bank.held.workshop, test, 30, bank.trainer)
    return test


def standing(bank: Bank, test: str) -> list[str]:
    row = bank.row(test)
    (given,) = standing_answers([row.id])[row.id].values()
    return [
        "".join(sorted(given[one.revision_id])) for one in row.questions if one.revision_id in given
    ]


@pytest.mark.any_engine
def test_an_answer_that_is_sent_again_is_kept_once(bank, opened):
    phone = Phone(bank, opened)
    first = phone.answer("a")
    entries = db.session.query(AuditEntry).count()
    assert phone.send(first) == [AnswerReply.KEPT]
    assert phone.send(first, first) == [AnswerReply.KEPT, AnswerReply.KEPT]
    assert db.session.query(GivenAnswer).count() == 1
    assert db.session.query(AuditEntry).count() == entries + 1


@pytest.mark.any_engine
def test_of_two_phones_the_answer_given_last_stands_whichever_is_heard_last(bank, opened):
    now = utc_now()
    early, late = Phone(bank, opened), Phone(bank, opened)
    late.send(late.answer("b", at=now), sent_at=now)
    # It was without a network until now.
    early.send(early.answer("a", at=now - timedelta(seconds=40)), sent_at=now)
    assert standing(bank, opened) == ["b"]
    assert db.session.query(GivenAnswer).count() == 2


def test_what_was_given_in_time_counts_when_it_comes_after_closing_and_what_was_not_is_kept(
    bank, opened
):
    phone = Phone(bank, opened)
    given = utc_now()
    with writing():
        row = bank.row(opened)
        row.opens_at = given - timedelta(hours=2)
        row.closes_at = given - timedelta(hours=1)
    in_time = phone.answer("a", at=given - timedelta(minutes=90))
    too_late = phone.answer("b", at=given)
    assert phone.send(in_time, too_late, sent_at=given) == [AnswerReply.KEPT, AnswerReply.LATE]
    assert (standing(bank, opened), late_answers(bank.row(opened))) == (["a"], 1)


@pytest.mark.any_engine
@pytest.mark.parametrize(
    "wrong",
    [
        SentAnswer("0" * 36, "0123456789abcdef", ("a",), "", utc_now()),
        SentAnswer("1" * 36, "", ("z",), "", utc_now()),
        SentAnswer("2" * 36, "", ("a", "b"), "", utc_now()),
        SentAnswer("3" * 36, "", (), "x" * 301, utc_now()),
    ],
)
def test_what_answers_no_question_is_refused_alone(bank, opened, wrong):
    phone = Phone(bank, opened)
    item = SentAnswer(
        wrong.op_id, wrong.question or phone.asked[0], wrong.chosen, wrong.text, wrong.given_at
    )
    assert phone.send(item, phone.answer("a")) == [AnswerReply.REFUSED, AnswerReply.KEPT]


@pytest.mark.any_engine
def test_another_persons_operation_is_neither_taken_over_nor_told(bank, opened):
    mine, other = Phone(bank, opened), Phone(bank, opened, person=1)
    first = mine.answer("a")
    mine.send(first)
    assert other.send(other.answer("b", op=first.op_id)) == [AnswerReply.REFUSED]
    assert standing(bank, opened) == ["a"]


@pytest.mark.any_engine
def test_a_badge_of_nobody_here_sends_nothing(bank, opened):
    phone = Phone(bank, opened)
    phone.entry = "0123456789abcdef"
    with pytest.raises(CodeUnknown):
        phone.send(phone.answer("a"))


@pytest.mark.any_engine
def test_own_words_are_sealed_and_read_without_names(bank, opened):
    phone = Phone(bank, opened)
    words = SentAnswer(str(uuid4()), phone.asked[3], (), "The paralegal", utc_now())
    assert phone.send(words) == [AnswerReply.KEPT]
    (stored,) = db.session.query(GivenAnswer)
    assert b"paralegal" not in (stored.text_sealed or b"")
    assert list(written_answers(bank.row(opened)).values()) == [["The paralegal"]]


@pytest.mark.any_engine
def test_paper_equals_phones_and_a_correction_stands(bank, opened):
    phone = Phone(bank, opened)
    phone.send(phone.answer("a"), phone.answer("f", question=1))
    by_phone = sittings(bank.workshop)[Moment.BEFORE].whole_scores()
    person = bank.people()[1]
    enter_answers(
        bank.held.workshop,
        opened,
        [
            Entered(person.person, phone.asked[0], ("a",)),
            Entered(person.person, phone.asked[1], ("f",)),
        ],
        "paper",
        bank.trainer,
    )
    scores = sittings(bank.workshop)[Moment.BEFORE].whole_scores()
    assert scores == {**by_phone, person.person_id: 100.0}
    enter_answers(
        bank.held.workshop,
        opened,
        [Entered(person.person, phone.asked[0], ("?",))],
        "paper",
        bank.trainer,
    )
    assert sittings(bank.workshop)[Moment.BEFORE].whole_scores()[person.person_id] == 50.0


@pytest.mark.any_engine
def test_a_row_that_is_wrong_leaves_nothing_of_the_whole_entry(bank, opened):
    asked = bank.asked(opened)[0]
    person = bank.people()[0].person
    with pytest.raises(WrongEntry):
        enter_answers(
            bank.held.workshop,
            opened,
            [Entered(person, asked, ("a",)), Entered("0123456789abcdef", asked, ("a",))],
            "paper",
            bank.trainer,
        )
    assert db.session.query(GivenAnswer).count() == 0


@pytest.mark.any_engine
def test_scores_of_a_hundred_and_five_and_of_strangers_are_refused(bank):
    test = bank.test(questions=[])
    person = bank.people()[0]
    for wrong in ({person.person: 1050}, {"0123456789abcdef": 500}):
        with pytest.raises(WrongEntry) as refused:
            enter_scores(bank.held.workshop, test, wrong, bank.trainer)
        assert set(refused.value.where) == set(wrong)
    assert enter_scores(bank.held.workshop, test, {person.person: 875}, bank.trainer) == 1
    assert enter_scores(bank.held.workshop, test, {person.person: 875}, bank.trainer) == 0
    assert listed_scores(bank.row(test)) == {person.person_id: 875}
    enter_scores(bank.held.workshop, test, {person.person: None}, bank.trainer)
    assert listed_scores(bank.row(test)) == {}


def test_hands_are_counted_for_choices_that_are_there(bank):
    test = bank.test()
    asked = bank.asked(test)
    count_hands(bank.held.workshop, test, asked[0], {"a": 12, "?": 3, "b": 0}, bank.trainer)
    count_hands(bank.held.workshop, test, asked[0], {"a": 11, "?": 4}, bank.trainer)
    assert list(hands_of(bank.row(test)).values()) == [{"a": 11, "?": 4}]
    for wrong in ({"z": 1}, {"a": 501}, {"a": -1}):
        with pytest.raises(WrongEntry):
            count_hands(bank.held.workshop, test, asked[0], wrong, bank.trainer)
    with pytest.raises(WrongEntry):
        count_hands(bank.held.workshop, test, "0123456789abcdef", {"a": 1}, bank.trainer)


@pytest.mark.any_engine
def test_the_test_after_asks_the_same_wordings_as_that_before(bank):
    before = bank.test()
    open_for_phones(bank.held.workshop, before, 30, bank.trainer)
    row_version = question_of(bank.course, bank.questions[0]).row_version
    other = replace(COURT, texts={"en": "When?"})
    change_question(bank.course.public_id, bank.questions[0], other, row_version, bank.trainer)
    after = bank.test(Moment.AFTER)
    assert [one.revision_id for one in bank.row(after).questions] == [
        one.revision_id for one in bank.row(before).questions
    ]
    phone, later = Phone(bank, before), None
    phone.send(phone.answer("b"))
    open_for_phones(bank.held.workshop, after, 30, bank.trainer)
    later = Phone(bank, after)
    later.send(later.answer("a"), later.answer("f", question=1))
    sat = sittings(bank.workshop)
    found = compare(sat[Moment.BEFORE], sat[Moment.AFTER])
    assert (found.gain.people, found.gain.before, found.gain.after, found.gain.gain) == (
        1, 0.0, 100.0, 1.0,
    )  # fmt: skip


@pytest.mark.any_engine
def test_one_test_of_a_moment_and_none_without_questions_on_phones(bank):
    test = bank.test(questions=[])
    with refuses("has such a test already"):
        make_test(bank.held.workshop, Moment.BEFORE, [], bank.trainer)
    with refuses("This test has no questions, only scores."):
        open_for_phones(bank.held.workshop, test, 30, bank.trainer)


@pytest.mark.any_engine
def test_what_was_opened_or_answered_is_neither_changed_nor_removed(bank):
    test = bank.test()
    change_test(bank.held.workshop, test, bank.questions[:2], bank.trainer)
    assert len(bank.asked(test)) == 2
    open_for_phones(bank.held.workshop, test, 30, bank.trainer)
    close_now(bank.held.workshop, test, bank.trainer)
    with refuses("This test is not open."):
        close_now(bank.held.workshop, test, bank.trainer)
    for refused in (
        lambda: change_test(bank.held.workshop, test, [], bank.trainer),
        lambda: remove_test(bank.held.workshop, test, bank.trainer),
    ):
        with refuses("This test was opened or answered already, so it stays as it is."):
            refused()
    other = bank.test(Moment.AFTER)
    remove_test(bank.held.workshop, other, bank.trainer)
    assert [one.moment for one in workshop_tests(bank.workshop)] == [Moment.BEFORE]


@pytest.mark.any_engine
def test_a_hall_keeps_its_code_when_it_is_given_more_time(bank, opened):
    code = bank.row(opened).hall_code
    open_for_phones(bank.held.workshop, opened, 60, bank.trainer)
    assert bank.row(opened).hall_code == code


def test_two_who_were_one_have_one_answer_that_stands(bank, opened):
    now = utc_now()
    phones = Phone(bank, opened, person=1), Phone(bank, opened, person=2)
    phones[0].send(phones[0].answer("a", at=now - timedelta(seconds=30)), sent_at=now)
    phones[1].send(phones[1].answer("b", at=now), sent_at=now)
    people = bank.people()
    merge_people(people[1].person, people[2].person, {}, (1, 1), bank.trainer)
    db.session.rollback()
    assert standing(bank, opened) == ["b"]
    assert {row.person_id for row in db.session.query(GivenAnswer)} == {
        db.session.query(Person.id).filter_by(public_id=people[1].person).scalar()
    }


@pytest.mark.any_engine
def test_own_words_end_after_the_time_that_the_programme_chose_and_the_answer_stays(bank):
    test = bank.test()
    *_others, written = bank.asked(test)
    person = bank.people()[0].person
    entered = [Entered(person, written, (), "My sister")]
    enter_answers(bank.held.workshop, test, entered, "paper", bank.trainer)
    now, kept = utc_now(), retention().span("own_words")
    assert delete_old_words(now + kept - timedelta(hours=1)) == 0
    assert list(written_answers(bank.row(test)).values()) == [["My sister"]]
    assert delete_old_words(now + kept + timedelta(hours=1)) == 1
    assert written_answers(bank.row(test)) == {}
    assert db.session.query(GivenAnswer).count() == 1
