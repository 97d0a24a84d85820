"""Writing, ordering, publishing, on both engines."""

from typing import Any

import pytest
from sqlalchemy import select

from kash.platform.database import db, new_public_id
from kash.platform.vault import AuditEntry
from kash.platform.web import NotFound
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import SYSTEM, Actor
from kash.training import queries
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.training.queries import TaughtScope
from kash.training.rules.courses import ModuleText, PlanText, VersionText
from kash.training.services.course_files import start_version
from kash.training.services.courses import (
    CourseTaken,
    NotADraft,
    TooMuch,
    add_course,
    arrange_modules,
    arrange_plans,
    change_course,
    move_module,
    move_plan,
    propose,
    publish,
    remove_module,
    remove_plan,
    return_to_draft,
    take_back,
    write_version,
)
from tests.declaring import also_declared
from tests.refusals import refuses
from tests.training.conftest import ANOTHER

pytestmark = pytest.mark.usefixtures("both_engines_app")


def text_of(
    version: CourseVersion, about: dict[str, Any] | None = None, **more: Any
) -> VersionText:
    """A version's text as it stands, as the page would send it."""
    facts: dict[str, Any] = {
        "language": version.language,
        "about": {"public_title": version.public_title, "summary": version.summary} | (about or {}),
        "modules": tuple(ModuleText(each.public_id, each.title) for each in version.modules),
        "plans": tuple(
            PlanText(each.public_id, module.public_id, each.title, each.minutes)
            for module in version.modules
            for each in module.plans
        ),
    }
    return VersionText(**(facts | more))


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


@pytest.mark.any_engine
def test_all_that_was_written_is_one_action(draft):
    assert draft.outline() == [("First", ["Opening", "Pairs"]), ("Second", ["Closing"])]
    assert draft.now().row_version == 2
    assert actions() == [
        "training.course_added",
        "training.version_written",
        "training.session_written",
    ]


@pytest.mark.any_engine
def test_a_session_moves_to_another_module(draft):
    plans = (PlanText(draft.plans[0], draft.modules[1], "Opening", 45),)
    write_version(draft.version, text_of(draft.now(), plans=plans), 2, SYSTEM)
    assert draft.outline() == [("First", ["Pairs"]), ("Second", ["Closing", "Opening"])]
    assert db.session.query(SessionPlan).count() == 3


@pytest.mark.any_engine
def test_an_old_page_is_refused_and_changes_nothing(draft):
    text = text_of(draft.now(), {"public_title": "Hearing"})
    write_version(draft.version, text, 2, SYSTEM)
    with pytest.raises(ChangedMeanwhile):
        write_version(draft.version, text_of(draft.now(), {"summary": "Mine"}), 2, SYSTEM)
    assert (draft.now().public_title, draft.now().summary) == ("Hearing", "Two days.")


@pytest.mark.any_engine
def test_what_was_removed_is_not_written_again(draft):
    text = text_of(draft.now())
    remove_plan(draft.version, draft.plans[1], SYSTEM)
    write_version(draft.version, text, 3, SYSTEM)
    assert draft.outline()[0] == ("First", ["Opening"])
    remove_module(draft.version, draft.modules[0], SYSTEM)
    assert draft.outline() == [("Second", ["Closing"])]
    assert db.session.query(SessionPlan).count() == 1
    for gone in (draft.modules[0], "nothing"):
        with pytest.raises(NotFound):
            remove_module(draft.version, gone, SYSTEM)
    with pytest.raises(NotFound):
        remove_plan(draft.version, draft.plans[1], SYSTEM)


@pytest.mark.any_engine
def test_orders_do_not_touch_the_text(draft):
    arrange_modules(draft.version, [draft.modules[1], "nothing"], SYSTEM)
    move_plan(draft.version, draft.plans[0], 1, SYSTEM)
    assert draft.outline() == [("Second", ["Closing"]), ("First", ["Pairs", "Opening"])]
    move_module(draft.version, draft.modules[0], -1, SYSTEM)
    arrange_plans(draft.version, draft.modules[0], list(draft.plans), SYSTEM)
    move_module(draft.version, draft.modules[0], -1, SYSTEM)
    assert draft.outline() == [("First", ["Opening", "Pairs"]), ("Second", ["Closing"])]
    assert draft.now().row_version == 2
    with pytest.raises(NotFound):
        move_plan(draft.version, "nothing", 1, SYSTEM)


