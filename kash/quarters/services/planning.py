"""Places of a proposal's lines: worked out beforehand, stored within the action that changes it.

Working them out takes up to a second, and nobody else writes while an action lasts. So it is done
before, and the action refuses if anybody changed the proposal meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.models import Venue
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries.lines import QuarterLineFacts, facts_of
from kash.quarters.queries.places import place_of, stored
from kash.quarters.queries.surroundings import programme_around
from kash.quarters.rules.obstacles import Hindrances, Obstacle
from kash.quarters.rules.placing import plan_around, plan_of
from kash.quarters.rules.programme import PlannedPlace, QuarterHindrance, QuarterProgramme


@dataclass(frozen=True)
class ProposalOutcome:
    """Places of lines by their keys, what stands in the way of those that a planner fixed as a
    whole, and the nearest obstacle of each that has none."""

    places: Mapping[str, PlannedPlace]
    told: Mapping[str, Sequence[QuarterHindrance]]
    obstacles: Mapping[str, Obstacle]


def worked_out(
    proposal: QuarterProposal,
    lines: Sequence[QuarterLineFacts],
    before: Mapping[str, PlannedPlace] | None = None,
) -> ProposalOutcome:
    """Places of these lines: as little moved as can be from `before`, or from the beginning."""
    pinned = {account for one in lines for account in one.pins.team}
    programme = programme_around(proposal, lines, also=pinned)
    plan = plan_of(programme) if before is None else plan_around(programme, before)
    return outcome_of(programme, plan.places)


def outcome_of(programme: QuarterProgramme, places: Mapping[str, PlannedPlace]) -> ProposalOutcome:
    """Outcome of places that were found."""
    found = Hindrances(programme, places)
    told: dict[str, Sequence[QuarterHindrance]] = {}
    obstacles: dict[str, Obstacle] = {}
    for one in programme.wanted:
        place = places.get(one.key)
        if place is None:
            obstacles[one.key] = found.nearest(one)
        elif one.pins.whole is not None:
            told[one.key] = found.at(one, place)
    return ProposalOutcome(places, told, obstacles)


def open_facts(lines: Sequence[QuarterLine]) -> list[QuarterLineFacts]:
    """The lines that are to be placed: neither rejected nor planned."""
    return [facts_of(one) for one in lines if one.state == "open"]


def places_now(lines: Sequence[QuarterLine]) -> dict[str, PlannedPlace]:
    """Places that open lines have."""
    return {
        one.public_id: place
        for one in lines
        if one.state == "open" and (place := place_of(one)) is not None
    }


def held_proposal(session: Session, public_id: str, row_version: int) -> QuarterProposal:
    """A proposal, held until the transaction ends. Raises NotFound, and ChangedMeanwhile if its row
    version is not this one."""
    held = one_or_404(
        session.scalar(
            select(QuarterProposal).where(QuarterProposal.public_id == public_id).with_for_update()
        )
    )
    if held.row_version != row_version:
        raise ChangedMeanwhile
    return held


def store_outcome(
    session: Session, proposal: QuarterProposal, outcome: ProposalOutcome, now: datetime
) -> None:
    """Write places and obstacles into the open lines of a proposal that this transaction holds."""
    session.flush()
    venues = dict(session.execute(select(Venue.public_id, Venue.id)).all())
    for one in session.scalars(
        select(QuarterLine).where(
            QuarterLine.proposal_id == proposal.id, QuarterLine.state == "open"
        )
    ):
        place = outcome.places.get(one.public_id)
        obstacle = outcome.obstacles.get(one.public_id)
        one.hindrances, one.possible_from = [], None
        if place is not None:
            one.first, one.venue_id = place.first, venues.get(place.venue)
            one.team = list(place.team)
            one.hindrances = stored(outcome.told.get(one.public_id, ()))
            continue
        # What a planner fixed is kept, placed or not.
        one.first = one.first if one.pinned_day else None
        one.venue_id = one.venue_id if one.pinned_venue else None
        one.team = one.team if one.pinned_team else []
        if obstacle is not None:
            one.hindrances = stored(obstacle.hindrances)
            one.possible_from = obstacle.first
    proposal.planned_at = now
    proposal.row_version += 1
