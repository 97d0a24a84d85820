"""Inviting six people in few clicks, links that are copied, and codes that are seen as typed."""

import pytest
from playwright.sync_api import expect

from .looking import DESK
from .phones import Site

pytestmark = pytest.mark.browser

SIX = "\n".join(
    [*(f"Person {letter}, {letter}@example.org, trainer" for letter in "abcde"), "Faraji"]
)


@pytest.fixture
def desk(sqlite_app, browser, sign_in):
    """An administrator's browser, and the address of the site."""
    cookie = sign_in("administrator").get_cookie("session", domain="localhost")
    assert cookie is not None
    site = Site(sqlite_app)
    context = browser.new_context(viewport=DESK)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    context.set_default_timeout(30_000)
    context.add_cookies([{"name": "session", "value": cookie.value, "url": site.address}])
    yield context.new_page(), site.address
    context.close()
    site.die()


def test_six_people_are_invited_and_their_links_copied_with_eight_clicks(desk):
    """Six pages with a form each, and links that were marked and copied by hand."""
    page, address = desk
    clicks = 0

    def click(name: str, role: str = "button") -> None:
        nonlocal clicks
        clicks += 1
        page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    page.goto(f"{address}/")
    click("Oversight", "link")
    click("Invite people", "link")
    clicks += 1
    page.locator("#pasted").click()
    page.keyboard.insert_text(SIX)
    clicks += 2
    page.locator("#role").select_option("peer")
    click("Read the list")
    expect(page.locator("#rows-5-name")).to_have_value("Faraji")
    click("Make the links")
    expect(page.get_by_role("heading", name="Invited: 6")).to_be_visible()
    clicks += 1
    page.locator("[data-copy=all-links]").click()
    expect(page.locator("[data-copy=all-links]")).to_contain_text("Copied")
    assert clicks <= 8
    copied = page.evaluate("navigator.clipboard.readText()").strip().split("\n")
    assert [line.split(":")[0].split(" (")[0] for line in copied] == [
        *(f"Person {letter}" for letter in "abcde"),
        "Faraji",
    ]
    assert len({line.rsplit("/join/")[1] for line in copied}) == 6


def test_a_code_is_shown_in_groups_and_a_wrong_sign_at_once(desk):
    """Twelve signs typed in one row were compared by nobody."""
    page, address = desk
    page.goto(f"{address}/verify")
    field, told = page.locator("[name=serial]"), page.locator(".code-groups")
    field.press_sequentially("7km2qx")
    expect(field).to_have_value("7KM2-QX")
    expect(told).to_have_text("Groups typed: 1 of 3")
    field.press_sequentially("4t9abc")
    expect(field).to_have_value("7KM2-QX4T-9ABC")
    expect(told).to_have_text("Groups typed: 3 of 3")
    field.fill("7KM2-Q*4T")
    expect(told).to_have_text("No code has this sign: look at group 2, “Q*4T”.")
    field.fill("https://kash.example/V#7KM2")
    expect(told).to_have_text("")
