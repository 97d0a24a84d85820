"""Alerts: who is told first, who next, and when the programme's drills come.

A drill is an alert like any other, raised at a random minute of the week, nights included: were
there hours without drills, an alert in one of them would be a real one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kash.people.rules.directory import Stretch, open_at

# So long after one officer was told and nobody looked, the next one is.
PATIENCE = timedelta(minutes=15)
# An alert at which nobody looked for so long is over.
LASTS = timedelta(hours=24)
MINUTES_OF_WEEK = 7 * 24 * 60
USUAL_DRILLS, MOST_DRILLS = 2, 7


@dataclass(frozen=True)
class OnRoster:
    """An officer as the order of telling needs her: an account's public id, her place, her hours
    (none: always), and whether she is away."""

    account: str
    name: str = ""
    position: int = 0
    stretches: tuple[Stretch, ...] = ()
    active: bool = True

    def is_on_duty(self, minute: int) -> bool:
        """True if she is on duty in this minute of the week."""
        return self.active and (not self.stretches or open_at(self.stretches, minute))


def in_order(roster: Sequence[OnRoster], minute: int) -> list[OnRoster]:
    """Officers to tell, one after the other: those on duty in this minute of the week, then the
    others, each by her place; those who are away only if nobody else is there."""
    ready = [one for one in roster if one.active] or list(roster)
    return sorted(
        ready, key=lambda one: (not one.is_on_duty(minute), one.position, one.name, one.account)
    )


def steps(order: Sequence[OnRoster], custodians: Sequence[str]) -> list[list[str]]:
    """Steps of an alert, each the accounts that are told together: the first officer and the
    custodians, then each of the others. What a custodian alone may read can't wait for an officer
    who does not see it; and as every alert tells both, none says which kind it is."""
    accounts = [one.account for one in order]
    plan = [[*accounts[:1], *custodians], *([one] for one in accounts[1:])]
    return [list(dict.fromkeys(step)) for step in plan if step]


def steps_due(raised_at: datetime, now: datetime) -> int:
    """How many steps should have been taken by now if nobody looked: one at once, and one more
    after each quarter of an hour."""
    return 1 + max(0, (now - raised_at) // PATIENCE)


def is_in_time(raised_at: datetime, looked_at: datetime) -> bool:
    """True if a look came before the next officer was told."""
    return looked_at - raised_at <= PATIENCE


def is_drill(drills_a_week: int, roll: int) -> bool:
    """True if a drill comes in this minute. `roll` is drawn evenly from `MINUTES_OF_WEEK`."""
    return roll < drills_a_week
