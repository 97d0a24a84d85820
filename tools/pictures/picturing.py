"""One browser that goes from page to page and pictures each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import BrowserContext, Error, Page, Response, sync_playwright

from tools.pictures.acts import Act, Fetch, do_acts, fetch
from tools.pictures.paper_pictures import picture_pdf

BROWSER = "/usr/bin/chromium"
WIDTHS = {360: 740, 1280: 900}
MOST_HEIGHT = 8000
# Of the vault, where there is no TLS.
VAULT = "vault"
SERVER_ERROR = 500
UNPROCESSABLE = 422
_EXPECTED = ("Failed to load resource: the server responded with a status of 4", "htmx:")
# How long an act may take, in ms.
_PATIENCE = 8_000

What = Literal["pictured", "paper", "elsewhere", "refused", "failed"]
NOT_PICTURED = frozenset({"elsewhere", "refused", "failed"})

# At the top, drawn in the window's new size, and with what is loaded once one scrolls to it.
_SETTLED = """async () => {
  window.scrollTo(0, 0);
  for (const one of document.images) one.loading = "eager";
  await Promise.all([...document.images].map(one => one.decode().catch(() => {})));
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""

# Everything that a person could have typed or ticked is taken out, then the page's form is sent.
_SEND_EMPTY = """() => {
  const typed = form => [...form.elements].filter(
    one => one.matches('input:not([type=hidden]), textarea, select')).length;
  const form = [...document.forms].filter(
    one => one.method === 'post' && !one.matches('[role=search]') && typed(one))
    .sort((one, other) => typed(other) - typed(one))[0];
  if (!form) return false;
  for (const one of form.elements) {
    if (one.matches('[type=hidden], button, select, fieldset')) continue;
    if (one.matches('[type=checkbox], [type=radio]')) one.checked = false;
    else one.value = '';
  }
  form.noValidate = true;
  // A form that a device fills would wait for the device.
  if ('passkey' in form.dataset) form.submit();
  else form.requestSubmit(
    [...form.elements].find(one => one.matches('button.main, [type=submit]')));
  return true;
}"""


@dataclass(frozen=True)
class Cookie:
    """Cookie that signs a browser in, and the one that holds the vault open in it (`vault`, none if
    closed)."""

    name: str
    value: str
    vault: str = ""


@dataclass(frozen=True)
class Order:
    """A page to picture, as whom, and after what: sending its form empty, or certain acts. What
    `writes` is pictured when everything else was, and of what leads to a `paper` its pages only."""

    name: str
    url: str
    cookie: Cookie | None
    fresh: bool = False
    empty_form: bool = False
    acts: tuple[Act, ...] = ()
    writes: bool = False
    paper: Fetch | None = None


@dataclass(frozen=True)
class Outcome:
    """Outcome of an order."""

    name: str
    what: What
    note: str = ""

    @property
    def page(self) -> str:
        """The page, whoever asked for it."""
        return self.name.partition("-")[2]


def take_pictures(
    address: str, orders: Sequence[Order], folder: Path, schemes: Sequence[str]
) -> list[Outcome]:
    """Picture these pages with a browser of their own."""
    outcomes = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        contexts: dict[Cookie | None, BrowserContext] = {}
        for order in orders:
            context = contexts.get(order.cookie)
            if context is None:
                context = browser.new_context(locale="en-GB", timezone_id="Africa/Nairobi")
                if order.cookie is not None:
                    held = {order.cookie.name: order.cookie.value, VAULT: order.cookie.vault}
                    context.add_cookies(
                        [
                            {"name": name, "value": value, "url": address}
                            for name, value in held.items()
                            if value
                        ]
                    )
                contexts[order.cookie] = context
            outcomes.append(_one(context, address, order, folder, schemes))
        browser.close()
    return outcomes


def _one(
    context: BrowserContext, address: str, order: Order, folder: Path, schemes: Sequence[str]
) -> Outcome:
    try:
        answer = context.request.get(address + order.url, max_redirects=0)
    except Error as problem:
        return Outcome(order.name, "failed", str(problem).splitlines()[0])
    if answer.status >= SERVER_ERROR:
        return Outcome(order.name, "failed", f"{answer.status} {order.url}")
    if 300 <= answer.status < 400 and not order.acts:
        return Outcome(order.name, "elsewhere", answer.headers.get("location", ""))
    if answer.status >= 400:
        return Outcome(order.name, "refused", f"{answer.status}")
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/pdf"):
        picture_pdf(answer.body(), folder, order.name)
        return Outcome(order.name, "paper")
    if not kind.startswith("text/html") and not order.acts:
        return Outcome(order.name, "elsewhere", kind)
    return _page(context, address, order, folder, schemes)


def _page(
    context: BrowserContext, address: str, order: Order, folder: Path, schemes: Sequence[str]
) -> Outcome:
    page = context.new_page()
    notes: list[str] = []
    page.on("pageerror", lambda problem: notes.append(f"script: {problem}"))
    page.on(
        "console", lambda message: notes.append(message.text) if message.type == "error" else None
    )
    if order.acts:
        page.set_default_timeout(_PATIENCE)
    try:
        page.goto(address + order.url, wait_until="load")
        if order.empty_form:
            status = _send_empty(page)
            notes = [note for note in notes if "422" not in note]
            if status != UNPROCESSABLE:
                notes.append(f"sending it empty answered {status}")
        # The console also tells of answers of 4xx, and of what was asked while one typed.
        if order.acts:
            told = do_acts(page, order.acts)
            notes = [note for note in notes if not note.startswith(_EXPECTED)] + told
        if order.paper is not None:
            picture_pdf(fetch(page, order.paper), folder, order.name)
            return Outcome(order.name, "paper", "; ".join(notes))
        dialog = page.query_selector("dialog[open]") is not None
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                notes.append(f"{wide} px wide at {width}")
            # A window as high as the page: what sticks to an edge then covers nothing in between.
            # A dialog lies over one window.
            tall = 0 if dialog else page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(max(tall, height), MOST_HEIGHT)})
            page.evaluate(_SETTLED)
            for scheme in schemes:
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.screenshot(
                    path=folder / f"{order.name}-{width}-{scheme}.png",
                    full_page=not dialog,
                    animations="disabled",
                )
    except Error as problem:
        return Outcome(order.name, "failed", str(problem).splitlines()[0])
    finally:
        page.close()
    return Outcome(order.name, "pictured", "; ".join(notes))


def _send_empty(page: Page) -> int | str:
    answers: list[Response] = []
    page.on(
        "response",
        lambda answer: answers.append(answer) if answer.request.is_navigation_request() else None,
    )
    with page.expect_navigation(wait_until="load"):
        if not page.evaluate(_SEND_EMPTY):
            raise Error("there is no form to send")
    return answers[0].status if answers else "nothing"
