"""Proposals: needs become lines with places, what a planner fixes stays, and what was accepted is
taken back as one, but for what somebody touched since."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kash.attendance.models import Register, Slot
from kash.people.models import Venue
from kash.planning.quarters import queries
from kash.planning.quarters.models import QuarterProposal
from kash.planning.quarters.queries import hindrances_of, names_for
from kash.planning.quarters.rules import Hindering
from kash.planning.quarters.services import (
    FixedPlace,
    PlacesWanted,
    accept,
    add_workshops,
    fix_as_it_is,
    fix_line,
    let_move,
    plan_anew,
    reject_line,
    restore_line,
    take_back,
    throw_away,
)
from kash.planning.quarters.words import hindrance_text
from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from kash.platform.web.errors import ChangedMeanwhile
from kash.workshops.availability.models import Absence, VenueBlock
from kash.workshops.models import Facilitator, Workshop
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import Touched
from tests.planning.quarters.conftest import Quarter
from tests.refusals import refuses
from tests.workshops.conftest import make_person


def away(quarter: Quarter, name: str, first: int = 0, last: int = 89) -> None:
    """Somebody is away on these days of the quarter."""
    actor = quarter.atieno if name == "Atieno" else quarter.juma
    db.session.add(
        Absence(
            account_id=actor.account_id,
            first=quarter.first + timedelta(days=first),
            last=quarter.first + timedelta(days=last),
            written_by=actor.public_id,
        )
    )
    db.session.commit()


def test_what_stations_need_becomes_workshops_with_day_venue_and_team(quarter):
    added = quarter.add(15, 6)
    lines = quarter.lines()
    assert (added.lines, added.left_over, len(lines)) == (2, 0, 2)
    assert all(one.has_place and one.first >= quarter.first for one in lines if one.first)
    assert {account for one in lines for account in one.team} == {
        quarter.atieno.public_id,
        quarter.juma.public_id,
    }
    kondele, central = quarter.stations
    counted: dict[str, list[int]] = {kondele: [], central: []}
    for one in lines:
        for station, count in one.stations:
            counted[station].append(count)
    assert (sorted(counted[kondele]), counted[central]) == ([7, 8], [6])
    # The two send people of one station, so that they are not on one day.
    assert len({one.first for one in lines}) == 2


def test_a_proposal_is_partial_and_says_what_would_have_to_go(quarter):
    away(quarter, "Juma")
    quarter.add(8)
    (line,) = quarter.lines()
    assert (line.has_place, line.first, line.team) == (False, None, [])
    (hindrance,) = hindrances_of(line)
    assert hindrance.kind is Hindering.ABSENCE
    said = hindrance_text(hindrance, names_for([line], quarter.atieno))
    assert said.startswith("Juma’s absence of ")
    assert said.endswith(" moves")
    db.session.query(Absence).delete()
    db.session.commit()
    plan_anew(quarter.proposal, quarter.row_version, by=quarter.atieno)
    assert quarter.lines()[0].has_place


def test_what_a_planner_fixed_stays_when_all_else_is_worked_out_anew(quarter):
    quarter.add(10, 10, most=10)
    first, other = quarter.lines()
    day = quarter.first + timedelta(days=40)
    while day.weekday() > 4:
        day += timedelta(days=1)
    fixed = FixedPlace(day, quarter.hall, quarter.juma.public_id, [quarter.atieno.public_id])
    fix_line(quarter.proposal, first.public_id, fixed, quarter.row_version, by=quarter.atieno)
    # The last day that was free is taken from it, and it says so where it stays.
    db.session.add(
        VenueBlock(
            venue_id=db.session.scalar(select(Venue.id)),
            first=day,
            last=day,
            written_by=quarter.atieno.public_id,
        )
    )
    db.session.commit()
    plan_anew(quarter.proposal, quarter.row_version, by=quarter.atieno)
    kept = next(one for one in quarter.lines() if one.public_id == first.public_id)
    assert (kept.first, kept.team[0]) == (day, quarter.juma.public_id)
    assert [one.kind for one in hindrances_of(kept)] == [Hindering.BLOCKED]
    let_move(quarter.proposal, first.public_id, quarter.row_version, by=quarter.atieno)
    moved = next(one for one in quarter.lines() if one.public_id == first.public_id)
    assert moved.has_place
    assert moved.first != day
    assert other.public_id in {one.public_id for one in quarter.lines()}


def test_fixing_one_line_moves_no_other_that_is_not_in_its_way(quarter):
    quarter.add(10, 10, most=10)
    first, other = quarter.lines()
    before = other.first
    fix_as_it_is(quarter.proposal, first.public_id, quarter.row_version, by=quarter.atieno)
    lines = {one.public_id: one for one in quarter.lines()}
    fixed = lines[first.public_id]
    assert (fixed.pinned_day, fixed.pinned_venue, fixed.pinned_team) == (True, True, True)
    assert lines[other.public_id].first == before
    # It is taken where the other was: the other makes room.
    fix_line(
        quarter.proposal,
        first.public_id,
        FixedPlace(first=before),
        quarter.row_version,
        by=quarter.atieno,
    )
    lines = {one.public_id: one for one in quarter.lines()}
    assert lines[first.public_id].first == before
    assert lines[other.public_id].first not in (None, before)


def test_a_rejected_line_leaves_its_place_and_can_come_back(quarter):
    quarter.add(5)
    (line,) = quarter.lines()
    reject_line(quarter.proposal, line.public_id, quarter.row_version, by=quarter.atieno)
    assert (quarter.lines(), len(quarter.lines("rejected"))) == ([], 1)
    with refuses("Tick at least one workshop that has a place."):
        accept(quarter.proposal, {line.public_id}, quarter.row_version, by=quarter.atieno)
    restore_line(quarter.proposal, line.public_id, quarter.row_version, by=quarter.atieno)
    assert [one.has_place for one in quarter.lines()] == [True]


def test_accepted_lines_are_workshops_with_one_entry_in_the_trail(quarter):
    quarter.add(10, 10, most=10)
    lines = quarter.lines()
    entries = db.session.scalar(select(func.count(AuditEntry.seq)))
    done = accept(
        quarter.proposal, {one.public_id for one in lines}, quarter.row_version, by=quarter.atieno
    )
    assert (len(done.workshops), done.refused, list(done.in_the_way)) == (2, {}, [])
    assert db.session.scalar(select(func.count(AuditEntry.seq))) == (entries or 0) + 1
    planned = db.session.scalars(select(Workshop).order_by(Workshop.starts_on)).all()
    assert [one.capacity for one in planned] == [10, 10]
    assert [one.starts_on for one in planned] == sorted(one.first for one in lines if one.first)
    # Whoever accepts teaches only where she stands in the proposal, and leads only there.
    leads = dict(
        db.session.execute(
            select(Facilitator.workshop_id, Facilitator.account_id).where(Facilitator.lead)
        )
        .tuples()
        .all()
    )
    led = {one.workshop_id: one.team[0] for one in quarter.lines("accepted")}
    accounts = {
        quarter.atieno.public_id: quarter.atieno.account_id,
        quarter.juma.public_id: quarter.juma.account_id,
    }
    assert leads == {key: accounts[lead] for key, lead in led.items()}
    with refuses("This workshop is planned already."):
        reject_line(quarter.proposal, lines[0].public_id, quarter.row_version, by=quarter.atieno)


def test_what_got_in_the_way_since_is_not_planned_and_is_told(quarter):
    quarter.add(10, 10, most=10)
    first, other = quarter.lines()
    assert first.first is not None
    away(quarter, "Juma", (first.first - quarter.first).days, (first.first - quarter.first).days)
    done = accept(
        quarter.proposal, {first.public_id, other.public_id}, quarter.row_version, by=quarter.atieno
    )
    assert (len(done.workshops), list(done.in_the_way)) == (1, [first.public_id])
    (stays,) = quarter.lines()
    assert [one.kind for one in hindrances_of(stays)] == [Hindering.ABSENCE]


def test_what_was_accepted_is_taken_back_as_one_as_though_it_had_never_been(
    both_engines_app, quarter
):
    quarter.add(10, 10, most=10)
    chosen = {one.public_id for one in quarter.lines()}
    accept(quarter.proposal, chosen, quarter.row_version, by=quarter.atieno)
    done = take_back(quarter.proposal, quarter.row_version, by=quarter.atieno)
    assert (done.count, done.stays) == (2, [])
    assert [
        db.session.scalar(select(func.count()).select_from(table))
        for table in (Workshop, Register, Slot, Facilitator)
    ] == [0, 0, 0, 0]
    assert {one.public_id for one in quarter.lines() if one.has_place} == chosen


def test_what_somebody_touched_stays_with_the_reason(quarter):
    quarter.add(10, 10, most=10)
    chosen = {one.public_id for one in quarter.lines()}
    done = accept(quarter.proposal, chosen, quarter.row_version, by=quarter.atieno)
    enrolled, changed = done.workshops
    enrol(enrolled, make_person("Akinyi Mfano"), quarter.atieno)
    db.session.execute(update(Workshop).where(Workshop.public_id == changed).values(row_version=2))
    db.session.commit()
    back = take_back(quarter.proposal, quarter.row_version, by=quarter.atieno)
    assert (back.count, {one.public_id: one.why for one in back.stays}) == (
        0,
        {enrolled: Touched.PEOPLE, changed: Touched.CHANGED},
    )
    assert len(quarter.lines("accepted")) == 2


def test_nobody_goes_over_what_another_changed_meanwhile(quarter):
    quarter.add(5)
    (line,) = quarter.lines()
    seen = quarter.row_version
    fix_as_it_is(quarter.proposal, line.public_id, seen, by=quarter.juma)
    for late in (
        lambda: accept(quarter.proposal, {line.public_id}, seen, by=quarter.atieno),
        lambda: plan_anew(quarter.proposal, seen, by=quarter.atieno),
        lambda: throw_away(quarter.proposal, seen, by=quarter.atieno),
    ):
        with pytest.raises(ChangedMeanwhile):
            late()
    assert db.session.scalar(select(func.count(Workshop.id))) == 0


def test_thrown_away_is_what_was_not_planned(quarter):
    quarter.add(10, 10, most=10)
    first, _ = quarter.lines()
    accept(quarter.proposal, {first.public_id}, quarter.row_version, by=quarter.atieno)
    assert throw_away(quarter.proposal, quarter.row_version, by=quarter.atieno) is False
    assert (quarter.lines(), len(quarter.lines("accepted"))) == ([], 1)
    take_back(quarter.proposal, quarter.row_version, by=quarter.atieno)
    assert throw_away(quarter.proposal, quarter.row_version, by=quarter.atieno) is True
    assert db.session.query(QuarterProposal).count() == 0


@pytest.mark.parametrize(
    ("places", "fewest", "problem"),
    [
        ({}, 1, "Enter for at least one station"),
        ({0: 0}, 1, "Enter for at least one station"),
        ({0: 3}, 8, "So few people make no workshop."),
    ],
)
def test_places_that_make_no_workshop_are_refused(quarter, places, fewest, problem):
    asked = {quarter.stations[key]: count for key, count in places.items()}
    wanted = PlacesWanted(quarter.version, quarter.group, asked, fewest, 24, 10)
    with refuses(problem):
        add_workshops(quarter.proposal, wanted, by=quarter.atieno)


def test_a_day_outside_the_quarter_is_refused(quarter):
    quarter.add(5)
    (line,) = quarter.lines()
    late = FixedPlace(first=queries.proposal(quarter.proposal).last + timedelta(days=1))
    with refuses("This day lies outside the days of the proposal."):
        fix_line(quarter.proposal, line.public_id, late, quarter.row_version, by=quarter.atieno)
