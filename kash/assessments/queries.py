"""Question bank of a course: its questions in their newest wording, and what answers say of one.
Tests of a workshop: what they ask, who answered, and what came of it. Workshops that are asked
once more, months later: what stayed, and what changed in practice. Practice of a workshop's people
months later: what is asked, who told it, and what was told. Scores of people in the tests of a
course, whichever of its workshops it was. Answer sheets of a test, which are no rows: whose each
one is follows from its id. An id is made of the test and of the person's place on the register by
a key that only the server has, so nobody can print a sheet of another person, and nothing needs to
be kept of paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter
from statistics import fmean
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload, selectinload

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
from kash.assessments.rules.bank import (
    BankQuestion,
    ItemStatistics,
    look_at,
    options_read,
    stale_languages,
)
from kash.assessments.rules.results import (
    AnsweredTest,
    Moment,
    Often,
    QuestionKind,
    ScoredQuestion,
    Teller,
    ToldOften,
    asked_objectives,
    beginnings,
    follow_up_days,
    may_hold_name,
    read_choices,
    score,
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


@dataclass(frozen=True)
class BankRow:
    """A question as lists show it; `answered` says that its newest wording is fixed."""

    public_id: str
    revision_id: int
    question: BankQuestion
    number: int
    row_version: int
    retired: bool
    fixed: bool
    stale: tuple[str, ...]


def value_of(revision: QuestionRevision) -> BankQuestion:
    """A revision as a plain value."""
    question = revision.question
    return BankQuestion(
        QuestionKind(question.kind),
        revision.language,
        revision.texts,
        options_read(revision.options),
        question.objective,
        question.lineage,
    )


def newest() -> ColumnElement[bool]:
    """True for the newest revision of each question."""
    latest = (
        select(func.max(QuestionRevision.number))
        .where(QuestionRevision.question_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
    )
    return QuestionRevision.number == latest


def is_fixed() -> ColumnElement[bool]:
    """True for a revision that never changes any more: somebody answered it, or may be answering
    it on a phone without a network."""
    in_use = and_(
        AskedQuestion.revision_id == QuestionRevision.id,
        or_(
            exists().where(
                WorkshopTest.id == AskedQuestion.test_id, WorkshopTest.opens_at.is_not(None)
            ),
            exists().where(GivenAnswer.asked_id == AskedQuestion.id),
            exists().where(HandCount.asked_id == AskedQuestion.id),
        ),
    )
    return exists(AskedQuestion.id).where(in_use).correlate(QuestionRevision)


def bank_of(course: Course, *, retired: bool = False) -> list[BankRow]:
    """The questions of a course in their order; those that were put away only if wanted."""
    is_retired = Question.retired_at.is_not(None)
    wordings = _wordings(course.id).add_columns(is_fixed()).where(newest(), is_retired.is_(retired))
    return [_row(*wording) for wording in db.session.execute(wordings).all()]


def _wordings(course_id: int) -> Select[QuestionRevision]:
    return (
        select(QuestionRevision)
        .join(QuestionRevision.question)
        .options(contains_eager(QuestionRevision.question))
        .where(Question.course_id == course_id)
        .order_by(Question.id, QuestionRevision.number.desc())
    )


def wordings_of_course(session: Session, course_id: int) -> list[QuestionRevision]:
    """All wordings of all questions of a course, those put away among them, the newest of each
    question first; one query."""
    return list(session.scalars(_wordings(course_id)))


def _row(revision: QuestionRevision, fixed: bool) -> BankRow:
    question = value_of(revision)
    return BankRow(
        revision.question.public_id,
        revision.id,
        question,
        revision.number,
        revision.question.row_version,
        revision.question.retired_at is not None,
        bool(fixed),
        stale_languages(question, revision.made_from),
    )


def question_of(course: Course, public_id: str) -> BankRow:
    """A question, fetched through its course. Raises NotFound."""
    wording = _wordings(course.id).add_columns(is_fixed())
    newest_wording = db.session.execute(
        wording.where(Question.public_id == public_id, newest())
    ).first()
    return _row(*one_or_404(newest_wording))


def bank_sizes(course: Course) -> tuple[int, int]:
    """How many questions a course has in use, and how many were put away."""
    counts = db.session.execute(
        select(
            func.count(Question.id).filter(Question.retired_at.is_(None)),
            func.count(Question.id).filter(Question.retired_at.is_not(None)),
        ).where(Question.course_id == course.id)
    ).one()
    return int(counts[0]), int(counts[1])


def revisions_of(course: Course, public_id: str) -> Sequence[QuestionRevision]:
    """All wordings of a question, the newest first; none if the course has no such question."""
    wordings = _wordings(course.id).where(Question.public_id == public_id)
    return db.session.scalars(wordings).all()


def looked_at(revision_id: int) -> dict[str, ItemStatistics]:
    """Statistics of the answers to one wording "before" and "after" workshops, over all of them;
    two queries."""
    tests = db.session.execute(
        select(AskedQuestion.test_id, WorkshopTest.moment)
        .join(WorkshopTest, WorkshopTest.id == AskedQuestion.test_id)
        .where(AskedQuestion.revision_id == revision_id)
    ).all()
    moments: dict[int, str] = dict(tests)
    rows = db.session.execute(
        select(
            AskedQuestion.test_id,
            GivenAnswer.person_id,
            QuestionRevision.id,
            QuestionRevision.options,
            Question.kind,
            GivenAnswer.chosen,
        )
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .join(QuestionRevision, QuestionRevision.id == AskedQuestion.revision_id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(AskedQuestion.test_id.in_(moments), GivenAnswer.stands, GivenAnswer.chosen != "")
    ).all()
    own: dict[tuple[int, int], float] = {}
    rest: dict[tuple[int, int], list[float]] = defaultdict(list)
    for answer in rows:
        right = [option["key"] for option in answer.options if option["right"]]
        points = score(QuestionKind(answer.kind), right, read_choices(answer.chosen))
        place = (answer.test_id, answer.person_id)
        if points is not None and answer.id == revision_id:
            own[place] = points
        elif points is not None:
            rest[place].append(points)

    def at(*wanted: str) -> ItemStatistics:
        return look_at(
            [
                (points, fmean(rest[place]) if rest[place] else None)
                for place, points in own.items()
                if moments[place[0]] in wanted
            ]
        )

    return {"before": at("before"), "after": at("after", "follow_up")}


TEXT_KIND = "assessments.answer"
_ORDER = {str(moment): place for place, moment in enumerate(Moment)}


def workshop_tests(found: Workshop) -> list[Row[Any]]:
    """The tests of a workshop, that before it first: how many questions each has, how many people
    answered any of them, and how many have a score from a list."""

    def counted(of: ColumnElement[int] | InstrumentedAttribute[int]) -> Select[int]:
        return select(func.count(of)).correlate(WorkshopTest)

    of_test = AskedQuestion.test_id == WorkshopTest.id
    answered = counted(GivenAnswer.person_id.distinct()).join(GivenAnswer.asked)
    tests = db.session.execute(
        select(
            WorkshopTest.public_id,
            WorkshopTest.moment,
            WorkshopTest.opens_at,
            WorkshopTest.closes_at,
            counted(AskedQuestion.id).where(of_test).scalar_subquery().label("questions"),
            answered.where(of_test, GivenAnswer.stands).scalar_subquery().label("answered"),
            counted(ListedScore.id)
            .where(ListedScore.test_id == WorkshopTest.id)
            .scalar_subquery()
            .label("scored"),
        ).where(WorkshopTest.workshop_id == found.id)
    )
    return sorted(tests, key=lambda test: _ORDER[test.moment])


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
    tests = db.session.scalars(_whole().where(WorkshopTest.workshop_id == found.id))
    return {Moment(test.moment): test for test in tests}


def questions_of(test: WorkshopTest) -> list[tuple[AskedQuestion, BankQuestion]]:
    """The questions of a test in their order, each with what it says."""
    return [(asked, value_of(asked.revision)) for asked in test.questions]


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
    return [RegisteredPerson(*person) for person in rows]


def standing_answers(
    test_ids: Sequence[int], session: Session | None = None
) -> dict[int, dict[int, dict[int, frozenset[str]]]]:
    """{test: {person: {revision: choices}}} of the answers that stand; one query."""
    return _answers(session or db.session(), test_ids, None)[0]


def sittings(found: Workshop) -> dict[Moment, AnsweredTest]:
    """The tests of a workshop as they were answered, by their moments; five queries."""
    return sittings_of(db.session(), [found.id]).get(found.id, {})


def listed_scores(test: WorkshopTest) -> dict[int, int]:
    """Scores from a list in tenths of a per cent, by person."""
    scores = select(ListedScore.person_id, ListedScore.tenths)
    return dict(db.session.execute(scores.where(ListedScore.test_id == test.id)).all())


def hands_of(test: WorkshopTest) -> dict[int, dict[str, int]]:
    """{asked question: {choice: hands}} of the questions that were read aloud."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for question, choice, hands in db.session.execute(
        select(HandCount.asked_id, HandCount.choice, HandCount.hands)
        .join(AskedQuestion, AskedQuestion.id == HandCount.asked_id)
        .where(AskedQuestion.test_id == test.id)
    ):
        counts[question][choice] = hands
    return counts


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
    written: dict[int, list[str]] = defaultdict(list)
    for question, sealed, public_id in db.session.execute(
        select(GivenAnswer.asked_id, GivenAnswer.text_sealed, GivenAnswer.public_id)
        .join(GivenAnswer.asked)
        .where(
            AskedQuestion.test_id == test.id,
            GivenAnswer.stands,
            GivenAnswer.text_sealed.is_not(None),
        )
    ):
        written[question].append(open_text(sealed or b"", kind=TEXT_KIND, public_id=public_id))
    return {question: sorted(texts) for question, texts in written.items()}


