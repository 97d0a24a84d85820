"""Kirkpatrick's four levels of a period: reaction, learning and behaviour; the fourth is printed by
a room above (`kash.figures.indicators.queries.definitions`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from kash.assessments.evaluations.models import EvaluationCount, EvaluationForm, EvaluationQuestion
from kash.assessments.evaluations.rules import FEWEST, mean_step
from kash.assessments.models import PracticeAnswer, WorkshopTest
from kash.assessments.queries import sittings_of
from kash.assessments.rules.results import Gain, Moment, Often, Teller, gain_of, paired_scores
from kash.figures.indicators.queries.definitions import held_workshops, of_funder
from kash.figures.indicators.rules import FactRow, Period
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.workshops import counts_within

_MIDNIGHT = time(0, 0)


@dataclass(frozen=True)
class Reaction:
    """A question on a scale of five, over the closed forms of a period: in how many forms it was
    asked, how many answered it, their mean step, and how many agreed (step 4 or 5)."""

    text: str
    forms: int
    answers: int
    mean: float
    agreed: int


@dataclass(frozen=True)
class CourseGain:
    """Gain in a course over all of its workshops in a period; of fewer than five people nothing is
    told but that."""

    course: str
    gain: Gain

    @property
    def told(self) -> bool:
        """True if enough people sat both tests."""
        return self.gain.people >= FEWEST


@dataclass(frozen=True)
class CoursePractice:
    """Answers about practice in a course, by kind of teller: how often each was given, and about
    how many people; fewer than five are not told."""

    course: str
    teller: Teller
    counts: Mapping[Often, int]
    people: int

    @property
    def told(self) -> bool:
        """True if it was told of enough people."""
        return self.people >= FEWEST


def reactions(period: Period, language: str, funder: str | None = None) -> list[Reaction]:
    """Scales of evaluations, by their words in the order of how often they were asked; one query.
    What fewer than five said of a form was never written, so nothing is told of fewer."""
    rows = db.session.execute(
        select(
            EvaluationQuestion.texts,
            EvaluationForm.id,
            EvaluationCount.option,
            func.sum(EvaluationCount.count),
        )
        .join(EvaluationQuestion, EvaluationQuestion.id == EvaluationCount.question_id)
        .join(EvaluationForm, EvaluationForm.id == EvaluationQuestion.form_id)
        .join(Workshop, Workshop.id == EvaluationForm.workshop_id)
        .where(
            EvaluationQuestion.kind == "scale",
            EvaluationForm.state == "closed",
            counts_within(period.first, period.last),
            *of_funder(Workshop.id, funder),
        )
        .group_by(EvaluationQuestion.id, EvaluationForm.id, EvaluationCount.option)
    )
    forms: defaultdict[str, set[int]] = defaultdict(set)
    counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    words: dict[str, str] = {}
    for texts, form, option, count in rows:
        of_it = next(iter(sorted(texts.items())), ("", ""))[1]
        key = texts.get("en", of_it)
        words[key] = texts.get(language) or key
        forms[key].add(form)
        counts[key][option] += int(count)
    scales = [
        Reaction(
            words[key],
            len(forms[key]),
            sum(options.values()),
            mean_step(options),
            sum(options.get(step, 0) for step in ("4", "5")),
        )
        for key, options in counts.items()
        if sum(options.values()) >= FEWEST
    ]
    return sorted(scales, key=lambda one: (-one.forms, one.text))


def _tested(period: Period, funder: str | None) -> Select[int, str, str]:
    return (
        select(Workshop.id, Course.public_id, Course.name)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            *held_workshops(period, funder),
            select(WorkshopTest.id).where(WorkshopTest.workshop_id == Workshop.id).exists(),
        )
        .order_by(Workshop.ends_on, Workshop.id)
    )


def course_gains(period: Period, funder: str | None = None) -> list[CourseGain]:
    """Gain from the test before to the test after, by course; six queries. A person who sat the
    tests of two workshops stands there twice."""
    asking = db.session()
    workshops = asking.execute(_tested(period, funder)).all()
    names = {course: name for _workshop, course, name in workshops}
    befores: defaultdict[str, dict[str, float]] = defaultdict(dict)
    afters: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for workshop, course, before, after in _pairs(workshops, asking):
        befores[course] |= {f"{workshop}-{person}": score for person, score in before.items()}
        afters[course] |= {f"{workshop}-{person}": score for person, score in after.items()}
    gains = [
        CourseGain(names[course], gain_of(before, afters[course]))
        for course, before in befores.items()
    ]
    return sorted(gains, key=lambda score: score.course.casefold())


def _told_in(period: Period) -> ColumnElement[bool]:
    """True if an answer about practice was given in a period, by the programme's calendar."""
    begins = from_local(period.first, _MIDNIGHT)
    ends = from_local(period.last + timedelta(days=1), _MIDNIGHT)
    return and_(
        PracticeAnswer.given_at >= begins,
        PracticeAnswer.given_at < ends,
        PracticeAnswer.often != "",
    )


