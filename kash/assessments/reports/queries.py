"""Rules of a workshop's report: gains that may be told, and sums. All that the report of a
workshop tells, read from the rooms that know it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Executable, func, select

from kash.assessments.evaluations.queries import forms_of, in_the_room, results_of
from kash.assessments.evaluations.rules import FEWEST, BallotQuestionKind
from kash.assessments.queries import sittings
from kash.assessments.rules.results import Gain, compared
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.training.queries import objectives_of
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.deliveries import taught_sessions
from kash.workshops.queries.plan import facilitators_of


def may_be_told(gain: Gain) -> bool:
    """True if a gain comes from so many people that it tells of nobody alone."""
    return gain.people >= FEWEST


def tenths_of(count: int, total: int) -> int:
    """Share of a count, in per cent to the nearest ten: it does not tell how many there were."""
    return 10 * ((20 * count + total) // (2 * total)) if total else 0


def times_together(sessions: Sequence[tuple[int, int | None]]) -> dict[str, int]:
    """Minutes of sessions together, each with its planned ones and those it took, None if nobody
    said so: of those that were `timed` what was `planned` and `taught`; `sessions` counts all."""
    timed = [(planned, taught) for planned, taught in sessions if taught is not None]
    return {
        "planned": sum(planned for planned, _ in timed),
        "taught": sum(taught for _, taught in timed),
        "timed": len(timed),
        "sessions": len(sessions),
    }


def objectives_together(told: Iterable[str]) -> dict[str, int]:
    """How many objectives were reached, in part or not taught, and of how many nobody said so
    ("unsaid"), each by the word that is kept of it, "" where nobody did."""
    counts = Counter(told)
    words = {"reached": "reached", "partly": "partly", "not_taught": "not_taught", "unsaid": ""}
    return {name: counts[word] for name, word in words.items()}


def report_of(workshop: Workshop, language: str, *, with_words: bool) -> dict[str, Any]:
    """All that came of a workshop, as templates tell it; `objectives` are their words by lineages.
    Comments are left out of evaluations, as they are somebody's own words.

    `with_words` also opens what trainers wrote in their own, and counts everybody. Without them it
    is for funders, who are told of the community in statements alone: with all papers side by side
    one more count could tell who was there.
    """
    sessions = taught_sessions(workshop, with_texts=with_words)
    objectives = objectives_of(workshop.version.course.public_id, language)
    return {
        "workshop": workshop,
        "trainers": [trainer.name for trainer in facilitators_of(workshop)],
        "groups": group_counts(workshop, officers_only=not with_words),
        "sessions": sessions,
        "times": times_together(
            [(session.minutes, session.taught.minutes) for session in sessions]
        ),
        "reached": objectives_together(
            session.reached.get(objective.lineage, "")
            for session in sessions
            for objective in session.objectives
        ),
        "gains": compared(sittings(workshop)),
        "objectives": {objective.lineage: objective.text for objective in objectives},
        "evaluations": [
            {
                "form": form,
                "in_room": in_the_room(workshop, form),
                "results": [
                    result
                    for result in results_of(form)
                    if result.question.kind != BallotQuestionKind.COMMENT
                ],
            }
            for form in forms_of(workshop)
            if form.state == "closed" and form.answered > form.left_out
        ],
    }


def group_counts(workshop: Workshop, *, officers_only: bool = False) -> list[dict[str, Any]]:
    """How many people of each group, or of groups of officers only, had a place in a workshop, and
    came to any of it, by the group's letter; two queries."""
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
    return [
        {"letter": letter, "enrolled": enrolled.get(letter, 0), "came": came.get(letter, 0)}
        for letter in letters
    ]


def _by_letter(statement: Executable) -> dict[str, int]:
    return {group[0]: group[1] for group in db.session.execute(statement)}
