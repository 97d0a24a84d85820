"""What lies in a browser's profile and storage once somebody has typed, sent, or left."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from kash.incidents.services.mediation import Request, ask_mediator
from tests.e2e.waiting import wait_until
from tests.incidents.test_mediation import a_case, on_duty

from .profiles import canary, found_in, kept_profile, type_into_every_field
from .walkers import Walker

pytestmark = pytest.mark.browser

# What a browser keeps where it is not told otherwise: by which finding nothing means something.
CONTROL = """<!doctype html><html lang="en"><title>Page</title><main>
<form method="post"><textarea name="narrative"></textarea><input name="email" autocomplete="email">
</form></main></html>"""
_KEPT_BY_A_FORM, _KEPT_BY_A_TAB = (1, 2), 3


def take_over(context: BrowserContext, walker: Walker) -> None:
    """Be somebody in this browser."""
    context.clear_cookies()
    context.add_cookies(walker.context.cookies())  # type: ignore[arg-type]


def _control(context: BrowserContext, address: str) -> Page:
    def answer(route: Route) -> None:
        route.fulfill(body=CONTROL, content_type="text/html")

    context.route("**/control", answer)
    page = context.new_page()
    page.goto(f"{address}/control")
    for number, name in zip(_KEPT_BY_A_FORM, ("narrative", "email"), strict=True):
        page.fill(f"[name={name}]", canary(number))
    page.evaluate("text => sessionStorage.setItem('control', text)", canary(_KEPT_BY_A_TAB))
    return page


def test_a_closed_browser_holds_nothing_that_was_typed_into_any_form(walk, browser, tmp_path):
    """Each kind of field that anybody met on her way, those of the sealed record among them."""
    typed: dict[str, int] = {}
    seen: set[str] = set()
    kinds: set[str] = set()
    with kept_profile(browser, tmp_path) as context:
        for walker in walk.people.values():
            take_over(context, walker)
            page = context.new_page()
            for kind, path in walker.been.items():
                # A page that was looked at, and whose fields are all like others.
                if kind in seen or walker.fields.get(path, {""}) <= kinds:
                    continue
                answer = page.goto(walk.served.address + path)
                if answer is None or not answer.ok or page.locator("form").count() == 0:
                    continue
                seen.add(kind)
                kinds |= walker.fields.get(path, set())
                typed |= type_into_every_field(page, 10 + len(typed))
            # The last page stays as it is, as when the phone is taken from her.
        control = _control(context, walk.served.address)
        # Sessions are written now and then, and when a page is left.
        control.wait_for_timeout(500)
        control.goto(f"{walk.served.address}/sign-in")
        control.wait_for_timeout(2500)
    assert len(typed) > 100
    found = found_in(tmp_path)
    assert {name for name, number in typed.items() if number in found} == set()
    assert found == {*_KEPT_BY_A_FORM, _KEPT_BY_A_TAB}


def test_a_closed_browser_holds_nothing_of_a_call_a_receipt_or_a_mediators_page(
    browser, site, member, client_for, actor, tmp_path
):
    """Where no walk of the whole programme leads: what is typed there, and what is shown."""
    mediator = actor("police_peer", name="Kamau")
    on_duty(mediator, phone="+254712000009")
    reference = a_case(persons=3)
    shown = Request(
        mediator.public_id, ("release",), canary(20), canary(21), "+254712000001", persons=("p1",)
    )
    ask_mediator(member.actor, member.vault(), reference, shown)
    typed: dict[str, int] = {}
    with kept_profile(browser, tmp_path) as context:
        for client, paths in (
            (None, ("/r", "/h")),
            (member.client, ("/w/call", f"/w/{reference}/m", "/w/y", "/w/o")),
            (client_for(mediator), ("/w/b",)),
        ):
            context.clear_cookies()
            for name in ("session", "vault"):
                cookie = client and client.get_cookie(name, domain="localhost")
                if cookie:
                    held = {"name": name, "value": cookie.value, "url": site.address}
                    context.add_cookies([held])
            for path in paths:
                page = context.new_page()
                answer = page.goto(site.address + path)
                assert answer is not None
                assert answer.ok, path
                typed |= type_into_every_field(page, 30 + len(typed))
        expect(page.get_by_text(canary(20))).to_be_visible()
        control = _control(context, site.address)
        control.wait_for_timeout(500)
        control.goto(f"{site.address}/sign-in")
        control.wait_for_timeout(2500)
    assert {path.rsplit("/", 1)[1] for path in (name.split(": ")[0] for name in typed)} >= {
        "r",
        "call",
        "m",
    }
    assert found_in(tmp_path) == {*_KEPT_BY_A_FORM, _KEPT_BY_A_TAB}


def test_what_was_being_typed_comes_back_to_its_author_and_is_on_no_disk(walk, browser, tmp_path):
    """Names are kept in the tab while they are pasted, minutes in the browser while they are
    written, and nobody reads them off the disk."""
    trainer, director = walk.people["trainer"], walk.people["director"]
    pasting = "/people/lists/new"
    item = next(path for kind, path in trainer.been.items() if re.search(r"/items/\*$", kind))
    with kept_profile(browser, tmp_path) as context:
        take_over(context, trainer)
        page = context.new_page()
        page.goto(walk.served.address + pasting)
        pasted = page.locator("textarea[name=pasted]")
        pasted.press_sequentially(canary(7))
        wait_until(page, "() => Object.keys(sessionStorage).some(key => key.startsWith('typed:'))")
        page.goto(f"{walk.served.address}/forums/")
        page.goto(walk.served.address + pasting)
        expect(pasted).to_have_value(re.compile(canary(7)))
        take_over(context, director)
        page.goto(walk.served.address + "/forums/")
        # The page's scripts run on after it was loaded.
        wait_until(page, "() => Object.keys(sessionStorage).join() === 'typed-owner'")
        take_over(context, trainer)
        page.goto(walk.served.address + pasting)
        expect(pasted).not_to_have_value(re.compile(canary(7)))
        page.goto(walk.served.address + item)
        told = page.locator("[data-told]")
        expect(told).to_have_text("What you write is saved by itself.")
        context.set_offline(True)
        page.locator("textarea[name=minute]").press_sequentially(canary(8))
        expect(told).to_contain_text("Kept here, not sent.")
    assert found_in(tmp_path) == set()
