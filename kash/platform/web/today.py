"""Parts of Today: lines of what needs somebody, panels, and what is hers.

A feature declares its parts; the page asks those in which there can be something for whoever looks
(a part answers nothing to whom its permission does not reach), and shows them by their `place`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement

from kash.feature import Part
from kash.platform.vault import OpenVault
from kash.platform.web.formats import to_local
from kash.policy import SIGNED_IN, Actor

MOST_SHOWN = 10
Read = TypeVar("Read")


@dataclass(frozen=True)
class Viewer:
    """The one who looks, and when. `vault` is hers if it is open."""

    actor: Actor
    now: datetime
    vault: OpenVault | None = None
    _read: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def day(self) -> date:
        """The day on the programme's clock."""
        return to_local(self.now).date()

    def once(self, read: Callable[[Viewer], Read]) -> Read:
        """The answer of a function that several parts ask, read once."""
        if read not in self._read:
            self._read[read] = read(self)
        found: Read = self._read[read]
        return found


@dataclass(frozen=True)
class TodayLine:
    """One line: a `key` before it (or an icon's name in its place) with a `small` word below, a
    title that leads to `url`, texts, and a button that leads there or to `button_url`.

    `about` tells buttons with the same word apart to whoever hears the page. `count` is how many it
    stands for, and `tone` makes a tag of its text.
    """

    title: str
    url: str
    text: str = ""
    key: object = ""
    small: str = ""
    icon: str = ""
    button: str = ""
    button_url: str = ""
    about: str = ""
    reasons: Sequence[str] = ()
    count: int = 1
    tone: str = ""


def total(lines: Sequence[TodayLine]) -> int:
    """Number of things that these lines stand for."""
    return sum(line.count for line in lines)


@dataclass(frozen=True)
class Need(Part):
    """One kind of thing that needs whoever looks.

    `find` answers lines, or with a `template` of its own what that template shows as `found`. With
    a `lead` the number stands in the sentence on top, at `lead_place`. What is `ranked` comes first
    in an order of its own, and not as the oldest.

    `exists` is the condition under which there is anything; None for whom there cannot be. All
    conditions are asked in one statement, and `find` only where they hold.
    """

    key: str
    place: int
    find: Callable[[Viewer], Sequence[Any]]
    lead: Any = ""
    lead_place: int = 0
    count: Callable[[Sequence[Any]], int] = len
    most: int | None = None
    template: str = "desk/today_lines.html"
    ranked: bool = False
    exists: Callable[[Viewer], ColumnElement[bool] | None] | None = None


@dataclass(frozen=True)
class Panel(Part):
    """A part of its own beside what waits, or above it (`top`), which its template shows as
    `found`; None leaves it out. `says` is its sentence on top, empty for none."""

    key: str
    place: int
    find: Callable[[Viewer], Any]
    template: str
    permission: str = SIGNED_IN
    top: bool = False
    says: Callable[[Any], str] = lambda _found: ""
    lead_place: int = 0


@dataclass(frozen=True)
class Own(Part):
    """Lines about a participant's own, told her public id."""

    place: int
    find: Callable[[Viewer, str], Sequence[TodayLine]]
