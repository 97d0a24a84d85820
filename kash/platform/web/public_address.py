"""The address that links and square codes hold, and whether those who are given them can open it.

What is printed can't be called back. So where the address opens on this computer alone, or is not
protected on its way, the first link, paper or batch asks. One answer holds for the programme, until
the address is another one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue

from kash.platform.web.current_actor import current_actor
from kash.platform.web.pages import page, this_address
from kash.platform.web.programme import programme_facts
from kash.policy import Actor, Reach

FIELD = "accept_address"
_ACCEPT = "kash_accept_address"
View = TypeVar("View", bound=Callable[..., Any])


class AddressKind(StrEnum):
    """Kind of an address: who can open it, and how it is protected."""

    OPEN = "open"
    PLAIN = "plain"
    LOCAL = "local"


def kind_of_address(address: str) -> AddressKind:
    """Local: it leads a person who follows it to her own machine. Plain: nothing protects its
    way."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost") or _leads_nowhere(host):
        return AddressKind.LOCAL
    return AddressKind.OPEN if parts.scheme == "https" else AddressKind.PLAIN


def _leads_nowhere(host: str) -> bool:
    try:
        interface = ipaddress.ip_address(host)
    except ValueError:
        return False
    return interface.is_loopback or interface.is_unspecified


def public_address() -> str:
    """The address that links and codes hold, without a slash at its end."""
    address: str = current_app.config["SETTINGS"].public_url
    return address


def says_address(view: View) -> View:
    """Declare that a view, when it is posted to, gives away the programme's address for good."""
    view.kash_says_address = True  # type: ignore[attr-defined]
    return view


def init_public_address(app: Flask, accept: Callable[[Actor, str], object]) -> None:
    """Ask before the first view that gives the address away. `accept` keeps the answer."""
    app.extensions[_ACCEPT] = accept
    app.before_request(_ask_first)


def _ask_first() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or not getattr(view, "kash_says_address", False):
        return None
    facts, address = programme_facts(), public_address()
    kind = kind_of_address(address)
    if facts is None or kind is AddressKind.OPEN or facts.accepted_address == address:
        return None
    by = current_actor()
    if by.reach(g.permission) is Reach.SELF:
        # Her own copy of what others have printed before.
        return None
    if request.form.get(FIELD) == address:
        current_app.extensions[_ACCEPT](by, address)
        return None
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", FIELD)
    ]
    return page(
        "address.html",
        address=address,
        kind=kind,
        fields=fields,
        accept=FIELD,
        back=this_address(),
        sets_it=by.may("settings.edit"),
    )
