"""A browser's profile on disk, searched after the browser was closed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

# What a person types freely.
TYPED = (
    "textarea, input:not([type]), input[type=text], input[type=search], input[type=email],"
    " input[type=tel], input[type=url]"
)
# Of sign-in, whose tokens let a person's own device fill them in.
OWN = "[autocomplete=username], [autocomplete^=current-], [autocomplete^=new-]"
_MARK = b"zq7canary"


def canary(number: int) -> str:
    """A word that stands nowhere else."""
    return f"{_MARK.decode()}{number:04}"


@contextmanager
def kept_profile(browser: Browser, folder: Path) -> Iterator[BrowserContext]:
    """A browser whose profile lies in a folder, as on a phone; closed afterwards.

    The one that people have: the one without windows has no memory for what is typed.
    """
    context = browser.browser_type.launch_persistent_context(
        str(folder),
        executable_path="/usr/bin/chromium",
        args=["--no-sandbox", "--disable-dev-shm-usage"],
        viewport={"width": 390, "height": 800},
    )
    context.set_default_timeout(30_000)
    try:
        yield context
    finally:
        context.close()


# All that a browser goes by when it keeps what is typed, and the scripts of a page.
_KIND = """all => all.map(one => [one, one.form].map(each => [each?.localName, each?.type,
  each?.name?.replace?.(/[0-9a-hjkmnp-tv-z]{16}|[0-9]+/g, "*"), each?.autocomplete,
  ...Object.keys(each?.dataset ?? {})].join()).join(" in "))"""


def kinds_of_fields(page: Page) -> set[str]:
    """The fields of a page that can be typed into, those that a browser treats alike as one."""
    return set(page.locator(TYPED).evaluate_all(_KIND))


def type_into_every_field(page: Page, first: int) -> dict[str, int]:
    """Type a canary of its own into every field that is seen: the fields' names by canaries."""
    fields = page.locator(TYPED)
    names = fields.evaluate_all(
        """(all, own) => all.map(one => one.checkVisibility({ visibilityProperty: true })
          && !one.readOnly && !one.matches(`:disabled, ${own}`) ? one.name || one.id || "?" : "")
        """,
        OWN,
    )
    typed: dict[str, int] = {}
    for place, name in enumerate(names):
        if name:
            number = first + len(typed)
            fields.nth(place).fill(canary(number))
            typed[f"{page.url.partition('?')[0]}: {name} {place}"] = number
    return typed


def found_in(folder: Path) -> set[int]:
    """The numbers of the canaries that lie anywhere in a profile, in either way of writing text."""
    numbers: set[int] = set()
    wide = _MARK.decode().encode("utf-16-le")
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        numbers |= {int(each) for each in re.findall(_MARK + rb"(\d{4})", content)}
        for each in re.findall(re.escape(wide) + rb"((?:\d\x00){4})", content):
            numbers.add(int(each.decode("utf-16-le")))
    return numbers
