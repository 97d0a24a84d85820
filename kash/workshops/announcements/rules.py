"""Rules of announcements: when a change is told, who is told, and when reminders go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

# A change is held for so long, so that many at once, or one that is taken back, are told once or
# not at all.
HELD = timedelta(minutes=10)
# A reminder that could not be said on its day is not said later.
LATEST = timedelta(hours=20)
MOST_DAYS = 60


class News(StrEnum):
    """Kind of what is told of a workshop whose facts changed."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"


@dataclass(frozen=True)
class WorkshopFacts:
    """Facts of a workshop that those who take part must know. `venue` is a name, empty for none."""

    first: date
    last: date
    begins: time
    venue: str
    cancelled: bool = False

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last - self.first).days + 1

    def written(self) -> dict[str, object]:
        """The facts as they are stored."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "begins": self.begins.isoformat(),
            "venue": self.venue,
            "cancelled": self.cancelled,
        }


def facts_from(written: dict[str, object]) -> WorkshopFacts:
    """WorkshopFacts that `WorkshopFacts.written` wrote."""
    return WorkshopFacts(
        date.fromisoformat(str(written["first"])),
        date.fromisoformat(str(written["last"])),
        time.fromisoformat(str(written["begins"])),
        str(written["venue"]),
        bool(written["cancelled"]),
    )


@dataclass(frozen=True)
class HeldChange:
    """A change that is held: the facts as they became, and since when they are so."""

    facts: WorkshopFacts
    since: datetime


def held_change(
    told: WorkshopFacts, held: HeldChange | None, present: WorkshopFacts, now: datetime
) -> HeldChange | None:
    """Change that is held while people know the `told` facts: none if they are those of
    the present again; a change that goes on begins to be held anew."""
    if present == told:
        return None
    if held is not None and held.facts == present:
        return held
    return HeldChange(present, now)


def is_ripe(held: HeldChange, now: datetime) -> bool:
    """True if a change was held for long enough."""
    return now - held.since >= HELD


def news(told: WorkshopFacts, present: WorkshopFacts) -> News | None:
    """Kind of what is told of facts that changed; None for one that stays cancelled."""
    if present.cancelled:
        return None if told.cancelled else News.CANCELLED
    return News.RESTORED if told.cancelled else News.CHANGED


_EXPECTED = frozenset({"invited", "confirmed"})
History = Sequence[Sequence[str]]


def expectation(history: History, state: str, changed_at: datetime) -> tuple[datetime, bool] | None:
    """The last stretch in which somebody was expected, by her states in order: since when, and
    whether she came to it from a waiting list (and was told so); None if there is none. Of someone
    without a history only the present state is known."""
    steps = [(step, datetime.fromisoformat(moment)) for step, moment in history]
    stretch: tuple[datetime, bool] | None = None
    before = ""
    for step, moment in steps or [(state, changed_at)]:
        if step in _EXPECTED and before not in _EXPECTED:
            stretch = moment, before == "waiting"
        before = step
    return stretch
