"""Files that the database names, as each feature says: none of them may be lost."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from kash.feature import Part


@dataclass(frozen=True)
class NamedFiles(Part):
    """The keys of files that must be there with the database, which a backup looks for."""

    keys: Callable[[], Collection[str]]