@pytest.mark.any_engine
def test_from_draft_to_published_and_never_back(draft):
    propose(draft.version, SYSTEM)
    with refuses("This version has changed state. Look at it again"):
        propose(draft.version, SYSTEM)
    return_to_draft(draft.version, "Say it shorter.", SYSTEM)
    assert (draft.now().state, draft.now().returned_because) == ("draft", "Say it shorter.")
    propose(draft.version, SYSTEM)
    assert draft.now().returned_because == ""
    take_back(draft.version, SYSTEM)
    propose(draft.version, SYSTEM)
    publish(draft.version, ANOTHER)
    assert draft.now().published_at is not None
    version = draft.version
    for step in (
        lambda: publish(version, SYSTEM),
        lambda: take_back(version, SYSTEM),
        lambda: return_to_draft(version, "No.", SYSTEM),
    ):
        with refuses("This version has changed state. Look at it again"):
            step()


@pytest.mark.any_engine
def test_what_is_published_never_changes(published):
    before, entries = published.outline(), actions()
    version = published.version
    for write in (
        lambda: write_version(version, text_of(published.now(), {"summary": ""}), 2, SYSTEM),
        lambda: remove_plan(version, published.plans[0], SYSTEM),
        lambda: remove_module(version, published.modules[0], SYSTEM),
        lambda: arrange_modules(version, published.modules[::-1], SYSTEM),
        lambda: move_module(version, published.modules[0], 1, SYSTEM),
        lambda: arrange_plans(version, published.modules[0], published.plans, SYSTEM),
        lambda: move_plan(version, published.plans[0], 1, SYSTEM),
    ):
        with pytest.raises(NotADraft):
            write()
    assert published.outline() == before
    assert actions() == entries


def test_a_new_version_copies_the_last(published, actor):
    made = start_version(published.course, "en", SYSTEM)
    with refuses("There is a draft in this language already."):
        start_version(published.course, "en", SYSTEM)
    copy = queries.version_with_plans(made)
    assert (copy.number, copy.state, copy.row_version) == (2, "draft", 1)
    assert [
        (module.title, [plan.title for plan in module.plans]) for module in copy.modules
    ] == published.outline()
    assert copy.modules[0].public_id not in published.modules
    start_version(published.course, "sw", SYSTEM)
    director = actor("director")
    listed = queries.versions_of(director, queries.course(director, published.course))
    assert [(one.number, one.language) for one in listed] == [(3, "sw"), (2, "en"), (1, "en")]
    with pytest.raises(NotFound):
        start_version("nothing", "en", SYSTEM)


@pytest.mark.any_engine
def test_an_empty_draft_is_not_proposed():
    _course, version = add_course("Empty", "", "", public_title="Empty", language="en", by=SYSTEM)
    with refuses("Write at least one session before you propose this version."):
        propose(version, SYSTEM)
    with pytest.raises(CourseTaken):
        add_course("EMPTY", "", "", public_title="E", language="en", by=SYSTEM)


@pytest.mark.any_engine
def test_a_course_may_keep_its_name_while_the_rest_changes_but_take_no_others():
    for name in ("Ours", "Theirs"):
        course, _version = add_course(name, "", "", public_title=name, language="en", by=SYSTEM)
    change_course(course, "Theirs", "Officers", "Basic", SYSTEM)
    with pytest.raises(CourseTaken):
        change_course(course, "OURS", "", "", SYSTEM)
    db.session.rollback()
    kept = db.session.scalars(select(Course).where(Course.public_id == course)).one()
    assert (kept.name, kept.audience, kept.level) == ("Theirs", "Officers", "Basic")


@pytest.mark.any_engine
def test_a_version_has_bounds(draft):
    plans = tuple(
        PlanText(new_public_id(), draft.modules[0], f"Plan {number}", 5, new=True)
        for number in range(198)
    )
    with pytest.raises(TooMuch):
        write_version(draft.version, text_of(draft.now(), plans=plans), 2, SYSTEM)
    assert db.session.query(SessionPlan).count() == 3
    assert db.session.query(Module).count() == 2


def test_a_peer_sees_what_was_taught_to_her(published, actor):
    peer, other = actor("peer"), actor("police_peer")
    in_draft = start_version(published.course, "sw", SYSTEM)

    def enrolled(who: Actor) -> Any:
        return select(CourseVersion.id).where(who == peer)

    with pytest.raises(NotFound):
        queries.version(peer, published.version)
    with also_declared(TaughtScope(enrolled)):
        assert queries.version(peer, published.version).public_title == "Listening"
        assert len(queries.versions_of(peer, queries.course(peer, published.course))) == 1
        for who, version in ((peer, in_draft), (other, published.version)):
            with pytest.raises(NotFound):
                queries.version(who, version)
        with pytest.raises(NotFound):
            queries.course(other, published.course)
