"""Workshops and meetings where a case came up: rooms offer theirs to be found by their open titles.

A room above or below registers a source once:

    register_occasions("meeting", _l("A forum's meeting"), find_meetings, meetings_named)

`find` answers up to ten occasions for the typed words; `named` those of these public ids, in any
order, leaving out what is not there or not for the actor to see.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

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
class Source:
    """A kind of occasion. `kind` is one of `record.LINK_KINDS`."""

    kind: str
    label: Any
    find: Find
    named: Named


_sources: dict[str, Source] = {}


def register_occasions(kind: str, label: Any, find: Find, named: Named) -> None:
    """Offer a kind of occasion."""
    _sources[kind] = Source(kind, label, find, named)


def sources() -> list[Source]:
    """The kinds that are offered."""
    return list(_sources.values())


def source_of(kind: str) -> Source | None:
    """The source of a kind, None if nobody offers it."""
    return _sources.get(kind)
