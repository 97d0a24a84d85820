"""Making a proposal, adding workshops by need, working it out anew, and throwing it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kash.availability.queries.spans import travel_minutes
from kash.people.models import Group
from kash.platform.database import db, new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor
from kash.quarters.errors import (
    NothingAsked,
    ProposalTooLong,
    QuarterOver,
    SessionTooLong,
    TooFewPeople,
)
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries.lines import QuarterLineFacts, zones_of_stations
from kash.quarters.queries.proposals import lines_of
from kash.quarters.queries.proposals import proposal as found_proposal
from kash.quarters.rules.bundles import Limits, PlacesNeeded, bundled
from kash.quarters.services.planning import (
    held_proposal,
    open_facts,
    places_now,
    store_outcome,
    worked_out,
)
from kash.training.models import CourseVersion
from kash.workshops.queries.plan import teachings_of
from kash.workshops.rules import days_needed
from kash.workshops.services.errors import NotPublished

MOST_LINES = 100


@dataclass(frozen=True)
class ProposalDetails:
    """A proposal as entered: its days, the programme's weekdays and hours, how many trainers teach,
    and how long a way may take, in minutes."""

    first: date
    last: date
    weekdays: Sequence[int]
    day_starts_at: time
    day_ends_at: time
    trainers: int
    most_minutes: int


@dataclass(frozen=True)
class PlacesWanted:
    """Places asked for: a version, whose people come (the group's letter), how many from which
    station (public ids), and the limits of a workshop."""

    version: str
    group: str
    places: Mapping[str, int]
    fewest: int
    most: int
    most_from_station: int


def make_proposal(details: ProposalDetails, *, by: Actor, public_id: str | None = None) -> str:
    """Make a proposal, empty at first; returns its public id. The same id sent twice makes one.

    Raises QuarterOver.
    """
    if details.last < details.first:
        raise QuarterOver
    with audited("quarters.proposal_made", by) as change:
        if public_id is not None and _made_before(change.session, public_id, by):
            change.nothing()
            return public_id
        made = QuarterProposal(
            public_id=public_id or new_public_id(),
            first=details.first,
            last=details.last,
            weekdays=sorted(details.weekdays),
            day_starts_at=details.day_starts_at,
            day_ends_at=details.day_ends_at,
            trainers=details.trainers,
            most_minutes=details.most_minutes,
            made_by=by.public_id,
            made_at=change.now,
            planned_at=change.now,
        )
        change.session.add(made)
        change.session.flush()
        change.about(made.public_id)
        return made.public_id


def _made_before(session: Session, public_id: str, by: Actor) -> bool:
    maker = session.scalar(
        select(QuarterProposal.made_by).where(QuarterProposal.public_id == public_id)
    )
    if maker is not None and maker != by.public_id:
        raise NotFound
    return maker is not None


@dataclass(frozen=True)
class Added:
    """Added lines: how many, and how many people are too few for a workshop of their own."""

    lines: int
    left_over: int


def add_workshops(public_id: str, wanted: PlacesWanted, *, by: Actor) -> Added:
    """Add workshops to a proposal for what stations need, and place them where there is room;
    nothing that has a place already is moved.

    Raises NotFound, NotPublished, NothingAsked, TooFewPeople, SessionTooLong, TooManyLines and
    ChangedMeanwhile.
    """
    proposal = found_proposal(public_id)
    row_version = proposal.row_version
    version = db.session.scalar(
        select(CourseVersion).where(
            CourseVersion.public_id == wanted.version, CourseVersion.state == "published"
        )
    )
    if version is None:
        raise NotPublished
    group = one_or_404(db.session.scalar(select(Group).where(Group.letter == wanted.group)))
    days = _days_of(proposal, version)
    version_id, group_id = version.id, group.id
    new, left_over = _lines_for(proposal, version, group, days, wanted)
    lines = lines_of(proposal)
    if len(lines) + len(new) > MOST_LINES:
        raise ProposalTooLong
    outcome = worked_out(proposal, [*open_facts(lines), *new], places_now(lines))
    with audited("quarters.workshops_added", by) as change:
        held = held_proposal(change.session, public_id, row_version)
        change.session.add_all(
            QuarterLine(
                public_id=one.key,
                proposal_id=held.id,
                version_id=version_id,
                group_id=group_id,
                days=days,
                people=one.people,
                stations=[list(each) for each in one.stations],
            )
            for one in new
        )
        store_outcome(change.session, held, outcome, change.now)
        change.about(held.public_id)
    return Added(len(new), left_over)


def _days_of(proposal: QuarterProposal, version: CourseVersion) -> int:
    teachings = [teaching for _, teaching in teachings_of(version.id)]
    days = days_needed(teachings, proposal.day_starts_at, proposal.day_ends_at)
    if days is None:
        raise SessionTooLong
    return days


def _lines_for(
    proposal: QuarterProposal,
    version: CourseVersion,
    group: Group,
    days: int,
    wanted: PlacesWanted,
) -> tuple[list[QuarterLineFacts], int]:
    """Lines for the places asked for, and how many people are left over."""
    asked = {station: count for station, count in wanted.places.items() if count > 0}
    if not asked:
        raise NothingAsked
    order = sorted(asked)
    zones = zones_of_stations(order)
    limits = Limits(wanted.fewest, wanted.most, wanted.most_from_station, proposal.most_minutes)
    found = bundled(
        [PlacesNeeded(key, zones.get(one), asked[one]) for key, one in enumerate(order)],
        limits,
        travel_minutes(set(zones.values())),
    )
    if not found.bundles:
        raise TooFewPeople
    lines = [
        QuarterLineFacts(
            new_public_id(),
            version.course_id,
            version.course.public_id,
            days,
            group.is_police,
            [(order[key], count) for key, count in one.people],
        )
        for one in found.bundles
    ]
    return lines, sum(count for _, count in found.left_over)


def plan_anew(public_id: str, row_version: int, *, by: Actor) -> None:
    """Work a proposal out from the beginning: what a planner fixed stays, and so does what is
    planned; all else may move. Raises NotFound and ChangedMeanwhile."""
    proposal = found_proposal(public_id)
    outcome = worked_out(proposal, open_facts(lines_of(proposal)))
    with audited("quarters.worked_out", by) as change:
        held = held_proposal(change.session, public_id, row_version)
        store_outcome(change.session, held, outcome, change.now)
        change.about(held.public_id)


def throw_away(public_id: str, row_version: int, *, by: Actor) -> bool:
    """Throw away all of a proposal that is not planned; True if nothing of it is left. What was
    planned stays, and with it what can be taken back. Raises NotFound and ChangedMeanwhile."""
    with audited("quarters.thrown_away", by) as change:
        session = change.session
        held = held_proposal(session, public_id, row_version)
        session.execute(
            delete(QuarterLine).where(
                QuarterLine.proposal_id == held.id, QuarterLine.state != "accepted"
            )
        )
        change.about(held.public_id)
        if session.scalar(select(exists().where(QuarterLine.proposal_id == held.id))):
            held.row_version += 1
            return False
        session.delete(held)
        return True
