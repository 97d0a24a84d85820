"""Redaction: what the audit trail tells to whoever has no keys of the vault.

The chain names the ids of cases, so that a member can be held to account; whoever reads it without
keys must not learn from it which case a paper, a mediator or a moment belongs to. So no page,
export or command shows those ids, and what mediators did is told by day: their order and minutes
would tie each to the case that an officer had open just before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

# Actions whose subjects are cases, briefs, sealed documents and requests to open one.
_OF_THE_VAULT = ("incidents.", "mediation.", "vault.unsealing", "vault.identity")
# Actions that are told by day only.
BY_DAY = "mediation."


def names_sealed(action: str) -> bool:
    """True if the subjects of an action are ids of what is sealed in the vault."""
    return action.startswith(_OF_THE_VAULT)


def subjects_shown(action: str, subjects: Sequence[str]) -> tuple[str, ...]:
    """The ids that may be shown of an entry."""
    return () if names_sealed(action) else tuple(subjects)


def has_a_time(action: str) -> bool:
    """True if an action may be shown with its moment and its place among the others."""
    return not action.startswith(BY_DAY)


@dataclass(frozen=True, order=True)
class DayLine:
    """How often somebody (a public id) did something on one day."""

    day: date
    actor: str
    action: str
    count: int


def by_day(entries: Iterable[tuple[datetime, str, str]], zone: tzinfo) -> list[DayLine]:
    """(moment, actor, action) counted by day of `zone`: the newest day first, and within a day by
    actor and action, whatever order they came in."""
    counted = Counter((at.astimezone(zone).date(), actor, action) for at, actor, action in entries)
    lines = sorted(DayLine(*key, count) for key, count in counted.items())
    return sorted(lines, key=lambda line: line.day, reverse=True)
