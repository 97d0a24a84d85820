"""Advice on who teaches a workshop. A room that stands above knows what trainers may do, and
declares it; here it is asked while somebody plans, and forbids nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kash.feature import ShownPart, declared


@dataclass(frozen=True)
class TeamQuestion:
    """A team that is planned: its accounts (public ids), and which of them leads, for a course on
    some days. `workshop` is the key of the one that is changed, None for a new one."""

    course_id: int
    team: Sequence[str]
    leads: str
    first: date
    last: date
    workshop: int | None = None


@dataclass(frozen=True)
class TrainerToAsk:
    """Somebody who could teach too, with what she may do and how free she is, in words."""

    public_id: str
    name: str
    text: Any
    free: Any


@dataclass(frozen=True)
class TeamAdvice:
    """Sentences on what a team lacks, and who could be asked, the best first. `told` is said where
    there is neither."""

    warnings: Sequence[Any] = ()
    to_ask: Sequence[TrainerToAsk] = ()
    told: Any = ""


@dataclass(frozen=True)
class AdvisesTeams(ShownPart):
    """A room that knows what trainers may do."""

    advise: Callable[[TeamQuestion], TeamAdvice] = field()


def advice_on(asked: TeamQuestion) -> TeamAdvice:
    """All that is known about a team."""
    found = [part.advise(asked) for part in declared(AdvisesTeams)]
    return TeamAdvice(
        [text for one in found for text in one.warnings],
        [trainer for one in found for trainer in one.to_ask],
        next((one.told for one in found if one.told), ""),
    )
