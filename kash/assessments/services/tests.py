"""Tests of a workshop: made, opened for phones, closed and removed. Answers from phones, from
paper, read aloud, and as scores from a list. Every answer is an operation with an id of its own.
All are kept; of those to one question the one given last stands, in whatever order they arrive.
Practice months later, told from her phone or typed in. What was written in own words ends after
the time for which the programme keeps it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, exists, or_, select, update
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
from kash.assessments.queries import PRACTICE_KIND, TEXT_KIND, newest, practice_asked, value_of
from kash.assessments.rules import results as rules
from kash.assessments.rules.results import AnsweringState, Given, Moment, Often, Teller
from kash.assessments.services.bank import (
    NOT_OPEN_TO_ANSWERS,
    TOLD_FROM_ABOVE,
    CodeUnknown,
    WrongEntry,
)
from kash.attendance.models import EntryAlias, RosterEntry
from kash.attendance.rules.registers import CODE_LENGTH
from kash.people.models import Person, Posting
from kash.people.rules.persons import is_above
from kash.platform.database import new_public_id, writing
from kash.platform.vault import Change, audited, lookup, seal
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.programme import retention
from kash.policy import NOBODY, Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_for_change, held_workshop

MOST_ASKED, MOST_AT_ONCE = 60, 200
# As on the wall for checking in: no letter that is taken for another.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TICKET_LENGTH = 32


def delete_old_words(now: datetime) -> int:
    """Delete what was written in own words that long ago, in tests and about practice; returns how
    many texts went. That somebody answered stays."""
    since = now - retention().span("own_words")
    with writing() as session:
        deleted = [
            session.execute(
                update(table)
                .where(table.text_sealed.is_not(None), moment < since)
                .values(text_sealed=None)
            )
            for table, moment in (
                (GivenAnswer, GivenAnswer.received_at),
                (PracticeAnswer, PracticeAnswer.given_at),
            )
        ]
        return sum(int(getattr(result, "rowcount", 0)) for result in deleted)


class AnswerReply(StrEnum):
    """Replies to an answer that was sent."""

    KEPT = "kept"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True)
class SentAnswer:
    """An answer as it was sent. `question` is the asked question's public id; `text` is what was
    written in her own words; `given_at` is by the phone's clock until it was put right."""

    op_id: str
    question: str
    chosen: tuple[str, ...]
    text: str
    given_at: datetime


# An operation's id, its reply, and true if something was written.
Reply = tuple[str, AnswerReply, bool]


def _hold_people(session: Session, people: Sequence[int]) -> None:
    """Hold people until the transaction ends: two phones of one are heard one after the other."""
    session.execute(
        select(RosterEntry.id)
        .where(RosterEntry.person_id.in_(people))
        .order_by(RosterEntry.id)
        .with_for_update()
    ).all()


@dataclass(frozen=True)
class Telling:
    """A telling about one person: who told it, how often for each objective (lineage), and words.

    `teller` is the peer who told it (public id), empty for somebody who is not on the register.
    """

    told_by: Teller
    often: Mapping[str, Often] = field(default_factory=dict)
    text: str = ""
    teller: str = ""


def tell_practice(workshop_id: str, entry: str, telling: Telling, *, by: Actor) -> None:
    """Keep what somebody told about a person on the register of a workshop (the entry's public
    id). What was told before about the same by the same kind of teller is replaced.

    Raises NotFound and WrongEntry, and a problem if nothing is told or the teller is known to be
    above her where she is posted.
    """
    if not telling.often and not telling.text:
        raise Problem(_l("Choose an answer or write something first."), field="text")
    with audited("assessments.practice_told", by) as change:
        session = change.session
        workshop = held_workshop(session, workshop_id)
        person = one_or_404(_on_register(session, workshop, RosterEntry.public_id == entry))
        if not set(telling.often) <= set(practice_asked(workshop)):
            raise WrongEntry({})
        _refuse_from_above(session, workshop, person, telling, by)
        _hold_people(session, [person.id])
        answers = [(objective, str(often), "") for objective, often in telling.often.items()]
        for answer in (*answers, *([("", "", telling.text)] if telling.text else [])):
            given = Given(change.now, str(uuid4()))
            _keep(session, workshop.id, person.id, telling.told_by, answer, given, by.public_id)
        change.about(workshop.public_id, person.public_id)


