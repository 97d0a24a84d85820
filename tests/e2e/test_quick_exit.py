"""Leaving at once: what is still to be seen, and what lies in the browser afterwards."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser


def _a_report(page: Page) -> Page:
    """The second screen of a report, on a phone on which marks wait."""
    page.goto(page.url + "?in=en")
    page.get_by_role("button", name="No", exact=True).click()
    page.locator("main input[type=checkbox]").first.check()
    page.locator("main .actions .btn.main").click()
    page.get_by_role("heading", name="When and where?").wait_for()
    page.evaluate("localStorage.setItem('pad-waits', '1')")
    return page


def test_leaving_by_the_button_shows_the_code_of_a_report_and_leaves_only_unsent_marks(a_phone):
    page = _a_report(a_phone())
    code = page.locator("form[data-code]").get_attribute("data-code") or ""
    assert len(code) == 12
    page.locator("[data-leave]").click()
    shown = page.locator("[data-code-shown]")
    expect(shown).to_have_text(f"{code[:4]} {code[4:8]} {code[8:]}")
    # Of the report nothing can be seen any more.
    expect(page.locator("form")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).sort()") == ["pad-left", "pad-waits"]
    assert page.evaluate("Object.keys(sessionStorage)") == []
    page.get_by_role("button", name="Leave").click()
    page.wait_for_url(re.compile("/(leave|sign-in)"))


def test_leaving_by_shift_waits_for_nothing(a_phone):
    page = _a_report(a_phone())
    for _press in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(re.compile("/(leave|sign-in)"))
    assert page.locator("[data-code-shown]").count() == 0
    assert page.evaluate("Object.keys(localStorage).sort()") == ["pad-left", "pad-waits"]


def test_other_tabs_are_left_with_the_one_that_she_looks_at(a_phone):
    page = _a_report(a_phone())
    other = page.context.new_page()
    other.goto(page.url)
    other.evaluate("sessionStorage.setItem('typed:minutes', 'sealed')")
    page.bring_to_front()
    page.locator("[data-leave]").click()
    # The code is shown where she is.
    expect(page.locator("[data-code-shown]")).to_be_visible()
    other.wait_for_url(re.compile("/(leave|sign-in)"))
    assert other.evaluate("Object.keys(sessionStorage)") == []


def test_an_answer_that_comes_after_she_left_is_neither_shown_nor_kept(a_phone):
    page = _a_report(a_phone())
    waiting: list[Route] = []
    page.route("**/w/n", lambda route: waiting.append(route))
    with page.expect_request("**/w/n"):
        page.locator("main .actions .btn.main").click()
    page.locator("[data-leave]").click()
    expect(page.locator("[data-code-shown]")).to_be_visible()
    (late,) = waiting
    with page.expect_response("**/w/n"):
        late.continue_()
    page.wait_for_timeout(300)
    expect(page.locator("[data-code-shown]")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).sort()") == ["pad-left", "pad-waits"]
