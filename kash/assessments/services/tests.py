"""Answers in own words end after the time for which the programme keeps them. Replies to what a
phone sent, and holding the people whom it is about. Telling what changed in practice, months after
a workshop: from her phone, or typed in. Making a workshop's tests, opening them for phones,
closing and removing them. Taking answers: from phones, from paper, read aloud, and as scores from
a list. Every answer is an operation with an id of its own. All are kept; of those to one question
the one given last stands, in whatever order they arrive."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

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
from kash.assessments.queries.bank import newest, value_of
from kash.assessments.queries.tests import PRACTICE_KIND, TEXT_KIND, objectives_asked
from kash.assessments.rules.results import (
    KNOWLEDGE,
    LONGEST_TOLD,
    AnsweringState,
    Given,
    Moment,
    Often,
    QuestionKind,
    Teller,
    choices_allowed,
    given_moment,
    is_answer,
    is_late,
    replaces,
    stand_of,
    written_choices,
)
from kash.assessments.services.bank import (
    ANSWERED_ALREADY,
    NOT_OPEN_TO_ANSWERS,
    TOLD_FROM_ABOVE,
    TOO_MANY_ASKED,
    CodeUnknown,
    TestThere,
    WrongEntry,
)
from kash.attendance.models import EntryAlias, RosterEntry
from kash.attendance.rules.registers import CODE_LENGTH
from kash.people.models import Person, Posting
from kash.people.rules.ranks import is_above
from kash.platform.database import new_public_id, writing
from kash.platform.vault import Change, audited, lookup, seal
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.programme import retention
from kash.policy import NOBODY, Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop
from kash.workshops.services.timetable import WorkshopCancelled


def delete_old_words(now: datetime) -> int:
    """Delete what was written in own words that long ago, in tests and about practice; returns how
    many texts went. That somebody answered stays."""
    kept = retention().span("own_words")
    with writing() as session:
        answers = session.execute(
            update(GivenAnswer)
            .where(GivenAnswer.text_sealed.is_not(None), GivenAnswer.received_at < now - kept)
            .values(text_sealed=None)
        )
        practice = session.execute(
            update(PracticeAnswer)
            .where(PracticeAnswer.text_sealed.is_not(None), PracticeAnswer.given_at < now - kept)
            .values(text_sealed=None)
        )
        return sum(int(getattr(one, "rowcount", 0)) for one in (answers, practice))


class AnswerReply(StrEnum):
    """Replies to an answer that was sent."""

    KEPT = "kept"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True)
class SentAnswer:
    """An answer as it was sent. `question` is the asked question's public id; `text` is what was
    written in her own words."""

    op_id: str
    question: str
    chosen: tuple[str, ...]
    text: str
    given_at: datetime
    source: str
    device: str = ""


@dataclass(frozen=True)
class Recorded:
    """Outcome of one operation; `new` says that something was written."""

    op_id: str
    reply: AnswerReply
    new: bool = False


def hold_people(session: Session, people: Sequence[int]) -> None:
    """Hold people until the transaction ends: two phones of one are heard one after the other."""
    session.execute(
        select(RosterEntry.id)
        .where(RosterEntry.person_id.in_(people))
        .order_by(RosterEntry.id)
        .with_for_update()
    ).all()


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
        raise Problem(_l("Choose an answer or write something first."), field="text")
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
        raise Problem(TOLD_FROM_ABOVE, field="told_by")


def _posts(session: Session, people: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Posting.person_id, Posting.organisation_id).where(
            Posting.person_id.in_(people), Posting.is_open
        )
    )
    return {row.person_id: row.organisation_id for row in rows}


MOST_ASKED = 60
# As on the wall for checking in: no letter that is taken for another.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _held(session: Session, workshop_id: str) -> Workshop:
    held = held_workshop(session, workshop_id)
    if held.state == "cancelled":
        raise WorkshopCancelled
    return held


def held_test(session: Session, workshop: Workshop, public_id: str) -> WorkshopTest:
    """A test, held until the transaction ends, fetched through its workshop. Raises NotFound."""
    return one_or_404(
        session.scalar(
            select(WorkshopTest)
            .where(WorkshopTest.workshop_id == workshop.id, WorkshopTest.public_id == public_id)
            .with_for_update()
        )
    )


def make_test(workshop_id: str, moment: Moment, questions: Sequence[str], by: Actor) -> str:
    """Make a test from questions of the course (public ids, in their order); returns its public id.

    A question that another test of this workshop asks is asked in the same words, so that the two
    can be compared; any other one in its newest. Without questions it is for scores from a list.
    Raises NotFound, TestThere, TooManyAsked and WorkshopCancelled.
    """
    if len(questions) > MOST_ASKED:
        raise Problem(TOO_MANY_ASKED, field="questions")
    with audited("assessments.test_made", by) as change:
        session = change.session
        workshop = _held(session, workshop_id)
        there = select(WorkshopTest.id).where(
            WorkshopTest.workshop_id == workshop.id, WorkshopTest.moment == str(moment)
        )
        if session.scalar(there) is not None:
            raise TestThere
        test = WorkshopTest(
            workshop_id=workshop.id,
            moment=str(moment),
            created_by=by.public_id,
            created_at=change.now,
        )
        session.add(test)
        session.flush()
        _ask(session, workshop, test, questions)
        change.about(workshop.public_id, test.public_id)
        return test.public_id


def _ask(
    session: Session, workshop: Workshop, test: WorkshopTest, questions: Sequence[str]
) -> None:
    course_id = workshop.version.course_id
    wanted = list(dict.fromkeys(questions))
    latest = {
        row.public_id: row.id
        for row in session.execute(
            select(Question.public_id, QuestionRevision.id)
            .join(QuestionRevision, QuestionRevision.question_id == Question.id)
            .where(Question.course_id == course_id, Question.public_id.in_(wanted), newest())
        )
    }
    elsewhere = {
        row.public_id: row.revision_id
        for row in session.execute(
            select(Question.public_id, AskedQuestion.revision_id)
            .join(QuestionRevision, QuestionRevision.question_id == Question.id)
            .join(AskedQuestion, AskedQuestion.revision_id == QuestionRevision.id)
            .join(WorkshopTest, WorkshopTest.id == AskedQuestion.test_id)
            .where(WorkshopTest.workshop_id == workshop.id, WorkshopTest.id != test.id)
            .order_by(WorkshopTest.id.desc())
        )
    }
    for position, public_id in enumerate((one for one in wanted if one in latest), start=1):
        session.add(
            AskedQuestion(
                test_id=test.id,
                revision_id=elsewhere.get(public_id, latest[public_id]),
                position=position,
            )
        )
    session.flush()


def change_test(workshop_id: str, public_id: str, questions: Sequence[str], by: Actor) -> None:
    """Ask other questions. Raises NotFound, AnsweredAlready once it was opened or answered,
    TooManyAsked and WorkshopCancelled."""
    if len(questions) > MOST_ASKED:
        raise Problem(TOO_MANY_ASKED, field="questions")
    with audited("assessments.test_changed", by) as change:
        session = change.session
        workshop = _held(session, workshop_id)
        test = held_test(session, workshop, public_id)
        if test.opens_at is not None or _is_answered(session, test):
            raise Problem(ANSWERED_ALREADY, field="")
        session.execute(delete(AskedQuestion).where(AskedQuestion.test_id == test.id))
        _ask(session, workshop, test, questions)
        change.about(workshop.public_id, test.public_id)


def _is_answered(session: Session, test: WorkshopTest) -> bool:
    asked = and_(
        AskedQuestion.test_id == test.id,
        or_(
            exists().where(GivenAnswer.asked_id == AskedQuestion.id),
            exists().where(HandCount.asked_id == AskedQuestion.id),
        ),
    )
    scored = exists().where(ListedScore.test_id == test.id)
    return bool(session.scalar(select(or_(exists(AskedQuestion.id).where(asked), scored))))


def remove_test(workshop_id: str, public_id: str, by: Actor) -> None:
    """Remove a test that nobody answered. Raises NotFound, NotYetClosed and AnsweredAlready."""
    with audited("assessments.test_removed", by) as change:
        session = change.session
        workshop = held_workshop(session, workshop_id)
        test = held_test(session, workshop, public_id)
        if stand_of(test.opens_at, test.closes_at, change.now) is AnsweringState.OPEN:
            raise Problem(_l("This test is open. Close it first."))
        # Phones without a network may still hold answers to it.
        if test.opens_at is not None or _is_answered(session, test):
            raise Problem(ANSWERED_ALREADY, field="")
        change.about(workshop.public_id, test.public_id)
        session.execute(delete(AskedQuestion).where(AskedQuestion.test_id == test.id))
        session.delete(test)


def open_for_phones(workshop_id: str, public_id: str, minutes: int, by: Actor) -> datetime:
    """Open a test for so many minutes from now, or let an open one last so long; returns when it
    closes. Its hall's code stays what it was. Raises NotFound, NothingToAnswer, WorkshopCancelled.
    """
    with audited("assessments.test_opened", by) as change:
        session = change.session
        workshop = _held(session, workshop_id)
        test = held_test(session, workshop, public_id)
        asked = session.scalar(select(exists().where(AskedQuestion.test_id == test.id)))
        if not asked and not practice_ids(test, workshop):
            raise Problem(
                _l("This test has no questions, only scores. Phones have nothing to show.")
            )
        test.hall_code = test.hall_code or _new_code(session)
        test.opens_at = test.opens_at or change.now
        test.closes_at = change.now + timedelta(minutes=minutes)
        change.about(workshop.public_id, test.public_id)
        return test.closes_at


def _new_code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
        if not session.scalar(select(exists().where(WorkshopTest.hall_code == code))):
            return code


def close_now(workshop_id: str, public_id: str, by: Actor) -> None:
    """Close a test before its time. Raises NotFound and NotOpenToAnswers."""
    with audited("assessments.test_closed", by) as change:
        workshop = held_workshop(change.session, workshop_id)
        test = held_test(change.session, workshop, public_id)
        if stand_of(test.opens_at, test.closes_at, change.now) is not AnsweringState.OPEN:
            raise Problem(NOT_OPEN_TO_ANSWERS)
        test.closes_at = change.now
        change.about(workshop.public_id, test.public_id)


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
