"""Accepting lines of a proposal, and taking all that was accepted back as one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.database import db, new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.quarters.errors import NothingChosen
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries.places import place_of, stored
from kash.quarters.queries.proposals import accepted_lines, lines_of
from kash.quarters.queries.proposals import proposal as found_proposal
from kash.quarters.queries.surroundings import programme_around
from kash.quarters.rules.obstacles import Hindrances
from kash.quarters.rules.programme import Hindering, QuarterHindrance
from kash.quarters.services.planning import held_proposal, open_facts, places_now
from kash.workshops.models import Workshop
from kash.workshops.services.planning import WorkshopDetails, planned
from kash.workshops.services.unplanning import Touched, take_away, touched

# Even a planner who fixed a line herself can't have it taught by nobody, or held nowhere.
NEVER = frozenset({Hindering.NO_LEADER, Hindering.NO_TRAINER, Hindering.NO_VENUE})


@dataclass(frozen=True)
class Accepted:
    """Accepted lines: workshops that were planned (public ids), and sentences on those that were
    not, by lines."""

    workshops: Sequence[str]
    refused: Mapping[str, str]
    in_the_way: Collection[str]


def accept(public_id: str, chosen: Collection[str], row_version: int, *, by: Actor) -> Accepted:
    """Plan the workshops of chosen lines (public ids), in one action.

    Each is asked about anew: what has something in its way by now is not planned, and that is told
    beside it, unless a planner fixed it as a whole. Raises NotFound, ChangedMeanwhile and
    NothingChosen.
    """
    proposal = found_proposal(public_id)
    lines = lines_of(proposal)
    asked = [
        one.public_id
        for one in lines
        if one.public_id in chosen and one.state == "open" and one.has_place
    ]
    if not asked:
        raise NothingChosen
    in_the_way = _in_the_way(proposal, lines, asked)
    made: list[str] = []
    refused: dict[str, str] = {}
    with audited("quarters.accepted", by) as change:
        session = change.session
        held = held_proposal(session, public_id, row_version)
        for line in lines_of(held, session):
            if line.public_id not in asked:
                continue
            if line.public_id in in_the_way:
                line.hindrances = stored(in_the_way[line.public_id])
                continue
            try:
                with session.begin_nested():
                    workshop = planned(
                        session,
                        line.version.public_id,
                        _details(held, line),
                        by,
                        change.now,
                        public_id=new_public_id(),
                        with_planner=False,
                    )
                    session.flush()
            except Problem as problem:
                refused[line.public_id] = str(problem)
                continue
            line.state, line.workshop_id, line.hindrances = "accepted", workshop.id, []
            made.append(workshop.public_id)
        held.row_version += 1
        change.about(held.public_id, *made)
    return Accepted(made, refused, in_the_way.keys())


def _in_the_way(
    proposal: QuarterProposal, lines: Sequence[QuarterLine], asked: Collection[str]
) -> dict[str, Sequence[QuarterHindrance]]:
    """Hindrances of lines by now, of those that are not planned for it."""
    facts = open_facts(lines)
    pinned = {account for one in facts for account in one.pins.team}
    programme = programme_around(proposal, facts, also=pinned)
    found = Hindrances(programme, places_now(lines))
    in_the_way: dict[str, Sequence[QuarterHindrance]] = {}
    places = places_now(lines)
    for one in programme.wanted:
        if one.key not in asked:
            continue
        hindrances = found.at(one, places[one.key])
        if one.pins.whole is not None:
            hindrances = [each for each in hindrances if each.kind in NEVER]
        if hindrances:
            in_the_way[one.key] = hindrances
    return in_the_way


def _details(proposal: QuarterProposal, line: QuarterLine) -> WorkshopDetails:
    place = place_of(line)
    if place is None:
        raise NothingChosen
    return WorkshopDetails(
        title="",
        starts_on=place.first,
        ends_on=place.first + timedelta(days=line.days - 1),
        day_starts_at=proposal.day_starts_at,
        day_ends_at=proposal.day_ends_at,
        venue=place.venue,
        capacity=line.people,
        facilitators=place.team,
        lead=place.team[0],
    )


@dataclass(frozen=True)
class Stays:
    """A workshop that is not taken back, and why."""

    public_id: str
    title: str
    why: Touched


@dataclass(frozen=True)
class AcceptanceUndone:
    """Outcome of taking back: how many workshops are gone, and those that stay."""

    count: int
    stays: Sequence[Stays]


def take_back(public_id: str, row_version: int, *, by: Actor) -> AcceptanceUndone:
    """Take back all that was accepted of a proposal, as one: workshops that nobody touched since
    are gone, as though they had never been planned, and their lines are open again. Raises NotFound
    and ChangedMeanwhile."""
    with audited("quarters.taken_back", by) as change:
        session = change.session
        held = held_proposal(session, public_id, row_version)
        lines = accepted_lines(held, session)
        keys = [one.workshop_id for one in lines]
        # Nobody touches one while it is looked at.
        session.scalars(
            select(Workshop).where(Workshop.id.in_(keys)).order_by(Workshop.id).with_for_update()
        ).all()
        stays = what_stays(lines, to_local(change.now).date(), session)
        kept = {one.public_id for one in stays}
        gone = []
        for line in lines:
            if line.workshop is not None and line.workshop.public_id not in kept:
                gone.append(line.workshop)
                line.state, line.workshop_id = "open", None
        held.row_version += 1
        change.about(held.public_id, *(one.public_id for one in gone))
        session.flush()
        take_away(session, [one.id for one in gone], [one.register_id for one in gone])
        if not gone:
            change.nothing()
    return AcceptanceUndone(len(gone), stays)


def what_stays(
    lines: Sequence[QuarterLine], today: date, session: Session | None = None
) -> list[Stays]:
    """Workshops of accepted lines that stay if all is taken back."""
    workshops = [one.workshop for one in lines if one.workshop is not None]
    why = touched(session or db.session(), workshops, today, beside=(QuarterLine.__tablename__,))
    return [Stays(one.public_id, one.title, why[one.id]) for one in workshops if one.id in why]