def delete_practice_words(workshop_id: str, told: str, *, by: Actor) -> None:
    """Delete what was written about somebody's practice (the public id); what was told by choices
    stays. Raises NotFound."""
    with audited("assessments.practice_words_deleted", by) as change:
        workshop = held_workshop(change.session, workshop_id)
        answer = change.session.scalar(
            select(PracticeAnswer)
            .where(
                PracticeAnswer.workshop_id == workshop.id,
                PracticeAnswer.public_id == told,
                PracticeAnswer.text_sealed.is_not(None),
            )
            .with_for_update()
        )
        one_or_404(answer).text_sealed = None
        change.about(workshop.public_id)


def _practice_ids(test: WorkshopTest, workshop: Workshop) -> frozenset[str]:
    """Ids by which phones name questions about practice: the objectives' lineages and, for what she
    writes, the test's own id. None but in the test months later."""
    if test.moment != Moment.FOLLOW_UP:
        return frozenset()
    return frozenset({test.public_id, *practice_asked(workshop)})


def _take_practice(
    change: Change, test: WorkshopTest, person_id: int, sent: Iterable[SentAnswer]
) -> Iterator[Reply]:
    """Keep what she told from her phone; each answered by its operation's id."""
    for item in sent:
        reply, new = AnswerReply.KEPT, False
        in_words = item.question == test.public_id
        if not (
            not item.chosen and len(item.text) <= rules.LONGEST_TOLD
            if in_words
            else not item.text and len(item.chosen) < 2 and set(item.chosen) <= set(Often)
        ):
            reply = AnswerReply.REFUSED
        elif rules.is_late(item.given_at, test.opens_at, test.closes_at, change.now):
            reply = AnswerReply.LATE
        else:
            answer = ("" if in_words else item.question, "".join(item.chosen), item.text)
            given = Given(item.given_at, item.op_id)
            new = _keep(
                change.session, test.workshop_id, person_id, Teller.HERSELF, answer, given, ""
            )
        yield item.op_id, reply, new


def _keep(
    session: Session,
    workshop_id: int,
    person_id: int,
    told_by: Teller,
    answer: tuple[str, str, str],
    given: Given,
    entered_by: str,
) -> bool:
    """Keep an answer: the objective, how often, and words; the last two are empty for one that was
    taken back. True if it replaced what was there; the one that was given last stays, in whatever
    order they arrive."""
    objective, often, text = answer
    stored = session.scalar(
        select(PracticeAnswer)
        .where(
            PracticeAnswer.workshop_id == workshop_id,
            PracticeAnswer.person_id == person_id,
            PracticeAnswer.told_by == str(told_by),
            PracticeAnswer.objective == objective,
        )
        .with_for_update()
    )
    if not rules.replaces(
        given, Given(stored.given_at, stored.op_id) if stored is not None else None
    ):
        return False
    if stored is None:
        stored = PracticeAnswer(
            public_id=new_public_id(),
            workshop_id=workshop_id,
            person_id=person_id,
            told_by=str(told_by),
            objective=objective,
        )
        session.add(stored)
    stored.often = often
    stored.text_sealed = (
        seal(text, kind=PRACTICE_KIND, public_id=stored.public_id) if text else None
    )
    stored.op_id, stored.given_at, stored.entered_by = given.op_id, given.at, entered_by
    session.flush()
    return True


def _on_register(session: Session, workshop: Workshop, which: ColumnElement[bool]) -> Person | None:
    return session.scalar(
        select(Person)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(
            RosterEntry.register_id == workshop.register_id, RosterEntry.removed_at.is_(None), which
        )
    )


