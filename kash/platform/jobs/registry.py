"""Kinds of work, and the chores that are done by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

Work = TypeVar("Work", bound=Callable[..., Any])
Chore = TypeVar("Chore", bound=Callable[[], None])


@dataclass(frozen=True)
class Kind:
    """A kind of work. A resumable one may be run again from its beginning with no harm.

    Of heavy work each account has one piece done at a time, so that nobody keeps others waiting.
    """

    name: str
    work: Callable[..., Any]
    resumable: bool
    heavy: bool


class Clockwork(NamedTuple):
    """A chore that is done every so many minutes, or every hour `at` a minute."""

    minutes: int
    chore: Callable[[], None]
    at: int = 0

    @property
    def minute(self) -> str:
        """The minutes at which it is done, as cron writes them."""
        return f"*/{self.minutes}" if self.minutes < 60 else str(self.at)


KINDS: dict[str, Kind] = {}
CHORES: dict[str, Clockwork] = {}


def job(name: str, *, resumable: bool = False, heavy: bool = False) -> Callable[[Work], Work]:
    """Register `work(progress, **arguments) -> JobResult | None` as a kind of background work.

    `resumable` work is started again when its worker died under it; other work is marked failed.
    `heavy` work waits while other heavy work of the same account is being done.
    """

    def register(work: Work) -> Work:
        if name in KINDS and KINDS[name].work is not work:
            raise ValueError(f"two kinds of work are called {name}")
        KINDS[name] = Kind(name, work, resumable, heavy)
        return work

    return register


def heavy_kinds() -> list[str]:
    """The kinds of which each account has one piece done at a time."""
    return [kind.name for kind in KINDS.values() if kind.heavy]


def periodic(name: str, *, minutes: int, at: int = 0) -> Callable[[Chore], Chore]:
    """Have the worker call `chore()` every so many minutes (1 to 60), in an application context.

    What is done once an hour is done `at` this minute of it.
    """
    if not 1 <= minutes <= 60:
        raise ValueError("a chore runs every 1 to 60 minutes")
    if at and (minutes != 60 or not 0 < at < 60):
        raise ValueError("only what is done once an hour has a minute of it")

    def register(chore: Chore) -> Chore:
        CHORES[name] = Clockwork(minutes, chore, at)
        return chore

    return register
