"""Pages on which a sealed document of `identity` is read: rooms above declare theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.feature import Part, declared
from kash.platform.vault import OpenVault
from kash.policy import Actor

Address = Callable[[str], str | None]
KeepsAway = Callable[[Actor, OpenVault, str], bool]


def _keeps_nobody_away(_by: Actor, _vault: OpenVault, _public_id: str) -> bool:
    return False


@dataclass(frozen=True)
class SealedPage(Part):
    """A kind of document: what it is called, where it is read, and who must not decide about one.

    `address` takes the public id of the document and answers the address of its page, or None.
    `keeps_away` takes who decides, her open vault and that id: whether she must not decide, because
    she has a part in what it is about.
    """

    kind: str
    label: Any
    address: Address
    keeps_away: KeepsAway = _keeps_nobody_away


def _page(kind: str) -> SealedPage | None:
    return next((page for page in declared(SealedPage) if page.kind == kind), None)


def page_of(kind: str, public_id: str) -> tuple[Any, str]:
    """Name of a document and the address of its page, empty if no room has named one."""
    found = _page(kind)
    if found is None:
        return _l("A sealed identity"), ""
    return found.label, found.address(public_id) or ""


def is_kept_away(by: Actor, vault: OpenVault, kind: str, public_id: str) -> bool:
    """True if somebody must not decide who reads a document."""
    found = _page(kind)
    return found is not None and found.keeps_away(by, vault, public_id)
