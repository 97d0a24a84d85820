"""On which page a sealed document of `identity` is read: a register that rooms above fill.

    register_sealed_page("incidents.identity", _l("Who somebody is"), address)

`address` takes the public id of the document and answers the address of its page, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

Address = Callable[[str], str | None]


@dataclass(frozen=True)
class SealedPage:
    """What a kind of document is called, and where it is read."""

    label: Any
    address: Address


_register: dict[str, SealedPage] = {}


def register_sealed_page(kind: str, label: Any, address: Address) -> None:
    """Say where documents of a kind are read."""
    _register[kind] = SealedPage(label, address)


def forget_sealed_page(kind: str) -> None:
    """Take a kind away again."""
    _register.pop(kind, None)


def page_of(kind: str, public_id: str) -> tuple[Any, str]:
    """What a document is called, and the address of its page, empty if no room has named one."""
    found = _register.get(kind)
    if found is None:
        return _l("A sealed identity"), ""
    return found.label, found.address(public_id) or ""
