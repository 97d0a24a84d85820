"""Debian's Chromium, and the whole path walked once for all tests that look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from .serving import Served
from .walking import Walk


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser that the system has; it may run as root."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("chromium is missing: ./kash.sh test installs it")
    return {"executable_path": found, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def walk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """An empty programme after four people have walked the whole path."""
    folder = tmp_path_factory.mktemp("walk")
    served = Served(folder / "var")
    walk = Walk(served, browser, folder)
    try:
        walk.all_of_it()
        yield walk
    finally:
        for walker in walk.people.values():
            walker.context.close()
        served.stop()
