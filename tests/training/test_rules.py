"""Titles, states, orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.training.models import CourseVersion, PlanRow, SessionPlan
from kash.training.rules.courses import (
    KINDS,
    PLAN,
    PLAN_ROWS,
    VERSION,
    FieldKind,
    group_size,
    lines,
    next_state,
    outline,
    telling_words,
    unseen_words,
)


@pytest.mark.parametrize(
    ("title", "telling"),
    [
        ("Working Together", ()),
        ("Good practice for scopes and grapes", ()),
        ("Safety for Sex Workers and POLICE", ("sex", "police")),
        ("Sexual health", ("sexual",)),
        ("Kuzuia ukatili", ("ukatili",)),
        ("Human  rights, step by step", ("human rights",)),
        ("Violénce and arrests", ("arrests", "violence")),
        ("Mafunzo haya na hivi", ()),
        ("𝗛𝗜𝗩 and 𝑆𝐸𝑋 work", ("hiv", "sex")),
    ],
)
def test_titles_that_tell(title, telling):
    assert sorted(telling_words(title)) == sorted(telling)


def test_every_step_from_every_state():
    possible = {
        (state, step): to
        for state in ("draft", "proposed", "published")
        for step in ("propose", "take_back", "publish", "return")
        if (to := next_state(state, step, plans=1)) is not None  # type: ignore[arg-type]
    }
    assert possible == {
        ("draft", "propose"): "proposed",
        ("proposed", "take_back"): "draft",
        ("proposed", "return"): "draft",
        ("proposed", "publish"): "published",
    }
    assert next_state("draft", "propose", plans=0) is None
    assert next_state("proposed", "publish", plans=0) is None


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Za-z][a-z' ]{0,20}[a-z]", fullmatch=True),
            st.integers(5, 600),
            st.sampled_from([" ", ", ", " – ", ": "]),
            st.sampled_from(["", " min", " minutes", " dakika"]),
        )
    )
)
def test_an_outline_is_read_line_by_line(typed):
    text = "\n".join(f"• {title}{mark}{minutes}{unit}" for title, minutes, mark, unit in typed)
    assert outline(text) == [(title, minutes) for title, minutes, _mark, _unit in typed]
    assert outline("\n".join(title for title, *_rest in typed)) == [
        (title, 60) for title, *_rest in typed
    ]


@given(st.lists(st.text("ab -•*\t", max_size=6)))
def test_lines_hold_something_and_no_marks(parts):
    for line in lines("\n".join(parts)):
        assert line == line.strip()
        assert line[0] not in "-•*"


@pytest.mark.parametrize(
    ("objective", "unseen"),
    [
        ("Understands the limit of 24 hours", ("understands",)),
        ("Know whom to call, and be aware of the law", ("know", "be aware")),
        ("Washiriki wanaelewa na kujua haki zao", ("wanaelewa", "kujua")),
        ("Wafahamu sheria", ("wafahamu",)),
        ("Tells a friend what Article 49 says", ()),
        ("Shows the acknowledgement, and writes it down", ()),
        ("Aeleza sheria, aonyesha mfano", ()),
        ("Anajulisha kituo", ()),
        ("", ()),
    ],
)
def test_words_of_an_objective_that_nobody_can_observe(objective, unseen):
    assert unseen_words(objective) == unseen


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(12, 24, "12–24"), (12, None, "12+"), (None, 24, "≤ 24"), (12, 12, "12"), (None, None, "")],
)
def test_group_sizes(least, most, words):
    assert group_size(least, most) == words


def test_every_field_takes_what_is_empty_and_has_a_column():
    """A field without a column, or a column that no field declares, would lose what is written."""
    own = {"id", "public_id", "lineage", "made_from", "position", "plan_id", "module_id", "kind"}
    own |= {"version_id", "row_version"}
    of_rows = {name for kind in PLAN_ROWS for name in (each.name for each in kind)}
    assert of_rows == set(PlanRow.__table__.columns.keys()) - own
    assert {each.name for each in PLAN} == set(SessionPlan.__table__.columns.keys()) - own
    assert {each.name for each in VERSION} < set(CourseVersion.__table__.columns.keys())
    for kind in KINDS.values():
        for field in kind:
            assert field.takes(field.empty) or field.needed
            assert field.kind is not FieldKind.LINE or not field.takes("a\nb")
