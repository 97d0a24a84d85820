"""Tests, evaluations and a track in what is measured, and the addresses of their pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import insert, select, text

from kash.assessments.evaluations.models import EvaluationForm, EvaluationQuestion
from kash.assessments.evaluations.services import add_form, close_form, open_form, take_answer
from kash.assessments.models import AskedQuestion, WorkshopTest
from kash.assessments.queries import bank_of, one_test, participants, questions_of, written_practice
from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.results import Moment, Option, QuestionKind, Teller
from kash.assessments.services.bank import add_question
from kash.assessments.services.tests import (
    Entered,
    Telling,
    enter_answers,
    make_test,
    open_for_phones,
    tell_practice,
)
from kash.certificates.tracks.models import (
    SeenFact,
    SupervisionVisit,
    Track,
    TrackEnrolment,
    TrackVersion,
)
from kash.certificates.tracks.rules.standing import MOST_AT_ONCE
from kash.certificates.tracks.rules.tree import Leaf, SomeOf, all_of, tree_as_json
from kash.certificates.tracks.services.tracks import TrackDetails, add_track, propose, start_version
from kash.people.models import Person
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM, Actor
from kash.training.models import Course
from kash.workshops.models import Workshop

QUESTIONS, ANSWERS = 10, 12
_WORKSHOP, _COURSE, _TRACK = "/workshops/<public_id>", "/courses/<public_id>", "/tracks/<public_id>"


def learning_scenes(workshop: str, by: Actor) -> Iterator[dict[str, str]]:
    """Values of arguments in addresses, for a past workshop whose people were tested before and
    after and asked what they thought of it, and for a track on which everybody is."""
    tested = _tested(workshop, by)
    for form in _evaluated(workshop, by):
        at = f"{_WORKSHOP}/evaluations/<form_id>"
        asked = db.session.scalars(
            select(EvaluationQuestion.public_id)
            .join(EvaluationForm)
            .where(EvaluationForm.public_id == form)
            .limit(1)
        ).one()
        yield {**tested, at: form, f"{at}/questions/<question_id>": asked}
    yield from _on_a_track()


def _workshop(public_id: str) -> Workshop:
    return db.session.scalars(select(Workshop).where(Workshop.public_id == public_id)).one()


def _tested(workshop: str, by: Actor) -> dict[str, str]:
    course = _workshop(workshop).version.course
    question = ""
    for number in range(QUESTIONS):
        question = add_question(
            course.public_id,
            BankQuestion(
                QuestionKind.SINGLE,
                "en",
                {"en": f"Within how many hours must a court hear it, said of case {number}?"},
                tuple(
                    Option(key, key == "a", {"en": f"{hours} hours"})
                    for key, hours in (("a", 24), ("b", 48), ("c", 72))
                ),
            ),
            by,
        )
    asked = [row.public_id for row in bank_of(_workshop(workshop).version.course)]
    chance = random.Random(5)
    test = ""
    for moment, knows in ((Moment.BEFORE, 0.4), (Moment.AFTER, 0.8)):
        test = make_test(workshop, moment, asked, by)
        found = _workshop(workshop)
        entered = [
            Entered(one.person, row.public_id, ("a",) if chance.random() < knows else ("b",))
            for one in participants(found)
            for row, _question in questions_of(one_test(found, test))
        ]
        enter_answers(workshop, test, entered, "paper", by)
    open_for_phones(workshop, test, 60, by)
    for one in participants(_workshop(workshop)):
        telling = Telling(Teller.MENTOR, text="Asks before a bag is searched")
        tell_practice(workshop, one.entry, telling, by=by)
    at = f"{_WORKSHOP}/tests/<test_id>"
    return {
        _WORKSHOP: workshop,
        at: test,
        f"{_WORKSHOP}/tests/make/<moment>": Moment.FOLLOW_UP,
        f"{at}/aloud/<asked_id>": db.session.scalars(
            select(AskedQuestion.public_id)
            .join(WorkshopTest)
            .where(WorkshopTest.public_id == test)
            .limit(1)
        ).one(),
        f"{_WORKSHOP}/practice/<entry_id>": participants(_workshop(workshop))[0].entry,
        f"{_WORKSHOP}/practice/words/<told_id>": written_practice(_workshop(workshop), by)[0][0],
        _COURSE: _workshop(workshop).version.course.public_id,
        f"{_COURSE}/questions/<question_id>": question,
    }


def _evaluated(workshop: str, by: Actor) -> Iterator[str]:
    """A form that is closed, one that is open and one that is still written."""
    found = _workshop(workshop)
    closed, opened, draft = (
        add_form(workshop, day, by=by) for day in (None, found.starts_on, found.ends_on)
    )
    for form in (closed, opened):
        open_form(workshop, form, utc_now() + timedelta(hours=8), asks_group=False, by=by)
        for number in range(ANSWERS):
            take_answer(form, {0: str(1 + number % 5)}, "", new_public_id())
    close_form(workshop, closed, by=by)
    yield from (closed, opened, draft)


def _on_a_track() -> Iterator[dict[str, str]]:
    _put_on_a_track()
    fact, person = db.session.execute(
        select(SeenFact.public_id, SeenFact.person_id)
        .where(SeenFact.kind == "role")
        .order_by(SeenFact.id)
        .limit(1)
    ).one()
    enrolment = db.session.scalars(
        select(TrackEnrolment).where(TrackEnrolment.person_id == person)
    ).one()
    visit = SupervisionVisit(
        track=enrolment.track,
        version=enrolment.version,
        person=enrolment.person,
        kind="visit",
        day=local_today(),
        supervisor="system",
        observed={},
        entered_by="system",
    )
    db.session.add(visit)
    db.session.commit()
    track = enrolment.track.public_id
    on_it = {
        _TRACK: track,
        f"{_TRACK}/people/<person_id>": enrolment.person.public_id,
        f"{_TRACK}/people/<person_id>/facts/<fact_id>": fact,
        f"{_TRACK}/people/many/<batch>": enrolment.batch,
        f"{_TRACK}/people/<person_id>/visits/<visit_id>": visit.public_id,
    }
    proposed = start_version(track, by=SYSTEM)
    propose(proposed, by=SYSTEM)
    for version in (enrolment.version.public_id, proposed):
        yield {**on_it, f"{_TRACK}/versions/<version_id>": version}
    written, draft = add_track(TrackDetails("Mentor"), by=SYSTEM)
    yield {_TRACK: written, f"{_TRACK}/versions/<version_id>": draft}


def _put_on_a_track() -> None:
    """Put everybody on a track of six requirements, with what was seen of each."""
    today, now = local_today(), utc_now()
    with writing() as session:
        course = session.scalar(select(Course.public_id).order_by(Course.id).limit(1))
        tree = all_of(
            Leaf.of("hours", course=course or "", share=60, versions=()),
            SomeOf(
                (
                    Leaf.of("test", course=course or "", score=60),
                    Leaf.of("practicum", count=1),
                    Leaf.of("outreach", count=1),
                ),
                2,
            ),
            SomeOf(
                (
                    Leaf.of("document", document="Code", version="1"),
                    Leaf.of("role", role="mentor", months=6),
                )
            ),
        )
        track = Track(name="Peer educator")
        version = TrackVersion(track=track, number=1, state="published", tree=tree_as_json(tree))
        session.add(version)
        session.flush()
        keys = session.execute(select(Person.id, Person.public_id).order_by(Person.id)).all()
        facts = (
            ("practicum", "", 1),
            ("outreach", "", 1),
            ("oral_test", course, 70),
            ("document", "Code · 1", 1),
            ("role", "mentor", 1),
        )
        # As many as can be put on it together, each week.
        for start in range(0, len(keys), MOST_AT_ONCE):
            some, batch = keys[start : start + MOST_AT_ONCE], new_public_id()
            put_on = now - timedelta(weeks=start // MOST_AT_ONCE)
            session.execute(
                insert(TrackEnrolment),
                [
                    {
                        "track_id": track.id,
                        "version_id": version.id,
                        "person_id": key,
                        "public_id": new_public_id(),
                        "enrolled_by": "system",
                        "enrolled_at": put_on,
                        "batch": batch,
                    }
                    for key, _public_id in some
                ],
            )
            session.execute(
                insert(SeenFact),
                [
                    {
                        "person_id": key,
                        "kind": kind,
                        "about": about,
                        "amount": amount,
                        "day": today - timedelta(days=20 + key % 700),
                        "seen_by": "system",
                        "entered_by": "system",
                        "entered_at": now,
                        "public_id": new_public_id(),
                    }
                    for key, _public_id in some
                    for place, (kind, about, amount) in enumerate(facts)
                    # Of each three in four people have it.
                    if (key + place) % 4
                ],
            )
    db.session.execute(text("ANALYZE"))
    db.session.commit()
