"""Texts that are written on the pages of a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kash.training.rules.fields import Value


def lines(text: str) -> list[str]:
    """The lines of a text that hold something, without marks of a list before them."""
    stripped = (re.sub(r"^[\s•*–—-]+", "", line).strip() for line in text.splitlines())
    return [line for line in stripped if line]


@dataclass(frozen=True)
class PlanText:
    """A session in the outline. A new one brings its id, so that sending twice adds one."""

    public_id: str
    module: str
    title: str
    minutes: int
    new: bool = False


@dataclass(frozen=True)
class ModuleText:
    """A module as written. A new one brings the id it gets."""

    public_id: str
    title: str
    new: bool = False


@dataclass(frozen=True)
class VersionText:
    """The outline of a version as written on one page; `about` are the fields of `VERSION`."""

    language: str
    about: Mapping[str, Value]
    modules: tuple[ModuleText, ...] = ()
    plans: tuple[PlanText, ...] = ()


@dataclass(frozen=True)
class RowText:
    """A row of a session as written; the id of a new one is of no other."""

    kind: str
    public_id: str
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionText:
    """A whole session as written: the fields of `PLAN`, and all its rows in their order."""

    fields: Mapping[str, Value]
    rows: tuple[RowText, ...] = ()


@dataclass(frozen=True)
class FieldText:
    """A field of a translation: its text, and the fingerprint of the source that was beside it.

    `right` says that somebody has looked: the text was changed, or was said to be still right.
    """

    text: str
    made_from: str
    right: bool = False
