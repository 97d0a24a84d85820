"""Independence of accounts: those that are not independent of one. Accounts stand beside people,
not below; whoever knows both says it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select, literal, select

TiedTo = Callable[[str], Select[str]]

_sources: list[TiedTo] = []


def register_tied_accounts(tied_to: TiedTo) -> None:
    """Say by what function the accounts tied to one are found, all by public ids."""
    _sources[:] = [tied_to]


def tied_accounts(public_id: str) -> Select[str]:
    """The public ids of the accounts that are not independent of one, itself among them."""
    return _sources[0](public_id) if _sources else select(literal(public_id))