def any_test(which: ColumnElement[bool]) -> WorkshopTest | None:
    """A test with its questions, also for people without an account."""
    whole = _whole().where(which).options(joinedload(WorkshopTest.workshop))
    return db.session.scalar(whole)


def follow_ups_due(actor: Actor, today: date, limit: int) -> Sequence[Row[str, str, date, bool]]:
    """Workshops that this actor runs, which ended three months ago, the oldest first: they were
    tested before and not asked since or, where one is `asked`, nobody told yet what changed in
    practice. One query, none for who holds no tests."""
    if actor.reach("assessments.hold") is not Reach.OWN:
        return []
    since, until = follow_up_days(today)

    def tested(moment: Moment) -> ColumnElement[bool]:
        return exists().where(
            WorkshopTest.workshop_id == Workshop.id, WorkshopTest.moment == str(moment)
        )

    asked_again = tested(Moment.FOLLOW_UP)
    told = exists().where(PracticeAnswer.workshop_id == Workshop.id)
    return db.session.execute(
        select(Workshop.public_id, Workshop.title, Workshop.ends_on, asked_again.label("asked"))
        .where(
            Workshop.id.in_(run_by(actor)),
            Workshop.state == "planned",
            Workshop.ends_on.between(since, until),
            or_(asked_again & ~told, ~asked_again & tested(Moment.BEFORE)),
        )
        .order_by(Workshop.ends_on, Workshop.id)
        .limit(limit)
    ).all()


