"""Names of accounts and which belong together, for rooms that know no accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.policy import Actor


@dataclass(frozen=True)
class AccountsKnown(Part):
    """Accounts as other rooms find them: names by public ids; the select of public ids of those
    that are not independent of one, itself among them (`tied_to`), and of those alone that stand
    behind it or behind which it stands (`in_line_with`); the participants that accounts belong to;
    who may do something now; and whether the person who tied an account to its participant stands
    behind it."""

    names_of: Callable[[Iterable[str]], dict[str, str]]
    tied_to: Callable[[str], Select[str]]
    in_line_with: Callable[[str], Select[str]]
    people_of: Callable[[Iterable[str]], Select[int | None]]
    actors_that_may: Callable[[str], Sequence[Actor]]
    tied_by_backer: Callable[[str], bool]


def account_names(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of accounts by their public ids; ids of anything else are left out."""
    names: dict[str, str] = {}
    wanted = list(public_ids)
    for part in declared(AccountsKnown):
        names |= part.names_of(wanted)
    return names


def tied_accounts(public_id: str) -> Select[str]:
    """The public ids of the accounts that are not independent of one, itself among them."""
    for part in declared(AccountsKnown):
        return part.tied_to(public_id)
    return select(literal(public_id))


def accounts_in_line(public_id: str) -> Select[str]:
    """The public ids of the accounts that stand behind one or behind which it stands, itself among
    them. That a third stands behind both doesn't count."""
    for part in declared(AccountsKnown):
        return part.in_line_with(public_id)
    return select(literal(public_id))


def people_of_accounts(public_ids: Iterable[str], session: Session) -> frozenset[int]:
    """The keys of the participants that these accounts belong to."""
    wanted = list(public_ids)
    if not wanted:
        return frozenset()
    people = (
        key for part in declared(AccountsKnown) for key in session.scalars(part.people_of(wanted))
    )
    return frozenset(key for key in people if key is not None)


def actors_that_may(permission: str) -> list[Actor]:
    """Everybody whose account may do something now, by her own role or as it was lent to her."""
    return [actor for part in declared(AccountsKnown) for actor in part.actors_that_may(permission)]


def tied_by_backer(public_id: str) -> bool:
    """True if the person who tied an account to its participant stands behind the account: she
    could have made it, or come into it, to read what is the participant's."""
    return any(part.tied_by_backer(public_id) for part in declared(AccountsKnown))
