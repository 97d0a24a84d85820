"""Reports become visible together, at fixed hours of the programme's clock; but one in which
somebody is held or in danger at once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from kash.incidents.rules.mediation import TOLD_AT

# The hours at which mediators are told as well: nothing happens at other hours.
COME_AT = tuple(sorted(TOLD_AT))


def next_arrival(now: datetime, zone: tzinfo) -> datetime:
    """The next of the fixed hours after a moment, in UTC."""
    today = now.astimezone(zone).date()
    moments = (
        datetime.combine(day, time(hour), tzinfo=zone)
        for day in (today, today + timedelta(days=1))
        for hour in COME_AT
    )
    return next(moment for moment in moments if moment > now).astimezone(UTC)
