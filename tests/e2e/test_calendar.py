"""The calendar in a browser: a workshop is moved, moved back and planned by keyboard alone, by taps
on a phone, and without a script; and it is dragged."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from kash.people.models import Venue
from kash.platform.database import db
from kash.platform.web.formats import day_text, local_today
from tests.planning.calendar.conftest import coming, day
from tests.workshops.conftest import Held, plan

from .looking import DESK, PHONE, findings
from .test_door import Site, site

__all__ = ["coming", "plan", "site"]

pytestmark = pytest.mark.browser
MOVE = re.compile("^Move.*Kisumu West$")


def lies_on(held: Held) -> date:
    db.session.rollback()
    return held.row.starts_on


def _address(site: Site, view: str) -> str:
    return f"{site.address}/calendar?view={view}&on={day(1)}"


def _planned_from(page: Page, first: date) -> None:
    page.wait_for_url(f"**/workshops/new?starts_on={first}")
    expect(page.locator("[name=starts_on]")).to_have_value(str(first))


def test_by_keyboard_alone_the_focus_follows_what_moves_and_it_is_said(site, coming, browser):
    page = site.page(browser, coming.trainer, viewport=DESK)
    page.goto(_address(site, "month"))
    entry, told = f"workshop-{coming.workshop}", page.locator("#live")
    moved = "“Kisumu West” was moved from {} to {}."

    def focused() -> str:
        return str(page.evaluate("document.activeElement.dataset.key ?? ''"))

    for _press in range(80):
        if focused() == entry:
            break
        page.keyboard.press("Tab")
    assert focused() == entry
    # Pressed twice without waiting: the second begins where the first has ended.
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    with site.app.app_context():
        said = moved.format(day_text(day(2)), day_text(day(3)))
    expect(told).to_contain_text(said)
    assert (lies_on(coming), focused()) == (day(3), entry)
    page.keyboard.press("Control+z")
    expect(told).to_contain_text("is back on")
    assert (lies_on(coming), focused()) == (day(2), entry)
    # Onto the past: refused in a sentence, and it stays.
    with site.app.app_context():
        day_now = local_today()
    for _week in range(3):
        page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".refused")).to_have_text(
        "This day has passed. Choose today or a later day."
    )
    assert lies_on(coming) == min(one for one in (day(2 - 14), day(2 - 7)) if one >= day_now)
    page.goto(_address(site, "month"))
    # On a busy machine keys can be pressed before the script is there that answers them.
    page.locator("[data-ready=true]").first.wait_for()
    page.locator(".today .day-number, td:not(.off) .day-number").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    reached = page.evaluate("document.activeElement.closest('td').dataset.day")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    _planned_from(page, date.fromisoformat(reached))


def test_by_taps_on_a_phone(site, coming, browser):
    page = site.page(browser, coming.trainer, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(_address(site, "month"))
    page.locator(f"td[data-day='{day(1)}'] .day-number").tap()
    page.locator(f"[data-day='{day(1)}']").get_by_role("link", name=MOVE).tap()
    page.locator(f"td:has(> label > [value='{day(4)}'])").tap()
    page.get_by_role("button", name="Move", exact=True).tap()
    page.wait_for_url(f"**/calendar?view=agenda&on={day(4)}**")
    assert lies_on(coming) == day(4)
    assert findings(page, "agenda") == []
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator("#live")).to_contain_text("is back on")
    assert lies_on(coming) == day(1)
    page.locator(f"[data-day='{day(1)}']").get_by_role("link", name="Plan").tap()
    _planned_from(page, day(1))


def test_without_a_script(site, coming, browser):
    hall = Venue(name="Hall B")
    db.session.add(hall)
    db.session.commit()
    page = site.page(browser, coming.trainer, viewport=DESK, java_script_enabled=False)
    page.goto(_address(site, "week"))
    page.get_by_role("link", name=MOVE).click()
    page.locator(f"[value='{day(3)}']").check()
    page.select_option("[name=venue]", label="Hall B")
    page.get_by_role("button", name="Show free days").click()
    expect(page.locator(f"[value='{day(3)}']")).to_be_checked()
    page.get_by_role("button", name="Move", exact=True).click()
    page.wait_for_url("**/calendar?view=week&**")
    assert (lies_on(coming), coming.row.venue and coming.row.venue.name) == (day(3), "Hall B")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".flashes")).to_contain_text("is back on")
    assert (lies_on(coming), coming.row.venue) == (day(1), None)
    page.get_by_role("link", name=f"Plan a workshop on {_said(site, day(5))}").click()
    _planned_from(page, day(5))


def _said(site: Site, one: date) -> str:
    with site.app.app_context():
        return day_text(one)


def test_dragging_a_bar_by_its_second_day_moves_it_by_as_much_and_every_view_is_sound(
    site, coming, browser, plan
):
    plan(title="Ahero", starts_on=day(3), ends_on=day(9), by=coming.trainer)
    page = site.page(browser, coming.trainer, viewport=DESK)
    page.goto(_address(site, "month"))
    bar = page.locator(f"#workshop-{coming.workshop}")
    box = bar.bounding_box()
    assert box is not None
    bar.drag_to(
        page.locator(f"td[data-day='{day(3)}']"),
        source_position={"x": box["width"] - 20, "y": box["height"] / 2},
        target_position={"x": 20, "y": 90},
    )
    expect(page.locator("#live")).to_contain_text("“Ahero” are at the same time")
    assert lies_on(coming) == day(2)
    for view in ("month", "week", "agenda"):
        page.goto(_address(site, view))
        assert findings(page, view) == []
    page.goto(f"{site.address}/calendar/workshops/{coming.workshop}/move")
    assert findings(page, "move") == []
