"""Names of accounts and which belong together, for rooms that know no accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Select, literal, select

from kash.feature import Part, declared


@dataclass(frozen=True)
class AccountsKnown(Part):
    """Accounts as other rooms find them: names by public ids, and the select of public ids of those
    that are not independent of one, itself among them."""

    names_of: Callable[[Iterable[str]], dict[str, str]]
    tied_to: Callable[[str], Select[str]]


def account_names(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of accounts by their public ids; ids of anything else are left out."""
    names: dict[str, str] = {}
    wanted = list(public_ids)
    for one in declared(AccountsKnown):
        names |= one.names_of(wanted)
    return names


def tied_accounts(public_id: str) -> Select[str]:
    """The public ids of the accounts that are not independent of one, itself among them."""
    for one in declared(AccountsKnown):
        return one.tied_to(public_id)
    return select(literal(public_id))
