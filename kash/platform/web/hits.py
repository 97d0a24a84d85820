"""Finding from every page: features declare kinds of things, and pages beside the main places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kash.feature import Part
from kash.policy import Actor


@dataclass(frozen=True)
class Hit:
    """One thing found. Without `url` its page is out of reach, only the line may be shown."""

    text: str
    url: str = ""
    small: str = ""


@dataclass(frozen=True)
class Findable(Part):
    """One kind: whom it is found for, and how, told the actor, the text and the most that is
    wanted. `all_at` is the feature's own search, if it has one."""

    key: str
    label: Any
    permission: str
    place: int
    find: Callable[[Actor, str, int], Sequence[Hit]]
    all_at: str = ""


@dataclass(frozen=True)
class NamedPage(Part):
    """A page beside the main places, found by what it is called."""

    endpoint: str
    label: Any
    permission: str
    place: int
