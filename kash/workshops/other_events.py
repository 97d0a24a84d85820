"""Events beside workshops that hold accounts and people at some time: rooms that have any declare
where they are found, so that they are in nobody's way unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from kash.feature import Part, declared
from kash.policy import Actor


@dataclass(frozen=True)
class EventQuestion:
    """Question for what begins between two moments. Answers name only the people that `people` is
    true of, given the column of their keys, none if it is None; `actor` is who asks, None for the
    application itself."""

    begins: datetime
    ends: datetime
    people: Callable[[Any], ColumnElement[bool]] | None = None
    actor: Actor | None = None


@dataclass(frozen=True)
class OtherEvent:
    """An event with its page, and the keys of the accounts and people that it holds."""

    public_id: str
    title: str
    endpoint: str
    arguments: tuple[tuple[str, str], ...]
    starts_at: datetime
    minutes: int
    accounts: Sequence[int] = ()
    people: Sequence[int] = ()


@dataclass(frozen=True)
class HoldsEvents(Part):
    """A room that has such events. It answers none to an actor who may see none."""

    events: Callable[[EventQuestion], Sequence[OtherEvent]] = field()


def other_events(question: EventQuestion) -> list[OtherEvent]:
    """All events beside workshops."""
    return [event for part in declared(HoldsEvents) for event in part.events(question)]
