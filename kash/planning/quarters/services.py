"""Problems that stand in the way of a proposal. Places of a proposal's lines: worked out
beforehand, stored within the action that changes it. Working them out takes up to a second, and
nobody else writes while an action lasts. So it is done before, and the action refuses if anybody
changed the proposal meanwhile. Accepting lines of a proposal, and taking all that was accepted
back as one. Changing, rejecting and restoring a line, and fixing it or letting it move again.
Making a proposal, adding workshops by need, working it out anew, and throwing it away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kash.people.models import Group, Venue
from kash.people.queries.directory import venue as found_venue
from kash.planning.quarters.models import QuarterLine, QuarterProposal
from kash.planning.quarters.queries import (
    accepted_lines,
    lines_of,
    place_of,
    programme_around,
    stored,
    wanted_of,
    zones_of_stations,
)
from kash.planning.quarters.queries import line as found_line
from kash.planning.quarters.queries import proposal as found_proposal
from kash.planning.quarters.rules import (
    Board,
    Hindering,
    Limits,
    Option,
    Pins,
    PlacesNeeded,
    PlannedPlace,
    QuarterHindrance,
    QuarterWorkshop,
    bundled,
    plan_of,
)
from kash.platform.database import db, new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.availability.queries import travel_minutes
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import teachings_of
from kash.workshops.rules import days_needed
from kash.workshops.services.planning import Touched, WorkshopDetails, planned, take_away, touched
from kash.workshops.services.timetable import NOT_PUBLISHED

LINE_ACCEPTED = _l("This workshop is planned already. Change it on its own page.")


_NOTHING_CHOSEN = _l("Tick at least one workshop that has a place.")


@dataclass(frozen=True)
class ProposalOutcome:
    """Places of lines by their keys, what stands in the way of lines that a planner fixed as a
    whole, and the nearest obstacle of each that has no place."""

    places: Mapping[str, PlannedPlace]
    told: Mapping[str, Sequence[QuarterHindrance]]
    obstacles: Mapping[str, Option]


def worked_out(
    proposal: QuarterProposal,
    wanted: Sequence[QuarterWorkshop],
    before: Mapping[str, PlannedPlace] | None = None,
) -> ProposalOutcome:
    """Places of these workshops: as little moved as can be from `before`, or from the beginning."""
    programme = programme_around(proposal, wanted)
    board = Board(programme, plan_of(programme, before))
    return ProposalOutcome(
        board.places,
        {it.key: board.at(it, it.pins.whole) for it in wanted if it.pins.whole is not None},
        {it.key: board.nearest(it) for it in wanted if it.key not in board.places},
    )


def open_workshops(lines: Sequence[QuarterLine]) -> list[QuarterWorkshop]:
    """The workshops that are to be placed, of lines neither rejected nor planned."""
    return [wanted_of(line) for line in lines if line.state == "open"]


def places_now(lines: Sequence[QuarterLine]) -> dict[str, PlannedPlace]:
    """Places that open lines have."""
    return {
        line.public_id: place
        for line in lines
        if line.state == "open" and (place := place_of(line)) is not None
    }


def held_proposal(session: Session, public_id: str, row_version: int) -> QuarterProposal:
    """A proposal, held until the transaction ends. Raises NotFound, and ChangedMeanwhile if its row
    version is not this one."""
    proposal = get_or_404(session, QuarterProposal, public_id, lock=True)
    if proposal.row_version != row_version:
        raise ChangedMeanwhile
    return proposal


def store_outcome(
    session: Session, proposal: QuarterProposal, outcome: ProposalOutcome, now: datetime
) -> None:
    """Write places and obstacles into the open lines of a proposal that this transaction holds."""
    session.flush()
    venues = dict(session.execute(select(Venue.public_id, Venue.id)).all())
    for line in session.scalars(
        select(QuarterLine).where(
            QuarterLine.proposal_id == proposal.id, QuarterLine.state == "open"
        )
    ):
        place = outcome.places.get(line.public_id)
        obstacle = outcome.obstacles.get(line.public_id)
        line.hindrances, line.possible_from = [], None
        if place is not None:
            line.first, line.venue_id = place.first, venues.get(place.venue)
            line.team = list(place.team)
            line.hindrances = stored(outcome.told.get(line.public_id, ()))
            continue
        # What a planner fixed is kept, placed or not.
        line.first = line.first if line.pinned_day else None
        line.venue_id = line.venue_id if line.pinned_venue else None
        line.team = line.team if line.pinned_team else []
        if obstacle is not None:
            line.hindrances = stored(obstacle.hindrances)
            line.possible_from = obstacle.first
    proposal.planned_at = now
    proposal.row_version += 1


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
    beside it, unless a planner fixed it as a whole. Raises NotFound, ChangedMeanwhile and Problem.
    """
    proposal = found_proposal(public_id)
    lines = lines_of(proposal)
    public_ids = [
        line.public_id
        for line in lines
        if line.public_id in chosen and line.state == "open" and line.has_place
    ]
    if not public_ids:
        raise Problem(_NOTHING_CHOSEN)
    in_the_way = _in_the_way(proposal, lines, public_ids)
    planned_ids: list[str] = []
    refused: dict[str, str] = {}
    with audited("quarters.accepted", by) as change:
        session = change.session
        locked = held_proposal(session, public_id, row_version)
        for line in lines_of(locked, session):
            if line.public_id not in public_ids:
                continue
            if line.public_id in in_the_way:
                line.hindrances = stored(in_the_way[line.public_id])
                continue
            try:
                with session.begin_nested():
                    workshop = planned(
                        session,
                        line.version.public_id,
                        _details(locked, line),
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
            planned_ids.append(workshop.public_id)
        locked.row_version += 1
        change.about(locked.public_id, *planned_ids)
    return Accepted(planned_ids, refused, in_the_way.keys())


def _in_the_way(
    proposal: QuarterProposal, lines: Sequence[QuarterLine], chosen: Collection[str]
) -> dict[str, Sequence[QuarterHindrance]]:
    """Hindrances of lines by now, of those that are not planned for it."""
    programme = programme_around(proposal, open_workshops(lines))
    board = Board(programme, places_now(lines))
    in_the_way: dict[str, Sequence[QuarterHindrance]] = {}
    for workshop in programme.wanted:
        if workshop.key not in chosen:
            continue
        hindrances = board.at(workshop, board.places[workshop.key])
        if workshop.pins.whole is not None:
            hindrances = [it for it in hindrances if it.kind in NEVER]
        if hindrances:
            in_the_way[workshop.key] = hindrances
    return in_the_way


def _details(proposal: QuarterProposal, line: QuarterLine) -> WorkshopDetails:
    place = place_of(line)
    if place is None:
        raise Problem(_NOTHING_CHOSEN)
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
        proposal = held_proposal(session, public_id, row_version)
        lines = accepted_lines(proposal, session)
        keys = [line.workshop_id for line in lines]
        # Nobody touches one while it is looked at.
        session.scalars(
            select(Workshop).where(Workshop.id.in_(keys)).order_by(Workshop.id).with_for_update()
        ).all()
        stays = what_stays(lines, to_local(change.now).date(), session)
        public_ids = {stay.public_id for stay in stays}
        gone = []
        for line in lines:
            if line.workshop is not None and line.workshop.public_id not in public_ids:
                gone.append(line.workshop)
                line.state, line.workshop_id = "open", None
        proposal.row_version += 1
        change.about(proposal.public_id, *(workshop.public_id for workshop in gone))
        session.flush()
        take_away(
            session, [workshop.id for workshop in gone], [workshop.register_id for workshop in gone]
        )
        if not gone:
            change.nothing()
    return AcceptanceUndone(len(gone), stays)


def what_stays(
    lines: Sequence[QuarterLine], today: date, session: Session | None = None
) -> list[Stays]:
    """Workshops of accepted lines that stay if all is taken back."""
    workshops = [line.workshop for line in lines if line.workshop is not None]
    why = touched(session or db.session(), workshops, today, beside=(QuarterLine.__tablename__,))
    return [
        Stays(workshop.public_id, workshop.title, why[workshop.id])
        for workshop in workshops
        if workshop.id in why
    ]


@dataclass(frozen=True)
class FixedPlace:
    """Place that a planner fixes of a line: a day, and by public id a venue, who leads, and who
    teaches beside; what is empty may move."""

    first: date | None = None
    venue: str = ""
    lead: str = ""
    team: Sequence[str] = ()

    @property
    def pins(self) -> Pins:
        """The same as pins, the person who leads first."""
        beside = [trainer for trainer in self.team if trainer != self.lead]
        return Pins(self.first, self.venue or None, (self.lead, *beside) if self.lead else ())


def fix_line(public_id: str, line: str, fixed: FixedPlace, row_version: int, *, by: Actor) -> None:
    """Fix what a planner wants of a line, and let all else of it move. Others stay where they are
    unless it takes their place.

    Raises NotFound, Problem and ChangedMeanwhile.
    """
    proposal, lines = _lines(public_id)
    chosen = _open_line(proposal, line)
    pins, venue_id = fixed.pins, None
    if pins.first is not None and not proposal.first <= pins.first <= proposal.last:
        raise Problem(_l("This day lies outside the days of the proposal."), field="first")
    if pins.venue is not None:
        venue_id = found_venue(pins.venue).id
    wanted = [
        replace(it, pins=pins) if it.key == chosen.public_id else it for it in open_workshops(lines)
    ]
    outcome = worked_out(proposal, wanted, places_now(lines))
    with audited("quarters.line_fixed", by) as change:
        locked = held_proposal(change.session, public_id, row_version)
        stored_line = found_line(locked, line, change.session)
        stored_line.pinned_day, stored_line.first = pins.first is not None, pins.first
        stored_line.pinned_venue, stored_line.venue_id = pins.venue is not None, venue_id
        stored_line.pinned_team, stored_line.team = bool(pins.team), list(pins.team)
        store_outcome(change.session, locked, outcome, change.now)
        change.about(locked.public_id, stored_line.public_id)


def fix_as_it_is(public_id: str, line: str, row_version: int, *, by: Actor) -> None:
    """Fix all of a line that has a place. Raises NotFound, Problem and ChangedMeanwhile; one
    without a place stays as it is."""
    proposal, _ = _lines(public_id)
    place = place_of(_open_line(proposal, line))
    if place is not None:
        lead, *team = place.team
        fixed = FixedPlace(place.first, place.venue, lead, team)
        fix_line(public_id, line, fixed, row_version, by=by)


def let_move(public_id: str, line: str, row_version: int, *, by: Actor) -> None:
    """Let a line move again; it stays where it is for now, if nothing is in its way there. Raises
    NotFound, LineAccepted and ChangedMeanwhile."""
    fix_line(public_id, line, FixedPlace(), row_version, by=by)


def reject_line(public_id: str, line: str, row_version: int, *, by: Actor) -> None:
    """Reject a line: its place is free for others that have none. Raises NotFound, Problem and
    ChangedMeanwhile."""
    _set_state(public_id, line, row_version, "rejected", by)


def restore_line(public_id: str, line: str, row_version: int, *, by: Actor) -> None:
    """Take back that a line was rejected. Raises NotFound, Problem and ChangedMeanwhile."""
    _set_state(public_id, line, row_version, "open", by)


def _set_state(public_id: str, line: str, row_version: int, state: str, by: Actor) -> None:
    proposal, lines = _lines(public_id)
    chosen = _not_accepted(found_line(proposal, line))
    others = [other for other in lines if other.id != chosen.id]
    wanted = open_workshops(others) + ([wanted_of(chosen)] if state == "open" else [])
    outcome = worked_out(proposal, wanted, places_now(others))
    action = "quarters.line_rejected" if state == "rejected" else "quarters.line_restored"
    with audited(action, by) as change:
        locked = held_proposal(change.session, public_id, row_version)
        stored_line = found_line(locked, line, change.session)
        if stored_line.state == state:
            change.nothing()
            return
        stored_line.state = state
        store_outcome(change.session, locked, outcome, change.now)
        change.about(locked.public_id, stored_line.public_id)


def _lines(public_id: str) -> tuple[QuarterProposal, list[QuarterLine]]:
    proposal = found_proposal(public_id)
    return proposal, lines_of(proposal)


def _not_accepted(line: QuarterLine) -> QuarterLine:
    if line.state == "accepted":
        raise Problem(LINE_ACCEPTED)
    return line


def _open_line(proposal: QuarterProposal, public_id: str) -> QuarterLine:
    quarter_line = _not_accepted(found_line(proposal, public_id))
    if quarter_line.state != "open":
        raise Problem(LINE_ACCEPTED)
    return quarter_line


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

    Raises Problem.
    """
    if details.last < details.first:
        raise Problem(
            _l("Too few days of this quarter are left. Choose a later one."), field="quarter"
        )
    with audited("quarters.proposal_made", by) as change:
        if public_id is not None and _made_before(change.session, public_id, by):
            change.nothing()
            return public_id
        proposal = QuarterProposal(
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
        change.session.add(proposal)
        change.session.flush()
        change.about(proposal.public_id)
        return proposal.public_id


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

    Raises NotFound, ChangedMeanwhile and a Problem.
    """
    proposal = found_proposal(public_id)
    row_version = proposal.row_version
    version = db.session.scalar(
        select(CourseVersion).where(
            CourseVersion.public_id == wanted.version, CourseVersion.state == "published"
        )
    )
    if version is None:
        raise Problem(NOT_PUBLISHED, field="version")
    group = one_or_404(db.session.scalar(select(Group).where(Group.letter == wanted.group)))
    days = _days_of(proposal, version)
    version_id, group_id = version.id, group.id
    new, left_over = _lines_for(proposal, version, group, days, wanted)
    lines = lines_of(proposal)
    if len(lines) + len(new) > MOST_LINES:
        raise Problem(_l("A proposal has at most 100 workshops."), field="")
    outcome = worked_out(proposal, [*open_workshops(lines), *new], places_now(lines))
    with audited("quarters.workshops_added", by) as change:
        locked = held_proposal(change.session, public_id, row_version)
        change.session.add_all(
            QuarterLine(
                public_id=workshop.key,
                proposal_id=locked.id,
                version_id=version_id,
                group_id=group_id,
                days=days,
                people=workshop.people,
                stations=[list(pair) for pair in workshop.stations],
            )
            for workshop in new
        )
        store_outcome(change.session, locked, outcome, change.now)
        change.about(locked.public_id)
    return Added(len(new), left_over)


def _days_of(proposal: QuarterProposal, version: CourseVersion) -> int:
    teachings = [teaching for _, teaching in teachings_of(version.id)]
    days = days_needed(teachings, proposal.day_starts_at, proposal.day_ends_at)
    if days is None:
        raise Problem(
            _l("One session of this course is longer than a day of this proposal."), field="version"
        )
    return days


def _lines_for(
    proposal: QuarterProposal, version: CourseVersion, group: Group, days: int, wanted: PlacesWanted
) -> tuple[list[QuarterWorkshop], int]:
    """Lines for the places asked for, and how many people are left over."""
    needed = {station: count for station, count in sorted(wanted.places.items()) if count > 0}
    if not needed:
        raise Problem(_l("Enter for at least one station how many people are to come."), field="")
    zones = zones_of_stations(needed)
    bundles, left_over = bundled(
        [PlacesNeeded(station, zones.get(station), count) for station, count in needed.items()],
        Limits(wanted.fewest, wanted.most, wanted.most_from_station, proposal.most_minutes),
        travel_minutes(set(zones.values())),
    )
    if not bundles:
        raise Problem(
            _l("So few people make no workshop. Ask for more places, or allow smaller ones."),
            field="fewest",
        )
    course = version.course.public_id
    return [
        QuarterWorkshop(new_public_id(), course, days, bundle.people, group.is_police)
        for bundle in bundles
    ], left_over


def plan_anew(public_id: str, row_version: int, *, by: Actor) -> None:
    """Work a proposal out from the beginning: what a planner fixed stays, and so does what is
    planned; all else may move. Raises NotFound and ChangedMeanwhile."""
    proposal = found_proposal(public_id)
    outcome = worked_out(proposal, open_workshops(lines_of(proposal)))
    with audited("quarters.worked_out", by) as change:
        locked = held_proposal(change.session, public_id, row_version)
        store_outcome(change.session, locked, outcome, change.now)
        change.about(locked.public_id)


def throw_away(public_id: str, row_version: int, *, by: Actor) -> bool:
    """Throw away all of a proposal that is not planned; True if nothing of it is left. What was
    planned stays, and with it what can be taken back. Raises NotFound and ChangedMeanwhile."""
    with audited("quarters.thrown_away", by) as change:
        session = change.session
        proposal = held_proposal(session, public_id, row_version)
        session.execute(
            delete(QuarterLine).where(
                QuarterLine.proposal_id == proposal.id, QuarterLine.state != "accepted"
            )
        )
        change.about(proposal.public_id)
        if session.scalar(select(exists().where(QuarterLine.proposal_id == proposal.id))):
            proposal.row_version += 1
            return False
        session.delete(proposal)
        return True
