"""Kinds of background work, and chores that are done by the clock: parts that features bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared


@dataclass(frozen=True)
class JobKind(Part):
    """A kind of work: `work(progress, **arguments) -> JobResult | None`.

    `resumable` work is started again when its worker died under it; other work is marked failed.
    Of `heavy` work each account has one piece done at a time, so that nobody keeps others waiting.
    `patient` work that failed, such as a mail that no server took, is tried again, later and later.
    Where it `needs` a permission, whoever asked and has lost it since has neither page nor file.
    """

    name: str
    work: Callable[..., Any]
    resumable: bool = False
    heavy: bool = False
    patient: bool = False
    needs: str = ""


@dataclass(frozen=True)
class Chore(Part):
    """Work that the worker does every so many minutes (1 to 60), in an application context.

    What is done once an hour is done `at` this minute of it. Raises ValueError.
    """

    name: str
    work: Callable[[], object]
    minutes: int
    at: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.minutes <= 60:
            raise ValueError("a chore runs every 1 to 60 minutes")
        if self.at and (self.minutes != 60 or not 0 < self.at < 60):
            raise ValueError("only what is done once an hour has a minute of it")

    @property
    def minute(self) -> str:
        """The minutes at which it is done, as cron writes them."""
        return f"*/{self.minutes}" if self.minutes < 60 else str(self.at)


def kind_named(name: str) -> JobKind | None:
    """The kind of work of this name, if there is one."""
    return next((kind for kind in declared(JobKind) if kind.name == name), None)


def is_patient(name: str) -> bool:
    """True if work of this kind is tried again where it failed."""
    kind = kind_named(name)
    return kind is not None and kind.patient


def heavy_kinds() -> list[str]:
    """The kinds of which each account has one piece done at a time."""
    return [kind.name for kind in declared(JobKind) if kind.heavy]
