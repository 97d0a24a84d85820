"""Bringing in trainings of before, on a phone: what is chosen on one page is still chosen after
another, and no first tap saves."""

import pytest
from playwright.sync_api import expect

from kash.exchange.history.models import EarlierTraining
from kash.platform.database import db
from kash.workshops.services.people import enrol
from tests.workshops.conftest import make_person, plan

from .looking import PHONE
from .phones import Site

__all__ = ["plan"]

pytestmark = pytest.mark.browser
PEOPLE = ("Asali Sampuli", "Baraka Sampuli", "Chausiku Sampuli")


@pytest.fixture
def held(sqlite_app, plan):
    """A workshop with three people of one group and one of the other."""
    made = plan()
    for name in PEOPLE:
        enrol(made.workshop, make_person(name, "B"), made.trainer)
    enrol(made.workshop, make_person("Daudi Onyesho", "A"), made.trainer)
    return made


@pytest.fixture
def phone(sqlite_app, held, browser, client_for):
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


def test_each_name_of_earlier_trainings_is_chosen_on_a_phone(phone, held):
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