def _refuse_from_above(
    session: Session, workshop: Workshop, person: Person, telling: Telling, by: Actor
) -> None:
    """Refuse a teller who is above her, and with WrongEntry a peer who is none."""
    teller: Person | None = None
    if telling.told_by is Teller.MENTOR and by.person_id is not None:
        teller = session.get(Person, by.person_id)
    elif telling.told_by is Teller.PEER and telling.teller:
        teller = _on_register(session, workshop, Person.public_id == telling.teller)
        if teller is None or teller.id == person.id or teller.group_id != person.group_id:
            raise WrongEntry({"teller": ""})
    if teller is None or teller.id == person.id or not is_above(teller.cadre, person.cadre):
        return
    posts = dict(
        session.execute(
            select(Posting.person_id, Posting.organisation_id).where(
                Posting.person_id.in_((teller.id, person.id)), Posting.is_open
            )
        ).all()
    )
    if teller.id in posts and posts[teller.id] == posts.get(person.id):
        raise Problem(TOLD_FROM_ABOVE, field="told_by")


@contextmanager
def _changing(
    action: str, workshop_id: str, test_id: str, by: Actor
) -> Iterator[tuple[Change, Workshop, WorkshopTest]]:
    """A workshop and its test, held until the block ends; the entry names both. Raises NotFound."""
    with audited(action, by) as change:
        workshop = held_workshop(change.session, workshop_id)
        test = change.session.scalar(
            select(WorkshopTest)
            .where(WorkshopTest.workshop_id == workshop.id, WorkshopTest.public_id == test_id)
            .with_for_update()
        )
        change.about(workshop.public_id, one_or_404(test).public_id)
        yield change, workshop, one_or_404(test)


def _refuse_many(questions: Sequence[str]) -> None:
    if len(questions) > MOST_ASKED:
        raise Problem(_l("A test has at most 60 questions."), field="questions")


def make_test(workshop_id: str, moment: Moment, questions: Sequence[str], by: Actor) -> str:
    """Make a test from questions of the course (public ids, in their order); returns its public id.

    A question that another test of this workshop asks is asked in the same words, so that the two
    can be compared; any other one in its newest. Without questions it is for scores from a list.
    Raises NotFound and WorkshopCancelled, and a problem if there are too many or such a test
    already.
    """
    _refuse_many(questions)
    with audited("assessments.test_made", by) as change:
        session = change.session
        workshop = held_for_change(session, workshop_id)
        there = select(WorkshopTest.id).where(
            WorkshopTest.workshop_id == workshop.id, WorkshopTest.moment == str(moment)
        )
        if session.scalar(there) is not None:
            raise Problem(_l("This workshop has such a test already."), field="")
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
    wanted = list(dict.fromkeys(questions))
    wordings = select(Question.public_id, QuestionRevision.id).join(
        QuestionRevision, QuestionRevision.question_id == Question.id
    )
    of_course = Question.course_id == workshop.version.course_id
    of_latest = wordings.where(of_course, Question.public_id.in_(wanted), newest())
    latest: dict[str, int] = dict(session.execute(of_latest).all())
    elsewhere: dict[str, int] = dict(
        session.execute(
            wordings.join(AskedQuestion, AskedQuestion.revision_id == QuestionRevision.id)
            .join(WorkshopTest, WorkshopTest.id == AskedQuestion.test_id)
            .where(WorkshopTest.workshop_id == workshop.id, WorkshopTest.id != test.id)
            .order_by(WorkshopTest.id.desc())
        ).all()
    )
    known_ids = (public_id for public_id in wanted if public_id in latest)
    session.add_all(
        AskedQuestion(
            test_id=test.id,
            revision_id=elsewhere.get(public_id, latest[public_id]),
            position=position,
        )
        for position, public_id in enumerate(known_ids, start=1)
    )
    session.flush()


