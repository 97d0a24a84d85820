"""Chapters of the handbook that tell about questions and tests. Merging answers when two people
turn out to be one. Tests that were never opened, or never closed. Columns of this room's tables,
sorted by what they hold about a person. Tests on Today: workshops whose questions should be asked
once more, months later. Words of the audit trail for what is done here: the room, then what
happened. The declaration of questions and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, exists, literal, or_, select

from kash.assessments import blueprint, views
from kash.assessments.course_file import QUESTIONS
from kash.assessments.forms import MOMENT
from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    ListedScore,
    PracticeAnswer,
    Question,
    WorkshopTest,
)
from kash.assessments.queries import follow_ups_due
from kash.assessments.rules.results import Given, Moment
from kash.assessments.services.tests import delete_old_words
from kash.assessments.views.phones import join_phones
from kash.attendance.models import RosterEntry
from kash.feature import Feature
from kash.people.erasure import OpenedForHer, about_things, stays
from kash.people.queries.search import Reference, column_of, joined
from kash.people.undo_log import RowChanges
from kash.platform.database import utc_now
from kash.platform.handbook.places import Chapters, each
from kash.platform.jobs import Chore
from kash.platform.web.formats import day_text
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.platform.web.parts import ActionWords, SampleId
from kash.platform.web.today import MOST_SHOWN, Need, TodayLine, Viewer
from kash.policy import Role
from kash.training.models import Course
from kash.training.queries import CourseLink
from kash.workshops.missing import answered_for
from kash.workshops.models import Workshop
from kash.workshops.tabs import Tab

CHAPTERS = Chapters(
    {
        **each(
            "assessments",
            "phone phone_leave phone_worker",
            "signing-in#answer-a-test-without-an-account",
        ),
        **each(
            "assessments",
            "workshop make choose test remove wall results grid aloud scores practice tell"
            " delete_words",
            {
                Role.TRAINER: "trainer#tests-of-a-workshop",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-was-learned",
            },
        ),
        "assessments": {
            Role.TRAINER: "trainer#questions-and-tests",
            Role.DIRECTOR: "director#people-workshops-attendance",
            Role.MONITORING: "monitoring#what-was-learned",
        },
    }
)


ANSWERS, SCORES = "answer.person_id", "listed_score.person_id"
PRACTICE = "practice_answer.person_id"

# Of two scores of one test that of the person who is kept stays.
move_scores = joined(SCORES, ("test_id",), lambda _kept, _gone: {})
# So of two tellings of one thing.
move_practice = joined(PRACTICE, ("workshop_id", "told_by", "objective"), lambda _kept, _gone: {})


def move_answers(row_changes: RowChanges, kept: int, gone: int) -> None:
    """All answers move. Where both answered one question, the answer given last stands."""
    column = column_of(ANSWERS)
    table = column.table
    mine = {
        answer["asked_id"]: answer
        for answer in row_changes.rows(table, (column == kept) & table.c.stands)
    }
    for answer in row_changes.rows(table, (column == gone) & table.c.stands):
        other = mine.get(answer["asked_id"])
        if other is None:
            continue
        first, _last = sorted((answer, other), key=lambda one: Given(one["given_at"], one["op_id"]))
        row_changes.update(table, table.c.id == first["id"], {"stands": False})
    row_changes.update(table, column == gone, {column.name: kept})


def _tests(asked: Lookout) -> Select[Any] | None:
    """Tests before and after workshops that are over, which were never opened and have neither
    answers nor scores from a list, or which are still open."""
    scope = answered_for(asked.actor, "assessments.see", "assessments.hold")
    if scope is None:
        return None
    mine, mends = scope
    never = and_(
        WorkshopTest.opens_at.is_(None),
        ~exists().where(ListedScore.test_id == WorkshopTest.id),
        ~exists().where(
            AskedQuestion.test_id == WorkshopTest.id, GivenAnswer.asked_id == AskedQuestion.id
        ),
    )
    return (
        select(
            WorkshopTest.id.label("key"),
            Workshop.ends_on.label("ordered"),
            mends.label("mends"),
            Workshop.created_by.label("asked"),
            Workshop.public_id,
            Workshop.title,
            Workshop.ends_on,
            WorkshopTest.public_id.label("test"),
            WorkshopTest.moment,
            WorkshopTest.opens_at,
        )
        .join(Workshop, Workshop.id == WorkshopTest.workshop_id)
        .where(
            mine,
            Workshop.state == "planned",
            Workshop.ends_on < asked.day,
            WorkshopTest.moment != str(Moment.FOLLOW_UP),
            or_(never, WorkshopTest.closes_at > asked.now),
        )
    )


def _line(row: Any) -> MissingLine:
    text = _("Never opened, and nothing entered") if row.opens_at is None else _("Still open")
    return MissingLine(
        f"{row.title}: {MOMENT[row.moment]}",
        url_for(
            "assessments.test",
            public_id=row.public_id,
            test_id=row.test,
            _anchor="minutes" if row.mends else None,
        ),
        text,
        row.ends_on,
    )


MISSING = (
    MissingInformation(
        "tests",
        _l("Workshops"),
        _l("Test that was closed"),
        _l("What was learned is told once tests are closed."),
        90,
        _tests,
        _line,
    ),
)


PERSONAL = (
    OpenedForHer("answer.text_sealed", kind="assessments.answer"),
    OpenedForHer("practice_answer.text_sealed", kind="assessments.practice"),
    *about_things(
        answer="op_id chosen source device",
        hand_count="choice",
        practice_answer="told_by objective often op_id",
        question="lineage objective kind",
        question_revision="language texts options made_from",
        workshop_test="moment hall_code",
    ),
)


def _found(asked: Viewer) -> Sequence[Any]:
    return follow_ups_due(asked.actor, asked.day, 2 * MOST_SHOWN)


def _due(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Ask once more: %(title)s", title=due.title),
            url_for("assessments.make", public_id=due.public_id, moment=str(Moment.FOLLOW_UP)),
            _("Three months have passed: the same questions tell what stayed."),
            key=day_text(due.ends_on),
            small=str(due.ends_on.year),
            button=_("Make the test"),
            about=due.title,
        )
        for due in asked.once(_found)
        if not due.asked
    ]


def _untold(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Ask what changed in practice: %(title)s", title=due.title),
            url_for("assessments.practice", public_id=due.public_id),
            _("Nobody told yet what people do in another way since."),
            key=day_text(due.ends_on),
            small=str(due.ends_on.year),
            button=_("Enter what was told"),
            about=due.title,
        )
        for due in asked.once(_found)
        if due.asked
    ]


TODAY = (
    Need("follow_ups", 145, _due, lead=_l("Workshops to ask once more:"), lead_place=85),
    Need("practice", 146, _untold, lead=_l("Workshops to ask about practice:"), lead_place=86),
)


ACTION_WORDS = ActionWords(
    {
        "assessments.answers_entered": _l("tests: answers entered"),
        "assessments.answers_sent": _l("tests: answers sent from a phone"),
        "assessments.hands_counted": _l("tests: hands counted"),
        "assessments.practice_told": _l("tests: practice told"),
        "assessments.practice_words_deleted": _l("tests: words about practice deleted"),
        "assessments.question_added": _l("tests: question added"),
        "assessments.question_changed": _l("tests: question changed"),
        "assessments.question_put_away": _l("tests: question put away"),
        "assessments.question_taken_back": _l("tests: question taken back"),
        "assessments.questions_brought_in": _l("tests: questions brought in"),
        "assessments.scores_entered": _l("tests: scores entered"),
        "assessments.test_changed": _l("tests: test changed"),
        "assessments.test_closed": _l("tests: test closed"),
        "assessments.test_made": _l("tests: test made"),
        "assessments.test_opened": _l("tests: test opened"),
        "assessments.test_removed": _l("tests: test removed"),
    }
)


def _questions(known: Mapping[str, str]) -> Select[str]:
    return (
        select(Question.public_id)
        .join(Question.course)
        .where(Course.public_id == known["public_id"])
    )


def _feature_tests(known: Mapping[str, str]) -> Select[str]:
    return (
        select(WorkshopTest.public_id)
        .join(WorkshopTest.workshop)
        .where(Workshop.public_id == known["public_id"])
        .order_by(WorkshopTest.id)
    )


def _entries(known: Mapping[str, str]) -> Select[str]:
    return (
        select(RosterEntry.public_id)
        .join(Workshop, Workshop.register_id == RosterEntry.register_id)
        .where(Workshop.public_id == known["public_id"], RosterEntry.removed_at.is_(None))
    )


def _words(known: Mapping[str, str]) -> Select[str]:
    return (
        select(PracticeAnswer.public_id)
        .join(Workshop, Workshop.id == PracticeAnswer.workshop_id)
        .where(Workshop.public_id == known["public_id"], PracticeAnswer.text_sealed.is_not(None))
    )


def _asked(known: Mapping[str, str]) -> Select[str]:
    return (
        select(AskedQuestion.public_id)
        .join(AskedQuestion.test)
        .where(WorkshopTest.public_id == known["test_id"])
        .order_by(AskedQuestion.position)
    )


def _moments(_known: Mapping[str, str]) -> Select[str]:
    return select(literal("follow_up"))


FEATURE = Feature(
    "assessments",
    choice="tests",
    modules=(views,),
    start=join_phones,
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        *MISSING,
        CourseLink(_l("Questions"), "assessments.bank", "test", "assessments.questions"),
        Tab(_l("Tests"), "assessments.workshop", "assessments.see", 40, _l("Tests"), ("practice",)),
        QUESTIONS,
        Reference(ANSWERS, _l("Answers in tests"), move_answers, erased=stays(text_sealed=None)),
        Reference(SCORES, _l("Scores of tests"), move_scores, erased=stays()),
        Reference(
            PRACTICE, _l("What changed in practice"), move_practice, erased=stays(text_sealed=None)
        ),
        Chore("delete_old_words", lambda: delete_old_words(utc_now()), minutes=60),
        SampleId("/courses/<public_id>/questions/<question_id>", _questions),
        SampleId("/workshops/<public_id>/practice/<entry_id>", _entries),
        SampleId("/workshops/<public_id>/practice/words/<told_id>", _words),
        SampleId("/workshops/<public_id>/tests/<test_id>", _feature_tests),
        SampleId("/workshops/<public_id>/tests/<test_id>/aloud/<asked_id>", _asked),
        SampleId("/workshops/<public_id>/tests/make/<moment>", _moments),
    ),
)
