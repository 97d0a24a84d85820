"""Acts on a page before it is pictured: fields are filled in, buttons pressed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from playwright.sync_api import Error, Page, Response


@dataclass(frozen=True)
class Fill:
    """A field, as a CSS selector, and what it gets: text, a choice's label, or a tick for ""."""

    field: str
    value: str = ""


@dataclass(frozen=True)
class Attach:
    """A file field, as a CSS selector, with a file's name and content."""

    field: str
    file_name: str
    content: bytes


@dataclass(frozen=True)
class Press:
    """A button or link, as a CSS selector, and what only the page that comes has."""

    button: str
    shows: str
    status: int = 200


@dataclass(frozen=True)
class Go:
    """An address of the site, as it is typed into the browser, and what only its page has."""

    address: str
    shows: str
    status: int = 200


@dataclass(frozen=True)
class Fetch:
    """A button that answers with a PDF; the last of what is done."""

    button: str


Act = Fill | Attach | Press | Go


@dataclass(frozen=True)
class Answer:
    """A picture `called` so, taken after the acts on a page that has an address of its own.

    `late`: the password was given too long ago for a dangerous action. `closed`: the vault is not
    open. `paper`: what to press for a PDF, which is pictured instead.
    """

    key: str
    endpoint: str
    called: str
    acts: tuple[Act, ...]
    variant: str = ""
    writes: bool = False
    late: bool = False
    closed: bool = False
    paper: Fetch | None = None


def do_acts(page: Page, acts: Sequence[Act]) -> list[str]:
    """Do one after the other; returns what came out otherwise than declared. Raises Error of
    Playwright when there is no such field or button."""
    notes: list[str] = []
    for act in acts:
        if isinstance(act, Press):
            notes += _press(page, act)
        elif isinstance(act, Go):
            notes += _go(page, act)
        elif isinstance(act, Attach):
            page.locator(act.field).set_input_files(
                {
                    "name": act.file_name,
                    "mimeType": "application/octet-stream",
                    "buffer": act.content,
                }
            )
        else:
            _fill(page, act)
    return notes


def fetch(page: Page, act: Fetch) -> bytes:
    """Press the button and take what comes."""
    with page.expect_download() as expected:
        page.locator(act.button).first.click()
    return expected.value.path().read_bytes()


def _go(page: Page, act: Go) -> list[str]:
    answer = page.goto(urljoin(page.url, act.address), wait_until="load")
    page.locator(act.shows).first.wait_for()
    status = answer.status if answer is not None else 0
    return [] if status == act.status else [f"{act.address} answered {status}"]


def _fill(page: Page, act: Fill) -> None:
    field = page.locator(act.field)
    if not act.value:
        field.check()
    elif field.evaluate("one => one.matches('select')"):
        field.select_option(label=act.value)
    elif field.is_hidden():
        field.evaluate("(one, value) => { one.value = value; }", act.value)
    else:
        field.fill(act.value)


def _press(page: Page, act: Press) -> list[str]:
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        if answer.request.is_navigation_request():
            answers.append(answer)

    page.on("response", keep)
    try:
        page.locator(act.button).first.click()
        page.wait_for_load_state("load")
        page.locator(act.shows).first.wait_for()
    except Error as problem:
        raise Error(f"{act.button} did not lead to {act.shows}") from problem
    finally:
        page.remove_listener("response", keep)
    status = answers[-1].status if answers else act.status
    return [] if status == act.status else [f"{act.button} answered {status}"]
