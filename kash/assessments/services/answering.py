"""Taking answers: from phones, from paper, read aloud, and as scores from a list.

Every answer is an operation with an id of its own. All are kept; of those to one question the one
given last stands, in whatever order they arrive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    HandCount,
    ListedScore,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.queries.bank import value_of
from kash.assessments.queries.tests import TEXT_KIND
from kash.assessments.rules.scoring import (
    KNOWLEDGE,
    QuestionKind,
    choices_allowed,
    is_answer,
    written_choices,
)
from kash.assessments.rules.times import Given, given_moment, is_late, replaces
from kash.assessments.services.errors import CodeUnknown, WrongEntry
from kash.assessments.services.practice import practice_ids, take_practice
from kash.assessments.services.replies import AnswerReply, Recorded, SentAnswer, hold_people
from kash.assessments.services.tests import held_test
from kash.attendance.models import EntryAlias, RosterEntry
from kash.people.models import Person
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited, lookup, seal
from kash.policy import NOBODY, Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop

MOST_AT_ONCE = 200
_TICKET_LENGTH = 32


def ticket_of(test: str, entry: str) -> str:
    """Ticket that a phone shows with its answers once hall and badge were right: only the server
    makes it, and it is good for one test and one person."""
    return lookup(f"{test}:{entry}", kind="assessments.ticket")[:_TICKET_LENGTH]


def entry_on_register(session: Session, workshop: Workshop, entry: str) -> tuple[str, int] | None:
    """The entry of a workshop's register that a badge names, by its present id, and its person;
    None if the badge is of another one. A badge may be older than a merge of two people."""
    now = session.scalar(
        select(RosterEntry.public_id)
        .join(EntryAlias, EntryAlias.entry_id == RosterEntry.id)
        .where(EntryAlias.public_id == entry)
    )
    row = session.execute(
        select(RosterEntry.public_id, RosterEntry.person_id).where(
            RosterEntry.register_id == workshop.register_id,
            RosterEntry.public_id == (now or entry),
            RosterEntry.removed_at.is_(None),
        )
    ).first()
    return (row.public_id, row.person_id) if row is not None else None


@dataclass(frozen=True)
class FromPhone:
    """A phone's answer before it was put right by its clock."""

    op_id: str
    question: str
    chosen: tuple[str, ...]
    text: str
    device_time: datetime


def receive(
    test_id: str, entry: str, device: str, sent_at: datetime, items: Sequence[FromPhone]
) -> list[tuple[str, AnswerReply]]:
    """Take what a phone kept, each answered by its operation's id. Raises CodeUnknown.

    The ticket was compared before. Nobody is signed in, so the entry in the audit names the test
    and the person whose badge it was.
    """
    with audited("assessments.answers_sent", NOBODY) as change:
        session = change.session
        test = session.scalar(select(WorkshopTest).where(WorkshopTest.public_id == test_id))
        workshop = session.get(Workshop, test.workshop_id) if test is not None else None
        if test is None or workshop is None:
            raise CodeUnknown
        found = entry_on_register(session, workshop, entry)
        if found is None:
            raise CodeUnknown
        person_id = found[1]
        person = session.get_one(Person, person_id)
        change.about(test.public_id, person.public_id)
        sent = [
            SentAnswer(
                item.op_id,
                item.question,
                item.chosen,
                item.text,
                given_moment(item.device_time, sent_at, change.now),
                "phone",
                device,
            )
            for item in items
        ]
        practice = practice_ids(test, workshop)
        replies = _record(
            change, test, {person_id: [one for one in sent if one.question not in practice]}, ""
        )
        told = [one for one in sent if one.question in practice]
        replies += take_practice(change, test, person_id, told)
        if not any(reply.new for reply in replies):
            change.nothing()
        return [(reply.op_id, reply.reply) for reply in replies]


