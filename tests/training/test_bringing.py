"""A course that is taken away in a file and brought in."""

import html
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from kash.feature import declared
from kash.platform.database import db, new_public_id, writing
from kash.platform.vault import AuditEntry
from kash.policy import SYSTEM
from kash.training.course_files import course_file
from kash.training.models import Course, CourseVersion
from kash.training.queries import CourseAddition, tree_of, version_with_plans
from kash.training.rules.course_files import CourseFile, VersionStanding, read_file
from kash.training.rules.courses import RowText, SessionText, Value
from kash.training.services.course_files import BringingDecisions, bring_course, translate
from kash.training.services.courses import CourseTaken, write_session
from tests.refusals import refuses


def content_of(course: str) -> bytes:
    """The file of a course as it is now."""
    db.session.rollback()
    return course_file(db.session.scalars(select(Course).filter_by(public_id=course)).one(), SYSTEM)


def file_of(course: str) -> CourseFile:
    """The same, read."""
    return read_file(content_of(course), declared(CourseAddition))


def elsewhere(course: str) -> None:
    """Let the course here be another one, as in a Kash that does not know the file."""
    with writing() as session:
        held = session.scalars(select(Course).filter_by(public_id=course)).one()
        held.lineage, held.name = new_public_id(), "Something else"


def entries() -> int:
    """Number of entries of the audit trail."""
    return db.session.scalar(select(func.count(AuditEntry.seq))) or 0


def retitle(version: str, title: str) -> None:
    """Change the public title of a version, whatever its state."""
    with writing() as session:
        held = session.scalars(select(CourseVersion).filter_by(public_id=version)).one()
        held.public_title = title


def told(file: CourseFile) -> list[Any]:
    """All that a file says, but for what was published where."""
    return [
        (each.lineage, each.number, each.language, each.translates, each.tree)
        for each in file.versions
    ]


def test_a_course_with_its_translation_is_the_same_elsewhere_but_a_draft(
    both_engines_app, published
):
    translate(published.version, "sw", SYSTEM)
    carried = file_of(published.course)
    elsewhere(published.course)
    before = entries()
    brought = bring_course(carried, BringingDecisions(), by=SYSTEM)
    again = file_of(brought.course)
    assert told(again) == told(carried)
    assert [each.published for each in again.versions] == [None, None]
    assert carried.versions[0].published is not None
    assert (again.lineage, again.name, again.audience) == (
        carried.lineage,
        "Working together",
        "Everyone",
    )
    assert entries() == before + 1


def test_no_counsel_has_checked_a_legal_point_that_comes_from_elsewhere(draft):
    point: dict[str, Value] = {
        "text": "Nobody is held without reason.",
        "checked_on": date(2026, 1, 5),
    }
    text = SessionText({}, (RowText("legal_point", new_public_id(), point),))
    write_session(draft.version, draft.plans[0], text, 1, by=SYSTEM)
    carried = file_of(draft.course)
    assert bring_course(carried, BringingDecisions(), by=SYSTEM).drafts == ()
    elsewhere(draft.course)
    brought = bring_course(carried, BringingDecisions(), by=SYSTEM)
    db.session.rollback()
    plan = version_with_plans(brought.drafts[0]).modules[0].plans[0]
    assert [(row.text, row.checked_on) for row in plan.rows] == [(point["text"], None)]
    assert bring_course(carried, BringingDecisions(), by=SYSTEM).drafts == ()


def test_what_was_brought_in_before_brings_nothing_more(draft):
    carried = file_of(draft.course)
    before = entries()
    brought = bring_course(carried, BringingDecisions(), by=SYSTEM)
    assert (brought.course, brought.drafts, entries()) == (draft.course, (), before)
    assert [each.standing for each in brought.before.versions] == [VersionStanding.SAME]


