"""Waiting for what a page holds.

`Page.wait_for_function` evaluates its text anew in the page, which our policy of content refuses
from the second time on; `evaluate` is not bound by it.
"""

from time import monotonic
from typing import Any

from playwright.sync_api import Page

_SECONDS = 30


def wait_until(page: Page, function: str, arg: Any = None) -> None:
    """Return once a JavaScript function is true in the page; AssertionError after 30 seconds."""
    until = monotonic() + _SECONDS
    while not page.evaluate(function, arg):
        assert monotonic() < until, f"never true: {function}"
        page.wait_for_timeout(50)
