"""First steps in a programme that has just begun: features declare a list for each role, ticked as
they are done and gone when all are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from kash.feature import Part, declared
from kash.platform.database import db
from kash.platform.web.today import Viewer
from kash.policy import Actor, Role


@dataclass(frozen=True)
class BeginningStep(Part):
    """One thing to do, with its place among those of each role that sees it.

    `done` is a part of one statement. Whoever may do it herself (`at_once`: a permission and a
    page) begins there.
    """

    key: str
    label: Any
    note: Any
    endpoint: str
    places: Mapping[Role, int]
    done: Callable[[], ColumnElement[bool]]
    at_once: tuple[str, str] | None = None


@dataclass(frozen=True)
class ShownStep:
    """A step as whoever looks sees it: its words, the page on which it is done, whether it is."""

    key: str
    label: Any
    note: Any
    endpoint: str
    done: bool


def steps_for(roles: Collection[Role]) -> list[BeginningStep]:
    """The steps of whoever holds these roles, each once, in the order in which one needs the one
    before."""
    found: dict[str, BeginningStep] = {}
    for role in Role:
        if role in roles:
            hers = [step for step in declared(BeginningStep) if role in step.places]
            hers.sort(key=lambda step: step.places[role])
            for step in hers:
                found.setdefault(step.key, step)
    return list(found.values())


def steps_of(asked: Viewer) -> Sequence[ShownStep]:
    """All steps of whoever looks, done or not; one query, none for who has no steps."""
    steps = steps_for(asked.actor.roles)
    if not steps:
        return ()
    row = db.session.execute(select(*(step.done().label(step.key) for step in steps))).one()
    return [_shown(step, asked.actor, bool(done)) for step, done in zip(steps, row, strict=True)]


def _shown(step: BeginningStep, actor: Actor, done: bool) -> ShownStep:
    endpoint = step.endpoint
    if step.at_once is not None and actor.may(step.at_once[0]):
        endpoint = step.at_once[1]
    return ShownStep(step.key, step.label, step.note, endpoint, done)


def is_missing(asked: Viewer, key: str, *, once: str) -> bool:
    """True if a step of hers is not done though that of `once`, which needs it, is."""
    done = {step.key: step.done for step in asked.once(steps_of)}
    return done.get(once, False) and not done.get(key, True)