PRACTICE_KIND = "assessments.practice"


def practice_asked(found: Workshop, language: str = "") -> dict[str, str]:
    """Objectives (lineages) of whose practice a workshop is asked, with their texts in a language,
    or in another one where there is none; two queries."""
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
        objective.lineage: objective.text
        for objective in objectives_of(found.version.course.public_id, language)
        if objective.text
    }
    return {lineage: texts[lineage] for lineage in asked_objectives(list(texts), tested)}


def _listed(found: Workshop) -> ColumnElement[bool]:
    """Of people on the register; others are lost."""
    return PracticeAnswer.person_id.in_(
        select(RosterEntry.person_id).where(
            RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_(None)
        )
    )


def practice_told(found: Workshop, asked: Sequence[str]) -> list[ToldOften]:
    """Counts of each answer, by objective and kind of teller; one query."""
    answers = db.session.execute(
        select(PracticeAnswer.objective, PracticeAnswer.told_by, PracticeAnswer.often).where(
            PracticeAnswer.workshop_id == found.id, PracticeAnswer.often != "", _listed(found)
        )
    )
    told = [(objective, Teller(teller), Often(often)) for objective, teller, often in answers]
    return told_often(asked, told)


@dataclass(frozen=True)
class ToldAbout:
    """All that one kind of teller told about one person: how often by objective, whether words were
    written, and when it was given last."""

    often: Mapping[str, Often]
    wrote: bool
    given_at: datetime


def told_about(found: Workshop, person_id: int | None = None) -> dict[int, dict[Teller, ToldAbout]]:
    """Everything told in a workshop but the words, by person and teller; one query."""
    statement = select(PracticeAnswer).where(PracticeAnswer.workshop_id == found.id)
    if person_id is not None:
        statement = statement.where(PracticeAnswer.person_id == person_id)
    answers: dict[int, dict[Teller, list[PracticeAnswer]]] = defaultdict(lambda: defaultdict(list))
    for answer in db.session.scalars(statement):
        answers[answer.person_id][Teller(answer.told_by)].append(answer)
    told = {
        person: {
            teller: ToldAbout(
                {answer.objective: Often(answer.often) for answer in given if answer.often},
                any(answer.text_sealed is not None for answer in given),
                max(answer.given_at for answer in given),
            )
            for teller, given in by_teller.items()
            if any(answer.often or answer.text_sealed is not None for answer in given)
        }
        for person, by_teller in answers.items()
    }
    return {person: about for person, about in told.items() if about}


