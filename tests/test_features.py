"""A feature is its folder and a line each in a few tables: the frame and the rooms below read what
it declares, and know nothing of it."""

import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Blueprint, Flask, url_for

from kash.application import create_app
from kash.feature import Feature, Part, add_features, declared
from kash.features import FEATURES
from kash.people.models import Person
from kash.people.sections import PersonSection, SectionRow
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.jobs import Chore, JobKind
from kash.platform.web.parts import Destination, Findable, Hit, SettingLine
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Actor, allow
from kash.workshops.models import Workshop
from kash.workshops.tabs import Tab
from tests.desk.conftest import workshop  # noqa: F401

_KASH = Path(__file__).parents[1] / "kash"
# Tables in which each feature has its lines, and the sample, which shows every feature.
_TABLES = ("features.py", "policy.py", "desk/demo")
_BUILT_UPON = {
    "forums": (
        "exchange/funder_reports",
        "exchange/overview",
        "planning/clashes",
        "planning/series",
    ),
    "payouts": ("money/budget",),
}


def _code(file: Path) -> str:
    """The code of a file without comments and docstrings."""
    kept, before = [], tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(file.read_text()).readline):
        begins = before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL)
        is_docstring = token.type == tokenize.STRING and begins
        if token.type != tokenize.COMMENT and not is_docstring:
            kept.append(token.string)
        if token.type != tokenize.COMMENT:
            before = token.type
    return " ".join(kept)


def _that_name(feature: str) -> list[str]:
    """The files outside its folder whose code names a feature, but for the tables."""
    named = re.compile(rf"\b{feature}\b")
    found = []
    for file in sorted(_KASH.rglob("*.py")):
        place = file.relative_to(_KASH)
        # To take a file apart takes a hundred times as long as to look through its text.
        if feature in place.parts or str(place).startswith(_TABLES):
            continue
        if not named.search(file.read_text()):
            continue
        if named.search(_code(file)):
            found.append(str(place))
    return found


@pytest.mark.parametrize(("feature", "most"), [("payouts", 1), ("forums", 3)])
def test_hardly_anything_outside_its_folder_names_a_feature(feature, most):
    """Payouts stood in seven files and forums in twelve, and each new room would have cost as many.

    What is left are words: of sentences, and of breaches. Rooms that are built upon another (what
    comes again, and what meets at one hour) name it, of course.
    """
    above = _BUILT_UPON.get(feature, ())
    found = [file for file in _that_name(feature) if not file.startswith(tuple(above))]
    assert len(found) <= most, found


class _Stone(Part):
    pass


@dataclass(frozen=True)
class _Brick(Part):
    name: str


def test_parts_are_read_by_their_kind_in_the_order_of_the_features():
    low = Feature("low", parts=(_Brick("a"), _Stone(), _Brick("b")))
    app, other = Flask("one"), Flask("other")
    add_features(app, (low, Feature("high", parts=(_Brick("c"),))))
    add_features(other, (low,))
    with app.app_context():
        assert [one.name for one in declared(_Brick)] == ["a", "b", "c"]
        assert len(declared(_Stone)) == 1
    with other.app_context():
        assert [one.name for one in declared(_Brick)] == ["a", "b"]
    with Flask("empty").app_context():
        assert declared(_Brick) == ()
    assert declared(_Brick) == ()


def test_words_filters_and_commands_of_a_feature_are_there(app):
    for feature in FEATURES:
        assert set(feature.words) <= set(app.jinja_env.globals)
        assert set(feature.filters) <= set(app.jinja_env.filters)
        assert {command.name for command in feature.commands} <= set(app.cli.commands)
        assert {one.name for one in feature.blueprints} <= set(app.blueprints)


def test_no_two_features_call_their_work_the_same(app):
    with app.app_context():
        kinds = [kind.name for kind in declared(JobKind)]
        chores = [chore.name for chore in declared(Chore)]
    assert (len(kinds), len(chores)) == (len(set(kinds)), len(set(chores)))
    assert (len(kinds) > 8, len(chores) > 20) == (True, True)


# --- A feature that stands nowhere but here ----------------------------------------------------

lanterns = Blueprint("lanterns", __name__, url_prefix="/lanterns")


@lanterns.get("/")
@allow("workshops.see")
def index() -> str:
    return "All lanterns"


@lanterns.get("/of/<public_id>")
@allow("workshops.see")
def of_workshop(public_id: str) -> str:
    return f"Lanterns of {public_id}"


def _due(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine("Lantern the harbour", url_for("lanterns.index"), "By boat.", key=3, button="Go")
    ]


def _found(_actor: Actor, text: str, _limit: int) -> Sequence[Hit]:
    return [Hit(f"Lantern to {text}", url_for("lanterns.index"))]


def _of_person(person: str, _actor: Actor) -> Sequence[SectionRow]:
    return [SectionRow("12 May", f"Lanterned {person}")]


VISITS = Feature(
    "lanterns",
    blueprints=(lanterns,),
    parts=(
        Destination("lanterns.index", "Lanterns to places", "place", "workshops.see", 25),
        Tab("Her lanterns", "lanterns.of_workshop", "workshops.see", 70),
        PersonSection("Lanterns at home", _of_person),
        Need("lanterns", 5, _due, lead="Lanterns that wait:", lead_place=5),
        Findable("lanterns", "Found lanterns", "workshops.see", 35, _found),
        SettingLine("work", 25, "lanterns.index", "Kinds of lanterns", "place", lambda _n: "Two."),
    ),
)


def test_a_feature_that_says_what_it_has_stands_everywhere(
    app,
    actor,
    client_for,
    workshop,  # noqa: F811
    groups,
):
    """Navigation, Today, search, settings, a workshop's page and a person's, and no other file."""
    director = actor("director")
    held = db.session.get_one(Workshop, workshop(actor("trainer"), [utc_now()])).public_id
    person = new_public_id()
    db.session.add(
        Person(
            public_id=person,
            chosen_name="Heri Mfano",
            sort_name="heri mfano",
            group_id=groups[1].id,
            created_by="system",
        )
    )
    db.session.commit()
    house = create_app(app.config["SETTINGS"], features=(*FEATURES, VISITS))
    house.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    browser = client_for(director, house.test_client())
    today = browser.get("/").text
    assert '<a href="/lanterns/">Lantern the harbour</a>' in today
    assert "Lanterns that wait:" in today
    assert today.index("Lantern the harbour") < today.index("What comes next")
    assert "Lanterns to places" in today
    assert "Found lanterns" in browser.post("/search", data={"search": "the lake"}).text
    assert "Lantern to the lake" in browser.post("/search", data={"search": "the lake"}).text
    assert "Kinds of lanterns" in browser.get("/settings").text
    page = browser.get(f"/workshops/{held}").text
    assert f'href="/lanterns/of/{held}"' in page
    assert page.index("Attendance") < page.index("Her lanterns") < page.index("Papers")
    assert f"Lanterned {person}" in browser.get(f"/people/{person}").text
    assert browser.get("/lanterns/").text == "All lanterns"
    assert "Lanterns to places" not in client_for(director).get("/").text
