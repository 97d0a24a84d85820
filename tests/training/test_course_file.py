"""The file that carries a course: what it holds, and what of it is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.database import new_public_id, public_id_from
from kash.training.rules.course_files import (
    MOST_BYTES,
    MOST_FAULTS,
    MOST_TEXT_BYTES,
    CourseFile,
    FileVersion,
    HereVersion,
    UnreadableFile,
    VersionStanding,
    digest_of,
    place_versions,
    read_file,
    written_file,
)
from kash.training.rules.courses import (
    BELOW,
    KINDS,
    MOST_PLANS,
    CourseNode,
    Field,
    FieldKind,
    Value,
)
from kash.training.rules.versions import fingerprint

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)
KEYS = st.binary(min_size=16, max_size=16).map(public_id_from)


def values_of(field: Field) -> st.SearchStrategy[Value]:
    """Anything that a field can hold."""
    if field.kind is FieldKind.LINE:
        return TEXTS
    if field.kind is FieldKind.TEXT:
        return TEXTS | st.just("two\nlines\twide")
    if field.kind is FieldKind.CHOICE:
        return st.sampled_from(["", *field.choices])
    if field.kind is FieldKind.FILE:
        return st.just("")
    some: st.SearchStrategy[Value] = (
        st.integers(field.least, field.most) if field.kind is FieldKind.NUMBER else st.dates()
    )
    return some if field.needed else st.none() | some


@st.composite
def nodes(draw: st.DrawFn, kind: str = "version") -> CourseNode:
    """A row of any kind, with up to two of each kind below it."""
    declared = KINDS[kind]
    fields = {each.name: draw(values_of(each)) for each in declared}
    translated = [each.name for each in declared if each.translated]
    made_from = draw(st.dictionaries(st.sampled_from(translated or [""]), TEXTS.map(fingerprint)))
    below = [
        child
        for deeper in BELOW.get(kind, {})
        for child in draw(st.lists(nodes(deeper), max_size=2))
    ]
    lineage = "" if kind == "version" else draw(KEYS)
    return CourseNode(kind, lineage, fields, made_from if translated else {}, tuple(below))


def is_whole(tree: CourseNode) -> bool:
    """True if no two rows have one key."""
    keys = [node.key for node in tree.walk()]
    return len(set(keys)) == len(keys)


@given(nodes().filter(is_whole), TEXTS.filter(str.strip), st.none() | st.dates())
def test_what_a_file_carries_arrives_as_it_was(tree, name, day):
    first = FileVersion(new_public_id(), 1, "en", tree, published=day)
    second = FileVersion(new_public_id(), 7, "sw", tree, first.lineage)
    course = CourseFile(new_public_id(), name, "Everyone", "", (first, second))
    assert read_file(written_file(course, {})) == course


def plan(**more: object) -> dict[str, Any]:
    """The plain value of a session."""
    return {"lineage": "a" * 16, "title": "Opening", "minutes": 30, **more}


def plain(*plans: object, **more: object) -> dict[str, Any]:
    """The plain value of a course with one version of one module."""
    module = {"lineage": "m" * 16, "title": "First", "plans": list(plans)}
    version = {"lineage": "v" * 16, "number": 1, "language": "en", "public_title": "Listening"}
    return {
        "format": 1,
        "course": {"lineage": "c" * 16, "name": "Working together"},
        "versions": [{**version, "modules": [module]}],
        **more,
    }


def file_of(said: dict[str, Any]) -> bytes:
    """A plain value as a file whose digest is right."""
    return json.dumps({**said, "digest": digest_of(said)}).encode()


def faults(content: bytes) -> list[tuple[str, str]]:
    """Where a file is wrong, and what is said of it."""
    with pytest.raises(UnreadableFile) as caught:
        read_file(content)
    return [(fault.where, fault.sentence % dict(fault.said)) for fault in caught.value.faults]


IN_PLAN = "versions 1 / modules 1 / plans 1"


@pytest.mark.parametrize(
    ("wrong", "where", "sentence"),
    [
        ({"minutes": "30"}, "minutes", "A whole number from 5 to 600 belongs here."),
        ({"minutes": True}, "minutes", "A whole number from 5 to 600 belongs here."),
        ({"minutes": 3.5}, "minutes", "A whole number from 5 to 600 belongs here."),
        ({"title": "t" * 161}, "title", "This has 161 characters; at most 160 are possible."),
        ({"title": "a\nb"}, "title", "This must be on one line."),
        ({"title": ["a"]}, "title", "Text belongs here."),
        ({"notes": "a\x00b"}, "notes", "This holds characters that cannot be shown."),
        ({"notes": "\ud800"}, "notes", "This holds characters that cannot be shown."),
        ({"leads": "me"}, "leads", "One of these belongs here: police, community, both, either."),
        ({"lineage": "short"}, "lineage", "A key of 16 small letters and digits belongs here."),
        ({"colour": "red"}, "colour", "There is no such field here."),
        ({"steps": {}}, "steps", "A list belongs here."),
        ({"steps": ["go"]}, "steps 1", "Fields with names belong here."),
        ({"steps": [{}] * 41}, "steps", "There are more than 40 here."),
        (
            {"made_from": {"minutes": "0" * 16}},
            "made_from / minutes",
            "There is no such field here.",
        ),
        (
            {"made_from": {"title": "x"}},
            "made_from / title",
            "A fingerprint of 16 digits belongs here.",
        ),
        (
            {"legal_points": [{"lineage": "1" * 16, "checked_on": "20261128"}]},
            "legal_points 1 / checked_on",
            "A day belongs here, written as 2026-03-31.",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place(wrong, where, sentence):
    assert faults(file_of(plain(plan(**wrong)))) == [(f"{IN_PLAN} / {where}", sentence)]


def test_what_would_let_two_rows_or_versions_be_taken_for_one_is_refused():
    twice = plain(plan(), plan())
    assert faults(file_of(twice)) == [
        ("versions 1 / modules 1 / plans 2 / lineage", "This key stands here twice.")
    ]
    whole = plain(plan())
    whole["versions"] *= 2
    assert [where for where, _sentence in faults(file_of(whole))] == [
        "versions 2 / lineage",
        "versions 2 / number",
    ]


def test_more_sessions_than_a_version_holds_are_told_with_their_number():
    sessions = [plan(lineage=f"{at:016}") for at in range(MOST_PLANS + 1)]
    whole = plain()
    (first,) = whole["versions"][0]["modules"]
    second = {**first, "lineage": "n" * 16, "plans": sessions[100:]}
    whole["versions"][0]["modules"] = [{**first, "plans": sessions[:100]}, second]
    assert faults(file_of(whole)) == [
        ("versions 1", f"There are too many sessions here: more than {MOST_PLANS}.")
    ]
    second["plans"].pop()
    (version,) = read_file(file_of(whole)).versions
    assert sum(node.kind == "plan" for node in version.tree.walk()) == MOST_PLANS


def test_translations_of_nothing_of_themselves_or_in_a_circle_are_refused():
    one, *_ = plain(plan())["versions"]
    other = {**one, "lineage": "w" * 16, "number": 2}
    said = {
        "The version that this one translates is not in this file.": [
            {**one, "translates": "x" * 16}
        ],
        "A translation is into another language.": [one, {**other, "translates": "v" * 16}],
        "These versions translate one another in a circle.": [
            {**one, "translates": "w" * 16},
            {**other, "translates": "v" * 16, "language": "sw"},
        ],
    }
    for sentence, versions in said.items():
        found = faults(file_of(plain(versions=versions)))
        assert {told for _where, told in found} == {sentence}


def test_a_file_cut_at_any_place_or_altered_in_any_text_brings_nothing():
    content = file_of(plain(plan()))
    # Its last two characters are a bracket and a line end.
    for end in range(len(content) - 1):
        assert len(faults(content[:end])) == 1
    altered = content.replace(b"Opening", b"Openlng")
    assert faults(altered) == [
        ("digest", "This file was altered or damaged after it was written. Ask for it again.")
    ]
    laid_out = json.dumps(json.loads(content), indent=4).encode()
    assert read_file(laid_out) == read_file(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"format": 1}',
        b"[" * 100_000,
        b'{"format": NaN, "course": 1}',
        b"1" * 5000,
        b'{"format": 1, "format": 2, "course": {}}',
        file_of({**plain(), "format": 2}),
        b" " * (MOST_BYTES + 1),
    ],
)
def test_what_is_no_course_file_is_told_in_one_sentence(content):
    assert len(faults(content)) == 1


def test_a_file_of_nothing_but_mistakes_is_not_read_to_its_end():
    wrong = plain(*(plan(lineage=new_public_id(), minutes=0) for _each in range(30)))
    assert len(faults(file_of(wrong))) == MOST_FAULTS


def here(tree: CourseNode, lineage: str, language: str = "en") -> HereVersion:
    """A version that is here."""
    return HereVersion(new_public_id(), lineage, 1, language, "draft", tree)


def test_versions_are_new_the_same_or_different_by_key_and_by_what_they_say():
    first, second = (
        CourseNode(
            "version", "", {each.name: each.empty for each in KINDS["version"]} | {"summary": said}
        )
        for said in ("a", "b")
    )
    carried = [FileVersion("v" * 16, 1, "en", first)]

    def standing(*known: HereVersion) -> tuple[VersionStanding, int]:
        (placed,) = place_versions(carried, known)
        return placed.standing, placed.changes

    assert standing() == (VersionStanding.NEW, 0)
    assert standing(here(second, "w" * 16)) == (VersionStanding.NEW, 0)
    assert standing(here(first, "v" * 16, "sw")) == (VersionStanding.DIFFERS, 1)
    assert standing(here(second, "v" * 16)) == (VersionStanding.DIFFERS, 1)
    # It was taken as another draft before, which has a key of its own.
    assert standing(here(second, "v" * 16), here(first, "w" * 16)) == (VersionStanding.SAME, 0)


def test_a_file_that_says_more_than_five_megabytes_is_told_so():
    content = file_of(plain(plan()))
    padding = b" " * (MOST_TEXT_BYTES - len(content))
    assert read_file(content + padding).name == "Working together"
    assert faults(content + padding + b" ") == [("", "What this file says is larger than 5 MB.")]