def written_practice(found: Workshop, actor: Actor) -> list[tuple[str, str]]:
    """Words about practice, each with its id, by nobody's name, sorted, so that their order tells
    nothing either. A police account reads none of it, whatever it was lent."""
    if Role.POLICE_PEER in actor.roles:
        return []
    sealed = db.session.execute(
        select(PracticeAnswer.public_id, PracticeAnswer.text_sealed).where(
            PracticeAnswer.workshop_id == found.id,
            PracticeAnswer.text_sealed.is_not(None),
            _listed(found),
        )
    )
    told = [
        (public_id, open_text(text or b"", kind=PRACTICE_KIND, public_id=public_id))
        for public_id, text in sealed
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
        sort_name(word) in name_parts(sort_name(person.chosen_name))
        for word in beginnings(text)
        for person in find_people(actor, word)
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
    sat, days = _sat(session, tests, people)
    scores: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for test, sitting in sat.items():
        for person, points in sitting.whole_scores().items():
            scores[person].append((int(points), to_local(days[test, person]).date()))
    return dict(scores)


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
    off: dict[int, set[int]] = defaultdict(set)
    for workshop, person in session.execute(
        select(Workshop.id, RosterEntry.person_id)
        .join(RosterEntry, RosterEntry.register_id == Workshop.register_id)
        .where(Workshop.id.in_(workshops), RosterEntry.removed_at.is_not(None))
    ):
        off[workshop].add(person)
    sat, _days = _sat(session, [test for test, _workshop, _moment in tests], None)
    sittings: dict[int, dict[Moment, AnsweredTest]] = defaultdict(dict)
    for test, workshop, moment in tests:
        sittings[workshop][Moment(moment)] = replace(sat[test], off=frozenset(off[workshop]))
    return dict(sittings)


def _sat(
    session: Session, tests: Collection[int], people: Collection[int] | None
) -> tuple[dict[int, AnsweredTest], Days]:
    """Tests as they were answered, and the day of each person's answers, else of her score."""
    questions: dict[int, list[ScoredQuestion]] = defaultdict(list)
    for question in session.scalars(
        select(AskedQuestion)
        .where(AskedQuestion.test_id.in_(tests))
        .order_by(AskedQuestion.test_id, AskedQuestion.position)
        .options(joinedload(AskedQuestion.revision).joinedload(QuestionRevision.question))
    ):
        value = value_of(question.revision)
        questions[question.test_id].append(
            ScoredQuestion(question.revision_id, value.kind, value.right, value.objective)
        )
    answers, days = _answers(session, tests, people)
    scores: dict[int, dict[int, float]] = defaultdict(dict)
    narrowed = [] if people is None else [ListedScore.person_id.in_(people)]
    for listed in session.scalars(
        select(ListedScore).where(ListedScore.test_id.in_(tests), *narrowed)
    ):
        scores[listed.test_id][listed.person_id] = listed.tenths / 10
        days.setdefault((listed.test_id, listed.person_id), listed.entered_at)
    return {
        test: AnsweredTest(questions[test], answers[test], scores[test]) for test in tests
    }, days


Days = dict[tuple[int, int], datetime]


def _answers(
    session: Session, tests: Collection[int], people: Collection[int] | None
) -> tuple[dict[int, dict[int, dict[int, frozenset[str]]]], Days]:
    narrowed = [] if people is None else [GivenAnswer.person_id.in_(people)]
    answers: dict[int, dict[int, dict[int, frozenset[str]]]]
    answers = defaultdict(lambda: defaultdict(dict))
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
        answers[test][person][revision] = read_choices(chosen)
        days[test, person] = max(given_at, days.get((test, person), given_at))
    return answers, days


MOST_BLANK = 60


def person_sheet(test: WorkshopTest, entry: str) -> str:
    """Id of the sheet of the person who has this place on the register."""
    return _sheet_id(f"{test.public_id}:{entry}")


def blank_sheets(test: WorkshopTest) -> list[str]:
    """Ids of the sheets that are nobody's until a name is written on them."""
    return [_sheet_id(f"{test.public_id}:blank:{number}") for number in range(1, MOST_BLANK + 1)]


def sheets_of(
    test: WorkshopTest, people: Sequence[RegisteredPerson]
) -> dict[str, RegisteredPerson]:
    """{id of a sheet: whose it is}, with sheets that were printed before two people were joined."""
    by_entry = {person.entry: person for person in people}
    aliases = db.session.execute(
        select(EntryAlias.public_id, RosterEntry.public_id)
        .join(RosterEntry, RosterEntry.id == EntryAlias.entry_id)
        .where(RosterEntry.public_id.in_(by_entry))
    )
    entries = [*((entry, entry) for entry in by_entry), *aliases]
    return {person_sheet(test, old): by_entry[now] for old, now in entries}


def _sheet_id(text: str) -> str:
    return public_id_from(bytes.fromhex(lookup(text, kind="assessments.sheet")))