def course_practice(period: Period, funder: str | None = None) -> list[CoursePractice]:
    """Answers about practice that were given in a period, by course and teller; two queries."""
    asking = db.session()
    of_course = (
        select(Course.name, PracticeAnswer.told_by)
        .select_from(PracticeAnswer)
        .join(Workshop, Workshop.id == PracticeAnswer.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(_told_in(period), *of_funder(Workshop.id, funder))
    )
    answers: defaultdict[tuple[str, str], dict[Often, int]] = defaultdict(dict)
    for name, teller, often, count in asking.execute(
        of_course.add_columns(PracticeAnswer.often, func.count()).group_by(
            Course.name, PracticeAnswer.told_by, PracticeAnswer.often
        )
    ):
        answers[name, teller][Often(often)] = count
    people = {
        (name, teller): count
        for name, teller, count in asking.execute(
            of_course.add_columns(func.count(PracticeAnswer.person_id.distinct())).group_by(
                Course.name, PracticeAnswer.told_by
            )
        )
    }
    return [
        CoursePractice(
            name,
            Teller(teller),
            {often: counts.get(often, 0) for often in Often},
            people[name, teller],
        )
        for (name, teller), counts in sorted(answers.items(), key=lambda one: one[0])
    ]


def _pairs(
    workshops: Iterable[tuple[int, str, str]], session: Session
) -> Iterator[tuple[int, str, Mapping[str, float], Mapping[str, float]]]:
    """Scores before and after by person, of each of these workshops that had both tests."""
    listed = list(workshops)
    sat = sittings_of(session, [key for key, *_course in listed])
    for workshop, course, _name in listed:
        tests = sat.get(workshop, {})
        if Moment.BEFORE in tests and Moment.AFTER in tests:
            yield (workshop, course, *paired_scores(tests[Moment.BEFORE], tests[Moment.AFTER]))


def gained(period: Period, session: Session) -> list[FactRow]:
    """Rows of people who know more after a workshop than before it."""
    workshops = session.execute(_tested(period, None))
    return [
        FactRow(int(person), workshop, period.last, workshop, {"course": course})
        for workshop, course, before, after in _pairs(workshops, session)
        for person in sorted(before.keys() & after.keys())
        if after[person] > before[person]
    ]


def sat_both(period: Period, funder: str | None, session: Session) -> bool:
    """True if anybody sat both tests of a workshop of a period."""
    workshops = session.execute(_tested(period, funder))
    return any(before.keys() & after.keys() for *_id, before, after in _pairs(workshops, session))


def practised(period: Period, session: Session) -> list[FactRow]:
    """Rows of people who do what a course is for; one query."""
    told = session.execute(
        select(
            PracticeAnswer.person_id, PracticeAnswer.workshop_id, func.max(PracticeAnswer.given_at)
        )
        .where(_told_in(period), PracticeAnswer.often.in_([str(Often.ONCE), str(Often.SEVERAL)]))
        .group_by(PracticeAnswer.person_id, PracticeAnswer.workshop_id)
    )
    return [
        FactRow(person, workshop, to_local(at).date(), workshop, {})
        for person, workshop, at in told
    ]


def was_told(period: Period, funder: str | None, session: Session) -> bool:
    """True if anything was told of practice in a period."""
    answer = session.scalar(
        select(PracticeAnswer.id)
        .where(_told_in(period), *of_funder(PracticeAnswer.workshop_id, funder))
        .limit(1)
    )
    return answer is not None