def test_a_version_that_differs_stays_and_is_another_draft_only_if_that_is_wanted(published):
    carried = file_of(published.course)
    retitle(published.version, "Changed here")
    assert bring_course(carried, BringingDecisions(), by=SYSTEM).drafts == ()
    wanted = BringingDecisions(drafts=[carried.versions[0].lineage])
    (made,) = bring_course(carried, wanted, by=SYSTEM).drafts
    assert tree_of(version_with_plans(made)) == carried.versions[0].tree
    assert version_with_plans(made).state == "draft"
    assert version_with_plans(made).number == 2
    assert published.now().public_title == "Changed here"
    assert published.now().state == "published"
    # It is known by what it says, though its key is another.
    assert bring_course(carried, wanted, by=SYSTEM).drafts == ()


def test_a_course_with_the_name_of_another_is_brought_in_under_one_that_is_free(draft):
    carried = file_of(draft.course)
    elsewhere(draft.course)
    with pytest.raises(CourseTaken):
        bring_course(carried, BringingDecisions("something ELSE"), by=SYSTEM)
    assert db.session.scalar(select(func.count(Course.id))) == 1
    bring_course(carried, BringingDecisions("Third"), by=SYSTEM)
    assert set(db.session.scalars(select(Course.name))) == {"Something else", "Third"}


def test_what_changed_here_since_it_was_shown_is_looked_at_again(draft):
    carried = file_of(draft.course)
    shown = bring_course(carried, BringingDecisions(), by=SYSTEM).before.code
    retitle(draft.version, "Changed meanwhile")
    with refuses("The course changed here meanwhile."):
        bring_course(carried, BringingDecisions(code=shown), by=SYSTEM)


def test_somebody_looks_at_a_file_and_then_brings_it_in(draft, sign_in):
    browser = sign_in("trainer")
    content = browser.get(f"/courses/{draft.course}/file").data
    elsewhere(draft.course)
    sent = {"file": (io.BytesIO(content), "course.json")}
    page = browser.post("/courses/bring", data=sent).text
    assert "This course is new here." in page
    assert db.session.scalar(select(func.count(Course.id))) == 1
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(packed|code|name)"[^>]*value="([^"]*)"', page)
    }
    taken = browser.post("/courses/bring/confirm", data={**fields, "name": "Something else"})
    assert taken.status_code == 422
    assert "Another course has this name." in taken.text
    assert f'value="{fields["packed"]}"' in taken.text
    answer = browser.post("/courses/bring/confirm", data={**fields, "name": "Working together"})
    assert "1 version is here now as a draft." in browser.get(answer.location).text
    again = browser.post("/courses/bring", data={"file": (io.BytesIO(content), "course.json")})
    assert "All of it is here already." in again.text


def test_a_file_with_a_mistake_is_told_where_and_one_that_got_lost_is_chosen_again(draft, sign_in):
    browser = sign_in("trainer")
    said = json.loads(content_of(draft.course))
    cut = json.dumps(said)[:-20].encode()
    answer = browser.post("/courses/bring", data={"file": (io.BytesIO(cut), "course.json")})
    assert answer.status_code == 422
    assert "cut short" in answer.text
    nothing = browser.post("/courses/bring", data={"file": (io.BytesIO(b""), "")})
    assert "Choose a file first." in nothing.text
    for lost in ("", "%", "eJwDAAAAAAE=", "AAAA"):
        answer = browser.post("/courses/bring/confirm", data={"packed": lost})
        assert "The file did not come along." in browser.get(answer.location).text


def test_commands_write_a_course_check_it_and_bring_it_in(app, draft, tmp_path):
    run = app.test_cli_runner().invoke
    path = str(tmp_path / "course.json")
    assert run(args=["training", "export", "working TOGETHER", path]).exit_code == 0
    again = run(args=["training", "export", draft.course, path])
    assert (again.exit_code, again.output) == (1, "Error: There is such a file already.\n")
    assert run(args=["training", "check", path]).output == "Working together: 1\n"
    elsewhere(draft.course)
    told = run(args=["training", "bring", path]).output
    assert told == "Working together\n  1 en: new\n"
    Path(path).write_text("{")
    assert "cut short" in run(args=["training", "bring", path]).output
