"""What is read of tests and of a course's bank, where another workshop and another course have the
like of everything."""

from datetime import timedelta

import pytest

from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    HandCount,
    ListedScore,
    PracticeAnswer,
    Question,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.queries import (
    TEXT_KIND,
    RegisteredPerson,
    ToldAbout,
    any_test,
    bank_of,
    bank_sizes,
    hands_of,
    late_answers,
    listed_scores,
    one_test,
    participants,
    question_of,
    revisions_of,
    sittings,
    standing_answers,
    told_about,
    whole_tests,
    wordings_of_course,
    workshop_tests,
    written_answers,
)
from kash.assessments.rules.results import Moment, Often, Teller
from kash.attendance.models import RosterEntry
from kash.people.models import Person
from kash.platform.database import db, new_public_id
from kash.platform.vault import seal
from kash.platform.web.errors import NotFound
from kash.training.models import Course
from kash.workshops.models import Workshop
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
HOUR = timedelta(hours=1)


def _wording(question: Question, number: int = 1) -> QuestionRevision:
    return row(
        QuestionRevision,
        question=question,
        number=number,
        language="en",
        texts={"en": f"Wording {number}"},
        options=[{"key": "a", "right": True, "texts": {"en": "Yes"}}],
    )


def _question(course: Course) -> Question:
    return row(Question, course_id=course.id, kind="single")


def _answer(asked: AskedQuestion, person: Person, chosen: str, **more: object) -> GivenAnswer:
    told = {"stands": True, "late": False, "source": "phone", "given_at": NOW}
    return row(GivenAnswer, asked=asked, person_id=person.id, chosen=chosen, **(told | more))


def test_tests_are_told_with_what_was_asked_answered_and_listed_of_each(groups):
    workshop, other = row(Workshop), row(Workshop)
    people = [row(Person, group=groups[at % 2], chosen_name=f"P{at}") for at in range(4)]
    wordings = [_wording(_question(row(Course))) for _at in range(3)]
    tests = {
        moment: row(
            WorkshopTest, workshop=of, moment=str(moment), hall_code=code, opens_at=at, closes_at=at
        )
        for moment, of, code, at in (
            (Moment.FOLLOW_UP, workshop, None, None),
            (Moment.AFTER, workshop, "AFTER1", NOW),
            (Moment.BEFORE, workshop, None, None),
        )
    }
    strange = row(WorkshopTest, workshop=other, moment="before", hall_code="OTHER1")
    after, before = tests[Moment.AFTER], tests[Moment.BEFORE]
    asked = [
        row(AskedQuestion, test=test, revision=wordings[at], position=9 - at)
        for test, at in ((after, 0), (after, 1), (before, 0), (strange, 0), (strange, 2))
    ]
    _answer(asked[0], people[0], "a")
    _answer(asked[1], people[0], "b")
    _answer(asked[0], people[1], "b", stands=False)
    _answer(asked[1], people[2], "a", stands=False, late=True)
    _answer(asked[0], people[2], "a", stands=False, late=True)
    _answer(asked[3], people[3], "a")
    for test, at, tenths in ((after, 0, 755), (after, 1, 500), (strange, 2, 10)):
        row(ListedScore, test_id=test.id, person_id=people[at].id, tenths=tenths)
    for at, choice, hands in ((0, "a", 4), (0, "b", 2), (3, "a", 9)):
        row(HandCount, asked_id=asked[at].id, choice=choice, hands=hands)
    db.session.expire_all()

    rows = [
        (one.public_id, one.moment, one.opens_at, one.questions, one.answered, one.scored)
        for one in workshop_tests(workshop)
    ]
    assert rows == [
        (before.public_id, Moment.BEFORE, None, 1, 0, 0),
        (after.public_id, Moment.AFTER, NOW, 2, 1, 2),
        (tests[Moment.FOLLOW_UP].public_id, Moment.FOLLOW_UP, None, 0, 0, 0),
    ]
    assert one_test(workshop, after.public_id) == after
    with pytest.raises(NotFound):
        one_test(workshop, strange.public_id)
    assert whole_tests(workshop) == tests
    assert [any_test(WorkshopTest.hall_code == code) for code in ("AFTER1", "NONE")] == [
        after,
        None,
    ]
    assert any_test(WorkshopTest.public_id == strange.public_id) == strange
    first, second = (one.id for one in wordings[:2])
    chosen = {first: frozenset("a"), second: frozenset("b")}
    assert standing_answers([after.id, before.id]) == {after.id: {people[0].id: chosen}}
    assert listed_scores(after) == {people[0].id: 755, people[1].id: 500}
    assert hands_of(after) == {asked[0].id: {"a": 4, "b": 2}}
    assert (late_answers(after), late_answers(before)) == (1, 0)

    for at, (person, removed) in enumerate(((0, NOW), (1, None), (3, None))):
        register = other if person == 3 else workshop
        row(
            RosterEntry,
            register_id=register.register_id,
            person_id=people[person].id,
            removed_at=removed,
            public_id=f"{at}" * 16,
        )
    found = sittings(workshop)
    assert set(found) == set(tests)
    told = found[Moment.AFTER]
    assert [one.revision for one in told.asked] == [second, first]
    assert told.answers == {people[0].id: chosen}
    assert told.scores == {people[0].id: 75.5, people[1].id: 50.0}
    assert told.off == frozenset({people[0].id})
    assert (found[Moment.BEFORE].answers, found[Moment.BEFORE].scores) == ({}, {})