def _record(
    change: Change, test: WorkshopTest, sent: Mapping[int, Sequence[SentAnswer]], entered_by: str
) -> list[Recorded]:
    """Keep answers by person, and let those stand that were given last."""
    session = change.session
    people = sorted(sent)
    hold_people(session, people)
    asked = _asked(session, test)
    operations = [one.op_id for some in sent.values() for one in some]
    known = {
        row.op_id: row
        for row in session.scalars(select(GivenAnswer).where(GivenAnswer.op_id.in_(operations)))
    }
    standing = {
        (row.asked_id, row.person_id): row
        for row in session.scalars(
            select(GivenAnswer)
            .join(GivenAnswer.asked)
            .where(
                AskedQuestion.test_id == test.id,
                GivenAnswer.person_id.in_(people),
                GivenAnswer.stands,
            )
        )
    }
    replies: list[Recorded] = []
    for person_id in people:
        for one in sent[person_id]:
            there = known.get(one.op_id)
            if there is not None:
                # Whoever guesses another's operation learns nothing of it.
                mine = there.person_id == person_id
                late = AnswerReply.LATE if there.late else AnswerReply.KEPT
                replies.append(Recorded(one.op_id, late if mine else AnswerReply.REFUSED))
                continue
            question = asked.get(one.question)
            if question is None or not is_answer(*question[1:], one.chosen, one.text):
                replies.append(Recorded(one.op_id, AnswerReply.REFUSED))
                continue
            row = _made(change, test, question[0], person_id, one, entered_by)
            place = (row.asked_id, person_id)
            _stand(session, row, standing.get(place))
            if row.stands:
                standing[place] = row
            known[one.op_id] = row
            replies.append(
                Recorded(one.op_id, AnswerReply.LATE if row.late else AnswerReply.KEPT, True)
            )
    session.flush()
    return replies


def _asked(
    session: Session, test: WorkshopTest
) -> dict[str, tuple[int, QuestionKind, tuple[str, ...]]]:
    """{asked question's public id: its id, kind and keys}. Its wording is held, so that nobody
    changes what is being answered."""
    rows = session.execute(
        select(AskedQuestion, QuestionRevision)
        .join(QuestionRevision, QuestionRevision.id == AskedQuestion.revision_id)
        .where(AskedQuestion.test_id == test.id)
        .order_by(QuestionRevision.id)
        .with_for_update(of=QuestionRevision, read=True)
    ).all()
    found = {}
    for asked, revision in rows:
        value = value_of(revision)
        found[asked.public_id] = (asked.id, value.kind, value.keys)
    return found


def _made(
    change: Change,
    test: WorkshopTest,
    asked_id: int,
    person_id: int,
    one: SentAnswer,
    entered_by: str,
) -> GivenAnswer:
    public_id = new_public_id()
    from_phone = one.source == "phone"
    return GivenAnswer(
        public_id=public_id,
        op_id=one.op_id,
        asked_id=asked_id,
        person_id=person_id,
        chosen=written_choices(one.chosen),
        text_sealed=seal(one.text, kind=TEXT_KIND, public_id=public_id) if one.text else None,
        source=one.source,
        device=one.device,
        entered_by=entered_by,
        given_at=one.given_at,
        received_at=change.now,
        stands=False,
        late=from_phone and is_late(one.given_at, test.opens_at, test.closes_at, change.now),
    )


def _stand(session: Session, row: GivenAnswer, present: GivenAnswer | None) -> None:
    before = Given(present.given_at, present.op_id) if present is not None else None
    if not row.late and replaces(Given(row.given_at, row.op_id), before):
        if present is not None:
            present.stands = False
            # The index allows one that stands.
            session.flush()
        row.stands = True
    session.add(row)


@dataclass(frozen=True)
class Entered:
    """An answer that the trainer typed in: whose (person, public id), to which asked question."""

    person: str
    question: str
    chosen: tuple[str, ...]
    text: str = ""