def change_test(workshop_id: str, public_id: str, questions: Sequence[str], by: Actor) -> None:
    """Ask other questions. Raises NotFound and WorkshopCancelled, and a problem if they are too
    many or once it was opened or answered."""
    _refuse_many(questions)
    with _changing("assessments.test_changed", workshop_id, public_id, by) as (
        change,
        workshop,
        test,
    ):
        held_for_change(change.session, workshop_id)
        _refuse_answered(change.session, test)
        change.session.execute(delete(AskedQuestion).where(AskedQuestion.test_id == test.id))
        _ask(change.session, workshop, test, questions)


def _refuse_answered(session: Session, test: WorkshopTest) -> None:
    """A test that was opened stays as it is too: phones without a network may hold answers."""
    answered = exists(AskedQuestion.id).where(
        AskedQuestion.test_id == test.id,
        or_(
            exists().where(GivenAnswer.asked_id == AskedQuestion.id),
            exists().where(HandCount.asked_id == AskedQuestion.id),
        ),
    )
    scored = exists().where(ListedScore.test_id == test.id)
    if test.opens_at is not None or session.scalar(select(or_(answered, scored))):
        sentence = _l("This test was opened or answered already, so it stays as it is.")
        raise Problem(sentence, field="")


def _is_open(test: WorkshopTest, now: datetime) -> bool:
    return rules.stand_of(test.opens_at, test.closes_at, now) is AnsweringState.OPEN


def remove_test(workshop_id: str, public_id: str, by: Actor) -> None:
    """Remove a test that nobody answered. Raises NotFound, and a problem for any other."""
    with _changing("assessments.test_removed", workshop_id, public_id, by) as (change, _, test):
        if _is_open(test, change.now):
            raise Problem(_l("This test is open. Close it first."))
        _refuse_answered(change.session, test)
        change.session.execute(delete(AskedQuestion).where(AskedQuestion.test_id == test.id))
        change.session.delete(test)


def open_for_phones(workshop_id: str, public_id: str, minutes: int, by: Actor) -> datetime:
    """Open a test for so many minutes from now, or let an open one last so long; returns when it
    closes. Its hall's code stays what it was. Raises NotFound and WorkshopCancelled, and a problem
    if phones have nothing to show."""
    with _changing("assessments.test_opened", workshop_id, public_id, by) as (
        change,
        workshop,
        test,
    ):
        session = change.session
        held_for_change(session, workshop_id)
        asks = session.scalar(select(exists().where(AskedQuestion.test_id == test.id)))
        if not asks and not _practice_ids(test, workshop):
            raise Problem(
                _l("This test has no questions, only scores. Phones have nothing to show.")
            )
        while not test.hall_code:
            code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
            if not session.scalar(select(exists().where(WorkshopTest.hall_code == code))):
                test.hall_code = code
        test.opens_at = test.opens_at or change.now
        test.closes_at = change.now + timedelta(minutes=minutes)
        return test.closes_at


def close_now(workshop_id: str, public_id: str, by: Actor) -> None:
    """Close a test before its time. Raises NotFound, and a problem if it is not open."""
    with _changing("assessments.test_closed", workshop_id, public_id, by) as (change, _, test):
        if not _is_open(test, change.now):
            raise Problem(NOT_OPEN_TO_ANSWERS)
        test.closes_at = change.now


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
    on_register = session.execute(
        select(RosterEntry.public_id, RosterEntry.person_id).where(
            RosterEntry.register_id == workshop.register_id,
            RosterEntry.public_id == (now or entry),
            RosterEntry.removed_at.is_(None),
        )
    ).first()
    return (on_register.public_id, on_register.person_id) if on_register is not None else None


