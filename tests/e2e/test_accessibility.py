"""Every page of the path as those see it who walked it: by axe, on a small phone and a desk, light
and dark; and what each page weighs, and how one leaves it."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from .looking import AXE, DESK, PHONE, findings
from .profiles import kinds_of_fields
from .walking import PASSWORD, Walk

pytestmark = pytest.mark.browser

WALKERS = ("administrator", "director", "trainer", "peer", "anyone", "officer", "mediator")
MOST_BYTES = 60 * 1024


@pytest.mark.parametrize("who", WALKERS)
def test_every_page_is_usable_by_everyone_and_no_title_tells_what_this_is(walk, who):
    walker = walk.people[who]
    page = walker.page
    # Kept by the browser, it is there in half the time.
    page.add_init_script(AXE)
    found: list[str] = []
    titles: set[str] = set()
    for path in list(walker.been.values()):
        if path.endswith("/leave"):
            continue
        answer = walker.go(path)
        if path in walker.unopened and (answer is None or not answer.ok):
            found.append(f"{who} {path} could not be opened")
        titles.add(page.title())
        walker.fields[path] = kinds_of_fields(page)
        found += findings(page, f"{who} {path}")
    page.set_viewport_size(DESK)
    assert found == [], "\n".join(found)
    assert titles == {"Lakeside"}


def test_pages_of_a_report_are_usable_by_everyone(walk):
    """They were looked at while it was filed: they have no address to go to."""
    assert walk.looked_at > 10
    assert walk.found == [], "\n".join(walk.found)


def test_every_kind_of_page_was_visited(walk):
    """The path goes through every room."""
    rooms = {path.split("/")[1] for walker in walk.people.values() for path in walker.been}
    assert rooms >= {
        "", "accounts", "account", "audit", "certificates", "forums", "jobs", "people",
        "services", "search", "settings", "sign-in", "courses", "verify", "workshops",
        "w", "payouts",
    }  # fmt: skip
    settings = {path for path in walk.people["administrator"].been if path.startswith("/settings/")}
    assert settings >= {
        "/settings/zones", "/settings/zones/new", "/settings/zones/*", "/settings/zones/spellings",
        "/settings/marks", "/settings/marks/new", "/settings/paper", "/settings/paper/edit",
        "/settings/logo", "/settings/logo/paper", "/settings/retention", "/settings/retention/edit",
        "/settings/programme",
    }  # fmt: skip
    assert "/accounts/requests/*" in walk.people["administrator"].been
    door = {path.removeprefix("/workshops/*/") for path in walk.people["trainer"].been}
    assert door >= {
        "attendance/*/scan", "attendance/*/screen", "attendance/*/headcount", "attendance/counts",
        "attendance/conflicts", "walk-ins", "sheets", "pad", "pad/import", "payouts",
        "payouts/rates", "payouts/rates/programme", "payouts/bands", "payouts/lists/*",
        "payouts/lists/*/cash", "payouts/lists/*/numbers", "payouts/lists/*/results",
    }  # fmt: skip
    assert walk.people["trainer"].been.keys() >= {
        "/forums/templates/*", "/venues", "/venues/new", "/venues/*", "/venues/*/edit",
        "/venues/*/blocks/new",
    }  # fmt: skip


def test_answers_to_what_was_typed_are_usable_by_everyone(walk):
    """What is posted has no address of its own to go to."""
    found: list[str] = []
    trainer = walk.people["trainer"]
    trainer.page.set_viewport_size(DESK)
    trainer.go("/services")
    # A key alone does nothing, so that nobody is led away by a slip or by a word that is heard.
    trainer.page.keyboard.press("/")
    assert trainer.page.evaluate("document.activeElement === document.body")
    trainer.page.keyboard.press("Control+k")
    trainer.page.keyboard.type("sample")
    trainer.page.keyboard.press("Enter")
    trainer.page.wait_for_url("**/search")
    assert trainer.page.locator(".hits a").all_inner_texts() == ["Sample House"]
    found += findings(trainer.page, "what was found")
    trainer.page.fill("[name=search]", "nothing is called so")
    trainer.page.get_by_role("heading", name="Nothing found").wait_for()
    assert trainer.path == "/search"
    found += findings(trainer.page, "nothing found")
    trainer.page.set_viewport_size(DESK)
    anyone = walk.people["anyone"]
    for serial in (walk.serials["Odera Sample"], "0000-0000-0000"):
        anyone.go(f"/verify#{serial}")
        assert anyone.page.input_value("[name=serial]:not([type=hidden])") == serial
        anyone.button("Check")
        anyone.page.locator(".verdict").wait_for()
        assert anyone.path == "/verify"
        assert anyone.page.evaluate("document.activeElement.matches('.verdict')")
        found += findings(anyone.page, f"checked {serial}")
    anyone.page.set_viewport_size(DESK)
    assert found == [], "\n".join(found)


def test_pages_of_a_lost_phone_and_of_a_new_device_are_usable_by_everyone(walk):
    """They are there for minutes, or until they are answered."""
    without = walk.newcomer("without a phone")
    without.go("/sign-in")
    without.fill(email="director@example.org", password=PASSWORD)
    without.button("Sign in")
    without.page.wait_for_url("**/sign-in/code")
    found = findings(without.page, "the second step")
    without.page.set_viewport_size(DESK)
    without.link("I have lost my phone")
    without.page.wait_for_url("**/sign-in/lost-phone")
    found += findings(without.page, "a lost phone")
    elsewhere, peer = walk.newcomer("elsewhere"), walk.people["peer"]
    elsewhere.go("/sign-in")
    elsewhere.fill(email="peer@example.org", password=PASSWORD)
    elsewhere.button("Sign in")
    elsewhere.page.wait_for_url(walk.served.address + "/")
    peer.go("/account")
    peer.sees("Was it you?")
    found += findings(peer.page, "a new device")
    peer.page.set_viewport_size(DESK)
    peer.button("Yes")
    peer.page.wait_for_url("**/account")
    assert peer.page.get_by_text("Was it you?").count() == 0
    assert found == [], "\n".join(found)


def cold_bytes(context: BrowserContext, address: str) -> dict[str, int]:
    """What comes over the line for a page in a browser that has kept nothing, compressed."""
    page = context.new_page()
    sizes: dict[str, int] = {}

    def weigh(answer: Any) -> None:
        if answer.status >= 300:
            return
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
        body = answer.body()
        sizes[answer.url] = head + min(len(body), len(gzip.compress(body, 6)))

    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address, wait_until="networkidle")
    for answer in answers:
        weigh(answer)
    page.close()
    return sizes


@pytest.mark.parametrize(("who", "path"), [("anyone", "/sign-in"), ("trainer", "/")])
def test_the_first_pages_weigh_little(walk, who, path):
    state = walk.people[who].context.storage_state()
    context = walk.browser.new_context(storage_state=state, viewport=PHONE)
    sizes = cold_bytes(context, walk.served.address + path)
    context.close()
    assert any(".css" in name for name in sizes)
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def signed_in(walk: Walk) -> BrowserContext:
    """A browser of its own, so that leaving ends no other session."""
    context = walk.browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(walk.served.address + "/sign-in")
    page.fill("[name=email]", "trainer@example.org")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(walk.served.address + "/")
    return context


@pytest.mark.parametrize("way", ["the button", "Shift three times"])
def test_leaving_at_once_shows_nothing_and_back_neither(walk, way):
    context = signed_in(walk)
    page = context.pages[0]
    page.goto(walk.served.address + walk.workshop + "/people")
    assert "Odera" in page.content()
    if way == "the button":
        page.locator("[data-leave]").first.click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url("**/leave")
    page.get_by_role("heading", level=1).wait_for()
    assert page.title() == page.get_by_role("heading", level=1).inner_text()
    for word in ("Odera", "Lakeside", "workshop"):
        assert word not in page.content()
    page.go_back()
    page.wait_for_url("**/sign-in**")
    assert "Odera" not in page.content()
    page.goto(walk.served.address + walk.workshop)
    assert "/sign-in" in page.url
    context.close()


def test_a_page_kept_by_the_browser_is_fetched_anew_after_signing_out(walk):
    context = signed_in(walk)
    page = context.pages[0]
    page.goto(walk.served.address + walk.workshop + "/people")
    page.goto(walk.served.address + "/account")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in**")
    page.go_back()
    page.wait_for_load_state()
    assert "Odera" not in page.content()
    context.close()
