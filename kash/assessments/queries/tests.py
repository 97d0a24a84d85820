"""Tests of a workshop: what they ask, who answered, and what came of it. Workshops that are asked
once more, months later: what stayed, and what changed in practice. Practice of a workshop's people
months later: what is asked, who told it, and what was told. Scores of people in the tests of a
course, whichever of its workshops it was. Answer sheets of a test, which are no rows: whose each
one is follows from its id. An id is made of the test and of the person's place on the register by
a key that only the server has, so nobody can print a sheet of another person, and nothing needs to
be kept of paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

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
from kash.assessments.queries.bank import value_of
from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.results import (
    AnsweredTest,
    Moment,
    Often,
    ScoredQuestion,
    Teller,
    ToldOften,
    asked_objectives,
    beginnings,
    follow_up_days,
    may_hold_name,
    read_choices,
    told_often,
)
from kash.attendance.models import EntryAlias, RosterEntry
from kash.people.models import Group, Person
from kash.people.queries.search import find_people
from kash.people.rules.duplicates import name_parts
from kash.people.rules.persons import sort_name
from kash.platform.database import db, public_id_from
from kash.platform.vault import lookup, open_text
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach, Role
from kash.training.models import Course, CourseVersion
from kash.training.queries import objectives_of
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by

TEXT_KIND = "assessments.answer"
_ORDER = {str(moment): place for place, moment in enumerate(Moment)}


@dataclass(frozen=True)
class TestRow:
    """A test in a workshop's list: how many questions it has, how many people answered any of
    them, and how many have a score from a list."""

    __test__ = False

    public_id: str
    moment: Moment
    opens_at: datetime | None
    closes_at: datetime | None
    questions: int
    answered: int
    scored: int


def workshop_tests(found: Workshop) -> list[TestRow]:
    """The tests of a workshop, that before it first."""
    answered = (
        select(func.count(GivenAnswer.person_id.distinct()))
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .where(AskedQuestion.test_id == WorkshopTest.id, GivenAnswer.stands)
        .correlate(WorkshopTest)
        .scalar_subquery()
    )
    questions = (
        select(func.count(AskedQuestion.id))
        .where(AskedQuestion.test_id == WorkshopTest.id)
        .correlate(WorkshopTest)
        .scalar_subquery()
    )
    scored = (
        select(func.count(ListedScore.id))
        .where(ListedScore.test_id == WorkshopTest.id)
        .correlate(WorkshopTest)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            WorkshopTest.public_id,
            WorkshopTest.moment,
            WorkshopTest.opens_at,
            WorkshopTest.closes_at,
            questions,
            answered,
            scored,
        ).where(WorkshopTest.workshop_id == found.id)
    ).all()
    made = [TestRow(row[0], Moment(row[1]), *row[2:]) for row in rows]
    return sorted(made, key=lambda one: _ORDER[one.moment])


def _whole() -> Select[WorkshopTest]:
    return select(WorkshopTest).options(
        selectinload(WorkshopTest.questions)
        .joinedload(AskedQuestion.revision)
        .joinedload(QuestionRevision.question)
    )


def one_test(found: Workshop, public_id: str) -> WorkshopTest:
    """A test with its questions, fetched through its workshop. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            _whole().where(
                WorkshopTest.workshop_id == found.id, WorkshopTest.public_id == public_id
            )
        )
    )


def whole_tests(found: Workshop) -> dict[Moment, WorkshopTest]:
    """All tests of a workshop with their questions, by their moments."""
    rows = db.session.scalars(_whole().where(WorkshopTest.workshop_id == found.id))
    return {Moment(one.moment): one for one in rows}


def questions_of(test: WorkshopTest) -> list[tuple[AskedQuestion, BankQuestion]]:
    """The questions of a test in their order, each with what it says."""
    return [(one, value_of(one.revision)) for one in test.questions]


