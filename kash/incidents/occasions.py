"""Workshops and meetings where a case came up: rooms let theirs be found by their open titles.

`find` answers up to ten occasions for the typed words; `named` those of these public ids, in any
order, leaving out what is not there or not for the actor to see.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared
from kash.policy import Actor


@dataclass(frozen=True)
class Occasion:
    """One workshop or meeting: its public id, what it is called, when, and its page."""

    id: str
    title: str
    when: str = ""
    url: str = ""


Find = Callable[[str, Actor], Sequence[Occasion]]
Named = Callable[[Collection[str], Actor], Sequence[Occasion]]


@dataclass(frozen=True)
class Occasions(Part):
    """A kind of occasion. `kind` is one of `record.LINK_KINDS`."""

    kind: str
    label: Any
    find: Find
    named: Named


def occasions_of(kind: str) -> Occasions | None:
    """The occasions of a kind, None if nobody offers it."""
    return next((part for part in declared(Occasions) if part.kind == kind), None)
