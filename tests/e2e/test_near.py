"""Help and a receipt without an account, on a phone: usable by everybody, and help without a
network until it is left at once."""

import pytest
from playwright.sync_api import expect

from .looking import PHONE, findings
from .waiting import wait_until

pytestmark = pytest.mark.browser


def test_help_and_a_receipt_are_usable_by_everybody_without_an_account(browser, site):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    found: list[str] = []
    for path in ("/h", "/h?in=sw", "/r", "/r?in=sw"):
        page.goto(site.address + path)
        found += findings(page, path)
    page.goto(site.address + "/r")
    page.get_by_label("The code you wrote down").fill("0000 0000 0000")
    page.get_by_label("Your word").fill("mbuni")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("There is no report under this code and word.")).to_be_visible()
    found += findings(page, "no report")
    assert found == [], "\n".join(found)
    assert context.cookies() == []
    context.close()


def test_help_opens_without_a_network_after_one_visit_until_it_is_left(browser, site):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(site.address + "/h")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # A browser puts a list of files into a cache one after another.
    wait_until(
        page,
        """async () => {
            const files = JSON.parse(document.querySelector("[data-kept]").dataset.kept);
            const cache = await caches.open("near");
            const kept = await Promise.all(files.map((file) => cache.match(file)));
            return kept.every(Boolean);
        }""",
    )
    context.set_offline(True)
    page.goto(site.address + "/h")
    expect(page.get_by_role("heading", name="Help now")).to_be_visible()
    expect(page.get_by_text("You may stay silent.")).to_be_visible()
    context.set_offline(False)
    page.goto(site.address + "/h")
    page.locator("[data-leave]").click()
    page.wait_for_url("**/h/w", wait_until="load")
    # Only the page to which it leads stays.
    wait_until(
        page,
        """async () => {
            const kept = await caches.open("near").then((cache) => cache.keys());
            return kept.map(({ url }) => new URL(url).pathname).join() === "/h/w";
        }""",
    )
    context.close()
