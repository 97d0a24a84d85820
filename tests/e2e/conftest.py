"""Debian's Chromium, and the whole path walked once for all tests that look at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from kash.people.models import Organisation
from kash.platform.database import db
from kash.policy import Actor
from tests.conftest import AMember

from .looking import PHONE
from .phones import Site
from .serving import Served
from .walking import Walk


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium without windows, which costs a third less; it may run as root."""
    found = shutil.which("chromium-headless-shell")
    if found is None:
        pytest.fail("chromium-headless-shell is missing: ./kash.sh test installs it")
    return {"executable_path": found, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(autouse=True, scope="session")
def _patience() -> None:
    """What is expected of a page is waited for as long as a busy machine may need, also where a
    script tries again after eight seconds."""
    expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def walk(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, compiled: Path
) -> Iterator[Walk]:
    """An empty programme after four people have walked the whole path."""
    folder = tmp_path_factory.mktemp("walk")
    served = Served(folder / "var", compiled)
    walk = Walk(served, browser, folder)
    try:
        walk.all_of_it()
        yield walk
    finally:
        for walker in walk.people.values():
            walker.context.close()
        served.stop()


@pytest.fixture
def member(sqlite_app: APIFlask, a_member: Callable[..., AMember]) -> AMember:
    db.session.add(Organisation(name="Kituo cha Mfano", kind="station"))
    db.session.commit()
    return a_member("documentation")


@pytest.fixture
def site(sqlite_app: APIFlask, member: AMember) -> Iterator[Site]:
    site = Site(sqlite_app)
    yield site
    site.die()


@pytest.fixture
def a_phone(
    site: Site,
    browser: Browser,
    actor: Callable[..., Actor],
    client_for: Callable[..., FlaskClient],
) -> Iterator[Callable[..., Page]]:
    """A phone in which a peer educator is signed in; each call gives another one."""
    opened: list[BrowserContext] = []
    peer = actor("peer", language="sw")

    def take(**more: Any) -> Page:
        cookie = client_for(peer).get_cookie("session", domain="localhost")
        assert cookie is not None
        context = browser.new_context(viewport=PHONE, **more)
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": site.address}])
        opened.append(context)
        page = context.new_page()
        page.goto(f"{site.address}/w/n")
        return page

    yield take
    for context in opened:
        context.close()


@pytest.fixture
def a_page(browser):
    """A page of somebody who is not signed in; each call gives one in another browser."""
    contexts: list[BrowserContext] = []

    def take(viewport: ViewportSize) -> Page:
        contexts.append(browser.new_context(viewport=viewport))
        contexts[-1].set_default_timeout(30_000)
        return contexts[-1].new_page()

    yield take
    for context in contexts:
        context.close()
