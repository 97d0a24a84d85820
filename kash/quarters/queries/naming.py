"""Names that pages of a proposal need: of trainers, venues, stations, and of what is planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta

from sqlalchemy import select

from kash.accounts.queries.accounts import names_of
from kash.people.models import Organisation, Venue
from kash.platform.database import db
from kash.platform.web.formats import from_local
from kash.policy import Actor
from kash.quarters.models import QuarterLine
from kash.quarters.queries.lines import stations_of_line
from kash.quarters.queries.places import hindrances_of
from kash.quarters.rules.programme import Hindering, QuarterHindrance
from kash.workshops.models import Workshop
from kash.workshops.other_events import EventQuestion, other_events

_OF_EVENTS = (Hindering.ENGAGED, Hindering.BOOKED, Hindering.SENT)


@dataclass(frozen=True)
class QuarterNames:
    """Names by public ids. Of stations also the places in which they lie."""

    trainers: Mapping[str, str] = field(default_factory=dict)
    venues: Mapping[str, str] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """The name of a trainer, a venue or a station."""
        return self.trainers.get(key) or self.venues.get(key) or self.stations.get(key) or ""


def names_for(lines: Sequence[QuarterLine], actor: Actor) -> QuarterNames:
    """The names that these lines and what stands in their way need, as far as this actor may know
    of it; four queries, and those for other events than workshops."""
    hindrances = [one for line in lines for one in hindrances_of(line)]
    keys = {one.who for one in hindrances if one.who}
    stations = {one for line in lines for one, _ in stations_of_line(line.stations)}
    rows = db.session.execute(
        select(Organisation.public_id, Organisation.name, Organisation.place).where(
            Organisation.public_id.in_(sorted(stations))
        )
    ).all()
    venues = db.session.execute(
        select(Venue.public_id, Venue.name).where(
            Venue.public_id.in_(sorted(keys | _venues_of(lines)))
        )
    )
    return QuarterNames(
        names_of({account for line in lines for account in line.team} | keys),
        dict(venues.all()),
        {row[0]: row[1] for row in rows},
        {row[0]: row[2] for row in rows},
        _events([one for one in hindrances if one.kind in _OF_EVENTS], actor),
    )


def _venues_of(lines: Iterable[QuarterLine]) -> set[str]:
    return {line.venue.public_id for line in lines if line.venue is not None}


def _events(hindrances: Sequence[QuarterHindrance], actor: Actor) -> dict[str, str]:
    """Titles of workshops and of other events that stand in the way."""
    keys = {one.what for one in hindrances}
    if not keys:
        return {}
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title).where(Workshop.public_id.in_(sorted(keys)))
    )
    found = dict(rows.all())
    days = [one.first for one in hindrances if one.what not in found and one.first is not None]
    if days:
        first, last = min(days), max(days) + timedelta(days=1)
        question = EventQuestion(
            from_local(first, time.min), from_local(last, time.min), actor=actor
        )
        found |= {
            one.public_id: one.title for one in other_events(question) if one.public_id in keys
        }
    return found