def receive(
    test_id: str, entry: str, device: str, sent_at: datetime, items: Sequence[SentAnswer]
) -> list[tuple[str, AnswerReply]]:
    """Take what a phone kept, each answered by its operation's id. Raises CodeUnknown.

    The ticket was compared before. Nobody is signed in, so the entry in the audit names the test
    and the person whose badge it was.
    """
    with audited("assessments.answers_sent", NOBODY) as change:
        session = change.session
        test = session.scalar(select(WorkshopTest).where(WorkshopTest.public_id == test_id))
        on_register = test and entry_on_register(session, test.workshop, entry)
        if test is None or not on_register:
            raise CodeUnknown
        person_id = on_register[1]
        change.about(test.public_id, session.get_one(Person, person_id).public_id)
        practice = _practice_ids(test, test.workshop)
        answers: list[SentAnswer] = []
        told: list[SentAnswer] = []
        for item in items:
            moment = rules.given_moment(item.given_at, sent_at, change.now)
            of = told if item.question in practice else answers
            of.append(replace(item, given_at=moment))
        replies = _record(change, test, {person_id: answers}, source="phone", device=device)
        replies += _take_practice(change, test, person_id, told)
        if not any(new for _op, _reply, new in replies):
            change.nothing()
        return [(op_id, reply) for op_id, reply, _new in replies]


def _record(
    change: Change,
    test: WorkshopTest,
    sent: Mapping[int, Sequence[SentAnswer]],
    *,
    source: str,
    device: str = "",
    entered_by: str = "",
) -> list[Reply]:
    """Keep answers by person, and let those stand that were given last."""
    session = change.session
    people = sorted(sent)
    _hold_people(session, people)
    questions = _asked(session, test)
    operations = [item.op_id for items in sent.values() for item in items]
    stored = {
        answer.op_id: answer
        for answer in session.scalars(select(GivenAnswer).where(GivenAnswer.op_id.in_(operations)))
    }
    standing = {
        (answer.asked_id, answer.person_id): answer
        for answer in session.scalars(
            select(GivenAnswer)
            .join(GivenAnswer.asked)
            .where(
                AskedQuestion.test_id == test.id,
                GivenAnswer.person_id.in_(people),
                GivenAnswer.stands,
            )
        )
    }
    replies: list[Reply] = []
    for person_id, item in [(person, item) for person in people for item in sent[person]]:
        answer = stored.get(item.op_id)
        question = questions.get(item.question)
        # A person who guesses another's operation learns nothing of it.
        if (
            answer.person_id != person_id
            if answer is not None
            else question is None or not rules.is_answer(*question[1:], item.chosen, item.text)
        ):
            replies.append((item.op_id, AnswerReply.REFUSED, False))
            continue
        new = answer is None
        if answer is None and question is not None:
            public_id = new_public_id()
            text = item.text and seal(item.text, kind=TEXT_KIND, public_id=public_id)
            late = rules.is_late(item.given_at, test.opens_at, test.closes_at, change.now)
            answer = stored[item.op_id] = GivenAnswer(
                public_id=public_id,
                op_id=item.op_id,
                asked_id=question[0],
                person_id=person_id,
                chosen=rules.written_choices(item.chosen),
                text_sealed=text or None,
                source=source,
                device=device,
                entered_by=entered_by,
                given_at=item.given_at,
                received_at=change.now,
                stands=False,
                late=source == "phone" and late,
            )
            _stand(session, answer, standing)
        late = answer is not None and answer.late
        replies.append((item.op_id, AnswerReply.LATE if late else AnswerReply.KEPT, new))
    session.flush()
    return replies


def _stand(
    session: Session, answer: GivenAnswer, standing: dict[tuple[int, int], GivenAnswer]
) -> None:
    place = (answer.asked_id, answer.person_id)
    present = standing.get(place)
    before = Given(present.given_at, present.op_id) if present is not None else None
    if not answer.late and rules.replaces(Given(answer.given_at, answer.op_id), before):
        if present is not None:
            present.stands = False
            # The index allows one that stands.
            session.flush()
        answer.stands = True
        standing[place] = answer
    session.add(answer)


