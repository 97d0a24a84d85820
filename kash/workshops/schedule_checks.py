"""Checks of the schedule. A room that stands above knows what gets in a workshop's way, and
declares it; here it is asked while somebody plans, and before anything is saved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from kash.feature import ShownPart, declared
from kash.platform.web.errors import Problem
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.people import WantedWorkshop


@dataclass(frozen=True)
class ToldClash:
    """A clash in words, with its reason, and what to do instead. `refused` says that nothing is
    saved which has it; `safety` that it endangers somebody; `url` leads to the other event.
    `who_else` and `where_else` are None where nobody looked for any."""

    label: Any
    sentence: Any
    reason: Any
    day: date
    refused: bool = False
    safety: bool = False
    url: str = ""
    who_else: Sequence[str] | None = None
    where_else: Sequence[str] | None = None


@dataclass(frozen=True)
class ScheduleAdvice:
    """Clashes of a workshop, and first days from which it would have none, the nearest first;
    `searched` says that such days were looked for."""

    clashes: Sequence[ToldClash] = ()
    when_else: Sequence[date] = ()
    searched: bool = False


@dataclass(frozen=True)
class ChecksSchedule(ShownPart):
    """A room that knows what gets in a workshop's way: `check` tells the planner, or only what is
    about its `people`; `refused`, asked within the transaction of an action, what of a workshop
    must not be saved: sentences, by marks that stay the same while a clash does."""

    check: Callable[[WantedWorkshop, Actor, bool], ScheduleAdvice] = field()
    refused: Callable[[Session, Workshop], Mapping[Hashable, str]] = field()


def schedule_advice(
    wanted: WantedWorkshop, actor: Actor, *, people: bool = False
) -> ScheduleAdvice:
    """All that is known about where and when a workshop is to be, or what is about its people."""
    advices = [part.check(wanted, actor, people) for part in declared(ChecksSchedule)]
    return ScheduleAdvice(
        [clash for advice in advices for clash in advice.clashes],
        [day for advice in advices for day in advice.when_else],
        any(advice.searched for advice in advices),
    )


# Clashes told at once to one who may not save; the page lists all of them.
MOST_TOLD = 3


def refuse_clashes(
    session: Session, workshop: Workshop, before: Mapping[Hashable, str] | None = None
) -> None:
    """Refuse if a workshop has what must not be saved, and did not have `before`."""
    session.flush()
    clashes = _refused(session, workshop)
    added = [clashes[mark] for mark in clashes if mark not in (before or {})]
    if added:
        told, more = added[:MOST_TOLD], len(added) - MOST_TOLD
        if more > 0:
            told.append(ngettext("One more.", "%(num)s more.", more))
        raise Problem(" ".join([_("This cannot be saved."), *told]), field="")


@contextmanager
def without_new_clashes(session: Session, workshop: Workshop) -> Iterator[None]:
    """A block that changes where or when a workshop is. What clashed already stands in nobody's
    way; refused at its end if anything new must not be saved."""
    before = _refused(session, workshop)
    yield
    refuse_clashes(session, workshop, before)


def _refused(session: Session, workshop: Workshop) -> dict[Hashable, str]:
    if workshop.state != "planned":
        return {}
    return {
        mark: sentence
        for part in declared(ChecksSchedule)
        for mark, sentence in part.refused(session, workshop).items()
    }
