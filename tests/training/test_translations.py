"""Translating a version: kept words, what is missing or stale, and who sees it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from kash.platform.database import db, new_public_id
from kash.platform.web import NotFound
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import SYSTEM
from kash.training import queries
from kash.training.models import CourseVersion, SessionPlan
from kash.training.queries import tree_of
from kash.training.rules.courses import (
    CourseNode,
    FieldText,
    RowText,
    SessionText,
    by_key,
    check_tree,
)
from kash.training.rules.versions import compare, counted_gaps, fingerprint
from kash.training.services.course_files import fill_draft, follow, start_version, translate
from kash.training.services.courses import (
    NotADraft,
    add_course,
    propose,
    publish,
    write_session,
    write_session_words,
    write_words,
)
from tests.refusals import refuses
from tests.training.conftest import ANOTHER
from tests.training.test_views import posted


def loaded(version: str) -> CourseVersion:
    db.session.rollback()
    return queries.version_with_plans(version)


def pairs(version: str) -> SessionPlan:
    """The session that has rows."""
    return loaded(version).modules[0].plans[1]


def word(version: str, text: str, *, kind: str = "objective", right: bool = False) -> None:
    """Translate the text of a row as the page does: beside its source as that is now."""
    plan = pairs(version)
    row = plan.of(kind)[0]
    source = by_key(tree_of(loaded_source(version)))[kind, row.lineage]
    words = {(kind, row.lineage): {"text": FieldText(text, fingerprint(source["text"]), right)}}
    write_session_words(version, plan.public_id, words, pairs(version).row_version, by=SYSTEM)


def loaded_source(version: str) -> CourseVersion:
    source = queries.source_of(loaded(version))
    assert source is not None
    return source


def counts(version: str) -> dict[str, int]:
    found = counted_gaps(tree_of(loaded_source(version)), tree_of(loaded(version))).values()
    return {gap: sum(count[gap] for count in found) for gap in ("missing", "stale")}  # type: ignore[index]


def entitle(version: str) -> None:
    """Give every row of a translation some words."""
    found, source = loaded(version), by_key(tree_of(loaded_source(version)))
    plans = [(plan.public_id, plan.lineage) for module in found.modules for plan in module.plans]

    def words(*nodes: CourseNode) -> dict[Any, Any]:
        return {
            node.key: {
                each.name: FieldText("Maneno", fingerprint(node[each.name]))
                for each in node.declared
                if each.translated and node[each.name]
            }
            for node in nodes
        }

    outline = [node for node in source.values() if node.kind in ("version", "module")]
    write_words(version, words(*outline), found.row_version, by=SYSTEM)
    for plan_id, lineage in plans:
        nodes = list(source["plan", lineage].walk())
        write_session_words(version, plan_id, words(*nodes), 1, by=SYSTEM)


@pytest.mark.usefixtures("both_engines_app")
def test_a_translation_keeps_its_words_and_shows_what_the_source_says_anew(published):
    first = translate(published.version, "sw", SYSTEM)
    assert counts(first) == {"missing": 11, "stale": 0}
    with refuses("Write the titles of all modules and sessions before you propose"):
        propose(first, SYSTEM)
    entitle(first)
    assert counts(first) == {"missing": 0, "stale": 0}
    propose(first, SYSTEM)
    publish(first, ANOTHER)
    with pytest.raises(NotADraft):
        word(first, "Mpya")
    newer = start_version(published.course, "en", SYSTEM)
    plan = pairs(newer)
    objective, step = plan.of("objective")[0].public_id, plan.of("step")[0].public_id
    text = SessionText(
        {"why": "Because"},
        (
            RowText("objective", objective, {"text": "Tells it in her own words"}),
            RowText("step", step, {}),
        ),
    )
    write_session(newer, plan.public_id, text, 1, by=SYSTEM)
    second = translate(newer, "sw", SYSTEM)
    assert counts(second) == {"missing": 1, "stale": 1}
    word(second, "Maneno")
    assert counts(second) == {"missing": 1, "stale": 1}
    word(second, "Maneno", right=True)
    assert counts(second) == {"missing": 1, "stale": 0}
    assert loaded(second).translates_id == loaded(newer).id


def test_a_translation_goes_on_from_a_newer_version(published):
    draft = translate(published.version, "sw", SYSTEM)
    entitle(draft)
    newer = start_version(published.course, "en", SYSTEM)
    plan = pairs(newer)
    write_session(newer, plan.public_id, SessionText({"minutes": 30}, ()), 1, by=SYSTEM)
    now = loaded(draft).row_version
    with pytest.raises(ChangedMeanwhile):
        follow(draft, newer, now - 1, SYSTEM)
    open_page = pairs(draft).public_id, pairs(draft).row_version
    follow(draft, newer, now, SYSTEM)
    # Whoever has the session open is told that it changed, and loses nothing.
    assert (pairs(draft).public_id, pairs(draft).row_version - 1) == open_page
    assert pairs(draft).minutes == 30
    assert pairs(draft).title == "Maneno"
    assert pairs(draft).rows == []
    assert counts(draft) == {"missing": 0, "stale": 0}
    with refuses("This version is in that language already."):
        follow(draft, draft, now + 1, SYSTEM)
    _course, elsewhere = add_course("B", "", "", public_title="B", language="en", by=SYSTEM)
    with pytest.raises(NotFound):
        follow(draft, elsewhere, now + 1, SYSTEM)


def test_a_version_is_translated_into_another_language_once(published):
    with refuses("This version is in that language already."):
        translate(published.version, "en", SYSTEM)
    translate(published.version, "sw", SYSTEM)
    with refuses("There is a draft in this language already."):
        translate(published.version, "sw", SYSTEM)
    with refuses("There is a draft in this language already."):
        start_version(published.course, "sw", SYSTEM)


def test_what_is_not_translated_is_read_in_the_words_of_the_source(published):
    draft = translate(published.version, "sw", SYSTEM)
    word(draft, "Anarudia")
    tree = queries.read_version(loaded(draft))
    said = {node["text"]: node.lent for node in tree.walk() if node.kind == "objective"}
    assert said == {"Anarudia": ()}
    plan = next(node for node in tree.walk() if node.kind == "plan")
    assert (plan["title"], plan.lent) == ("Opening", ("title",))


def test_what_is_published_never_lends_from_a_draft(draft):
    made = translate(draft.version, "sw", SYSTEM)
    entitle(made)
    propose(made, SYSTEM)
    publish(made, ANOTHER)
    plan = pairs(draft.version)
    write_session(draft.version, plan.public_id, SessionText({"why": "Secret"}), 2, by=SYSTEM)
    tree = queries.read_version(loaded(made))
    assert [node["why"] for node in tree.walk() if node.kind == "plan"] == ["", "", ""]


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_tree_fills_a_draft_and_is_read_back_unchanged(published):
    tree = tree_of(loaded(published.version))
    made = start_version(published.course, "sw", SYSTEM)
    fill_draft(made, tree, SYSTEM)
    assert tree_of(loaded(made)) == tree
    with pytest.raises(NotADraft):
        fill_draft(published.version, tree, SYSTEM)


@pytest.mark.parametrize(
    "wrong",
    [
        CourseNode("module", "a", {}),
        CourseNode("version", "", {"public_title": "x" * 121}),
        CourseNode("version", "", {"public_title": "a\nb"}),
        CourseNode("version", "", {"days": 0}),
        CourseNode("version", "", {"days": True}),
        CourseNode("version", "", {}, children=(CourseNode("plan", "a", {"minutes": 60}),)),
        CourseNode(
            "version",
            "",
            {},
            children=(CourseNode("module", "a", {}), CourseNode("module", "a", {})),
        ),
        CourseNode(
            "version", "", {}, children=tuple(CourseNode("module", f"{n}", {}) for n in range(41))
        ),
    ],
)
def test_a_tree_that_is_no_version_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        check_tree(wrong)


def test_objectives_of_a_course_have_one_key_in_every_version(published):
    (before,) = queries.objectives_of(published.course)
    assert (before.text, before.plan_title) == ("Repeats what she heard", "Pairs")
    draft = translate(published.version, "sw", SYSTEM)
    entitle(draft)
    propose(draft, SYSTEM)
    publish(draft, ANOTHER)
    (there,) = queries.objectives_of(published.course, "sw")
    assert (there.lineage, there.text) == (before.lineage, "Maneno")
    assert queries.objectives_of(published.course, "en") == [before]
    assert queries.objectives_of("nothing") == []


def test_a_translator_writes_beside_the_source(sign_in, published):
    browser = sign_in("trainer")
    made = browser.post(
        f"/courses/versions/{published.version}/translations", data={"language": "sw"}
    ).location
    version = db.session.scalars(select(CourseVersion).where(CourseVersion.language == "sw")).one()
    assert made == f"/courses/versions/{version.public_id}/translation"
    body = browser.get(made).text
    assert "Listening" in body
    assert "missing: 5" in body
    sent = posted(body)
    (title,) = (name for name in sent if re.fullmatch(r"version--public_title", name))
    assert browser.post(made, data=sent | {title: "x" * 121}).status_code == 422
    assert browser.post(made, data=sent | {title: "Kusikiliza"}).status_code == 303
    assert loaded(version.public_id).public_title == "Kusikiliza"
    late = browser.post(made, data=sent | {title: "Mine"})
    assert late.status_code == 409
    assert "Kusikiliza" in late.text
    assert "Mine" in late.text
    again = posted(late.text)
    assert again[title] == "Mine"
    assert browser.post(made, data=again).status_code == 303
    assert loaded(version.public_id).public_title == "Mine"


def test_a_session_is_translated_on_its_own_page(sign_in, published):
    browser = sign_in("trainer")
    version = translate(published.version, "sw", SYSTEM)
    path = f"/courses/versions/{version}/plans/{pairs(version).public_id}/translation"
    sent = posted(browser.get(path).text)
    (name,) = (each for each in sent if each.startswith("objective") and each.endswith("-text"))
    answer = browser.post(path, data=sent | {name: "Anarudia", "then": "next"})
    assert answer.location.endswith("/translation")
    assert pairs(version).of("objective")[0].text == "Anarudia"
    assert "Nobody can see this" not in browser.get(path).text
    word(version, "Anaelewa")
    assert "Nobody can see this: anaelewa" in browser.get(path).text
    word(version, "Anarudia")
    late = browser.post(path, data=sent | {name: "Mine"})
    assert (late.status_code, "Anarudia" in late.text, "Mine" in late.text) == (409, True, True)
    other = start_version(published.course, "en", SYSTEM)
    plan = pairs(other)
    text = SessionText(
        {}, (RowText("objective", plan.of("objective")[0].public_id, {"text": "B"}),)
    )
    write_session(other, plan.public_id, text, 1, by=SYSTEM)
    shown = browser.get(f"/courses/versions/{version}/follow/{other}").text
    assert "go with their words" not in shown
    row_version = posted(shown)["row_version"]
    browser.post(f"/courses/versions/{version}/follow/{other}", data={"row_version": row_version})
    body = browser.get(
        f"/courses/versions/{version}/plans/{pairs(version).public_id}/translation"
    ).text
    assert "Still right" in body


def test_an_original_has_no_translation_page(sign_in, published):
    browser = sign_in("trainer")
    assert browser.get(f"/courses/versions/{published.version}/translation").status_code == 404


@pytest.mark.parametrize("role", ["director", "monitoring"])
def test_who_reads_the_curriculum_sees_a_translation_and_writes_nothing(sign_in, published, role):
    version = translate(published.version, "sw", SYSTEM)
    browser = sign_in(role)
    body = browser.get(f"/courses/versions/{version}/translation").text
    assert "missing: 5" in body
    assert 'type="submit" class="btn main"' not in body
    assert browser.post(f"/courses/versions/{version}/translation").status_code == 403


def test_two_versions_stand_side_by_side(sign_in, published):
    browser = sign_in("monitoring")
    path = f"/courses/versions/{published.version}/compare"
    assert "No other version yet" in browser.get(path).text
    newer = start_version(published.course, "en", SYSTEM)
    there = f"/courses/versions/{newer}/compare"
    assert "They say the same" in browser.get(there).text
    plan = pairs(newer)
    objective = plan.of("objective")[0].public_id
    text = SessionText({}, (RowText("objective", objective, {"text": "Says it back"}),))
    write_session(newer, plan.public_id, text, 1, by=SYSTEM)
    body = browser.get(there).text
    for said in ("Repeats what she heard", "Says it back", "In pairs", "removed", "changed"):
        assert said in body
    for strange in ("nothing", newer):
        assert browser.get(there, query_string={"with": strange}).status_code == 404
    whole = compare(tree_of(loaded(published.version)), tree_of(loaded(newer)))
    assert sum(pair.differs for pair in whole.walk()) == 2


def test_the_number_of_queries_of_a_translation_does_not_grow(sign_in, published, count_queries):
    browser = sign_in("trainer")
    version = translate(published.version, "sw", SYSTEM)
    session = pairs(version).public_id
    paths = [
        f"/courses/versions/{version}/translation",
        f"/courses/versions/{version}/plans/{session}/translation",
        f"/courses/versions/{version}/compare",
    ]

    def counts() -> list[int]:
        found = []
        for path in paths:
            browser.get(path)
            with count_queries() as counted:
                assert browser.get(path).status_code == 200
            found.append(counted.count)
        return found

    before = counts()
    tree = tree_of(loaded(version))
    more = tuple(
        replace(child, lineage=new_public_id(), children=())
        for _twice in range(2)
        for child in tree.children
    )
    fill_draft(version, replace(tree, children=(*tree.children, *more)), SYSTEM)
    paths[1] = f"/courses/versions/{version}/plans/{pairs(version).public_id}/translation"
    assert counts() == before
    assert max(before) <= 18


def test_a_new_version_in_a_new_language_is_a_translation_from_the_start(sign_in, published):
    browser = sign_in("trainer")
    made = browser.post(f"/courses/{published.course}/versions", data={"language": "sw"})
    assert made.location.endswith("/translation")
    assert "missing: 5" in browser.get(made.location).text
