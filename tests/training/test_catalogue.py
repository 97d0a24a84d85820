"""The catalogue: every filter narrows, and all that is asked for is in one version."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.platform.database import new_public_id
from kash.policy import SYSTEM, Actor
from kash.training.models import CourseVersion
from kash.training.queries import TaughtScope
from kash.training.rules.courses import CourseNode, CourseSearch, read_search
from kash.training.services.course_files import fill_draft, start_version
from kash.training.services.courses import add_course
from tests.declaring import also_declared


def course(name: str, audience: str, level: str, minutes: int, method: str, **said: Any) -> str:
    made, version = add_course(
        name, audience, level, public_title=f"Title {name}", language="en", by=SYSTEM
    )
    step = CourseNode("step", new_public_id(), {"method": method, "to_do": "Something"})
    plan = CourseNode("plan", new_public_id(), {"title": "A", "minutes": minutes}, children=(step,))
    module = CourseNode("module", new_public_id(), {"title": "M"}, children=(plan,))
    tree = CourseNode("version", "", {"public_title": f"Title {name}"} | said, children=(module,))
    fill_draft(version, tree, SYSTEM)
    return made


@pytest.fixture
def courses(published):
    course("Alpha", "Police", "Basic", 90, "role_play", group_least=10, group_most=20)
    made = course("Beta", "Community", "Basic", 500, "lecture", prerequisites="Alpha")
    start_version(made, "sw", SYSTEM)
    return made


def found(browser: FlaskClient, **asked: str) -> list[str]:
    body = browser.get("/courses", query_string=asked).text.partition("<tbody>")[2]
    return [name for name in ("Alpha", "Beta", "Working together") if f">{name}</a>" in body]


ALL = ["Alpha", "Beta", "Working together"]


@pytest.mark.usefixtures("courses")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ALL),
        ({"search": "alph"}, ["Alpha"]),
        ({"search": "listening"}, ["Working together"]),
        ({"audience": "Police"}, ["Alpha"]),
        ({"level": "Basic", "method": "lecture"}, ["Beta"]),
        ({"method": "role_play"}, ["Alpha"]),
        ({"language": "sw"}, ["Beta"]),
        ({"length": "half"}, ["Alpha", "Working together"]),
        ({"length": "two"}, ALL),
        ({"length": "more"}, []),
        # A translation that does not say yet what must come before needs what its source needs.
        ({"needs": "nothing"}, ["Alpha", "Working together"]),
        ({"people": "25"}, ["Beta", "Working together"]),
        ({"people": "15"}, ALL),
        ({"people": "many", "length": "x", "method": "x", "language": "x"}, ALL),
        ({"search": "%_"}, []),
    ],
)
def test_each_filter_narrows_what_is_shown(sign_in, asked, expected):
    assert found(sign_in("trainer"), **asked) == expected


def test_nothing_found_is_said_with_a_way_back(sign_in, courses):
    body = sign_in("trainer").get("/courses?method=game").text
    assert "No course answers this" in body
    assert "Show all" in body


def test_a_peer_finds_only_what_was_taught(sign_in, published, courses):
    def taught(_actor: Actor) -> Any:
        return select(CourseVersion.id).where(CourseVersion.public_id == published.version)

    browser = sign_in("peer")
    with also_declared(TaughtScope(taught), without=TaughtScope):
        assert found(browser) == ["Working together"]
        assert found(browser, search="alpha") == []
        body = browser.get("/courses").text
        assert "Police" not in body


@given(st.dictionaries(st.sampled_from(["search", "people", "length", "needs", "x"]), st.text()))
def test_no_address_is_an_error(asked):
    search = read_search(asked, {"en": "English"})
    assert search.people is None or 1 <= search.people <= 500
    assert len(search.text) <= 200
    assert search.narrows == (search != CourseSearch())