@dataclass(frozen=True)
class RegisteredPerson:
    """Somebody on the register of a workshop; `entry` is what her badge names."""

    person_id: int
    person: str
    entry: str
    name: str
    letter: str


def participants(found: Workshop) -> list[RegisteredPerson]:
    """Everybody on a workshop's register, by name."""
    rows = db.session.execute(
        select(Person.id, Person.public_id, RosterEntry.public_id, Person.chosen_name, Group.letter)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    )
    return [RegisteredPerson(*row) for row in rows]


def standing_answers(
    test_ids: Sequence[int], session: Session | None = None
) -> dict[int, dict[int, dict[int, frozenset[str]]]]:
    """{test: {person: {revision: choices}}} of the answers that stand; one query."""
    found: dict[int, dict[int, dict[int, frozenset[str]]]] = defaultdict(lambda: defaultdict(dict))
    rows = (session or db.session()).execute(
        select(
            AskedQuestion.test_id,
            GivenAnswer.person_id,
            AskedQuestion.revision_id,
            GivenAnswer.chosen,
        )
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .where(AskedQuestion.test_id.in_(test_ids), GivenAnswer.stands)
    )
    for test, person, revision, chosen in rows:
        found[test][person][revision] = read_choices(chosen)
    return found


def sittings(found: Workshop) -> dict[Moment, AnsweredTest]:
    """The tests of a workshop as they were answered, by their moments; six queries."""
    tests = whole_tests(found)
    ids = [one.id for one in tests.values()]
    answers = standing_answers(ids)
    scores: dict[int, dict[int, float]] = defaultdict(dict)
    for test, person, tenths in db.session.execute(
        select(ListedScore.test_id, ListedScore.person_id, ListedScore.tenths).where(
            ListedScore.test_id.in_(ids)
        )
    ):
        scores[test][person] = tenths / 10
    off = frozenset(
        db.session.scalars(
            select(RosterEntry.person_id).where(
                RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_not(None)
            )
        )
    )
    return {
        moment: AnsweredTest(
            [
                ScoredQuestion(asked.revision_id, value.kind, value.right, value.objective)
                for asked, value in questions_of(test)
            ],
            answers.get(test.id, {}),
            scores.get(test.id, {}),
            off,
        )
        for moment, test in tests.items()
    }


def listed_scores(test: WorkshopTest) -> dict[int, int]:
    """Scores from a list in tenths of a per cent, by person."""
    rows = db.session.execute(
        select(ListedScore.person_id, ListedScore.tenths).where(ListedScore.test_id == test.id)
    )
    return {row.person_id: row.tenths for row in rows}


def hands_of(test: WorkshopTest) -> dict[int, dict[str, int]]:
    """{asked question: {choice: hands}} of the questions that were read aloud."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for asked, choice, hands in db.session.execute(
        select(HandCount.asked_id, HandCount.choice, HandCount.hands)
        .join(AskedQuestion, AskedQuestion.id == HandCount.asked_id)
        .where(AskedQuestion.test_id == test.id)
    ):
        found[asked][choice] = hands
    return found


def late_answers(test: WorkshopTest) -> int:
    """How many people have answers that came too late to count."""
    return int(
        db.session.scalar(
            select(func.count(GivenAnswer.person_id.distinct()))
            .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
            .where(AskedQuestion.test_id == test.id, GivenAnswer.late)
        )
        or 0
    )


def written_answers(test: WorkshopTest) -> Mapping[int, list[str]]:
    """{asked question: what people wrote in their own words}, by nobody's name, sorted, so that
    their order tells nothing either."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = db.session.scalars(
        select(GivenAnswer)
        .join(GivenAnswer.asked)
        .options(contains_eager(GivenAnswer.asked))
        .where(
            AskedQuestion.test_id == test.id,
            GivenAnswer.stands,
            GivenAnswer.text_sealed.is_not(None),
        )
    )
    for row in rows:
        if row.text_sealed is not None:
            said = open_text(row.text_sealed, kind=TEXT_KIND, public_id=row.public_id)
            found[row.asked_id].append(said)
    return {asked: sorted(said) for asked, said in found.items()}


