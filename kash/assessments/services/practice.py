"""Telling what changed in practice, months after a workshop: from her phone, or typed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from kash.assessments.models import PracticeAnswer, WorkshopTest
from kash.assessments.queries.practice import PRACTICE_KIND, objectives_asked
from kash.assessments.rules.practice import LONGEST_TOLD, Often, Teller
from kash.assessments.rules.times import Given, Moment, is_late, replaces
from kash.assessments.services.errors import NothingTold, ToldFromAbove, WrongEntry
from kash.assessments.services.replies import AnswerReply, Recorded, SentAnswer, hold_people
from kash.attendance.models import RosterEntry
from kash.people.models import Person, Posting
from kash.people.rules.ranks import is_above
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited, seal
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop


@dataclass(frozen=True)
class Telling:
    """A telling about one person: by whom, how often for each objective (its lineage), and words.

    `teller` is the peer who told it (public id), empty for somebody who is not on the register.
    """

    told_by: Teller
    often: Mapping[str, Often] = field(default_factory=dict)
    text: str = ""
    teller: str = ""


def tell_practice(workshop_id: str, entry: str, telling: Telling, *, by: Actor) -> None:
    """Keep what somebody told about a person on the register of a workshop (the entry's public
    id). What was told before about the same by the same kind of teller is replaced.

    Raises NotFound, NothingTold, WrongEntry, and ToldFromAbove if the teller is known to be above
    her where she is posted.
    """
    if not telling.often and not telling.text:
        raise NothingTold
    with audited("assessments.practice_told", by) as change:
        session = change.session
        workshop = held_workshop(session, workshop_id)
        person = one_or_404(_on_register(session, workshop, RosterEntry.public_id == entry))
        if not set(telling.often) <= set(objectives_asked(workshop)):
            raise WrongEntry({})
        _refuse_from_above(session, workshop, person, telling, by)
        hold_people(session, [person.id])
        answers = [_Told(objective, often) for objective, often in telling.often.items()]
        if telling.text:
            answers.append(_Told(text=telling.text))
        for one in answers:
            given = Given(change.now, str(uuid4()))
            _keep(session, workshop.id, person.id, telling.told_by, one, given, by.public_id)
        change.about(workshop.public_id, person.public_id)


def delete_practice_words(workshop_id: str, told: str, *, by: Actor) -> None:
    """Delete what was written about somebody's practice (the public id); what was told by choices
    stays. Raises NotFound."""
    with audited("assessments.practice_words_deleted", by) as change:
        workshop = held_workshop(change.session, workshop_id)
        row = one_or_404(
            change.session.scalar(
                select(PracticeAnswer)
                .where(
                    PracticeAnswer.workshop_id == workshop.id,
                    PracticeAnswer.public_id == told,
                    PracticeAnswer.text_sealed.is_not(None),
                )
                .with_for_update()
            )
        )
        row.text_sealed = None
        change.about(workshop.public_id)


def practice_ids(test: WorkshopTest, workshop: Workshop) -> frozenset[str]:
    """Ids by which phones name questions about practice: the objectives' lineages and, for what she
    writes, the test's own id. None but in the test months later."""
    if test.moment != Moment.FOLLOW_UP:
        return frozenset()
    return frozenset({test.public_id, *objectives_asked(workshop)})


def take_practice(
    change: Change, test: WorkshopTest, person_id: int, sent: Iterable[SentAnswer]
) -> list[Recorded]:
    """Keep what she told from her phone; each answered by its operation's id."""
    replies = []
    for one in sent:
        told = _told(test, one)
        late = is_late(one.given_at, test.opens_at, test.closes_at, change.now)
        if told is None or late:
            reply = AnswerReply.REFUSED if told is None else AnswerReply.LATE
            replies.append(Recorded(one.op_id, reply))
            continue
        given = Given(one.given_at, one.op_id)
        new = _keep(change.session, test.workshop_id, person_id, Teller.HERSELF, told, given, "")
        replies.append(Recorded(one.op_id, AnswerReply.KEPT, new))
    return replies


@dataclass(frozen=True)
class _Told:
    """One answer: how often, or words; empty for one that was taken back."""

    objective: str = ""
    often: str = ""
    text: str = ""


def _told(test: WorkshopTest, one: SentAnswer) -> _Told | None:
    if one.question == test.public_id:
        fits = not one.chosen and len(one.text) <= LONGEST_TOLD
        return _Told(text=one.text) if fits else None
    if one.text or len(one.chosen) > 1 or not set(one.chosen) <= set(Often):
        return None
    return _Told(one.question, "".join(one.chosen))


def _keep(
    session: Session,
    workshop_id: int,
    person_id: int,
    told_by: Teller,
    told: _Told,
    given: Given,
    entered_by: str,
) -> bool:
    """True if it replaced what was there; the one that was given last stays, in whatever order
    they arrive."""
    row = session.scalar(
        select(PracticeAnswer)
        .where(
            PracticeAnswer.workshop_id == workshop_id,
            PracticeAnswer.person_id == person_id,
            PracticeAnswer.told_by == str(told_by),
            PracticeAnswer.objective == told.objective,
        )
        .with_for_update()
    )
    if not replaces(given, Given(row.given_at, row.op_id) if row is not None else None):
        return False
    if row is None:
        row = PracticeAnswer(
            public_id=new_public_id(),
            workshop_id=workshop_id,
            person_id=person_id,
            told_by=str(told_by),
            objective=told.objective,
        )
        session.add(row)
    row.often = told.often
    row.text_sealed = (
        seal(told.text, kind=PRACTICE_KIND, public_id=row.public_id) if told.text else None
    )
    row.op_id, row.given_at, row.entered_by = given.op_id, given.at, entered_by
    session.flush()
    return True


def _on_register(session: Session, workshop: Workshop, which: ColumnElement[bool]) -> Person | None:
    return session.scalar(
        select(Person)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(
            RosterEntry.register_id == workshop.register_id,
            RosterEntry.removed_at.is_(None),
            which,
        )
    )


def _refuse_from_above(
    session: Session, workshop: Workshop, person: Person, telling: Telling, by: Actor
) -> None:
    """Raise ToldFromAbove, or WrongEntry for a peer who is none."""
    teller: Person | None = None
    if telling.told_by is Teller.MENTOR and by.person_id is not None:
        teller = session.get(Person, by.person_id)
    elif telling.told_by is Teller.PEER and telling.teller:
        teller = _on_register(session, workshop, Person.public_id == telling.teller)
        if teller is None or teller.id == person.id or teller.group_id != person.group_id:
            raise WrongEntry({"teller": ""})
    if teller is None or teller.id == person.id:
        return
    posts = _posts(session, (teller.id, person.id))
    together = teller.id in posts and posts.get(teller.id) == posts.get(person.id)
    if together and is_above(teller.cadre, person.cadre):
        raise ToldFromAbove


def _posts(session: Session, people: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Posting.person_id, Posting.organisation_id).where(
            Posting.person_id.in_(people), Posting.is_open
        )
    )
    return {row.person_id: row.organisation_id for row in rows}
