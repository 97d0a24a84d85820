"""Names of accounts. Accounts stand beside people, not below; whoever knows both says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

NamesOf = Callable[[Iterable[str]], Mapping[str, str]]

_sources: list[NamesOf] = []


def register_account_names(names_of: NamesOf) -> None:
    """Say by what function accounts' names are found by their public ids."""
    _sources[:] = [names_of]


def account_names(public_ids: Iterable[str]) -> Mapping[str, str]:
    """Names by public id; what is no account's is left out."""
    return _sources[0](public_ids) if _sources else {}
