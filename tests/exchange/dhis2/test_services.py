"""Pushes through each fault of the network and of the other end: pushing again ends with the right
values there, and with no value sent twice that was taken."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kash.exchange.dhis2 import queries, services
from kash.exchange.dhis2.models import Push, PushedValue
from kash.exchange.dhis2.queries import NothingToPush, dhis2_connection, period_named, push_plan
from kash.exchange.dhis2.rules import SourceCell
from kash.exchange.dhis2.services import CellMapping, ask_to_push, map_cell, remove_cell, send_push
from kash.figures.statements.rules import Name
from kash.people.connections.queries import NotOn
from kash.people.connections.services import (
    agree_to_connection,
    change_connection,
    switch_off,
    switch_on,
)
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import SILENT
from kash.platform.vault import AuditEntry
from kash.policy import Actor
from tests.people.connections.recorded import entered, switched_on
from tests.people.connections.stand_in import other_end
from tests.refusals import refuses

from .stand_in import Dhis2

UNIT, ELEMENTS = "DiszpKrYNg8", ("f7n9E0hX8qk", "Ix2HsbDMLea", "eY5ehpbEsB7")
FIGURES = ("officers:people_completed", "officers:certified", "workshops:workshops_held")
YEAR = "2025"


@pytest.fixture
def counts(monkeypatch):
    """Counts of figures, in place of the programme's."""
    found: dict[str, int | None] = dict(zip(FIGURES, (12, 0, 3), strict=True))

    def of(_self: object, cell: SourceCell) -> tuple[int | None, str]:
        return found[cell.code], "" if found[cell.code] is not None else "none"

    monkeypatch.setattr("kash.exchange.dhis2.queries._Counts.of", of)
    monkeypatch.setattr(services, "PATIENCE", 5.0)
    return found


@pytest.fixture
def there():
    """The other end."""
    return Dhis2()


@pytest.fixture
def connected(app, actor, counts, there):
    """A connection to it with three figures mapped."""
    with other_end(there.answer) as end:
        made = switched_on(actor, address=end.address, settings={"data_set": "pBOMPrpg1QX"})
        for figure, element in zip(FIGURES, ELEMENTS, strict=True):
            map_cell(made, CellMapping(figure, "year", element, UNIT), by=actor("monitoring"))
        yield made


def _push(connection: str, by: Actor) -> dict[str, str]:
    """Push, and say what became of each value."""
    made = ask_to_push(connection, period_named(YEAR), by=by)
    send_push(SILENT, made)
    rows = queries.push(dhis2_connection(connection), made).values
    return {row.data_element: row.outcome for row in rows}


def _held(there: Dhis2) -> dict[str, str]:
    return {key[0]: value for key, value in there.held.items()}


def test_changes_alone_are_sent_and_what_no_longer_holds_is_withdrawn(
    both_engines_app, connected, actor, there, counts
):
    officer = actor("monitoring")
    assert set(_push(connected, officer).values()) == {"stored"}
    # Nought is a number, and goes.
    assert _held(there) == dict(zip(ELEMENTS, ("12", "0", "3"), strict=True))
    with pytest.raises(NothingToPush):
        ask_to_push(connected, period_named(YEAR), by=officer)
    counts[FIGURES[0]], counts[FIGURES[1]] = 13, None
    assert _push(connected, officer) == {ELEMENTS[0]: "stored", ELEMENTS[1]: "stored"}
    assert there.writes[1:] == [("CREATE_AND_UPDATE", [ELEMENTS[0]]), ("DELETE", [ELEMENTS[1]])]
    assert _held(there) == {ELEMENTS[0]: "13", ELEMENTS[2]: "3"}
    (cell,) = (
        one
        for one in queries.cells_of(dhis2_connection(connected))
        if one.data_element == ELEMENTS[0]
    )
    remove_cell(connected, cell.public_id, by=officer)
    _push(connected, officer)
    assert len(_held(there)) == 1
    actions = list(db.session.scalars(select(AuditEntry.action)))
    assert actions.count("dhis.push_asked") == 3


@pytest.mark.any_engine
@pytest.mark.parametrize("says_which", [True, False])
@pytest.mark.parametrize("wrapped", [True, False])
def test_half_taken_is_known_value_by_value_and_only_the_rest_goes_again(
    connected, actor, there, says_which, wrapped
):
    there.wrong, there.says_which, there.wrapped = frozenset(ELEMENTS[1:2]), says_which, wrapped
    found = _push(connected, actor("monitoring"))
    kept = {ELEMENTS[0]: "stored", ELEMENTS[2]: "stored"}
    assert found == {**kept, ELEMENTS[1]: "refused" if says_which else "not_sent"}
    there.wrong = frozenset()
    assert _push(connected, actor("monitoring")) == {ELEMENTS[1]: "stored"}
    assert _held(there)[ELEMENTS[1]] == "0"


@pytest.mark.any_engine
@pytest.mark.parametrize("fault", ["before", "after", "half", "garbage", "busy"])
@pytest.mark.parametrize("again", ["", "before"])
def test_a_push_that_met_a_fault_is_right_after_the_next(connected, actor, there, fault, again):
    """`again` is what happens to the reading back."""
    there.plan = [fault, again]
    found = set(_push(connected, actor("monitoring")).values())
    taken = fault in ("after", "half", "garbage")
    assert found == ({"unknown"} if again else {"stored"} if taken else {"not_sent"})
    there.plan = []
    try:
        assert set(_push(connected, actor("monitoring")).values()) == {"stored"}
    except NothingToPush:
        assert found == {"stored"}
    assert _held(there) == dict(zip(ELEMENTS, ("12", "0", "3"), strict=True))
    with pytest.raises(NothingToPush):
        ask_to_push(connected, period_named(YEAR), by=actor("monitoring"))


