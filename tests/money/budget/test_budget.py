"""Budgets: figures follow their head counts until they are closed, payments are typed nowhere
twice, and cents add up by funder and code."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from kash.money.budget import services
from kash.money.budget.models import BudgetLine
from kash.money.budget.queries import BudgetSearch, WorkshopBudget, budget_of, budgets, facts_of
from kash.money.budget.rules import BudgetLineFacts, BudgetPart, Driver
from kash.money.budget.services import (
    BudgetLineDetails,
    add_line,
    change_line,
    close_budget,
    open_budget,
    remove_line,
)
from kash.money.payouts.queries.payments import funder_parts, lines_of
from kash.people.models import Venue
from kash.platform.database import db, new_public_id
from kash.platform.web.errors import ChangedMeanwhile, NotFound
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM, Actor
from kash.workshops.models import Funder, Workshop
from kash.workshops.services.people import enrol
from kash.workshops.services.sessions import FunderShare, share_costs
from tests.conftest import csrf_token
from tests.money.payouts.conftest import FAR, NEAR, Ready, plan, ready  # noqa: F401 - fixtures
from tests.refusals import refuses
from tests.workshops.conftest import Held, make_person

TWO_DAYS = (180, 180, 180, 180)
LUNCH = BudgetLineDetails("Lunch", "person_days", 65_000)


def _add(workshop: str, details: BudgetLineDetails) -> str:
    return add_line(workshop, details, key=new_public_id(), by=SYSTEM)


def _budget(held: Held) -> WorkshopBudget:
    return budget_of(held.row)


def _sums(held: Held) -> dict[str, tuple[int, int, int]]:
    return {
        one.line.label: (one.sums.units, one.sums.planned, one.sums.spent)
        for one in _budget(held).lines
    }


def _shared(held: Held, *shares: FunderShare) -> None:
    share_costs(held.workshop, list(shares), held.row_version, held.trainer)


def _let_be_over(held: Held, over: bool = True) -> None:
    row = held.row
    day = local_today() - timedelta(days=1 if over else 0)
    row.starts_on, row.ends_on = day - timedelta(days=1), day
    db.session.commit()


def test_each_line_is_multiplied_by_what_it_names_and_by_nothing_else(ready):  # noqa: F811
    """Zawadi came on both days, Baraka on one, Faraja on none; one trainer teaches."""
    for driver in Driver:
        _add(ready.held.workshop, BudgetLineDetails(driver, driver, 100))
        if driver in ("attended", "person_days"):
            _add(ready.held.workshop, BudgetLineDetails(f"{driver}+", driver, 100, True))
    assert {name: units for name, (units, _planned, _spent) in _sums(ready.held).items()} == {
        "fixed": 1,
        "days": 2,
        "invited": 3,
        "confirmed": 3,
        "attended": 2,
        "attended+": 3,
        "person_days": 3,
        "person_days+": 5,
        "trainers": 1,
    }


def test_a_plan_follows_who_is_enrolled_and_stands_once_it_is_closed(
    plan,  # noqa: F811
):
    held = plan(minutes=TWO_DAYS)
    _add(held.workshop, LUNCH)
    assert _sums(held) == {"Lunch": (0, 0, 0)}
    enrol(held.workshop, make_person("Zawadi Sampuli"), held.trainer)
    assert _sums(held) == {"Lunch": (2, 130_000, 0)}
    _let_be_over(held, over=False)
    with refuses("The workshop is not over."):
        close_budget(held.workshop, by=SYSTEM)
    _let_be_over(held)
    close_budget(held.workshop, by=SYSTEM)
    enrol(held.workshop, make_person("Faraja Sampuli"), held.trainer)
    assert _sums(held) == {"Lunch": (2, 130_000, 0)}
    line = _budget(held).lines[0].line.public_id
    for attempt in (
        lambda: _add(held.workshop, LUNCH),
        lambda: change_line(held.workshop, line, LUNCH, 1, by=SYSTEM),
        lambda: remove_line(held.workshop, line, by=SYSTEM),
        lambda: close_budget(held.workshop, by=SYSTEM),
    ):
        with refuses("This budget is closed."):
            attempt()
    open_budget(held.workshop, by=SYSTEM)
    assert _sums(held) == {"Lunch": (4, 260_000, 0)}
    with refuses("This budget is open already."):
        open_budget(held.workshop, by=SYSTEM)
    remove_line(held.workshop, line, by=SYSTEM)
    with refuses("There is no line yet."):
        close_budget(held.workshop, by=SYSTEM)


def test_what_is_spent_on_transport_is_read_from_payouts_to_the_cent(ready):  # noqa: F811
    held = ready.held
    _shared(held, FunderShare("Ziwa", 67, "Z-1"), FunderShare("Kilima", 33, "K-2"))
    transport = BudgetLineDetails("Transport", "person_days", 50_000, from_payouts=True)
    _add(held.workshop, transport)
    # Until there is a list it is planned by its count.
    assert _sums(held) == {"Transport": (3, 150_000, 0)}
    ready.band(Zawadi=NEAR, Baraka=FAR)
    made = ready.approved()
    listed = sum(line.amount_cents for line in lines_of(ready.one(made)))
    assert _sums(held) == {"Transport": (3, listed, 0)}
    paid = lines_of(ready.one(made))[0]
    paid.state = "paid"
    db.session.commit()
    ((_units, planned, spent),) = _sums(held).values()
    assert (planned, spent) == (listed, paid.amount_cents)
    # The same for each funder as the page of the list says.
    there = funder_parts(held.row, lines_of(ready.one(made)))
    assert {(one.funder, one.planned, one.spent) for one in _budget(held).parts} == set(there)
    assert {one.code for one in _budget(held).parts} == {"Z-1", "K-2"}
    with refuses("Another line reads the payouts already."):
        _add(held.workshop, transport)
    with refuses("Leave this empty:"):
        _add(held.workshop, BudgetLineDetails("More", from_payouts=True, spent_cents=1))


def test_a_closed_budget_keeps_who_bears_it_when_shares_change(plan):  # noqa: F811
    held = plan()
    _shared(held, FunderShare("Ziwa", 50, "Z-1"), FunderShare("Bahari", 50, ""))
    _add(held.workshop, BudgetLineDetails("Hall", unit_cents=101, spent_cents=99))
    _let_be_over(held)
    expected = [BudgetPart("Bahari", "", 51, 50), BudgetPart("Ziwa", "Z-1", 50, 49)]
    assert _budget(held).parts == expected
    close_budget(held.workshop, by=SYSTEM)
    _shared(held, FunderShare("Kilima", 100, ""))
    assert _budget(held).parts == expected
    open_budget(held.workshop, by=SYSTEM)
    assert _budget(held).parts == [BudgetPart("Kilima", "", 101, 99)]


def test_a_cancelled_workshop_plans_nothing_and_keeps_what_was_spent(
    plan,  # noqa: F811
):
    held = plan(minutes=TWO_DAYS)
    _add(held.workshop, BudgetLineDetails("Hall", "days", 450_000, spent_cents=100_000))
    held.row.state = "cancelled"
    db.session.commit()
    assert _sums(held) == {"Hall": (2, 0, 100_000)}


def test_a_line_is_stored_as_it_was_entered_and_changed_by_one_at_a_time(
    plan,  # noqa: F811
    monkeypatch,
):
    held, other = plan(), plan()
    db.session.add(Funder(name="Ziwa"))
    db.session.commit()
    ziwa = db.session.scalars(select(Funder.public_id)).one()
    key = new_public_id()
    said = BudgetLineDetails("Hall", "days", 5, True, False, ziwa, "Z-1", 7)
    for _ in range(2):
        assert add_line(held.workshop, said, key=key, by=SYSTEM) == key
    stored = facts_of(db.session.scalars(select(BudgetLine)).one())
    assert stored == BudgetLineFacts(Driver.DAYS, 5, True, False, "Ziwa", "Z-1", 7)
    otherwise = BudgetLineDetails("Room", "fixed", 6, from_payouts=True)
    change_line(held.workshop, key, otherwise, 1, by=SYSTEM)
    row = db.session.scalars(select(BudgetLine)).one()
    assert (row.label, facts_of(row)) == (
        "Room",
        BudgetLineFacts(Driver.FIXED, 6, from_payouts=True),
    )
    with pytest.raises(ChangedMeanwhile):
        change_line(held.workshop, key, said, 1, by=SYSTEM)
    # Never by the address of another workshop.
    with pytest.raises(NotFound):
        change_line(other.workshop, key, said, 2, by=SYSTEM)
    with pytest.raises(NotFound):
        remove_line(other.workshop, key, by=SYSTEM)
    monkeypatch.setattr(services, "MOST_LINES", 1)
    with refuses("There are as many lines as a budget can hold."):
        _add(held.workshop, LUNCH)


def test_all_budgets_are_narrowed_by_reach_period_funder_and_code(
    plan,  # noqa: F811
    actor,
    client_for,
    monkeypatch,
):
    first, second = plan(), plan()
    _shared(first, FunderShare("Ziwa", 100, "Z-1"))
    for held in (first, second):
        _add(held.workshop, BudgetLineDetails("Hall", unit_cents=1000))
    day = first.row.ends_on
    year = BudgetSearch(day, day)

    def found(by: Actor, asked: BudgetSearch) -> list[str]:
        return [one.workshop.public_id for one in budgets(by, asked)]

    director = actor("director")
    assert found(director, year) == [first.workshop, second.workshop]
    assert found(second.trainer, year) == [second.workshop]
    assert found(actor("police_peer"), year) == []
    after = day + timedelta(days=1)
    assert found(director, BudgetSearch(after, after)) == []
    assert found(director, BudgetSearch(day, day, funder="Ziwa")) == [first.workshop]
    assert found(director, BudgetSearch(day, day, code="Z-1")) == [first.workshop]
    assert found(director, BudgetSearch(day, day, "-")) == [second.workshop]
    # A page of one funder says too that workshops are left out.
    page = f"/budget?first={day}&last={day}&funder="
    for most, cut in ((1, True), (2, False)):
        monkeypatch.setattr("kash.money.budget.queries.MOST_WORKSHOPS", most)
        shown = client_for(director).get(f"{page}Ziwa").text
        assert ("More workshops than are shown" in shown) is cut


def test_many_budgets_ask_no_more_of_the_database_than_one(
    plan,  # noqa: F811
    actor,
    count_queries,
):
    director, counts = actor("director"), []
    for number in range(3):
        held = plan()
        _shared(held, FunderShare(f"Funder {number}", 100, "Z-1"))
        _add(held.workshop, LUNCH)
        if number != 1:
            with count_queries() as queries:
                budgets(director, BudgetSearch(held.row.ends_on, held.row.ends_on))
            counts.append(queries.count)
    assert counts[0] == counts[1]


def test_a_trainer_adds_the_hall_at_its_price_and_the_table_is_taken_away(
    plan,  # noqa: F811
    client_for,
):
    db.session.add(Venue(name="Lake hall", price_cents=450_050))
    db.session.commit()
    hall = db.session.scalars(select(Venue.public_id)).one()
    held = plan(minutes=TWO_DAYS, venue=hall)
    browser = client_for(held.trainer)
    address = f"/workshops/{held.workshop}/budget/lines/new?of=venue"
    page = browser.get(address).text
    assert 'value="Lake hall"' in page
    assert 'value="4500.50"' in page
    token = csrf_token(page)
    sent = {"csrf_token": token, "label": "=Lake hall", "driver": "days"}
    for wrong, sentence in (
        ({"unit_cents": ""}, "Enter this."),
        ({"unit_cents": "much"}, "This is not an amount."),
        ({"unit_cents": "1000000.01"}, "This is more than one million."),
        ({"unit_cents": "9" * 40}, "This is not an amount."),
    ):
        answer = browser.post(address, data=sent | wrong)
        assert answer.status_code == 422
        assert sentence in answer.text.partition('id="unit_cents-error"')[2].partition("</div>")[0]
        assert 'value="=Lake hall"' in answer.text
    assert browser.post(address, data=sent | {"unit_cents": "4500.50"}).status_code == 303
    assert "9,001" in browser.get(f"/workshops/{held.workshop}/budget").text
    period = f"first={held.row.ends_on}&last={held.row.ends_on}"
    assert "9,001" in browser.get(f"/budget?{period}").text
    table = browser.get(f"/budget/table?kind=csv&{period}").data.decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(table))
    assert dict(zip(head, row, strict=True)) | {"Workshop": ""} == {
        "Workshop": "",
        "First day": held.row.starts_on.isoformat(),
        # No program takes it for a formula.
        "What for": "'=Lake hall",
        "Funder": "Own means",
        "Budget code": "",
        "Units": "2",
        "Counted": "days",
        "Price": "4500.50",
        "Planned": "9001.00",
        "Spent": "0.00",
        "Left": "9001.00",
        "Currency": "KES",
        "Closed": "No",
    }
    book = load_workbook(io.BytesIO(browser.get(f"/budget/table?{period}").data))
    (columns,) = [list(zip(*sheet.iter_rows(values_only=True), strict=True)) for sheet in book]
    by_head = {column[0]: column[1:] for column in columns}
    sums = {name: sum(by_head[name]) for name in ("Units", "Price", "Planned", "Spent", "Left")}
    assert sums == {"Units": 2, "Price": 4500.5, "Planned": 9001, "Spent": 0, "Left": 9001}
    assert [day.date() for day in by_head["First day"]] == [held.row.starts_on]
    line = db.session.scalars(select(BudgetLine.public_id)).one()
    workshop = f"/workshops/{held.workshop}/budget"
    _let_be_over(held, over=False)
    late = browser.post(f"{workshop}/close", data={"csrf_token": token}, follow_redirects=True)
    assert "The workshop is not over." in late.text
    gone = browser.post(f"{workshop}/lines/{line}/remove", data={"csrf_token": token})
    assert gone.status_code == 303
    assert db.session.scalars(select(BudgetLine)).all() == []
    assert db.session.scalars(select(Workshop)).one().public_id == held.workshop
