"""Two write the same minutes, one without a network; what waits in a browser that others use."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from kash.accounts.models import SignedInSession
from kash.forums.models import AgendaItem
from kash.forums.rules.merging import WrittenItem
from kash.forums.services.agenda import add_item
from kash.forums.services.minutes import written_item
from kash.platform.database import db, utc_now
from kash.policy import Actor
from tests.forums.conftest import Series, person, series  # noqa: F401

from .looking import DESK
from .pads import DUMP
from .test_door import Site, site  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.any_engine]
NO_NETWORK = "Kept here, not sent. There is no network at the moment. It is tried again by itself."


@pytest.fixture
def director(actor):
    return actor("director", name="Neema Mkurugenzi")


@pytest.fixture
def address(site, series):  # noqa: F811
    meeting = series.plan(utc_now() - timedelta(days=2))
    items = [
        add_item(series.forum, meeting, title=title, by=series.secretary)
        for title in ("Rooms", "Hours")
    ]
    return f"{site.address}/forums/{series.forum}/meetings/{meeting}/items/{items[0]}"


def standing() -> WrittenItem:
    db.session.rollback()
    wanted = select(AgendaItem).where(AgendaItem.title == "Rooms")
    return written_item(db.session.scalars(wanted).one())


def told(page: Page, text: str) -> None:
    expect(page.locator("[data-told]")).to_have_text(text)


def opened(page: Page, address: str) -> Page:
    """An item's page whose clock only the test moves."""
    page.clock.install()
    page.goto(address)
    told(page, "What you write is saved by itself.")
    return page


def stored(page: Page) -> str:
    return json.dumps(page.evaluate(DUMP), ensure_ascii=False)


def test_two_who_write_while_one_is_offline_for_ten_minutes_lose_nothing_and_both_are_told(
    site,  # noqa: F811
    series,  # noqa: F811
    director,
    address,
    browser,
):
    one = opened(site.page(browser, series.secretary, viewport=DESK), address)
    text = one.locator("#minute")
    text.press_sequentially("The rooms are small.\nWe look for others.\n")
    one.clock.run_for(2_000)
    told(one, "Saved.")
    other = opened(site.page(browser, director, viewport=DESK), address)
    expect(other.locator("#minute")).to_have_value("The rooms are small.\nWe look for others.\n")

    one.context.set_offline(True)
    text.press("Control+Home")
    text.press("End")
    text.press("Backspace")
    text.press_sequentially(" for forty people.")
    one.clock.run_for(3_000)
    told(one, NO_NETWORK)
    assert "forty people" not in stored(one)
    text.press("Control+End")
    text.press_sequentially("Amani asks for prices.")
    one.keyboard.press("Alt+a")
    expect(one.locator("[data-rows=action] textarea").first).to_have_value("Amani asks for prices.")
    one.clock.fast_forward("10:00")
    told(one, NO_NETWORK)

    words = other.locator("#minute")
    words.press("Control+Home")
    words.press("End")
    words.press("Backspace")
    words.press_sequentially(" and dark.")
    words.press("Control+End")
    words.press_sequentially("Neema knows a hall.")
    other.keyboard.press("Alt+d")
    other.clock.run_for(2_000)
    told(other, "Saved.")

    one.context.set_offline(False)
    told(one, "Saved.")
    there = standing()
    assert there.minute.splitlines() == ["The rooms are small and dark.", "We look for others."]
    assert [row.text for row in there.decisions] == ["Neema knows a hall."]
    assert [row.text for row in there.actions] == ["Amani asks for prices."]
    other.clock.run_for(6_000)
    for page in (one, other):
        expect(page.get_by_role("heading", name="Written differently by two")).to_be_visible()
        expect(page.get_by_text("The rooms are small for forty people.")).to_be_visible()
        expect(page.locator("#minute")).to_have_value(there.minute)
        expect(page.locator("[data-rows=decision] textarea").first).to_have_value(
            "Neema knows a hall."
        )
        expect(page.locator("[data-rows=action] textarea").first).to_have_value(
            "Amani asks for prices."
        )
    other.get_by_role("button", name="Take the other").click()
    expect(other.locator("#minute")).to_have_value(
        "The rooms are small for forty people.\nWe look for others.\n"
    )
    # Alt and the arrow lead to the next item, once the page's scripts are there.
    told(other, "What you write is saved by itself.")
    other.keyboard.press("Alt+ArrowDown")
    expect(other.get_by_role("heading", name="Hours")).to_be_visible()
    one.context.close()
    other.context.close()


def test_words_that_wait_in_a_browser_are_sent_for_whoever_wrote_them_and_read_by_nobody_else(
    site,  # noqa: F811
    series,  # noqa: F811
    director,
    address,
    client_for,
    browser,
):
    page = opened(site.page(browser, series.secretary, viewport=DESK), address)
    waits = page.locator("[data-before]")
    # The session ends while the page is open.
    db.session.execute(update(SignedInSession).values(ended_at=utc_now()))
    db.session.commit()
    page.locator("#minute").press_sequentially("Three quiet words.")
    page.clock.run_for(3_000)
    told(page, "Kept here, not sent. You are signed out. Sign in again, and open this page.")
    page.reload()
    expect(page.get_by_label("E-mail")).to_be_visible()

    def sign_in(who: Actor) -> None:
        name = site.app.config["SESSION_COOKIE_NAME"]
        db.session.rollback()
        cookie = client_for(who).get_cookie(name)
        assert cookie is not None
        page.context.add_cookies([{"name": name, "value": cookie.value, "url": site.address}])
        page.goto(address)

    sign_in(director)
    expect(waits).to_have_text(
        "Words of somebody else lie in this browser, sealed."
        " They are sent once that person signs in here."
    )
    expect(page.locator("#minute")).to_have_value("")
    kept = stored(page)
    assert "quiet" not in kept
    assert series.secretary.public_id not in kept
    assert standing() == WrittenItem()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("E-mail")).to_be_visible()
    sign_in(director)
    # Whoever leaves at once leaves nothing to read behind, and loses nothing.
    page.locator("[data-leave]").click()
    page.wait_for_url(lambda now: "forums" not in now)

    sign_in(series.secretary)
    expect(waits).to_have_text("Words that waited from before: 3. They are sent now.")
    page.clock.run_for(6_000)
    expect(page.locator("#minute")).to_have_value("Three quiet words.")
    assert standing().minute == "Three quiet words."
    assert "minutes-waits" not in stored(page)
    page.context.close()
