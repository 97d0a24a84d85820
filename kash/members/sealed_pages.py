"""On which page a sealed document of `identity` is read: a register that rooms above fill.

    register_sealed_page("incidents.identity", _l("Who somebody is"), address)

`address` takes the public id of the document and answers the address of its page, or None.
`keeps_away` takes who decides, her open vault and that id: whether she must not decide, because
she has a part in what it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.policy import Actor
from kash.vault import OpenVault

Address = Callable[[str], str | None]
KeepsAway = Callable[[Actor, OpenVault, str], bool]


@dataclass(frozen=True)
class SealedPage:
    """Page of a kind of document: its name, and where it is read."""

    label: Any
    address: Address
    keeps_away: KeepsAway


_register: dict[str, SealedPage] = {}


def _keeps_nobody_away(_by: Actor, _vault: OpenVault, _public_id: str) -> bool:
    return False


def register_sealed_page(
    kind: str, label: Any, address: Address, keeps_away: KeepsAway = _keeps_nobody_away
) -> None:
    """Say where documents of a kind are read, and who must not decide about one."""
    _register[kind] = SealedPage(label, address, keeps_away)


def forget_sealed_page(kind: str) -> None:
    """Take a kind away again."""
    _register.pop(kind, None)


def page_of(kind: str, public_id: str) -> tuple[Any, str]:
    """Name of a document and the address of its page, empty if no room has named one."""
    found = _register.get(kind)
    if found is None:
        return _l("A sealed identity"), ""
    return found.label, found.address(public_id) or ""


def is_kept_away(by: Actor, vault: OpenVault, kind: str, public_id: str) -> bool:
    """True if somebody must not decide who reads a document."""
    found = _register.get(kind)
    return found is not None and found.keeps_away(by, vault, public_id)
