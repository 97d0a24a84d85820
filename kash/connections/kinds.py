"""Kinds of connections, and open ways out without a contract: parts that features bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared
from kash.platform.web.errors import NotFound


@dataclass(frozen=True)
class ConnectionSetting:
    """One line of text that a kind asks for, kept in the connection's settings under `key`."""

    key: str
    label: Any
    description: Any = ""
    most: int = 120


@dataclass(frozen=True)
class ConnectionKind(Part):
    """A kind of connection: what it does (`text`), and `leaves`, what leaves the programme by it.

    `endpoint` is the page of a connection that is agreed to, told its `public_id`, and opens to
    whoever has `permission`; empty where it has none. `asks_address` is False where the other end
    calls and is never called; where it is, `such_as` is an address, and `token_from` says where its
    token stands there. `told` is the kind of answer by which they are told that one is on.
    """

    key: str
    title: Any
    text: Any
    endpoint: str
    permission: str
    asks_secret: bool
    leaves: Any = ""
    asks_address: bool = True
    settings: tuple[ConnectionSetting, ...] = ()
    such_as: str = "https://www.example.org"
    token_from: Any = ""
    told: str = ""


@dataclass(frozen=True)
class OpenWay(Part):
    """A way by which something leaves without a contract, since whoever takes it may have it: what
    leaves, and the page on which it is given to whoever has `permission`."""

    place: int
    title: Any
    leaves: Any
    endpoint: str
    permission: str


def connection_kinds() -> tuple[ConnectionKind, ...]:
    """All kinds, in the order of their features."""
    return declared(ConnectionKind)


def kind_named(key: str) -> ConnectionKind:
    """The kind of this key. Raises NotFound."""
    for kind in connection_kinds():
        if kind.key == key:
            return kind
    raise NotFound


def open_ways() -> list[OpenWay]:
    """All open ways, in the order of their places."""
    return sorted(declared(OpenWay), key=lambda way: way.place)
