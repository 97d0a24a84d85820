"""A workshop moves as a whole: its sessions follow, and what was marked or has passed stays."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.assessments.evaluations.models import EvaluationForm
from kash.assessments.evaluations.services import add_form
from kash.attendance.models import Sheet, Slot
from kash.attendance.rules.pads import SheetChoice
from kash.attendance.services.sheets import record_sheets
from kash.money.payouts.models import Payee
from kash.people.models import Venue
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today, to_local
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import sessions_of
from kash.workshops.rules import clocks_from
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import WorkshopPlace, cancel_workshop, move_workshop
from kash.workshops.views.closing import sheet_columns
from tests.refusals import refuses
from tests.workshops.conftest import Held, make_person

CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(CLOCKS, CLOCKS, CLOCKS)
def test_a_day_begun_at_another_clock_lasts_as_long_or_is_refused(one, other, begins):
    day = date(2027, 3, 1)
    starts_at, ends_at = sorted([one, other])
    lasts = datetime.combine(day, ends_at) - datetime.combine(day, starts_at)
    would_end = datetime.combine(day, begins) + lasts
    found = clocks_from(starts_at, ends_at, begins)
    if would_end.date() != day:
        assert found is None
    else:
        later = datetime.combine(day, begins) - datetime.combine(day, starts_at)
        assert found == (later, would_end.time())


def _next_week() -> date:
    return local_today() + timedelta(days=7)


@pytest.fixture
def coming(plan):
    """A workshop of two days, a week from now."""
    return plan(starts_on=_next_week(), ends_on=_next_week() + timedelta(days=1))


def _slots(workshop: Workshop) -> list[tuple[int, date, time, int]]:
    rows = db.session.scalars(
        select(Slot).where(Slot.register_id == workshop.register_id).order_by(Slot.position)
    )
    return [
        (one.position, to_local(one.starts_at).date(), to_local(one.starts_at).time(), one.minutes)
        for one in rows
    ]


def test_sessions_and_the_register_follow_and_moving_back_restores_everything(coming):
    first, before = coming.row.starts_on, _slots(coming.row)
    there = move_workshop(coming.workshop, first + timedelta(days=5), coming.trainer, 1)
    assert there.before == WorkshopPlace(first, time(8, 30), "")
    assert (coming.row.starts_on, coming.row.ends_on) == (
        first + timedelta(days=5),
        first + timedelta(days=6),
    )
    assert _slots(coming.row) == [
        (position, day + timedelta(days=5), clock, minutes)
        for position, day, clock, minutes in before
    ]
    back = there.before
    move_workshop(
        coming.workshop,
        back.starts_on,
        coming.trainer,
        there.row_version,
        day_starts_at=back.day_starts_at,
        venue=back.venue,
    )
    assert (coming.row.starts_on, _slots(coming.row)) == (first, before)


def test_what_keeps_days_of_it_follows(coming):
    """Else paper that comes back is compared with no day, nobody finds what was thought of one, and
    a driver is due nothing."""
    first, register = coming.row.starts_on, coming.row.register.public_id
    columns = sheet_columns(sessions_of(coming.row), SheetChoice())[first]
    enrol(coming.workshop, make_person("Zawadi Sampuli", "B"), coming.trainer)
    record_sheets(register, {first: columns}, coming.trainer)
    add_form(coming.workshop, first, by=coming.trainer)
    driver = {"name": "Dereva Mfano", "role": "driver", "band": "", "added_by": "somebody"}
    db.session.add(Payee(workshop_id=coming.row.id, days=[first.isoformat()], **driver))
    db.session.commit()
    version = coming.row_version
    db.session.rollback()
    move_workshop(coming.workshop, first + timedelta(days=5), coming.trainer, version)
    days = [db.session.scalars(select(one.day)).all() for one in (Sheet, EvaluationForm)]
    assert days == [[first + timedelta(days=5)]] * 2
    payees = db.session.scalars(select(Payee.days)).all()
    assert payees == [[(first + timedelta(days=5)).isoformat()]]


def test_a_later_hour_and_another_venue_move_with_it(coming):
    hall = Venue(name="Hall B")
    db.session.add(hall)
    db.session.commit()
    first, before = coming.row.starts_on, _slots(coming.row)
    venue = hall.public_id
    move_workshop(coming.workshop, first, coming.trainer, 1, day_starts_at=time(10), venue=venue)
    row = coming.row
    assert (row.day_starts_at, row.day_ends_at, row.venue and row.venue.public_id) == (
        time(10),
        time(18),
        venue,
    )
    assert [one[2] for one in _slots(row)] == [
        (datetime.combine(first, clock) + timedelta(minutes=90)).time() for _, _, clock, _ in before
    ]
    with refuses("would end after midnight"):
        move_workshop(coming.workshop, first, coming.trainer, 2, day_starts_at=time(16, 30))
    with pytest.raises(NotFound):
        move_workshop(coming.workshop, first, coming.trainer, 2, venue="nowhere")


def _close(held: Held) -> None:
    slot = db.session.scalars(select(Slot).where(Slot.register_id == held.row.register_id)).first()
    assert slot is not None
    slot.closed_at = slot.confirmed_at = utc_now()
    db.session.commit()


def _cancel(held: Held) -> None:
    cancel_workshop(held.workshop, "No hall", held.trainer)


def _pass(held: Held) -> None:
    held.row.starts_on = local_today() - timedelta(days=1)
    db.session.commit()


def _nothing(_held: Held) -> None:
    return


@pytest.mark.parametrize(
    ("spoil", "days", "row_version", "problem"),
    [
        (_close, 1, 1, "People were marked"),
        (_cancel, 1, 2, "This workshop is cancelled"),
        (_pass, 1, 1, "The first day of this workshop has passed"),
        (_nothing, -8, 1, "This day has passed"),
        (_nothing, 1, 7, "Someone else saved changes"),
    ],
)
def test_what_was_confirmed_cancelled_begun_or_changed_meanwhile_stays_where_it_is(
    coming, spoil, days, row_version, problem
):
    spoil(coming)
    before = (coming.row.starts_on, _slots(coming.row))
    db.session.rollback()
    with refuses(problem):
        move_workshop(
            coming.workshop, _next_week() + timedelta(days=days), coming.trainer, row_version
        )
    db.session.rollback()
    assert (coming.row.starts_on, _slots(coming.row)) == before


def test_moving_to_where_it_is_writes_nothing_so_that_nobody_is_told(app, coming):
    first = coming.row.starts_on
    db.session.rollback()
    again = move_workshop(coming.workshop, first, coming.trainer, 1)
    assert (again.before.starts_on, again.row_version, coming.row.row_version) == (first, 1, 1)


def test_today_is_not_the_past(plan):
    rained_off = plan(starts_on=local_today(), ends_on=local_today())
    move_workshop(rained_off.workshop, local_today() + timedelta(days=1), rained_off.trainer, 1)
    assert rained_off.row.starts_on == local_today() + timedelta(days=1)
    assert _slots(rained_off.row)[0][1] == local_today() + timedelta(days=1)
