"""The application of a test, served to a phone's browser."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from werkzeug.serving import BaseWSGIServer, make_server

from .looking import PHONE


class Answering:
    """An application that knows whether it still answers somebody: a browser that was closed in
    the middle of a request leaves a thread that would write into the next test's programme."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app, self._open, self._ended = app, 0, threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with self._ended:
            self._open += 1
        try:
            pieces = self._app(environ, start_response)
            try:
                return list(pieces)
            finally:
                close = getattr(pieces, "close", None)
                if close is not None:
                    close()
        finally:
            with self._ended:
                self._open -= 1
                self._ended.notify_all()

    def rest(self) -> None:
        """Come back once nobody is answered any more."""
        with self._ended:
            assert self._ended.wait_for(lambda: self._open == 0, 60)


class Site:
    """The application of the test, served to a browser; it can die and come back elsewhere."""

    def __init__(self, app: APIFlask) -> None:
        self.app, self.answering = app, Answering(app)
        self.server: BaseWSGIServer | None = None
        self.begin()

    def begin(self) -> None:
        self.server = make_server("127.0.0.1", 0, self.answering, threaded=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def die(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()
        self.answering.rest()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def browser_of(client: FlaskClient, browser: Browser, site: Site) -> Iterator[Page]:
    """A phone in which whoever `client` belongs to is signed in, her vault open if it was."""
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    for name in ("session", "vault"):
        cookie = client.get_cookie(name, domain="localhost")
        if cookie is not None:
            context.add_cookies([{"name": name, "value": cookie.value, "url": site.address}])
    yield context.new_page()
    context.close()


def told_at(*words: str) -> re.Pattern[str]:
    """The way of a request: words with their hours, and the day where midnight lay between."""
    return re.compile("^" + ", ".join(rf"{word} (\d+ \w+ \d+, )?\d\d:\d\d" for word in words) + "$")
