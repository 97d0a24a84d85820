"""Actions that are carried from one meeting into the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class OpenedAction:
    """An action as its carrying over depends on it: when it came up, and when it was closed."""

    key: int
    raised_at: datetime
    state: str
    closed_at: datetime | None


def state_at(state: str, closed_at: datetime | None, moment: datetime) -> str:
    """The state an action had at a moment."""
    return "open" if closed_at is None or closed_at > moment else state


def arising(
    actions: Iterable[OpenedAction],
    meeting_at: datetime,
    previous_at: datetime | None,
    as_of: datetime,
) -> list[tuple[int, str]]:
    """The actions that come up under matters arising, in order of age, with their state.

    These are the ones raised in an earlier meeting and still open when the meeting before this one
    was recorded as held (`previous_at`): what was closed since is told once, as closed. `as_of` is
    now while the meeting is planned, later the moment at which it was itself recorded as held.
    """
    return [
        (action.key, state_at(action.state, action.closed_at, as_of))
        for action in sorted(actions, key=lambda action: (action.raised_at, action.key))
        if action.raised_at < meeting_at
        and (action.closed_at is None or previous_at is None or action.closed_at > previous_at)
    ]
