"""Standing of somebody on a track: what she earned, which stays, and what is renewed, which runs
out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kash.tracks.rules.renewal import RenewalState, renewal_state
from kash.tracks.rules.tree import Renewal


class Standing(StrEnum):
    """Standing on a day: not all is done yet; all is done, but no certificate holds; it holds; it
    holds and can be renewed; it has run out and still can be renewed; it has run out for good."""

    ON_THE_WAY = "on_the_way"
    EARNED = "earned"
    ACTIVE = "active"
    RENEWABLE = "renewable"
    GRACE = "grace"
    LAPSED = "lapsed"

    @property
    def holds(self) -> bool:
        """True for an active standing, whether or not it can be renewed already."""
        return self in (Standing.ACTIVE, Standing.RENEWABLE)


@dataclass(frozen=True)
class CertificatePeriod:
    """Days of a certificate: from the first through `until`, or for ever; `ended` is the day on
    which it was taken back."""

    since: date
    until: date | None = None
    ended: date | None = None


_BY_RENEWAL = {
    RenewalState.HOLDS: Standing.ACTIVE,
    RenewalState.OPEN: Standing.RENEWABLE,
    RenewalState.GRACE: Standing.GRACE,
    RenewalState.LAPSED: Standing.LAPSED,
}


def last_day_of(periods: Iterable[CertificatePeriod]) -> date | None:
    """The last day of the certificate that holds longest, of those that were not taken back; None
    if one holds for ever, or if there is none."""
    days = [one.until for one in periods if one.ended is None]
    return max((day for day in days if day is not None), default=None) if None not in days else None


def standing_on(
    today: date,
    earned_on: date | None,
    periods: Sequence[CertificatePeriod],
    renewal: Renewal | None,
    *,
    certified: bool,
) -> Standing:
    """Standing of somebody who did all on a day, if she did, and holds these certificates.

    A certificate holds through its last day, whatever its renewal says. On a track that leads to no
    certificate (`certified`) nothing runs out.
    """
    if earned_on is None:
        return Standing.ON_THE_WAY
    if not certified:
        return Standing.ACTIVE
    if all(one.ended is not None for one in periods):
        return Standing.EARNED
    last_day = last_day_of(periods)
    if last_day is None:
        return Standing.ACTIVE
    if renewal is not None:
        return _BY_RENEWAL[renewal_state(renewal, last_day, today)]
    return Standing.ACTIVE if today <= last_day else Standing.LAPSED


class StandingEvent(StrEnum):
    """Turn in somebody's standing: all is done; a certificate begins; it is renewed; it has run
    out; it can be renewed no more; it was taken back."""

    EARNED = "earned"
    BEGAN = "began"
    RENEWED = "renewed"
    RAN_OUT = "ran_out"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"


def standing_history(
    today: date,
    earned_on: date | None,
    periods: Sequence[CertificatePeriod],
    renewal: Renewal | None,
) -> list[tuple[date, StandingEvent]]:
    """Turns of somebody's standing up to a day, latest first."""
    found = [] if earned_on is None else [(earned_on, StandingEvent.EARNED)]
    ordered = sorted(periods, key=lambda one: one.since)
    for number, one in enumerate(ordered):
        later = any(other.ended is None or other.ended > one.since for other in ordered[:number])
        found.append((one.since, StandingEvent.RENEWED if later else StandingEvent.BEGAN))
        if one.ended is not None:
            found.append((one.ended, StandingEvent.TAKEN_BACK))
        elif one.until is not None:
            found += _ends(one.until, ordered[number + 1 :], renewal)
    order = list(StandingEvent)
    return sorted(
        [turn for turn in found if turn[0] <= today],
        key=lambda turn: (turn[0], order.index(turn[1])),
        reverse=True,
    )


def _ends(
    until: date, later: Sequence[CertificatePeriod], renewal: Renewal | None
) -> list[tuple[date, StandingEvent]]:
    """Turns at the end of a certificate, unless another had begun by then."""
    over = until + timedelta(days=1)
    if any(one.since <= over for one in later):
        return []
    if renewal is None:
        return [(over, StandingEvent.RAN_OUT)]
    gone = over + timedelta(days=renewal.grace_days)
    lapses = [] if any(one.since <= gone for one in later) else [(gone, StandingEvent.LAPSED)]
    return [(over, StandingEvent.RAN_OUT), *lapses]