def enter_answers(
    workshop_id: str, test_id: str, entered: Sequence[Entered], source: str, by: Actor
) -> int:
    """Take answers that the trainer typed in from paper, or heard; returns how many were new.

    They may be entered at any time, and stand as given now. Raises NotFound, and WrongEntry if one
    answers no question of this test.
    """
    with audited("assessments.answers_entered", by) as change:
        session = change.session
        workshop = held_workshop(session, workshop_id)
        test = held_test(session, workshop, test_id)
        people = _people(session, workshop)
        wrong = {f"{one.person}-{one.question}": "" for one in entered if one.person not in people}
        sent: dict[int, list[SentAnswer]] = {}
        for one in entered:
            if one.person in people:
                sent.setdefault(people[one.person], []).append(
                    SentAnswer(str(uuid4()), one.question, one.chosen, one.text, change.now, source)
                )
        replies = _record(change, test, sent, by.public_id)
        if wrong or any(reply.reply is AnswerReply.REFUSED for reply in replies):
            raise WrongEntry(wrong)
        change.about(workshop.public_id, test.public_id)
        if not replies:
            change.nothing()
        return len(replies)


def _people(session: Session, workshop: Workshop) -> dict[str, int]:
    rows = session.execute(
        select(Person.public_id, Person.id)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(RosterEntry.register_id == workshop.register_id, RosterEntry.removed_at.is_(None))
    )
    return {row.public_id: row.id for row in rows}


def enter_scores(
    workshop_id: str,
    test_id: str,
    tenths: Mapping[str, int | None],
    by: Actor,
    *,
    shown: Mapping[str, int | None] | None = None,
) -> int:
    """Take scores of the whole test, in tenths of a per cent by person (public id); None takes one
    away. Returns how many changed.

    `shown` are the scores that were there when she decided. Raises NotFound and WrongEntry, also if
    one of these is another by now.
    """
    with audited("assessments.scores_entered", by) as change:
        session = change.session
        workshop = held_workshop(session, workshop_id)
        test = held_test(session, workshop, test_id)
        people = _people(session, workshop)
        wrong = {
            person: ""
            for person, score in tenths.items()
            if person not in people or (score is not None and not 0 <= score <= 1000)
        }
        if wrong:
            raise WrongEntry(wrong)
        present = {
            row.person_id: row
            for row in session.scalars(select(ListedScore).where(ListedScore.test_id == test.id))
        }
        there = {
            person: row.tenths if (row := present.get(people[person])) is not None else None
            for person in tenths
        }
        if shown is not None and any(there[one] not in (shown[one], tenths[one]) for one in there):
            raise WrongEntry({})
        changed = 0
        for person, score in tenths.items():
            if there[person] == score:
                continue
            row = present.get(people[person])
            changed += 1
            change.about(person)
            if row is not None:
                session.delete(row)
                session.flush()
            if score is not None:
                session.add(
                    ListedScore(
                        test_id=test.id,
                        person_id=people[person],
                        tenths=score,
                        entered_by=by.public_id,
                        entered_at=change.now,
                    )
                )
        change.about(workshop.public_id, test.public_id)
        if not changed:
            change.nothing()
        return changed


def count_hands(
    workshop_id: str, test_id: str, question: str, hands: Mapping[str, int], by: Actor
) -> None:
    """Keep how many hands went up for each choice of a question that was read aloud, in place of an
    earlier count. Raises NotFound and WrongEntry."""
    with audited("assessments.hands_counted", by) as change:
        session = change.session
        workshop = held_workshop(session, workshop_id)
        test = held_test(session, workshop, test_id)
        found = _asked(session, test).get(question)
        if found is None:
            raise WrongEntry({question: ""})
        asked_id, kind, keys = found
        allowed = (
            choices_allowed(kind, keys)
            if kind in KNOWLEDGE or kind is QuestionKind.SCALE
            else set()
        )
        wrong = {
            f"{question}-{choice}": ""
            for choice, count in hands.items()
            if choice not in allowed or not 0 <= count <= 500
        }
        if wrong:
            raise WrongEntry(wrong)
        session.execute(delete(HandCount).where(HandCount.asked_id == asked_id))
        session.add_all(
            HandCount(asked_id=asked_id, choice=choice, hands=count)
            for choice, count in hands.items()
            if count
        )
        change.about(workshop.public_id, test.public_id)
