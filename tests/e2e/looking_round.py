"""What nobody needed on the path, visited by those who may see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .walking import Walk


def look_round(walk: Walk) -> None:
    """Pages that nobody needed on the way, by those who may see them."""
    adds_to_settings(walk)
    adds_a_venue(walk)
    writes_an_agenda(walk)
    asks_to_remove_a_second_step(walk)
    stands_at_the_door(walk)
    pays_out(walk)
    visits(walk)


def adds_to_settings(walk: Walk) -> None:
    """An area and a mark, so that each has a page to change it on."""
    administrator = walk.people["administrator"]
    for kind, fields in {
        "zones": {"name": "Sample Ward"},
        "marks": {"name": "by telephone", "letter": "T", "weight": "50"},
    }.items():
        administrator.go(f"/settings/{kind}/new")
        administrator.fill(**fields)
        administrator.button("Save")
        administrator.page.wait_for_url(f"**/settings/{kind}")
        administrator.link(next(iter(fields.values())))
        administrator.page.wait_for_url(re.compile(rf"/settings/{kind}/(?!new)\w+$"))


def adds_a_venue(walk: Walk) -> None:
    """One more, with pages to change it and to say when it can't be had."""
    trainer = walk.people["trainer"]
    trainer.go("/venues/new")
    trainer.fill(name="Hall C", contact_name="Sample caretaker")
    trainer.button("Save")
    trainer.page.wait_for_url(re.compile(r"/venues/(?!new)\w+$"))
    trainer.looks_in("/venues", f"{trainer.path}/edit", f"{trainer.path}/blocks/new")


def writes_an_agenda(walk: Walk) -> None:
    """A template; the empty page before it."""
    trainer = walk.people["trainer"]
    trainer.looks_in("/forums/templates")
    trainer.go("/forums/templates/new")
    trainer.fill(name="Short review")
    trainer.page.get_by_label("Item 1", exact=True).fill("Opening")
    trainer.button("Save")
    trainer.page.wait_for_url("**/forums/templates")
    trainer.link("Short review")
    trainer.page.wait_for_url(re.compile(r"/templates/[0-9a-z]{16}$"))
    trainer.looks_in(f"{trainer.path}/remove")


def asks_to_remove_a_second_step(walk: Walk) -> None:
    """An administrator for the director; another would have to agree."""
    administrator = walk.people["administrator"]
    administrator.go("/accounts")
    administrator.link("Achieng")
    administrator.link("Ask to remove the second step")
    administrator.fill(reason="She came to the office herself.")
    administrator.button("Ask for it")
    administrator.page.wait_for_url(re.compile(r"/requests/[0-9a-z]{16}$"))
    administrator.go("/accounts/requests")
    administrator.link("Lost second step: Achieng")
    administrator.page.wait_for_url(re.compile(r"/requests/[0-9a-z]{16}$"))
    administrator.go("/accounts")
    administrator.link("Baraka")
    administrator.page.wait_for_url(re.compile(r"/accounts/[0-9a-z]{16}$"))
    account = administrator.path
    pages = ("hand-over", "lock", "roles", "name", "participant", "new-password")
    administrator.looks_in(*(f"{account}/{page}" for page in pages))


def stands_at_the_door(walk: Walk) -> None:
    """What belongs to a session, and what comes back from paper and phones."""
    trainer = walk.people["trainer"]
    trainer.go(f"{walk.workshop}/attendance")
    register = trainer.page.locator(".ledger .what a").first.get_attribute("href")
    at_the_door = ("scan", "screen", "headcount", "signatures")
    trainer.looks_in(*(f"{register}/{page}" for page in at_the_door))
    pages = (
        "attendance/counts", "attendance/conflicts", "walk-ins", "sheets", "pad", "pad/import",
        "people/copy",
    )  # fmt: skip
    trainer.looks_in(*(f"{walk.workshop}/{page}" for page in pages))
    director = walk.people["director"]
    director.go("/")
    director.sees("To confirm:")
    director.go(f"{register}/confirm")
    director.button("Confirm, then the next")
    director.page.wait_for_url(lambda url: register not in url)
    director.looks_in(f"{walk.workshop}/attendance/confirm")
    trainer.go(f"{walk.workshop}/people")
    asking = trainer.page.locator("main table a[data-confirm]").first.get_attribute("href")
    trainer.go(asking or "")
    trainer.go(f"{register}")
    trainer.page.get_by_role("link", name="Correct").first.click()
    trainer.page.wait_for_url("**/correct")


