"""Hours at which a message may reach somebody: never by night, and not outside her own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_HOUR, LAST_HOUR = 8, 19


@dataclass(frozen=True)
class MessageHours:
    """Hours of a day on the programme's clock: from the first, until before the last. Nobody's are
    wider than the programme's."""

    first: int = FIRST_HOUR
    last: int = LAST_HOUR

    def __post_init__(self) -> None:
        if not FIRST_HOUR <= self.first < self.last <= LAST_HOUR:
            raise ValueError("hours lie within the programme's")


def allowed_from(local: datetime, hours: MessageHours) -> datetime:
    """The first moment, not before this one, at which a message may go; both on the programme's
    clock, aware."""
    if hours.first <= local.hour < hours.last:
        return local
    begin = local.replace(hour=hours.first, minute=0, second=0, microsecond=0)
    return begin if local.hour < hours.first else begin + timedelta(days=1)