def test_people_of_a_register_stand_by_name_and_their_words_by_nobodys(groups):
    workshop, other = row(Workshop), row(Workshop)
    people = [
        row(Person, group=groups[at % 2], chosen_name=name, sort_name=name.lower())
        for at, name in enumerate(("Zawadi", "Amani", "Gone", "Other", "Bora"))
    ]
    entries = [
        row(
            RosterEntry,
            register_id=(other if at == 3 else workshop).register_id,
            person_id=person.id,
            removed_at=NOW if at == 2 else None,
        )
        for at, person in enumerate(people)
    ]
    assert participants(workshop) == [
        RegisteredPerson(
            people[at].id,
            people[at].public_id,
            entries[at].public_id,
            people[at].chosen_name,
            groups[at % 2].letter,
        )
        for at in (1, 4, 0)
    ]
    test, strange = (row(WorkshopTest, workshop=one, moment="after") for one in (workshop, other))
    wording = _wording(row(Question, course_id=row(Course).id, kind="short_text"))
    asked, elsewhere = (
        row(AskedQuestion, test=one, revision=wording, position=1) for one in (test, strange)
    )
    for of, who, text, stands in (
        (asked, 0, "We called", True),
        (asked, 1, "They came", True),
        (asked, 2, "Before", False),
        (asked, 4, "", True),
        (elsewhere, 3, "Elsewhere", True),
    ):
        public_id = new_public_id()
        sealed = seal(text, kind=TEXT_KIND, public_id=public_id) if text else None
        _answer(of, people[who], "", public_id=public_id, text_sealed=sealed, stands=stands)
    assert written_answers(test) == {asked.id: ["They came", "We called"]}


def test_a_bank_has_the_newest_wording_of_each_question_of_its_course():
    course, other = row(Course), row(Course)
    first, second, away = (_question(course) for _at in range(3))
    strange = _question(other)
    away.retired_at = NOW
    made = {
        (one.id, number): _wording(one, number)
        for one, numbers in ((first, (1, 2)), (second, (1,)), (away, (1,)), (strange, (1,)))
        for number in numbers
    }
    test = row(WorkshopTest, moment="after")
    asked = {
        key: row(AskedQuestion, test=test, revision=made[key], position=1)
        for key in ((first.id, 1), (second.id, 1), (away.id, 1))
    }

    def bank(*, retired: bool = False) -> list[tuple[str, int, bool, bool]]:
        return [
            (one.public_id, one.number, one.retired, one.fixed)
            for one in bank_of(course, retired=retired)
        ]

    assert bank() == [(first.public_id, 2, False, False), (second.public_id, 1, False, False)]
    assert bank(retired=True) == [(away.public_id, 1, True, False)]
    _answer(asked[second.id, 1], row(Person), "a")
    row(HandCount, asked_id=asked[away.id, 1].id)
    assert bank() == [(first.public_id, 2, False, False), (second.public_id, 1, False, True)]
    assert bank(retired=True) == [(away.public_id, 1, True, True)]
    # Of what stands in no test that was opened or answered another wording can be made.
    row(AskedQuestion, test=test, revision=made[first.id, 2], position=2)
    assert question_of(course, first.public_id).fixed is False
    test.opens_at = test.closes_at = NOW
    db.session.flush()
    found = question_of(course, first.public_id)
    assert (found.public_id, found.number, found.fixed) == (first.public_id, 2, True)
    with pytest.raises(NotFound):
        question_of(course, strange.public_id)
    assert (bank_sizes(course), bank_sizes(other)) == ((2, 1), (1, 0))
    newest = [made[first.id, 2], made[first.id, 1]]
    assert revisions_of(course, first.public_id) == newest
    assert revisions_of(other, first.public_id) == []
    everything = [*newest, made[second.id, 1], made[away.id, 1]]
    assert wordings_of_course(db.session(), course.id) == everything


def test_what_was_told_of_practice_is_of_one_workshop_by_person_and_teller():
    workshop, other = row(Workshop), row(Workshop)
    person, second = row(Person), row(Person)
    for of, who, by, objective, often, wrote, hours in (
        (workshop, person, "herself", "a" * 16, "n", False, 2),
        (workshop, person, "herself", "b" * 16, "", False, 1),
        (workshop, person, "herself", "", "", True, 0),
        (workshop, person, "peer", "a" * 16, "x", False, 0),
        (workshop, person, "mentor", "a" * 16, "", False, 0),
        (workshop, second, "peer", "", "", True, 0),
        (other, person, "mentor", "a" * 16, "1", False, 0),
    ):
        row(
            PracticeAnswer,
            workshop_id=of.id,
            person_id=who.id,
            told_by=by,
            objective=objective,
            often=often,
            text_sealed=b"words" if wrote else None,
            given_at=NOW + hours * HOUR,
        )
    of_person = {
        person.id: {
            Teller("herself"): ToldAbout({"a" * 16: Often("n")}, True, NOW + 2 * HOUR),
            Teller("peer"): ToldAbout({"a" * 16: Often("x")}, False, NOW),
        }
    }
    assert told_about(workshop, person.id) == of_person
    assert told_about(workshop) == of_person | {
        second.id: {Teller("peer"): ToldAbout({}, True, NOW)}
    }
