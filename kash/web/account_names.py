"""Names of accounts, for rooms that know no accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Flask, current_app

NamesOf = Callable[[Iterable[str]], dict[str, str]]
_EXTENSION = "kash_account_names"


def init_account_names(app: Flask, names_of: NamesOf) -> None:
    """Set who knows the names."""
    app.extensions[_EXTENSION] = names_of


def account_names(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of accounts by their public ids; ids of anything else are left out."""
    names_of: NamesOf = current_app.extensions[_EXTENSION]
    return names_of(public_ids)
