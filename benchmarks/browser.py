"""A browser of a few lines: one connection, cookies, forms with their token."""

from __future__ import annotations

import http.client
import re
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """Answer of the server."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def location(self) -> str:
        """Where a redirection leads, as a path."""
        parts = urlsplit(self.headers.get("location", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")


class Browser:
    """Signed in as one account, or as nobody; by TLS if it is told whom to trust."""

    def __init__(self, port: int, trust: ssl.SSLContext | None = None) -> None:
        if trust is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        else:
            self._connection = http.client.HTTPSConnection(
                "localhost", port, timeout=120, context=trust
            )
        self._cookies: dict[str, str] = {}

    def keep(self, cookies: Mapping[str, str]) -> None:
        """Hold these cookies, as if they had been set."""
        self._cookies.update(cookies)

    def get(self, path: str) -> Answer:
        """One page, redirections not followed."""
        return self._ask("GET", path)

    def post(self, page: str, fields: Mapping[str, str], to: str = "") -> Answer:
        """Send a form of `page`, to the page itself or to another address."""
        return self.send(to or page, self.token(page), fields)

    def token(self, page: str) -> str:
        """The token of a form on a page, good as long as the session. Raises LookupError."""
        found = _TOKEN.search(self.get(page).text)
        if found is None:
            raise LookupError(f"no form on {page}")
        return found[1]

    def send(self, to: str, token: str, fields: Mapping[str, str]) -> Answer:
        """Send a form whose token is known."""
        return self._ask("POST", to, urlencode({"csrf_token": token, **fields}))

    def send_file(
        self, to: str, token: str, fields: Mapping[str, str], name: str, content: bytes
    ) -> Answer:
        """Send a form with a file in its field `file`."""
        limit = secrets.token_hex(16)
        said = [
            f'--{limit}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in {"csrf_token": token, **fields}.items()
        ]
        said.append(
            f'--{limit}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        )
        body = "".join(said).encode() + content + f"\r\n--{limit}--\r\n".encode()
        return self._ask("POST", to, body, f"multipart/form-data; boundary={limit}")

    @property
    def cookie(self) -> str:
        """The field by which the server knows it."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _ask(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        kind: str = "application/x-www-form-urlencoded",
    ) -> Answer:
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = kind
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            # The server closes what was idle for too long.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        content = answer.read().decode("utf-8", "replace")
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, told, content)
