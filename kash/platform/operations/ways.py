"""Ways of a request whose body has not come, as the site's addresses tell them."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import EnvironBuilder

from kash.platform.operations.arriving import Head
from kash.platform.web.bodies import most_bytes_of
from kash.platform.web.guard import lets_in
from kash.platform.web.input import LARGEST_FORM, network_of
from kash.platform.web.urgent import is_always_answered

# What a session is found by.
_SAYS_WHO = frozenset({"cookie", "host", "user-agent"})


class Ways:
    """The application's addresses, and the proxies in front of it that are believed."""

    def __init__(self, app: Flask, *, trusted_proxies: int) -> None:
        self._app = app
        self._addresses = app.url_map.bind("localhost")
        self._trusted_proxies = trusted_proxies

    def is_urgent(self, head: Head) -> bool:
        """True if what it asks for is answered while everything else is busy."""
        endpoint = self._endpoint(head)
        return endpoint is not None and is_always_answered(self._app, endpoint)

    def most_bytes(self, head: Head) -> int:
        """How large its body may be."""
        return most_bytes_of(self._app, self._endpoint(head), LARGEST_FORM)

    def lets_in(self, head: Head) -> bool:
        """True if who sends it may send anything there. It asks the database, so a thread does."""
        asked = EnvironBuilder(
            path=head.target,
            method=head.method,
            headers=[(name, value) for name, value in head.fields if name in _SAYS_WHO],
        )
        with self._app.request_context(asked.get_environ()):
            return lets_in()

    def sender(self, head: Head, peer: str) -> str:
        """The network that it comes from, as the proxies say, or else by who sends it here."""
        return network_of(head.forwarded_for(self._trusted_proxies) or peer)

    def _endpoint(self, head: Head) -> str | None:
        try:
            path = unquote(urlsplit(head.target).path)
            endpoint: str = self._addresses.match(path, head.method)[0]
        except (HTTPException, RequestRedirect, ValueError):
            return None
        return endpoint
