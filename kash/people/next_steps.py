"""Next steps with the people of a list, such as enrolling them in a workshop.

A feature above declares a step. It says which choices the actor has, and does
the step for people by their public ids; those with which it may not, it leaves out and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue

from kash.feature import Part, declared
from kash.policy import Actor


@dataclass(frozen=True)
class StepDone:
    """How many it was done for, how many wait for it, and how many were left out, and who that is.

    `url` leads to where they are now.
    """

    done: int
    waiting: int
    left_out: int
    who_is_left_out: Any
    url: str


@dataclass(frozen=True)
class NextStep(Part):
    """`choices` are (public id, text) for an actor; `take` does it for the choice. A step that
    `asks` answers with a page of its own, on which it is done once that is confirmed."""

    key: str
    label: Any
    help: Any
    choices: Callable[[Actor], Sequence[tuple[str, str]]]
    take: Callable[[str, Sequence[str], Actor], StepDone] | None = None
    asks: Callable[[str, Sequence[str], Actor], ResponseReturnValue] | None = None


def next_steps() -> Sequence[NextStep]:
    """All steps, in the order of the features."""
    return declared(NextStep)
