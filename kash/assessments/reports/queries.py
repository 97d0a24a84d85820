"""Rules of a workshop's report: gains that may be told, and sums. All that the report of a
workshop tells, read from the rooms that know it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Executable, func, select

from kash.assessments.evaluations.models import EvaluationForm
from kash.assessments.evaluations.queries import QuestionResults, forms_of, in_the_room, results_of
from kash.assessments.evaluations.rules import FEWEST, BallotQuestionKind
from kash.assessments.queries import sittings
from kash.assessments.rules.results import Compared, Gain, compared
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.training.queries import objectives_of
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.deliveries import TaughtSession, taught_sessions
from kash.workshops.queries.plan import facilitators_of


def may_be_told(gain: Gain) -> bool:
    """True if a gain comes from so many people that it tells of nobody alone."""
    return gain.people >= FEWEST


def tenths_of(count: int, total: int) -> int:
    """Share of a count, in per cent to the nearest ten: it does not tell how many there were."""
    return 10 * ((20 * count + total) // (2 * total)) if total else 0


@dataclass(frozen=True)
class Times:
    """Minutes of sessions together: of those that were timed what was planned and what they took,
    and how many of all were timed."""

    planned: int
    taught: int
    timed: int
    sessions: int


def times_together(sessions: Sequence[tuple[int, int | None]]) -> Times:
    """Sum up sessions, each with its planned minutes and those it took, None if nobody said so."""
    timed = [(planned, taught) for planned, taught in sessions if taught is not None]
    return Times(
        planned=sum(planned for planned, _ in timed),
        taught=sum(taught for _, taught in timed),
        timed=len(timed),
        sessions=len(sessions),
    )


@dataclass(frozen=True)
class Objectives:
    """How many objectives were reached, in part or not taught, and of how many nobody said so."""

    reached: int
    partly: int
    not_taught: int
    unsaid: int


def objectives_together(said: Iterable[str]) -> Objectives:
    """Count objectives, each by the word that is kept of it, "" where nobody said so."""
    counted = Counter(said)
    return Objectives(counted["reached"], counted["partly"], counted["not_taught"], counted[""])


_OWN_WORDS = str(BallotQuestionKind.COMMENT)


@dataclass(frozen=True)
class GroupCount:
    """People of a group, by its letter: how many had a place, and how many of them came."""

    letter: str
    enrolled: int
    came: int


@dataclass(frozen=True)
class ClosedEvaluation:
    """A closed form with what may be told of its questions; comments are left out, as they are
    somebody's own words."""

    form: EvaluationForm
    in_room: int
    results: Sequence[QuestionResults]


@dataclass(frozen=True)
class WorkshopReport:
    """All that came of a workshop. `objectives` are the words of objectives by their lineages."""

    workshop: Workshop
    trainers: Sequence[str]
    groups: Sequence[GroupCount]
    sessions: Sequence[TaughtSession]
    gains: Sequence[Compared]
    objectives: Mapping[str, str]
    evaluations: Sequence[ClosedEvaluation]

    @property
    def times(self) -> Times:
        """Minutes planned and taught."""
        return times_together([(taught.minutes, taught.taught.minutes) for taught in self.sessions])

    @property
    def reached(self) -> Objectives:
        """How many objectives were reached."""
        return objectives_together(
            taught.reached.get(objective.lineage, "")
            for taught in self.sessions
            for objective in taught.objectives
        )


def report_of(workshop: Workshop, language: str, *, with_words: bool) -> WorkshopReport:
    """The report of a workshop; `with_words` also opens what trainers wrote in their own, and
    counts everybody. Without them it is for funders, who are told of the community in
    statements alone: with all papers side by side one more count could tell who was there."""
    return WorkshopReport(
        workshop=workshop,
        trainers=[trainer.name for trainer in facilitators_of(workshop)],
        groups=group_counts(workshop, officers_only=not with_words),
        sessions=taught_sessions(workshop, with_texts=with_words),
        gains=compared(sittings(workshop)),
        objectives={
            objective.lineage: objective.text
            for objective in objectives_of(workshop.version.course.public_id, language)
        },
        evaluations=[
            ClosedEvaluation(
                form,
                in_the_room(workshop, form),
                [
                    result
                    for result in results_of(form)
                    if result.question.kind != BallotQuestionKind.COMMENT
                ],
            )
            for form in forms_of(workshop)
            if form.state == "closed" and form.answered > form.left_out
        ],
    )


def group_counts(workshop: Workshop, *, officers_only: bool = False) -> list[GroupCount]:
    """How many people of each group, or of groups of officers only, had a place in a workshop, and
    came to any of it; two queries."""
    counted = [Group.is_police.is_(True)] if officers_only else []
    enrolled = _by_letter(
        select(Group.letter, func.count(Enrolment.id))
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(Enrolment.workshop_id == workshop.id, Enrolment.state == "confirmed", *counted)
        .group_by(Group.letter)
    )
    came = _by_letter(
        select(Group.letter, func.count(func.distinct(Mark.person_id)))
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(
            RosterEntry,
            (RosterEntry.register_id == Slot.register_id)
            & (RosterEntry.person_id == Mark.person_id)
            & RosterEntry.removed_at.is_(None),
        )
        .join(Person, Person.id == Mark.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(Slot.register_id == workshop.register_id, MarkStatus.weight > 0, *counted)
        .group_by(Group.letter)
    )
    letters = sorted({*enrolled, *came})
    return [GroupCount(letter, enrolled.get(letter, 0), came.get(letter, 0)) for letter in letters]


def _by_letter(statement: Executable) -> dict[str, int]:
    return {group[0]: group[1] for group in db.session.execute(statement)}