def open_test(hall_code: str) -> WorkshopTest | None:
    """The test that a hall's code leads to, with its questions; None if there is none."""
    return db.session.scalar(
        _whole()
        .where(WorkshopTest.hall_code == hall_code)
        .options(joinedload(WorkshopTest.workshop))
    )


def any_test(public_id: str) -> WorkshopTest | None:
    """A test with its questions, whoever asks."""
    return db.session.scalar(
        _whole()
        .where(WorkshopTest.public_id == public_id)
        .options(joinedload(WorkshopTest.workshop))
    )


@dataclass(frozen=True)
class FollowUpDue:
    """A workshop that ended three months ago. It was tested before and not asked since or, where it
    is `asked`, nobody told yet what changed in practice."""

    public_id: str
    title: str
    ends_on: date
    asked: bool


def follow_ups_due(actor: Actor, today: date, limit: int) -> list[FollowUpDue]:
    """Workshops that this actor runs and that wait for either, the oldest first; one query, none
    for who holds no tests."""
    if actor.reach("assessments.hold") is not Reach.OWN:
        return []
    since, until = follow_up_days(today)

    def tested(moment: Moment) -> ColumnElement[bool]:
        return exists().where(
            WorkshopTest.workshop_id == Workshop.id, WorkshopTest.moment == str(moment)
        )

    asked = tested(Moment.FOLLOW_UP)
    told = exists().where(PracticeAnswer.workshop_id == Workshop.id)
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title, Workshop.ends_on, case((asked, 1), else_=0))
        .where(
            Workshop.id.in_(run_by(actor)),
            Workshop.state == "planned",
            Workshop.ends_on.between(since, until),
            or_(asked & ~told, ~asked & tested(Moment.BEFORE)),
        )
        .order_by(Workshop.ends_on, Workshop.id)
        .limit(limit)
    )
    return [FollowUpDue(row[0], row[1], row[2], bool(row[3])) for row in rows]


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


def scores_in(
    session: Session, course: str, people: Collection[int] | None = None
) -> dict[int, list[tuple[int, date]]]:
    """{person: [(score, day)]} of all tests of a course (public id), scores of a hundred rounded
    down; at most four queries, however many tests there are."""
    tests = session.scalars(
        select(WorkshopTest.id)
        .join(Workshop, Workshop.id == WorkshopTest.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.public_id == course)
    ).all()
    if not tests:
        return {}
    asked = _asked(session, tests)
    answers, days = _answers(session, tests, people)
    listed, listed_days = _scores_listed(session, tests, people)
    found: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for test in tests:
        sitting = AnsweredTest(asked[test], answers[test], listed[test])
        for person, score in sitting.whole_scores().items():
            day = days.get((test, person)) or listed_days[test, person]
            found[person].append((int(score), to_local(day).date()))
    return dict(found)


def sittings_of(
    session: Session, workshops: Collection[int]
) -> dict[int, dict[Moment, AnsweredTest]]:
    """The tests of workshops (their keys) as they were answered, by their moments; five queries,
    however many workshops there are."""
    tests = session.execute(
        select(WorkshopTest.id, WorkshopTest.workshop_id, WorkshopTest.moment).where(
            WorkshopTest.workshop_id.in_(workshops)
        )
    ).all()
    keys = [test for test, _workshop, _moment in tests]
    asked = _asked(session, keys)
    answers, _days = _answers(session, keys, None)
    listed, _listed_days = _scores_listed(session, keys, None)
    off: dict[int, set[int]] = defaultdict(set)
    for workshop, person in session.execute(
        select(Workshop.id, RosterEntry.person_id)
        .join(RosterEntry, RosterEntry.register_id == Workshop.register_id)
        .where(Workshop.id.in_(workshops), RosterEntry.removed_at.is_not(None))
    ):
        off[workshop].add(person)
    found: dict[int, dict[Moment, AnsweredTest]] = defaultdict(dict)
    for test, workshop, moment in tests:
        found[workshop][Moment(moment)] = AnsweredTest(
            asked[test], answers[test], listed[test], frozenset(off[workshop])
        )
    return dict(found)


