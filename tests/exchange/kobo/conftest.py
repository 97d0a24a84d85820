"""The stand-in of KoboToolbox behind the client of connections."""

import pytest

from kash.people.connections.services import Fetched, NotAnswered, NotReached, OtherSystem
from tests.exchange.kobo.server import Server
from tests.people.connections.recorded import TOKEN


@pytest.fixture
def server(monkeypatch):
    """The stand-in behind the client of connections, which must know the token."""
    found = Server(most=100)

    def get(self: OtherSystem, target: str, *, most: int = 0) -> Fetched:
        if self.headers["Authorization"] != f"Token {TOKEN}":
            return Fetched(401, b"")
        if found.fault == "away":
            raise NotReached("unreachable")
        if found.fault == "reset":
            raise NotAnswered("no answer")
        if found.fault.isdigit():
            return Fetched(int(found.fault), b"")
        return Fetched(200, found.fetch(target))

    monkeypatch.setattr(OtherSystem, "get", get)
    return found
