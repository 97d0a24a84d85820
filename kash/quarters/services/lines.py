"""Changing, rejecting and restoring a line, and fixing it or letting it move again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kash.people.queries.places import venue as found_venue
from kash.platform.vault import audited
from kash.policy import Actor
from kash.quarters.errors import LineAccepted, OutsideProposal
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries.lines import facts_of
from kash.quarters.queries.places import place_of
from kash.quarters.queries.proposals import line as found_line
from kash.quarters.queries.proposals import lines_of
from kash.quarters.queries.proposals import proposal as found_proposal
from kash.quarters.rules.programme import Pins
from kash.quarters.services.planning import (
    held_proposal,
    open_facts,
    places_now,
    store_outcome,
    worked_out,
)


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
        """The same as pins, whoever leads first."""
        beside = [one for one in self.team if one != self.lead]
        return Pins(self.first, self.venue or None, (self.lead, *beside) if self.lead else ())


def fix_line(public_id: str, line: str, fixed: FixedPlace, row_version: int, *, by: Actor) -> None:
    """Fix what a planner wants of a line, and let all else of it move. Others stay where they are
    unless it takes their place.

    Raises NotFound, LineAccepted, OutsideProposal and ChangedMeanwhile.
    """
    proposal, lines = _lines(public_id)
    chosen = _open_line(proposal, line)
    pins, venue_id = fixed.pins, None
    if pins.first is not None and not proposal.first <= pins.first <= proposal.last:
        raise OutsideProposal
    if pins.venue is not None:
        venue_id = found_venue(pins.venue).id
    facts = [
        replace(one, pins=pins) if one.key == chosen.public_id else one for one in open_facts(lines)
    ]
    outcome = worked_out(proposal, facts, places_now(lines))
    with audited("quarters.line_fixed", by) as change:
        held = held_proposal(change.session, public_id, row_version)
        found = found_line(held, line, change.session)
        found.pinned_day, found.first = pins.first is not None, pins.first
        found.pinned_venue, found.venue_id = pins.venue is not None, venue_id
        found.pinned_team, found.team = bool(pins.team), list(pins.team)
        store_outcome(change.session, held, outcome, change.now)
        change.about(held.public_id, found.public_id)


def fix_as_it_is(public_id: str, line: str, row_version: int, *, by: Actor) -> None:
    """Fix all of a line that has a place. Raises NotFound, LineAccepted and ChangedMeanwhile; one
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
    """Reject a line: its place is free for others that have none. Raises NotFound, LineAccepted and
    ChangedMeanwhile."""
    _set_state(public_id, line, row_version, "rejected", by)


def restore_line(public_id: str, line: str, row_version: int, *, by: Actor) -> None:
    """Take back that a line was rejected. Raises NotFound, LineAccepted and ChangedMeanwhile."""
    _set_state(public_id, line, row_version, "open", by)


def _set_state(public_id: str, line: str, row_version: int, state: str, by: Actor) -> None:
    proposal, lines = _lines(public_id)
    chosen = _not_accepted(found_line(proposal, line))
    others = [one for one in lines if one.id != chosen.id]
    facts = open_facts(others) + ([facts_of(chosen)] if state == "open" else [])
    outcome = worked_out(proposal, facts, places_now(others))
    action = "quarters.line_rejected" if state == "rejected" else "quarters.line_restored"
    with audited(action, by) as change:
        held = held_proposal(change.session, public_id, row_version)
        found = found_line(held, line, change.session)
        if found.state == state:
            change.nothing()
            return
        found.state = state
        store_outcome(change.session, held, outcome, change.now)
        change.about(held.public_id, found.public_id)


def _lines(public_id: str) -> tuple[QuarterProposal, list[QuarterLine]]:
    proposal = found_proposal(public_id)
    return proposal, lines_of(proposal)


def _not_accepted(line: QuarterLine) -> QuarterLine:
    if line.state == "accepted":
        raise LineAccepted
    return line


def _open_line(proposal: QuarterProposal, public_id: str) -> QuarterLine:
    found = _not_accepted(found_line(proposal, public_id))
    if found.state != "open":
        raise LineAccepted
    return found
