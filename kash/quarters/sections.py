"""The section that a proposal has on the page of a workshop that was planned from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kash.people.models import Organisation
from kash.platform.database import db
from kash.policy import Actor
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries.lines import stations_of_line
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class KeptPlaces:
    """Places that a proposal (public id) kept for stations: (station, name, number)."""

    proposal: str
    rows: Sequence[tuple[str, str, int]]


def of_workshop(public_id: str, actor: Actor) -> KeptPlaces | None:
    """Places kept for stations at a workshop; None if it was planned by itself, or for whoever sees
    no proposals. Two queries at most."""
    if not actor.may("quarters.see"):
        return None
    found = db.session.execute(
        select(QuarterProposal.public_id, QuarterLine.stations)
        .join(QuarterLine, QuarterLine.proposal_id == QuarterProposal.id)
        .join(Workshop, Workshop.id == QuarterLine.workshop_id)
        .where(Workshop.public_id == public_id)
    ).first()
    if found is None:
        return None
    stations = stations_of_line(found[1])
    rows = db.session.execute(
        select(Organisation.public_id, Organisation.name).where(
            Organisation.public_id.in_([station for station, _ in stations])
        )
    )
    names = dict(rows.all())
    return KeptPlaces(
        found[0], [(station, names.get(station, ""), count) for station, count in stations]
    )
