"""Someone who walks through the pages with a browser of her own, and reads what she is given."""

import re
import subprocess
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyotp
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

from .faults import note_faults


def text_of(pdf: bytes, folder: Path, name: str) -> str:
    """What a PDF says, page by page, each page ended by a form feed."""
    path = folder / name
    path.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    ).stdout


def _kind(path: str) -> str:
    """A path without the ids in it."""
    return re.sub(r"[0-9a-hjkmnp-tv-z]{16}", "*", path)


@dataclass
class Walker:
    """One of the people, with a browser of her own. Where she has been is kept."""

    name: str
    context: BrowserContext
    page: Page
    address: str
    been: dict[str, str] = field(default_factory=dict)
    # Of these, pages that nobody has opened yet: they are still to be looked at.
    unopened: set[str] = field(default_factory=set)
    # Of pages that were looked at: what kinds of fields can be typed into.
    fields: dict[str, set[str]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    recovery_codes: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._console)
        note_faults(self.page, self.troubles)
        self.page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        # What the browser says of an answer such as 422 is no trouble, nor is advice that nobody
        # waits for any more, because the form was sent or changed again.
        passing = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
        if message.type in ("error", "warning") and not any(
            words in message.text for words in passing
        ):
            self.troubles.append(f"{self.page.url}: {message.text}")

    def _answered(self, answer: Response) -> None:
        kind = answer.headers.get("content-type", "")
        request = answer.request
        if answer.status >= 500:
            self.troubles.append(f"{request.method} {answer.url}: {answer.status}")
        if (
            request.is_navigation_request()
            and request.method == "GET"
            and answer.status == 200
            and kind.startswith("text/html")
        ):
            path = answer.url.removeprefix(self.address).partition("?")[0]
            if "/join/" not in path:
                self.been.setdefault(_kind(path), path)

    def go(self, path: str) -> Response | None:
        return self.page.goto(self.address + path)

    def looks_in(self, *paths: str) -> None:
        """Have these pages looked at as they are in the end: nothing is done there on the way."""
        for path in paths:
            if self.been.setdefault(_kind(path), path) == path:
                self.unopened.add(path)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", value)

    def button(self, name: str) -> None:
        self._press("button", name)

    def link(self, name: str) -> None:
        self._press("link", name)

    def _press(self, role: Literal["button", "link"], name: str) -> None:
        """Press what is called so once the page's scripts are there, which open dialogs in place of
        pages: on a busy machine a page can be pressed before."""
        place = self.page.get_by_role(role, name=name, exact=True).first
        place.wait_for()
        self.page.wait_for_load_state()
        place.click()

    def leaving(self) -> AbstractContextManager[object]:
        """What is pressed in here leads to another page, which begins before she goes on: on a busy
        machine it begins later than the click is over, and led away from where she went next."""
        return self.page.expect_navigation(wait_until="commit")

    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=10_000)

    def file(self, path: str) -> bytes:
        # On a busy machine a paper takes its time.
        answer = self.context.request.get(self.address + path, timeout=60_000)
        assert answer.ok, f"{path}: {answer.status}"
        return answer.body()

    def downloads(self, button: str) -> bytes:
        with self.page.expect_download() as coming:
            self.button(button)
        return Path(coming.value.path()).read_bytes()

    def second_step(self) -> None:
        """Read the key off the page and type the code, as a phone would."""
        if "/account/second-step" not in self.page.url:
            return
        key = self.page.locator("code").first.inner_text().replace(" ", "")
        self.fill(code=pyotp.TOTP(key).now())
        self.button("Turn it on")
        self.sees("Your recovery codes")
        self.recovery_codes = self.page.locator("main code").all_inner_texts()
        with self.leaving():
            self.link("I have kept them")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address)
