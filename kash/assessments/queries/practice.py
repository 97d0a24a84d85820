"""Practice of a workshop's people months later: what is asked, who told it, and what was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import ColumnElement, select

from kash.assessments.models import (
    AskedQuestion,
    PracticeAnswer,
    Question,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.rules.practice import (
    Often,
    Teller,
    ToldOften,
    asked_objectives,
    beginnings,
    may_hold_name,
    told_often,
)
from kash.attendance.models import RosterEntry
from kash.people.queries.search import find_people
from kash.people.rules.name_likeness import name_parts
from kash.people.rules.persons import sort_name
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.policy import Actor, Role
from kash.training.queries import objectives_of
from kash.workshops.models import Workshop

PRACTICE_KIND = "assessments.practice"


def objectives_asked(found: Workshop) -> list[str]:
    """Objectives (lineages) of whose practice a workshop is asked; two queries."""
    return list(practice_asked(found, ""))


def practice_asked(found: Workshop, language: str) -> dict[str, str]:
    """The same with their texts in a language, or in another one where there is none."""
    tested = set(
        db.session.scalars(
            select(Question.objective)
            .join(QuestionRevision, QuestionRevision.question_id == Question.id)
            .join(AskedQuestion, AskedQuestion.revision_id == QuestionRevision.id)
            .join(WorkshopTest, WorkshopTest.id == AskedQuestion.test_id)
            .where(WorkshopTest.workshop_id == found.id)
        )
    )
    texts = {
        one.lineage: one.text
        for one in objectives_of(found.version.course.public_id, language)
        if one.text
    }
    return {one: texts[one] for one in asked_objectives(list(texts), tested)}


def _listed(found: Workshop) -> ColumnElement[bool]:
    """Of whoever stands on the register; others are lost."""
    return PracticeAnswer.person_id.in_(
        select(RosterEntry.person_id).where(
            RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_(None)
        )
    )


def practice_told(found: Workshop, asked: Sequence[str]) -> list[ToldOften]:
    """Counts of each answer, by objective and kind of teller; one query."""
    rows = db.session.execute(
        select(PracticeAnswer.objective, PracticeAnswer.told_by, PracticeAnswer.often).where(
            PracticeAnswer.workshop_id == found.id, PracticeAnswer.often != "", _listed(found)
        )
    )
    return told_often(asked, [(row[0], Teller(row[1]), Often(row[2])) for row in rows])


@dataclass(frozen=True)
class ToldAbout:
    """All that one kind of teller told about one person: how often by objective, whether words were
    written, and when it was given last."""

    often: Mapping[str, Often]
    wrote: bool
    given_at: datetime


def told_about(found: Workshop, person_id: int | None = None) -> dict[int, dict[Teller, ToldAbout]]:
    """Everything told in a workshop but the words, by person and teller; one query."""
    of_person = () if person_id is None else (PracticeAnswer.person_id == person_id,)
    rows = db.session.execute(
        select(
            PracticeAnswer.person_id,
            PracticeAnswer.told_by,
            PracticeAnswer.objective,
            PracticeAnswer.often,
            PracticeAnswer.text_sealed.is_not(None),
            PracticeAnswer.given_at,
        ).where(PracticeAnswer.workshop_id == found.id, *of_person)
    )
    told: dict[tuple[int, Teller], list[tuple[str, str, bool, datetime]]] = defaultdict(list)
    for person, teller, objective, often, wrote, given_at in rows:
        told[person, Teller(teller)].append((objective, often, wrote, given_at))
    made: dict[int, dict[Teller, ToldAbout]] = defaultdict(dict)
    for (person, by), answers in told.items():
        if any(often or wrote for _objective, often, wrote, _at in answers):
            made[person][by] = ToldAbout(
                {objective: Often(often) for objective, often, _wrote, _at in answers if often},
                any(wrote for _objective, _often, wrote, _at in answers),
                max(at for *_rest, at in answers),
            )
    return dict(made)


def written_practice(found: Workshop, actor: Actor) -> list[tuple[str, str]]:
    """Words about practice, each with its id, by nobody's name, sorted, so that their order tells
    nothing either. A police account reads none of it, whatever it was lent."""
    if Role.POLICE_PEER in actor.roles:
        return []
    rows = db.session.scalars(
        select(PracticeAnswer).where(
            PracticeAnswer.workshop_id == found.id,
            PracticeAnswer.text_sealed.is_not(None),
            _listed(found),
        )
    )
    told = [
        (row.public_id, open_text(row.text_sealed, kind=PRACTICE_KIND, public_id=row.public_id))
        for row in rows
        if row.text_sealed is not None
    ]
    return sorted(told, key=itemgetter(1, 0))


def names_somebody(text: str, actor: Actor) -> bool:
    """True if words look as if they named somebody or, for an actor who may find anybody by name
    in any case, if a sentence begins with a name that is on record."""
    if may_hold_name(text):
        return True
    if not actor.may("people.find"):
        return False
    return any(
        sort_name(word) in name_parts(sort_name(one.chosen_name))
        for word in beginnings(text)
        for one in find_people(actor, word)
    )
