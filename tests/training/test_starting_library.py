"""The courses that come with Kash."""

import html

import pytest
from sqlalchemy import func, select

from kash.assessments.course_file import QUESTIONS
from kash.assessments.models import Question
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.policy import SYSTEM
from kash.training.course_files import FOLDER, library
from kash.training.models import Course, CourseVersion
from kash.training.queries import objectives_of
from kash.training.rules.course_files import read_file
from kash.training.rules.courses import KINDS, CourseNode, Field, unseen_words
from kash.training.rules.versions import TranslationGap, gaps
from kash.training.services.course_files import BringingDecisions, bring_course
from kash.training.services.courses import add_course, change_course

FILES = sorted(FOLDER.glob("*.json"))
# Translated first: by them a course is taught and tested in Kiswahili.
SAID_IN_BOTH = {
    ("version", "public_title"),
    ("module", "title"),
    ("plan", "title"),
    ("objective", "text"),
    ("key_message", "text"),
}
# A course that anybody may come to has nothing before it, counsel has not checked yet, and its
# materials are things: none is a file.
MAY_BE_EMPTY = {
    ("version", "prerequisites"),
    ("legal_point", "checked_on"),
    ("material", "used"),
    ("material", "file"),
}


@pytest.fixture(params=FILES, ids=lambda file: str(file.stem))
def course(request):
    return read_file(request.param.read_bytes(), [QUESTIONS])


def lacks(node: CourseNode, field: Field) -> bool:
    """True if a field that a trainer would look for is empty."""
    return (node.kind, field.name) not in MAY_BE_EMPTY and node[field.name] == field.empty


def test_every_field_of_a_course_of_the_library_is_filled(course):
    original, *_translations = course.versions
    empty = [
        (node.text, field.name)
        for node in original.tree.walk()
        for field in KINDS[node.kind]
        if lacks(node, field)
    ]
    assert empty == []
    assert course.audience
    assert course.level


def test_titles_objectives_and_key_messages_stand_in_kiswahili(course):
    original, translation = course.versions
    assert (original.language, translation.language) == ("en", "sw")
    assert translation.translates == original.lineage
    found = list(gaps(original.tree, translation.tree))
    assert [lack for lack in found if lack[2] is TranslationGap.STALE] == []
    assert [lack for lack in found if (lack[0][0], lack[1]) in SAID_IN_BOTH] == []


def test_legal_points_name_a_source_and_say_of_none_that_counsel_checked_it(course):
    points = [
        node for each in course.versions for node in each.tree.walk() if node.kind == "legal_point"
    ]
    assert [node.text for node in points if not node["source"] or node["checked_on"]] == []


def test_an_objective_says_what_can_be_seen(course):
    for version in course.versions:
        objectives = [str(each["text"]) for each in version.tree.walk() if each.kind == "objective"]
        assert [text for text in objectives if unseen_words(text)] == []


def test_the_steps_of_a_session_take_as_long_as_it_does(course):
    plans = [node for node in course.versions[0].tree.walk() if node.kind == "plan"]
    wrong = [
        plan.text
        for plan in plans
        if sum(int(str(step["minutes"])) for step in plan.of("step")) != plan["minutes"]
    ]
    assert wrong == []


def test_each_objective_has_a_question_in_both_languages(course):
    objectives = {
        node.lineage for node in course.versions[0].tree.walk() if node.kind == "objective"
    }
    questions = [question for question, _ in course.additions["questions"]]
    assert objectives <= {question.objective for question in questions}
    assert {question.objective for question in questions} <= {"", *objectives}
    assert {question.languages for question in questions} == {("en", "sw")}


def test_the_library_is_added_once_as_drafts_with_its_questions(app):
    run = app.test_cli_runner().invoke
    assert run(args=["training", "library"]).exit_code == 0
    assert db.session.scalar(select(func.count(Course.id))) == len(FILES)
    assert set(db.session.scalars(select(CourseVersion.state))) == {"draft"}
    tied = set(db.session.scalars(select(Question.objective))) - {""}
    known = {
        each.lineage
        for course in db.session.scalars(select(Course.public_id))
        for each in objectives_of(course)
    }
    assert tied == known
    before = db.session.scalar(select(func.count(AuditEntry.seq)))
    again = run(args=["training", "library"]).output.splitlines()
    assert again == [f"{file.name}: here already" for file in library()]
    db.session.rollback()
    assert db.session.scalar(select(func.count(AuditEntry.seq))) == before


def test_a_course_of_the_library_is_known_though_it_was_renamed_here(sign_in):
    browser = sign_in("trainer")
    first = library()[0]
    made = bring_course(first, BringingDecisions(), by=SYSTEM)
    change_course(made.course, "Called otherwise", "", "", SYSTEM)
    page = browser.get("/courses/library").text
    assert "Called otherwise" in page
    assert f'value="{first.lineage}"' not in page
    assert browser.post("/courses/library", data={"courses": [first.lineage]}).status_code == 422


def test_a_course_of_the_library_stays_out_where_another_has_its_name(sign_in):
    browser = sign_in("trainer")
    first = library()[0]
    add_course(first.name.upper(), "", "", public_title="Ours", language="en", by=SYSTEM)
    answer = browser.post("/courses/library", data={"courses": [first.lineage]})
    assert f"{first.name} stayed out" in html.unescape(browser.get(answer.location).text)
    assert db.session.scalar(select(func.count(Course.id))) == 1


def test_a_trainer_adds_the_library_by_a_button_of_the_empty_catalogue(sign_in):
    browser = sign_in("trainer")
    assert "/courses/library" in browser.get("/courses").text
    nothing = browser.post("/courses/library", data={})
    assert nothing.status_code == 422
    assert "Choose at least one course." in nothing.text
    wanted = [file.lineage for file in library()]
    answer = browser.post("/courses/library", data={"courses": wanted})
    assert library()[0].name in browser.get(answer.location).text
    assert "All of them are here already." in browser.get("/courses/library").text
