"""Whatever has left to another system stands in what has left, and tells nobody more of the
community than the statements did: a figure that is forgotten there is one by which a star can be
worked out."""

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.exchange.dhis2.models import Push, PushedValue
from kash.exchange.dhis2.queries import CELLS, dhis2_connection, push_plan
from kash.exchange.dhis2.rules import FigureSource
from kash.exchange.dhis2.services import CellMapping, map_cell
from kash.figures.indicators.rules import Period, read_period
from kash.figures.statements.queries import told_by_period
from kash.figures.statements.rules import COMPLETED, Name
from kash.platform.database import db, utc_now
from kash.policy import Actor
from tests.figures.statements.conftest import held, programme
from tests.people.connections.recorded import switched_on

__all__ = ["held", "programme"]
MakeActor = Callable[..., Actor]
UNIT = "DiszpKrYNg8"
COMMUNITY = [one for one in CELLS.values() if one.source == FigureSource.COMMUNITY]
_NAMES = st.sampled_from([Name(COMPLETED, "", one.place) for one in COMMUNITY])


def _element(number: int) -> str:
    return f"e{number:010}"


def _mapped(actor: MakeActor, kind: str) -> str:
    """A connection to which all figures of the community are mapped."""
    made = switched_on(actor, settings={"data_set": "pBOMPrpg1QX"})
    for number, one in enumerate(COMMUNITY):
        map_cell(made, CellMapping(one.code, kind, _element(number), UNIT), by=actor("monitoring"))
    return made


def _planned(connection: str, period: Period) -> dict[Name, int]:
    """Figures of the community that a push would send, by their names in the ledger."""
    planned, figures, _unsent = push_plan(dhis2_connection(connection), period)
    return {
        Name(CELLS[figures[slot]].indicator, "", CELLS[figures[slot]].place): value
        for slot, value in planned.values.items()
    }


@pytest.mark.any_engine
def test_a_push_tells_of_the_community_what_the_ledger_tells_and_nothing_else(
    app, actor, monkeypatch
):
    """So a push adds nothing to what is attacked before a statement leaves."""
    connection, year = _mapped(actor, "year"), read_period("2025")

    @given(st.dictionaries(_NAMES, st.none() | st.integers(0, 500)))
    def ask(told: dict[Name, int | None]) -> None:
        monkeypatch.setattr(
            "kash.exchange.dhis2.queries.told_by_period", lambda _session: {"2025": told}
        )
        known = {name: value for name, value in told.items() if value is not None}
        assert _planned(connection, year) == known

    ask()
    monkeypatch.setattr(
        "kash.exchange.dhis2.queries.told_by_period",
        lambda _session: {"2025-Q1": {Name(COMPLETED): 9}, "2024": {Name(COMPLETED): 8}},
    )
    assert _planned(connection, year) == {}


@pytest.mark.any_engine
def test_of_a_quarter_that_was_sent_a_push_tells_the_table_as_it_left(held, actor):
    connection, quarter = _mapped(actor, "quarter"), read_period("2025-Q1")
    assert _planned(connection, quarter) == {}
    held.sent()
    told = told_by_period(db.session())["2025-Q1"]
    assert _planned(connection, quarter) == {
        name: value for name, value in told.items() if not name.funder and value is not None
    }


def _send(connection: str, *values: tuple[int | None, str], element: int = 1) -> None:
    """Values to one place, each by a push of its own, with what became of it."""
    for value, outcome in values:
        push = Push(
            connection_id=dhis2_connection(connection).id,
            period="2025",
            state="done",
            asked_by="system",
            asked_at=utc_now(),
            done_at=utc_now(),
        )
        push.values = [
            PushedValue(
                data_element=_element(element),
                option_combo="",
                attribute_combo="",
                org_unit=UNIT,
                figure="officers:people_completed",
                value=value,
                outcome=outcome,
            )
        ]
        db.session.add(push)
        db.session.commit()


def test_each_value_that_may_have_left_stands_there_and_whether_it_was_withdrawn(
    both_engines_app, actor, client_for
):
    made = switched_on(actor, settings={"data_set": "pBOMPrpg1QX"})
    browser = client_for(actor("director"))
    assert "No figure has left to another system." in browser.get("/statements/left").text
    _send(made, (11, "stored"), (12, "stored"), (None, "stored"), (13, "stored"))
    _send(made, (21, "stored"), (None, "refused"), (22, "not_sent"), (23, "unknown"), element=2)
    index = browser.get("/statements/left").text
    at = f"/dhis2/{made}/left"
    assert at in index
    page = browser.get(at).text
    assert (page.count("withdrawn on"), page.count("not known")) == (2, 2)
    table = browser.post(f"{at}?take=csv").text
    _head, *rows = csv.reader(io.StringIO(table.lstrip("\ufeff")))
    assert [(row[5], row[7], bool(row[8])) for row in rows] == [
        ("23", "no", False),
        ("21", "yes", False),
        ("13", "yes", False),
        ("12", "yes", True),
        ("11", "yes", True),
    ]
    officer = client_for(actor("trainer"))
    assert officer.get(at).status_code == 403
