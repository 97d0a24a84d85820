"""Forms and what may be told of them, where another workshop has the like of everything."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from kash.assessments.evaluations.models import (
    COMMENT,
    EvaluationBox,
    EvaluationComment,
    EvaluationCount,
    EvaluationForm,
    EvaluationQuestion,
)
from kash.assessments.evaluations.queries import (
    asked,
    form_of,
    form_with_code,
    forms_of,
    group_letters,
    groups_stand_apart,
    hall_code,
    in_the_room,
    open_forms,
    questions_of,
    results_of,
    taken_so_far,
)
from kash.assessments.evaluations.rules import BallotQuestion, BallotQuestionKind
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.people.models import Group, Person
from kash.platform.database import db, new_public_id
from kash.platform.vault import seal
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import from_local
from kash.workshops.models import Workshop
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
DAY = date(2026, 11, 20)
ONE_DAY = timedelta(days=1)


def _form(workshop: Workshop, day: date | None = None, **more: Any) -> EvaluationForm:
    return row(EvaluationForm, workshop=workshop, day=day, **more)


def test_forms_of_days_come_before_that_of_the_whole_and_open_ones_are_hers_who_runs_it(actor):
    trainer, other = actor("trainer"), actor("trainer")
    mine, theirs = (row(Workshop, created_by=one.public_id) for one in (trainer, other))
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    forms = [
        _form(mine, state="open", closes_at=later),
        _form(mine, DAY + ONE_DAY, state="closed", closes_at=soon),
        _form(mine, DAY, state="open", closes_at=soon),
        _form(theirs, DAY, state="open", closes_at=soon),
        _form(theirs, state="draft"),
    ]
    assert forms_of(mine) == [forms[2], forms[1], forms[0]]
    assert form_of(mine, forms[1].public_id) == forms[1]
    with pytest.raises(NotFound):
        form_of(mine, forms[3].public_id)
    assert open_forms(trainer) == [
        (mine.public_id, mine.title, one.public_id, one.closes_at)
        for one in (forms[2], forms[0])
        if one.closes_at is not None
    ]
    assert [one.form for one in open_forms(other)] == [forms[3].public_id]
    assert open_forms(actor("director")) == open_forms(actor("peer")) == []
    assert [form_with_code(hall_code(one)) for one in forms] == [
        forms[0],
        None,
        forms[2],
        forms[3],
        None,
    ]
    row(EvaluationBox, form_id=forms[0].id, taken=7)
    row(EvaluationBox, form_id=forms[3].id, taken=9)
    assert (taken_so_far(forms[0]), taken_so_far(forms[2])) == (7, 0)


def test_results_stand_by_question_part_and_option_of_one_form(groups):
    form, other = _form(row(Workshop)), _form(row(Workshop))
    questions = [
        row(EvaluationQuestion, form=of, position=position, kind=kind, options=[{}] * options)
        for of, position, kind, options in (
            (form, 2, "comment", 0),
            (form, 1, "choice", 3),
            (other, 1, "comment", 0),
        )
    ]
    for at, part, option, count in (
        (1, "A", "2", 6),
        (1, "A", "1", 5),
        (1, "", "1", 7),
        (2, "", "1", 9),
    ):
        row(EvaluationCount, question_id=questions[at].id, part=part, option=option, count=count)
    for at, text in ((0, "Good"), (0, "Long"), (2, "Elsewhere")):
        public_id = new_public_id()
        body = seal(text, kind=COMMENT, public_id=public_id)
        row(EvaluationComment, question_id=questions[at].id, public_id=public_id, body=body)
    assert questions_of(db.session(), form.id) == [questions[1], questions[0]]
    assert asked(questions[:2]) == [
        BallotQuestion(BallotQuestionKind.COMMENT, 0),
        BallotQuestion(BallotQuestionKind.CHOICE, 3),
    ]
    found = [
        (one.question, one.parts, sorted(one.comments), one.counted) for one in results_of(form)
    ]
    assert found == [
        (questions[1], {"": {"1": 7}, "A": {"1": 5, "2": 6}}, [], found[0][3]),
        (questions[0], {}, ["Good", "Long"], 0),
    ]
    assert group_letters(db.session())[:2] == [group.letter for group in groups]


def test_those_were_in_the_room_who_have_a_mark_that_counts_on_its_day():
    workshop, other, group = row(Workshop), row(Workshop), row(Group)
    for code, weight in (("present", 100), ("late", 1), ("absent", 0)):
        row(MarkStatus, code=code, letter=code[:2].upper(), weight=weight)
    people = [row(Person, group=group) for _at in range(4)]
    for at, (of, day, clock, marks) in enumerate(
        (
            (workshop, DAY, time(0), ("present", None, "absent", None)),
            (workshop, DAY, time(23, 59), ("present", "late", None, None)),
            (workshop, DAY + ONE_DAY, time(0), (None, None, None, "late")),
            (workshop, DAY - ONE_DAY, time(23, 59), (None, None, None, "late")),
            (other, DAY, time(9), ("present", "present", "present", "present")),
        )
    ):
        starts = from_local(day, clock)
        slot = row(Slot, register_id=of.register_id, position=at, starts_at=starts)
        for person, status in zip(people, marks, strict=True):
            if status is not None:
                row(Mark, slot_id=slot.id, person_id=person.id, status=status)
    assert in_the_room(workshop, _form(workshop, DAY)) == 2
    assert in_the_room(workshop, _form(workshop)) == 3
    assert in_the_room(row(Workshop), _form(workshop)) == 0


def test_groups_are_told_apart_once_two_have_five_on_the_register(groups):
    workshop, other = row(Workshop), row(Workshop)

    def enter(group: int, *, of: Workshop = workshop, gone: bool = False) -> None:
        person = row(Person, group=groups[group])
        removed = NOW if gone else None
        row(RosterEntry, register_id=of.register_id, person_id=person.id, removed_at=removed)

    for _at in range(5):
        enter(0)
        enter(1, of=other)
    for _at in range(4):
        enter(1)
    enter(1, gone=True)
    assert not groups_stand_apart(workshop)
    enter(1)
    assert groups_stand_apart(workshop)