def _asked(
    session: Session, test: WorkshopTest
) -> dict[str, tuple[int, rules.QuestionKind, tuple[str, ...]]]:
    """{asked question's public id: its id, kind and keys}. Its wording is held, so that nobody
    changes what is being answered."""
    wordings = session.execute(
        select(AskedQuestion, QuestionRevision)
        .join(QuestionRevision, QuestionRevision.id == AskedQuestion.revision_id)
        .where(AskedQuestion.test_id == test.id)
        .order_by(QuestionRevision.id)
        .with_for_update(of=QuestionRevision, read=True)
    ).all()
    return {
        question.public_id: (question.id, value.kind, value.keys)
        for question, revision in wordings
        for value in [value_of(revision)]
    }


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
    with _changing("assessments.answers_entered", workshop_id, test_id, by) as (
        change,
        workshop,
        test,
    ):
        people = _people(change.session, workshop)
        wrong: dict[str, str] = {}
        sent: dict[int, list[SentAnswer]] = {}
        for answer in entered:
            if answer.person not in people:
                wrong[f"{answer.person}-{answer.question}"] = ""
                continue
            sent.setdefault(people[answer.person], []).append(
                SentAnswer(str(uuid4()), answer.question, answer.chosen, answer.text, change.now)
            )
        replies = _record(change, test, sent, source=source, entered_by=by.public_id)
        if wrong or any(reply is AnswerReply.REFUSED for _op, reply, _new in replies):
            raise WrongEntry(wrong)
        if not replies:
            change.nothing()
        return len(replies)


def _people(session: Session, workshop: Workshop) -> dict[str, int]:
    on_register = session.execute(
        select(Person.public_id, Person.id)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(RosterEntry.register_id == workshop.register_id, RosterEntry.removed_at.is_(None))
    )
    return dict(on_register.all())


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
    with _changing("assessments.scores_entered", workshop_id, test_id, by) as (
        change,
        workshop,
        test,
    ):
        session = change.session
        people = _people(session, workshop)
        wrong = {
            person: ""
            for person, score in tenths.items()
            if person not in people or (score is not None and not 0 <= score <= 1000)
        }
        if wrong:
            raise WrongEntry(wrong)
        present = {
            score.person_id: score
            for score in session.scalars(select(ListedScore).where(ListedScore.test_id == test.id))
        }
        there = {
            person: present[people[person]].tenths if people[person] in present else None
            for person in tenths
        }
        if shown is not None and any(
            score not in (shown[person], tenths[person]) for person, score in there.items()
        ):
            raise WrongEntry({})
        changed = [person for person in tenths if there[person] != tenths[person]]
        for person in changed:
            if there[person] is not None:
                session.delete(present[people[person]])
                session.flush()
            if tenths[person] is not None:
                session.add(
                    ListedScore(
                        test_id=test.id,
                        person_id=people[person],
                        tenths=tenths[person],
                        entered_by=by.public_id,
                        entered_at=change.now,
                    )
                )
        change.about(*changed)
        if not changed:
            change.nothing()
        return len(changed)


def count_hands(
    workshop_id: str, test_id: str, question: str, hands: Mapping[str, int], by: Actor
) -> None:
    """Keep how many hands went up for each choice of a question that was read aloud, in place of an
    earlier count. Raises NotFound and WrongEntry."""
    with _changing("assessments.hands_counted", workshop_id, test_id, by) as (change, _, test):
        place = _asked(change.session, test).get(question)
        if place is None:
            raise WrongEntry({question: ""})
        asked_id, kind, keys = place
        allowed = rules.choices_allowed(kind, keys)
        wrong = {
            f"{question}-{choice}": ""
            for choice, count in hands.items()
            if choice not in allowed or not 0 <= count <= 500
        }
        if wrong:
            raise WrongEntry(wrong)
        change.session.execute(delete(HandCount).where(HandCount.asked_id == asked_id))
        change.session.add_all(
            HandCount(asked_id=asked_id, choice=choice, hands=count)
            for choice, count in hands.items()
            if count
        )
