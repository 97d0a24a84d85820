"""Bringing in what was typed elsewhere, on a phone: attendance from KoboToolbox, and trainings of
before; whatever is chosen on one page is still chosen after another, and no first tap saves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from kash.attendance.models import Mark, RosterEntry
from kash.exchange.history.models import EarlierTraining
from kash.exchange.kobo.queries import choice_of
from kash.platform.database import db
from kash.platform.jobs.runner import run_waiting
from kash.policy import Actor
from kash.workshops.services.people import enrol
from tests.exchange.kobo.conftest import server
from tests.exchange.kobo.server import HOST, Server
from tests.people.connections.recorded import switched_on
from tests.workshops.conftest import Held, make_person, plan

from .looking import PHONE
from .phones import Site

__all__ = ["plan", "server"]

pytestmark = pytest.mark.browser
PEOPLE = ("Asali Sampuli", "Baraka Sampuli", "Chausiku Sampuli")


@pytest.fixture
def held(sqlite_app: APIFlask, plan: Callable[..., Held]) -> Held:
    """A workshop with three people of one group and one of the other."""
    made = plan()
    for name in PEOPLE:
        enrol(made.workshop, make_person(name, "B"), made.trainer)
    enrol(made.workshop, make_person("Daudi Onyesho", "A"), made.trainer)
    return made


@pytest.fixture
def phone(
    sqlite_app: APIFlask, held: Held, browser: Browser, client_for: Callable[[Actor], FlaskClient]
) -> Iterator[tuple[Page, str]]:
    """The phone of the trainer who runs it, and the address of the site."""
    cookie = client_for(held.trainer).get_cookie("session", domain="localhost")
    assert cookie is not None
    site = Site(sqlite_app)
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    context.add_cookies([{"name": "session", "value": cookie.value, "url": site.address}])
    yield context.new_page(), site.address
    context.close()
    site.die()


def _typed(held: Held, server: Server) -> None:
    """Two phones: all were there, and one of them says that the third was not."""
    entries = db.session.scalars(db.select(RosterEntry.public_id).order_by(RosterEntry.id)).all()
    who = [choice_of(entry) for entry in entries]
    session = held.row.sessions[0].slot.public_id
    workshop = held.workshop
    server.add(workshop=workshop, session=session, status_present=" ".join(who))
    server.add(workshop=workshop, session=session, status_absent=who[2])
    db.session.rollback()


def test_attendance_is_fetched_looked_at_and_saved_on_a_phone(
    phone: tuple[Page, str], held: Held, server: Server, actor: Callable[..., Actor]
) -> None:
    switched_on(actor, "kobo", address=HOST)
    page, address = phone
    page.goto(f"{address}/workshops/{held.workshop}/attendance")
    page.get_by_role("link", name="Attendance from KoboToolbox").click()
    page.get_by_role("link", name="Say which form on the server it is").click()
    page.get_by_label("The form on the server").fill(f"{HOST}/#/forms/{server.asset}/summary")
    page.get_by_role("button", name="Add").click()
    _typed(held, server)
    page.get_by_role("button", name="Fetch rows").click()
    run_waiting()
    page.reload()
    expect(page.get_by_text("It says two things")).to_have_count(0)
    # Group A first; the choice there holds after the other group was looked at.
    expect(page.get_by_text("Daudi Onyesho").first).to_be_visible()
    page.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Group B").click()
    expect(page.get_by_text("It says two things")).to_be_visible()
    page.get_by_label("Take over: Chausiku Sampuli").select_option("absent")
    page.get_by_role("button", name="Group A").click()
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("button", name="Look at what would be saved").click()
    expect(page.get_by_role("heading", name="Save these marks?")).to_be_visible()
    assert db.session.query(Mark).count() == 0
    db.session.rollback()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Marks saved: 3. Left out: 1.")).to_be_visible()
    kept = sorted(db.session.scalars(db.select(Mark.status)))
    db.session.rollback()
    assert kept == ["absent", "present", "present"]


def test_each_name_of_earlier_trainings_is_chosen_on_a_phone(
    phone: tuple[Page, str], held: Held
) -> None:
    page, address = phone
    page.goto(f"{address}/history/")
    page.get_by_label("Group").select_option(index=1)
    page.get_by_label("Or paste its text").fill(
        "training_title,training_start_date,participants\n"
        'Rights,03/04/2019,"Asali Sampuli\nBaraka Sampuli\nMary Jina-Jingine"\n'
    )
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("“03/04/2019” can be two days.")).to_be_visible()
    page.get_by_role("button", name="Day first").click()
    page.get_by_label("Whose trainings are they? Baraka Sampuli").select_option("")
    page.get_by_text("Somebody else Mary").click()
    page.locator("#sought-name-2").fill("Chau")
    page.locator("#sought-name-2").press("Enter")
    page.get_by_label("Whose trainings are they? Mary").select_option(label="Chausiku Sampuli")
    expect(page.get_by_label("Whose trainings are they? Baraka Sampuli")).to_have_value("")
    page.get_by_role("button", name="Look at what would be saved").click()
    expect(page.get_by_role("heading", name="Save this?")).to_be_visible()
    page.get_by_role("button", name="Back to the names").click()
    expect(page.get_by_label("Whose trainings are they? Baraka Sampuli")).to_have_value("")
    page.get_by_role("button", name="Look at what would be saved").click()
    expect(page.get_by_role("heading", name="Save this?")).to_be_visible()
    assert db.session.query(EarlierTraining).count() == 0
    db.session.rollback()
    page.get_by_role("button", name="Save earlier trainings").click()
    expect(page.get_by_text("Saved. Earlier trainings: 2")).to_be_visible()
    days = set(db.session.scalars(db.select(EarlierTraining.first_day)))
    assert {day.isoformat() for day in days} == {"2019-04-03"}