def pays_out(walk: Walk) -> None:
    """Rates, bands, a list that another approves, and who signed for her money."""
    director, trainer = walk.people["director"], walk.people["trainer"]
    at = f"{walk.workshop}/payouts"
    rates = {"currency": "KES", "band-0": "Within the town", "rate-participant-0": "500"}
    director.go("/payouts/rates")
    director.fill(**rates)
    director.button("Save as a new version")
    director.sees("Saved.")
    trainer.go(f"{at}/rates")
    trainer.fill(**rates | {"rate-participant-0": "700"})
    trainer.button("Save as a new version")
    trainer.page.wait_for_url(f"**{at}")
    trainer.go(f"{at}/rates/programme")
    trainer.button("Use the programme's rates")
    trainer.page.wait_for_url(f"**{at}")
    trainer.looks_in(f"{at}/bands", f"{at}/payees/new")
    trainer.go(at)
    trainer.page.locator("main table a").first.click()
    trainer.page.wait_for_url("**/payouts/people/*")
    trainer.go(at)
    trainer.page.get_by_role("button", name=re.compile("^Propose a list")).click()
    trainer.page.wait_for_url("**/payouts/lists/*")
    paid = trainer.path
    director.go(paid)
    director.button("Approve")
    director.sees("Approved and frozen")
    trainer.looks_in(f"{paid}/numbers", f"{paid}/results")
    trainer.go(f"{paid}/cash")
    trainer.page.locator("[name=paid]").first.check()
    trainer.button("Note as paid")
    trainer.page.wait_for_url(f"**{paid}")
    trainer.page.locator("main table a").first.click()
    trainer.page.wait_for_url("**/lines/*")
    trainer.looks_in("/payouts/")


def visits(walk: Walk) -> None:
    """Each of these as it is in the end."""
    director = walk.people["director"]
    director.go("/breaches/new")
    director.page.fill("[name=what]", "A sign-in sheet was left in a car.")
    director.page.check("[name=affected][value=paper]")
    director.button("Open the entry")
    director.page.wait_for_url(re.compile(r"/breaches/[0-9a-z]{16}$"))
    breach = director.path
    for name, paths in {
        "administrator": (
            "/", "/accounts", "/accounts/invite", "/settings", "/settings/programme",
            "/people/groups", "/audit", "/account", "/account/password", "/account/name",
            "/account/lock", "/access", "/access/export", "/breaches", breach,
            f"{breach}/edit", f"{breach}/close", "/accounts/second-step", "/people/groups/new",
            "/settings/paper", "/settings/paper/edit", "/settings/logo", "/settings/logo/paper",
            "/settings/logo/remove", "/venues", "/settings/marks", "/settings/zones",
            "/settings/zones/spellings", "/settings/retention", "/settings/retention/edit",
            "/account/passkeys/add", "/account/recovery-codes", "/account/second-step",
            "/account/after-recovery", "/confirm",
        ),
        "director": (
            "/", "/workshops", "/people", "/forums/", walk.forum, walk.workshop,
            "/account", "/account/stand-in", "/account/after-recovery", "/accounts",
            "/accounts/requests", "/access", "/breaches", "/settings", "/settings/marks",
            "/venues", "/absences", "/settings/retention", "/settings/retention/people",
        ),
        "trainer": (
            "/", "/workshops", "/people/organisations", "/people/organisations/new",
            "/forums/", walk.forum, f"{walk.forum}/actions", f"{walk.workshop}/edit",
            f"{walk.workshop}/costs", f"{walk.workshop}/sessions/new",
            f"{walk.workshop}/order", f"{walk.workshop}/lay-out",
            f"{walk.workshop}/duplicate", f"{walk.workshop}/cancel", "/account",
        ),
        "peer": ("/", "/workshops", walk.workshop, "/certificates/", "/people", "/account"),
    }.items():  # fmt: skip
        walk.people[name].looks_in(*paths)