@pytest.mark.any_engine
def test_nothing_goes_by_a_connection_that_is_off_and_no_second_push_beside_one(
    connected, actor, there
):
    officer = actor("monitoring")
    made = ask_to_push(connected, period_named(YEAR), by=officer)
    with refuses("Something is being sent already."):
        ask_to_push(connected, period_named(YEAR), by=officer)
    switch_off(connected, by=officer)
    send_push(SILENT, made)
    send_push(SILENT, made)
    assert {(one.outcome, one.code) for one in db.session.scalars(select(PushedValue))} == {
        ("not_sent", "off")
    }
    assert there.writes == []
    with pytest.raises(NotOn):
        ask_to_push(connected, period_named(YEAR), by=officer)
    for text in ("2025-01", "2999", "x"):
        with refuses("Choose a quarter or a year that is over."):
            period_named(text)


@pytest.mark.any_engine
def test_everything_goes_again_once_the_connection_leads_to_another_system(connected, actor, there):
    """A trial server at first, and then the country's own."""
    officer, another = actor("monitoring"), Dhis2()
    _push(connected, officer)
    cell = queries.cells_of(dhis2_connection(connected))[0]
    remove_cell(connected, cell.public_id, by=officer)
    with other_end(another.answer) as end:
        changed = entered(address=end.address, settings={"data_set": "pBOMPrpg1QX"}, secret="")
        change_connection(connected, changed, dhis2_connection(connected).row_version, by=officer)
        shown = dhis2_connection(connected).row_version
        agree_to_connection(connected, shown, by=actor("director"))
        switch_on(connected, shown, by=officer)
        assert set(_push(connected, officer).values()) == {"stored"}
        assert set(_held(another)) == set(ELEMENTS) - {cell.data_element}
        with pytest.raises(NothingToPush):
            ask_to_push(connected, period_named(YEAR), by=officer)


@pytest.mark.any_engine
def test_two_figures_never_go_to_one_place(connected, actor):
    """The second would silently go over the first."""
    with refuses("Another figure goes to this place already."):
        map_cell(
            connected, CellMapping(FIGURES[1], "year", ELEMENTS[0], UNIT), by=actor("monitoring")
        )
    other = switched_on(actor)
    with refuses("The connection names no data set."):
        ask_to_push(other, period_named(YEAR), by=actor("monitoring"))


@pytest.mark.any_engine
def test_of_the_community_goes_only_what_has_left_already_and_no_star(app, actor, monkeypatch):
    """A figure there would else narrow a star that was told to a funder."""
    told = {Name("people_completed"): 40, Name("people_completed", "", (("sex", "female"),)): None}
    monkeypatch.setattr(queries, "told_by_period", lambda _session: {YEAR: told})
    made = switched_on(actor, settings={"data_set": "pBOMPrpg1QX"})
    for figure, element in (
        ("community:people_completed", ELEMENTS[0]),
        ("community:people_completed:sex=female", ELEMENTS[1]),
        ("community:people_completed:sex=male", ELEMENTS[2]),
        ("officers:people_completed", "aaaaaaaaaaa"),
    ):
        map_cell(made, CellMapping(figure, "year", element, UNIT), by=actor("monitoring"))
    planned, _figures, unsent = push_plan(dhis2_connection(made), period_named(YEAR))
    assert {slot.data_element: one for slot, one in planned.values.items()} == {ELEMENTS[0]: 40}
    assert {(cell.data_element, why) for cell, why in unsent} == {
        (ELEMENTS[1], "starred"),
        (ELEMENTS[2], "untold"),
        ("aaaaaaaaaaa", "none"),
    }


@pytest.mark.any_engine
def test_the_pages_show_what_would_go_and_what_became_of_it(connected, actor, there, client_for):
    browser, at = client_for(actor("monitoring")), f"/dhis2/{connected}"
    typed = {"figure": FIGURES[0], "kind": "year", "data_element": "short", "org_unit": UNIT}
    wrong = browser.post(f"{at}/cells/new", data=typed)
    assert (wrong.status_code, "eleven letters and digits" in wrong.text) == (422, True)
    taken = browser.post(f"{at}/cells/new", data=typed | {"data_element": ELEMENTS[0]})
    assert (taken.status_code, "goes to this place already" in taken.text) == (422, True)
    dry = browser.get(f"{at}/preview?period={YEAR}")
    assert ([one in dry.text for one in ELEMENTS], there.writes) == ([True] * 3, [])
    assert browser.get(f"{at}/preview?period=2999").status_code == 422
    there.wrong = frozenset(ELEMENTS[:1])
    asked = browser.post(f"{at}/push", data={"period": YEAR})
    assert asked.status_code == 303
    under_way = "It is being sent"
    assert under_way in browser.get(asked.headers["Location"]).text
    for hours, said_so in ((2, True), (0, False)):
        with writing() as session:
            session.execute(update(Push).values(asked_at=utc_now() - timedelta(hours=hours)))
        # Its job failed, or its worker died.
        page = browser.get(asked.headers["Location"]).text
        assert (under_way in page, "Send the period again" in page) == (not said_so, said_so)
    send_push(SILENT, asked.headers["Location"].rsplit("/", 1)[1])
    page = browser.get(asked.headers["Location"]).text
    assert "Data element not found" in page
    assert browser.get(at).status_code == 200
    assert client_for(actor("director")).get(at).status_code == 403
    runner = browser.application.test_cli_runner()
    said = runner.invoke(args=["dhis2", "send", connected, "--period", YEAR, "--dry-run"])
    assert said.output.splitlines()[0].split()[:2] == ["send", ELEMENTS[0]]