def _asked(session: Session, tests: Collection[int]) -> dict[int, list[ScoredQuestion]]:
    found: dict[int, list[ScoredQuestion]] = defaultdict(list)
    for one in session.scalars(
        select(AskedQuestion)
        .where(AskedQuestion.test_id.in_(tests))
        .options(joinedload(AskedQuestion.revision).joinedload(QuestionRevision.question))
    ):
        value = value_of(one.revision)
        found[one.test_id].append(
            ScoredQuestion(one.revision_id, value.kind, value.right, value.objective)
        )
    return found


Days = dict[tuple[int, int], datetime]


def _answers(
    session: Session, tests: Collection[int], people: Collection[int] | None
) -> tuple[dict[int, dict[int, dict[int, frozenset[str]]]], Days]:
    narrowed = [] if people is None else [GivenAnswer.person_id.in_(people)]
    found: dict[int, dict[int, dict[int, frozenset[str]]]] = defaultdict(lambda: defaultdict(dict))
    days: Days = {}
    for test, person, revision, chosen, given_at in session.execute(
        select(
            AskedQuestion.test_id,
            GivenAnswer.person_id,
            AskedQuestion.revision_id,
            GivenAnswer.chosen,
            GivenAnswer.given_at,
        )
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .where(AskedQuestion.test_id.in_(tests), GivenAnswer.stands, *narrowed)
    ):
        found[test][person][revision] = read_choices(chosen)
        days[test, person] = max(given_at, days.get((test, person), given_at))
    return found, days


def _scores_listed(
    session: Session, tests: Collection[int], people: Collection[int] | None
) -> tuple[dict[int, dict[int, float]], Days]:
    narrowed = [] if people is None else [ListedScore.person_id.in_(people)]
    found: dict[int, dict[int, float]] = defaultdict(dict)
    days: Days = {}
    for test, person, tenths, entered_at in session.execute(
        select(
            ListedScore.test_id, ListedScore.person_id, ListedScore.tenths, ListedScore.entered_at
        ).where(ListedScore.test_id.in_(tests), *narrowed)
    ):
        found[test][person] = tenths / 10
        days[test, person] = entered_at
    return found, days


MOST_BLANK = 60
_KIND = "assessments.sheet"


def person_sheet(test: WorkshopTest, entry: str) -> str:
    """Id of the sheet of whoever has this place on the register."""
    return _id(f"{test.public_id}:{entry}")


def blank_sheets(test: WorkshopTest) -> list[str]:
    """Ids of the sheets that are nobody's until a name is written on them."""
    return [_id(f"{test.public_id}:blank:{number}") for number in range(1, MOST_BLANK + 1)]


def sheets_of(
    test: WorkshopTest, people: Sequence[RegisteredPerson]
) -> dict[str, RegisteredPerson]:
    """{id of a sheet: whose it is}, with sheets that were printed before two people were joined."""
    by_entry = {one.entry: one for one in people}
    aliases = db.session.execute(
        select(EntryAlias.public_id, RosterEntry.public_id)
        .join(RosterEntry, RosterEntry.id == EntryAlias.entry_id)
        .where(RosterEntry.public_id.in_(by_entry))
    )
    entries = {entry: entry for entry in by_entry} | {row[0]: row[1] for row in aliases}
    return {person_sheet(test, old): by_entry[now] for old, now in entries.items()}


def _id(text: str) -> str:
    return public_id_from(bytes.fromhex(lookup(text, kind=_KIND)))
