"""A phone in a browser: it takes a register along, loses the network, and what it keeps is read."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.waiting import wait_until

from .faults import note_faults
from .looking import PHONE
from .serving import Served

PASSWORD = "seven boats cross at dusk"
PIN = "271828"
# Everything that a page of the site can keep on a phone, as text; keys that cannot be taken out
# show as what they are.
DUMP = """async () => {
  const shown = (value) => value instanceof ArrayBuffer
    ? String.fromCharCode(...new Uint8Array(value))
    : ArrayBuffer.isView(value) ? String.fromCharCode(...value)
    : value instanceof CryptoKey ? `key ${value.type} ${value.extractable}`
    : Array.isArray(value) ? value.map(shown)
    : value && typeof value === "object"
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)]))
      : value;
  const stores = {};
  for (const { name, version } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => {
      indexedDB.open(name, version).onsuccess = (event) => resolve(event.target.result);
    });
    for (const store of database.objectStoreNames) {
      stores[store] = await new Promise((resolve) => {
        database.transaction(store).objectStore(store).getAll().onsuccess = (event) =>
          resolve(event.target.result.map(shown));
      });
    }
    database.close();
  }
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      kept[request.url] = await (await cache.match(request)).text();
    }
  }
  return { stores, caches: kept, local: { ...localStorage }, session: { ...sessionStorage } };
}"""


@dataclass
class Hall:
    """A served workshop of today, and what its database holds."""

    served: Served
    folder: Path
    workshop: str
    slots: list[str]
    names: list[str]

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "kash.sqlite3")) as database:
            return database.execute(statement, values).fetchall()

    def change(self, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.folder / "kash.sqlite3", timeout=20)) as database:
            database.execute(statement, values)
            database.commit()

    def marks(self, slot: int) -> dict[str, int]:
        """How many are marked so in a session."""
        return dict(
            self.rows(
                "SELECT status, count(*) FROM mark JOIN slot ON slot.id = mark.slot_id"
                " WHERE slot.public_id = ? GROUP BY status",
                self.slots[slot],
            )
        )


class Pad:
    """One phone."""

    def __init__(self, browser: Browser, hall: Hall) -> None:
        self.hall = hall
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE, locale="en-GB", timezone_id="Africa/Nairobi", has_touch=True
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.problems: list[str] = []
        note_faults(self.page, self.problems)

    def go(self, path: str) -> None:
        self.page.goto(self.hall.served.address + path)

    def sign_in(self, email: str = "amani@example.org") -> None:
        self.go("/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(self.hall.served.address + "/")

    def take(self) -> None:
        """Take the register along; the page is then the list of its sessions."""
        self.go(f"/workshops/{self.hall.workshop}/pad")
        self.page.fill("#pin", PIN)
        self.page.fill("#again", PIN)
        self.page.get_by_role("button", name="Take the register").click()
        self.page.wait_for_url("**/pad/")
        self.page.locator("#pin").wait_for(state="detached")
        self.page.get_by_role("button", name="Lock").wait_for()

    def type_pin(self, pin: str) -> None:
        self.page.fill("#pin", pin)
        self.page.get_by_role("button", name="Open").click()

    def open(self) -> None:
        self.page.locator("#pin").wait_for()
        self.type_pin(PIN)
        self.page.locator("#pin").wait_for(state="detached")

    def session(self, number: int, what: str = "") -> None:
        """A screen of a session, as its link leads there."""
        self.page.evaluate("hash => { location.hash = hash; }", self.hash(number, what))
        drawn = "hash => document.getElementById('main').dataset.screen === hash"
        wait_until(self.page, drawn, self.hash(number, what))

    def hash(self, number: int, what: str = "") -> str:
        return f"#s/{self.hall.slots[number]}" + (f"/{what}" if what else "")

    def mark(self, place: int, status: str) -> str:
        """Tap a mark of somebody in the list, and wait until it is kept; her row on the roster."""
        row = self.page.locator(".person").nth(place)
        entry = row.locator("input").first.get_attribute("name") or ""
        row.locator(f"input[value={status}] + label").tap()
        wait_until(
            self.page,
            "([name, status]) => { const one ="
            " document.querySelector(`input[name='${name}'][value=${status}]`);"
            " return one.checked && !one.closest('.making'); }",
            [entry, status],
        )
        return entry

    def unsent(self) -> str:
        return self.page.locator(".unsent").inner_text()

    def waits(self, count: int) -> None:
        wait_until(
            self.page,
            "text => document.querySelector('.unsent').textContent.includes(text)",
            f"{count} not sent." if count else "Everything is sent",
        )

    def cut(self) -> None:
        """What is sent does not arrive; all else does."""
        self.context.route("**/pad/sync", lambda route: route.abort())

    def mend(self) -> None:
        self.context.unroute("**/pad/sync")

    def dump(self) -> dict[str, Any]:
        """What lies on the phone, whatever page asks."""
        found: dict[str, Any] = self.page.evaluate(DUMP)
        return found

    def names_kept(self, names: list[str]) -> list[str]:
        """Which of these names, whole or in part, are found in anything that is kept."""
        text = json.dumps(self.dump(), ensure_ascii=False).lower()
        return [name for name in names if name.lower() in text]

    def close(self) -> None:
        self.context.close()
