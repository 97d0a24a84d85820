"""Jobs with the pages and clicks that they take, each printed with its goal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kash.attendance.queries.registers import grid
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.workshops.models import Enrolment
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import enrol_all
from tests.people.lists.conftest import bring, confirm  # noqa: F401
from tests.workshops.conftest import Held, make_person, plan  # noqa: F401
from tests.workshops.test_confirming import close_all, confirmed

from .looking import DESK
from .test_door import Site, site  # noqa: F401

pytestmark = pytest.mark.browser


@dataclass
class Counting:
    """A page on which somebody clicks; `pages` are those that were loaded, the first with them."""

    page: Page
    clicks: int = 0
    pages: int = field(default=0)

    def __post_init__(self) -> None:
        self.page.on("domcontentloaded", self._loaded)

    def _loaded(self, _page: Page) -> None:
        self.pages += 1

    def go(self, address: str) -> None:
        """Open a page as by a bookmark: no click."""
        self.page.goto(address)

    def click(self, what: Locator) -> None:
        """Press something, and wait for the page that it leads to."""
        what.click()
        self.clicks += 1
        self.page.wait_for_load_state()

    def button(self, name: str) -> None:
        """Press a button of this name."""
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str) -> None:
        """Follow the first link of this name."""
        self.click(self.page.get_by_role("link", name=name, exact=True).first)

    def told(self, job: str, most: int) -> None:
        """Print what a job took; it took no more clicks than this."""
        print(f"\n{job}: pages {self.pages}, clicks {self.clicks} of at most {most}")
        assert self.clicks <= most


@pytest.fixture
def counting(site: Site, browser: Browser) -> Callable[[Actor], Counting]:  # noqa: F811
    def make(who: Actor) -> Counting:
        return Counting(site.page(browser, who, viewport=DESK))

    return make


def standing(held: Held) -> list[str]:
    """The states of all enrolments."""
    db.session.rollback()
    rows = db.session.query(Enrolment).filter_by(workshop_id=held.row.id)
    return [row.state for row in rows.order_by(Enrolment.id)]


def test_84_who_were_invited_are_confirmed_in_two_clicks(site, plan, counting):  # noqa: F811
    first = local_today() + timedelta(days=7)
    held = plan(starts_on=first, ends_on=first + timedelta(days=1))
    people = [make_person(f"Subira {number}", "AB"[number % 2]) for number in range(84)]
    enrol_all(held.workshop, people, held.trainer, EnrolmentState.INVITED)
    at = counting(held.trainer)
    at.go(f"{site.address}/workshops/{held.workshop}/people?state=invited")
    at.click(at.page.get_by_label("Everybody: 84"))
    expect(at.page.locator("tbody input:checked")).to_have_count(42)
    at.button("Ticked: Confirm")
    expect(at.page.get_by_text("Done for: 84.")).to_be_visible()
    assert standing(held) == ["confirmed"] * 84
    at.told("84 invited people confirmed", 2)


def test_ticks_outlast_a_turn_to_the_other_group_and_a_search(site, plan, counting):  # noqa: F811
    held = plan()
    names = {f"Subira {letter}{number}": letter for letter in "AB" for number in range(3)}
    people = [make_person(name, letter) for name, letter in names.items()]
    enrol_all(held.workshop, people, held.trainer)
    at = counting(held.trainer)
    at.go(f"{site.address}/people")
    at.page.get_by_role("searchbox").last.fill("Subira")
    at.page.get_by_label("Choose Subira A1").check()
    at.page.get_by_role("searchbox").last.fill("Subira B")
    expect(at.page.get_by_label("Choose Subira A1")).to_have_count(0)
    at.page.get_by_label("Choose Subira B2").check()
    at.page.get_by_role("searchbox").last.fill("Subira")
    expect(at.page.get_by_label("Choose Subira A1")).to_be_checked()
    expect(at.page.get_by_label("Choose Subira B2")).to_be_checked()
    expect(at.page.get_by_label("Choose Subira B1")).not_to_be_checked()


def test_eight_registers_are_confirmed_in_six_clicks(site, plan, counting, actor):  # noqa: F811
    held = plan(minutes=(90,) * 8)
    enrol_all(held.workshop, [make_person(f"Subira {each}") for each in "ABC"], held.trainer)
    close_all(held, everybody=(1, 3, 5))
    at = counting(actor("director", name="Neema Mfano"))
    at.go(site.address)
    at.click(at.page.get_by_role("link", name="Look and confirm").first)
    at.link("Begin with the first")
    for _each in range(3):
        at.button("Confirm, then the next")
    at.button("I have read them: confirm these registers")
    assert confirmed(held) == 8
    at.told("Eight registers confirmed, three of them flagged", 6)


def test_the_paper_of_last_week_is_a_list_and_a_page_of_registers(
    site,  # noqa: F811
    plan,  # noqa: F811
    bring,  # noqa: F811
    counting,
):
    last = local_today() - timedelta(days=5)
    held = plan(starts_on=last, ends_on=last + timedelta(days=1))
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    names = [f"{letter}{vowel}ni Sampuli" for letter in "BDJKL" for vowel in "aiou"]
    rows = "\n".join(f"{name};K-{number};30" for number, name in enumerate(names))
    brought = bring(held.trainer, "Name;Code;Age\n" + rows, group=group)
    confirm(brought, held.trainer)
    at = counting(held.trainer)
    at.go(f"{site.address}/people/lists/{brought}")
    at.page.locator('form[action$="/next/enrol"] select').select_option(held.workshop)
    at.clicks += 1
    at.click(at.page.locator('form[action$="/next/enrol"] button'))
    # Two of them were late or absent in a session; all others were there.
    for number, mark in enumerate(("late", "absent")):
        at.page.locator("tbody tr").nth(number).locator("select").first.select_option(mark)
        at.clicks += 1
    expect(at.page.locator("[data-told]")).to_have_text("Saved.")
    at.click(at.page.get_by_label("Everybody here without a mark was there"))
    at.button("Close the registers that are over")
    expect(at.page.get_by_text("Registers closed: 4.")).to_be_visible()
    db.session.rollback()
    register = grid(held.row.register_id)
    assert all(column.closed for column in register.columns)
    marks = sorted(mark.status for row in register.rows for mark in row.marks.values())
    assert marks == ["absent", "late", *["present"] * 78]
    at.told("Last week's paper of 20 people and 4 sessions typed in", 6)


def test_an_hour_at_roll_call_takes_six_clicks_and_no_course(site, plan, counting):  # noqa: F811
    held = plan()
    names = [f"{letter}{vowel}ni Sampuli" for letter in "BD" for vowel in "aiou"]
    people = [make_person(name, "A", station="Kituo cha Mfano") for name in names]
    enrol_all(held.workshop, people, held.trainer)
    at = counting(held.trainer)
    at.go(site.address)
    at.link("Workshops")
    at.link("A short talk")
    at.page.get_by_label("What it was about").fill("Rights on arrest")
    at.page.get_by_label("Who heard it").select_option(label="Kituo cha Mfano")
    at.clicks += 1
    at.page.get_by_label("How many came").fill("23")
    at.click(at.page.get_by_label("Everybody: 8"))
    at.button("Keep the talk")
    expect(at.page.get_by_text("The talk is kept.")).to_be_visible()
    expect(at.page.get_by_text("Counted without names: 23")).to_be_visible()
    at.told("An hour at roll-call: who, where, how many, who came", 6)


def test_trainings_of_past_years_are_one_list_with_a_column_for_the_workshop(
    site,  # noqa: F811
    plan,  # noqa: F811
    counting,
):
    rows = [
        "Participant\tForce No\tWorkshop\tFrom\tFee",
        "Amani Mfano\tK-1\tRights on arrest 2019\t4 March\t0",
        "Baraka Jaribio\tK-2\tRights on arrest 2019\t4 March\t0",
        "Amani Mfano\tK-1\tBail and bond 2021\t18 May\t0",
    ]
    at = counting(plan().trainer)
    at.go(f"{site.address}/people")
    at.link("Lists of people")
    at.link("Bring in a list")
    at.page.get_by_label("Or paste rows").fill("\n".join(rows))
    at.page.get_by_label("Group").select_option(index=1)
    at.clicks += 1
    at.button("Read the list")
    at.button("Save the list")
    expect(at.page.get_by_role("link", name="Amani Mfano")).to_be_visible()
    db.session.rollback()
    told = {person.chosen_name: person.earlier for person in db.session.query(Person)}
    assert told == {
        "Amani Mfano": "Rights on arrest 2019; Bail and bond 2021",
        "Baraka Jaribio": "Rights on arrest 2019",
    }
    at.told("Trainings of past years, any columns", 6)
