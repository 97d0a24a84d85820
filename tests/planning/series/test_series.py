"""Series: shown before they are planned, each date its own, and the past left alone."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from kash.attendance.models import Slot
from kash.forums.models import Meeting
from kash.forums.rules.meetings import PlannedItem
from kash.forums.services.meetings import plan_meeting
from kash.planning.clashes.rules import ClashKind, ClashRules, Weight
from kash.planning.clashes.services import set_rules
from kash.planning.series.forms import sentence
from kash.planning.series.models import SeriesDate
from kash.planning.series.queries import HeldDate, held_dates, one_series, pattern_of
from kash.planning.series.rules import OnHoliday, Pattern, Repeats
from kash.planning.series.services import (
    Changed,
    ComingChange,
    MeetingHours,
    OneStandsInTheWay,
    add_dates,
    change_coming,
    dates_after,
    leave_out,
    repeat_meetings,
    repeat_workshop,
    take_up,
)
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault.models import AuditEntry
from kash.platform.web.errors import Forbidden, NotFound
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.workshops.holidays.services import HolidayDetails, add_holiday
from kash.workshops.models import Workshop
from kash.workshops.services.planning import move_workshop
from tests.refusals import refuses

_WEEK = timedelta(days=7)
# A Wednesday, from which on no holiday of the law falls on the next four.
_FIRST = date(2027, 2, 3)


def _rule(count: int = 3, **more: object) -> Pattern:
    given: dict[str, object] = {
        "repeats": Repeats.WEEKLY,
        "first": _FIRST + timedelta(days=1),
        "weekdays": (2,),
        "count": count,
    }
    return Pattern(**(given | more))  # type: ignore[arg-type]


def _named(rule: Pattern) -> list[date]:
    return [one.named for one in dates_after(rule, 2) if one.day is not None]


@pytest.fixture
def source(plan):
    """A workshop of two days on a Wednesday."""
    return plan(starts_on=_FIRST, ends_on=_FIRST + timedelta(days=1), new_venue="Lake hall")


@pytest.fixture
def repeated(source):
    """Repeated on the three Wednesdays after it."""
    rule = _rule()
    return repeat_workshop(
        source.workshop, rule, _named(rule), source.trainer, public_id=new_public_id()
    )


def _dates(series: str, by: Actor, now: datetime | None = None) -> list[HeldDate]:
    db.session.rollback()
    return held_dates(one_series(series, by), now or utc_now())


def _days(series: str, by: Actor) -> list[date | None]:
    return [one.day for one in _dates(series, by)]


def test_each_date_is_a_workshop_of_its_own_with_its_sessions(source, repeated):
    dates = _dates(repeated, source.trainer)
    assert [one.day for one in dates] == [_FIRST + number * _WEEK for number in range(4)]
    assert dates[0].workshop == source.workshop
    rows = db.session.scalars(select(Workshop).order_by(Workshop.starts_on)).all()
    assert [len(one.sessions) for one in rows] == [4, 4, 4, 4]
    assert {one.title for one in rows} == {"Kisumu Central"}
    assert len({one.register_id for one in rows}) == 4
    entries = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("series."))
    ).all()
    assert entries == ["series.planned"]


def test_the_same_form_sent_twice_plans_one_series(source):
    rule, key = _rule(), new_public_id()
    for _sent in range(2):
        made = repeat_workshop(source.workshop, rule, _named(rule), source.trainer, public_id=key)
        assert made == key
    assert db.session.query(Workshop).count() == 4
    with refuses("This workshop is part of a series already."):
        repeat_workshop(
            source.workshop, rule, _named(rule), source.trainer, public_id=new_public_id()
        )


def test_nothing_is_planned_of_a_series_that_cannot_be_planned_whole(source, actor):
    rule, key = _rule(), new_public_id()
    named = _named(rule)
    for wrong, chosen in (
        ("Choose at least one date.", []),
        ("Holidays or workshops changed meanwhile.", [*named, named[-1] + _WEEK]),
    ):
        with refuses(wrong):
            repeat_workshop(source.workshop, rule, chosen, source.trainer, public_id=key)
    with pytest.raises(Forbidden):
        repeat_workshop(source.workshop, rule, named, actor("trainer"), public_id=key)
    past = _rule(first=date(2020, 1, 1))
    with refuses("A series begins today or later."):
        repeat_workshop(source.workshop, past, _named(past), source.trainer, public_id=key)
    assert db.session.query(Workshop).count() == 1


def test_a_date_that_gives_way_to_a_holiday_is_held_on_the_next_working_day(source, actor):
    director = actor("administrator")
    # The second day of the second date, so that neither of its days may be one.
    holiday = _FIRST + _WEEK + timedelta(days=1)
    add_holiday(HolidayDetails(holiday, "Day of the lake", "Gazette 7"), by=director)
    rule = _rule(on_holiday=OnHoliday.NEXT)
    made = repeat_workshop(
        source.workshop, rule, _named(rule), source.trainer, public_id=new_public_id()
    )
    assert _days(made, source.trainer) == [
        _FIRST,
        _FIRST + _WEEK + timedelta(days=2),
        _FIRST + 2 * _WEEK,
        _FIRST + 3 * _WEEK,
    ]


def test_this_and_those_that_follow_change_and_what_was_set_by_hand_stays(source, repeated):
    by = source.trainer
    third = _dates(repeated, by)[2]
    row = db.session.query(Workshop).filter_by(public_id=third.workshop).one()
    version = row.row_version
    db.session.rollback()
    move_workshop(third.workshop, _FIRST + 2 * _WEEK, by, version, day_starts_at=time(10))
    anchor = _dates(repeated, by)[1]
    wanted = ComingChange(days=1, begins=time(9))
    done = change_coming(repeated, anchor.public_id, wanted, by)
    assert (done.changed, done.kept) == (3, 0)
    assert [(one.day, one.begins) for one in _dates(repeated, by)] == [
        (_FIRST, time(8, 30)),
        (_FIRST + _WEEK + timedelta(days=1), time(9)),
        (_FIRST + 2 * _WEEK + timedelta(days=1), time(10)),
        (_FIRST + 3 * _WEEK + timedelta(days=1), time(9)),
    ]
    for one in _dates(repeated, by)[1:]:
        begins = db.session.scalars(
            select(Slot.starts_at)
            .join(Workshop, Workshop.register_id == Slot.register_id)
            .where(Workshop.public_id == one.workshop)
            .order_by(Slot.starts_at)
        ).first()
        assert begins is not None
        assert to_local(begins).date() == one.day
        assert to_local(begins).time() == one.begins


def test_what_has_passed_or_begun_is_left_alone_by_its_series(source, repeated):
    by = source.trainer
    dates = _dates(repeated, by)
    register = db.session.query(Workshop).filter_by(public_id=dates[2].workshop).one().register_id
    db.session.execute(update(Slot).where(Slot.register_id == register).values(began_at=utc_now()))
    db.session.execute(
        update(Workshop)
        .where(Workshop.public_id == dates[0].workshop)
        .values(starts_on=date(2026, 1, 7), ends_on=date(2026, 1, 8))
    )
    db.session.commit()
    change_coming(repeated, dates[1].public_id, ComingChange(days=2), by, all_to_come=True)
    assert _days(repeated, by) == [
        date(2026, 1, 7),
        _FIRST + _WEEK + timedelta(days=2),
        _FIRST + 2 * _WEEK,
        _FIRST + 3 * _WEEK + timedelta(days=2),
    ]
    for one in (dates[0], dates[2]):
        with refuses("This date has passed."):
            change_coming(repeated, one.public_id, ComingChange(days=1), by)
        with refuses("This date has passed."):
            leave_out(repeated, [one.public_id], "Rain", by)


def test_one_date_in_the_way_changes_none_and_is_named(source, repeated):
    by = source.trainer
    dates = _dates(repeated, by)
    with pytest.raises(OneStandsInTheWay, match=r"2027.*None of the dates was changed"):
        change_coming(repeated, dates[1].public_id, ComingChange(begins=time(23, 30)), by)
    assert _days(repeated, by) == [one.day for one in dates]


def test_a_date_left_out_or_called_off_can_come_back(source):
    by, rule = source.trainer, _rule()
    named = _named(rule)
    series = repeat_workshop(source.workshop, rule, named[:2], by, public_id=new_public_id())
    left = _dates(series, by)[3]
    assert (left.state, left.day) == ("left_out", None)
    take_up(series, left.public_id, by)
    back = _dates(series, by)[3]
    assert (back.state, back.day, back.begins) == ("planned", named[2], time(8, 30))

    assert leave_out(series, [back.public_id, _dates(series, by)[2].public_id], "Rain", by) == 2
    assert [one.state for one in _dates(series, by)] == [
        "planned",
        "planned",
        "cancelled",
        "cancelled",
    ]
    take_up(series, back.public_id, by)
    again = _dates(series, by)[3]
    assert (again.state, again.workshop) == ("planned", back.workshop)


def test_a_date_is_not_taken_up_again_where_what_is_refused_would_stand_in_its_way(
    source, repeated, plan, actor, client_for
):
    by = source.trainer
    last = _dates(repeated, by)[-1]
    assert last.day is not None
    leave_out(repeated, [last.public_id], "Rain", by)
    set_rules(ClashRules({ClashKind.VENUE: Weight.ERROR}), by=actor("director"))
    plan(starts_on=last.day, ends_on=last.day + timedelta(days=1), new_venue="Lake hall")
    with pytest.raises(OneStandsInTheWay, match="Lake hall"):
        take_up(repeated, last.public_id, by)
    browser = client_for(by)
    answer = browser.post(f"/series/{repeated}/dates/{last.public_id}/take-up")
    assert "None of the dates was changed." in browser.get(answer.location).text
    assert _dates(repeated, by)[-1].state == "cancelled"


def test_dates_are_added_like_the_last(source, repeated):
    by = source.trainer
    last = _dates(repeated, by)[-1]
    assert last.day is not None
    rule = _rule(1, first=last.day + timedelta(days=1))
    past = _rule(1, first=date(2020, 1, 6))
    with refuses("A series begins today or later."):
        add_dates(repeated, past, _named(past), by, like=last.public_id)
    assert add_dates(repeated, rule, _named(rule), by, like=last.public_id) == 1
    assert _days(repeated, by)[-1] == last.day + _WEEK
    # It is told by the rule by which it goes on.
    monthly = _rule(1, first=last.day + 2 * _WEEK, repeats=Repeats.MONTHLY_DAY, day=15)
    assert add_dates(repeated, monthly, _named(monthly), by, like=last.public_id) == 1
    db.session.rollback()
    assert sentence(pattern_of(one_series(repeated, by))).startswith("Every month on day 15")


def test_nobody_but_who_runs_it_sees_a_series(source, repeated, actor, client_for):
    for role in ("trainer", "director"):
        other = actor(role)
        with pytest.raises(NotFound):
            one_series(repeated, other)
        with pytest.raises(NotFound):
            leave_out(repeated, ["x"], "Rain", other)
        assert client_for(other).get(f"/series/{repeated}").status_code == 404
    assert client_for(source.trainer).get(f"/series/{repeated}").status_code == 200


def test_meetings_of_a_series_have_its_hours_and_can_be_moved_and_come_back(series):
    by = series.secretary
    rule = Pattern(Repeats.MONTHLY_WEEKDAY, date(2027, 2, 1), weekdays=(2,), ordinal=3, count=3)
    made = repeat_meetings(
        series.forum,
        rule,
        MeetingHours(time(14), time(16, 30), "Lake hall"),
        [one.named for one in dates_after(rule, 1)],
        by,
        public_id=new_public_id(),
    )
    dates = _dates(made, by)
    assert [one.day for one in dates] == [date(2027, 2, 17), date(2027, 3, 17), date(2027, 4, 21)]
    minutes = db.session.scalars(
        select(Slot.minutes).join(Meeting, Meeting.register_id == Slot.register_id)
    ).all()
    assert minutes == [150, 150, 150]
    db.session.rollback()

    change_coming(made, dates[1].public_id, ComingChange(begins=time(10), place="Annex"), by)
    assert [(one.begins, one.place) for one in _dates(made, by)] == [
        (time(14), "Lake hall"),
        (time(10), "Annex"),
        (time(10), "Annex"),
    ]
    leave_out(made, [dates[2].public_id], "Rain", by)
    assert _dates(made, by)[2].state == "cancelled"
    take_up(made, dates[2].public_id, by)
    assert _dates(made, by)[2].state == "planned"
    slot = db.session.scalars(
        select(Slot)
        .join(Meeting, Meeting.register_id == Slot.register_id)
        .where(Meeting.public_id == dates[2].meeting)
    ).one()
    assert slot.closed_at is None


def test_a_meeting_of_which_nothing_changes_is_not_told_as_changed_and_stays_unwritten(series):
    by = series.secretary
    rule = Pattern(Repeats.MONTHLY_WEEKDAY, date(2027, 2, 1), weekdays=(2,), ordinal=3, count=3)
    named = [one.named for one in dates_after(rule, 1)]
    hours = MeetingHours(time(14), time(16, 30), "Lake hall")
    made = repeat_meetings(series.forum, rule, hours, named, by, public_id=new_public_id())
    dates = _dates(made, by)
    change_coming(made, dates[1].public_id, ComingChange(begins=time(10)), by)

    def row_versions() -> list[int]:
        db.session.rollback()
        kept = select(Meeting.row_version).where(Meeting.place == "Lake hall")
        return list(db.session.scalars(kept.order_by(Meeting.starts_at)))

    first, *others = row_versions()
    wanted = ComingChange(begins=time(10), place="Lake hall")
    done = change_coming(made, dates[0].public_id, wanted, by, all_to_come=True)
    assert done == Changed(1, 2)
    assert row_versions() == [first + 1, *others]
    with refuses("No date from then on is still to come and without marks, so"):
        change_coming(made, dates[0].public_id, wanted, by, all_to_come=True)


def test_meetings_of_a_series_begin_with_the_agenda_of_the_one_before(series):
    by = series.secretary
    agenda = [PlannedItem("Cells at night", 20)]
    starts_at = datetime(2027, 1, 20, 11, tzinfo=UTC)
    plan_meeting(series.forum, starts_at=starts_at, agenda=agenda, by=by)
    rule = Pattern(Repeats.MONTHLY_WEEKDAY, date(2027, 2, 1), weekdays=(2,), ordinal=3, count=2)
    named = [one.named for one in dates_after(rule, 1)]
    hours = MeetingHours(time(14), time(16), "Lake hall")
    repeat_meetings(series.forum, rule, hours, named, by, public_id=new_public_id())
    db.session.rollback()
    made = select(Meeting).where(Meeting.place == "Lake hall").order_by(Meeting.starts_at)
    titles = [[item.title for item in one.items] for one in db.session.scalars(made)]
    assert [one.count("Cells at night") for one in titles] == [1, 1]


def test_dates_are_shown_before_anything_is_planned_and_nothing_typed_is_lost(source, client_for):
    browser = client_for(source.trainer)
    address = f"/series/workshops/{source.workshop}/new"
    first = browser.get(address)
    key = re.search(r'name="key"[^>]*value="(\w+)"', first.text)
    assert key is not None
    sent = {
        "repeats": "weekly",
        "weekdays": "2",
        "first": "2027-02-04",
        "every": "1",
        "on_holiday": "next",
        "key": key.group(1),
    }
    refused = browser.post(address, data=sent)
    assert refused.status_code == 422
    assert "Say until when, or how many times." in refused.text
    assert 'value="2027-02-04"' in refused.text
    sent["count"] = "3"
    shown = browser.post(address, data=sent)
    assert "Every week on Wednesday, 3 times; on a public holiday" in shown.text
    days = re.findall(r'name="chosen" value="([\d-]+)" checked', shown.text)
    assert days == ["2027-02-10", "2027-02-17", "2027-02-24"]
    assert db.session.query(Workshop).count() == 1
    digest = re.search(r'name="shown" value="(\w+)"', shown.text)
    assert digest is not None

    changed = browser.post(address, data=sent | {"step": "plan", "shown": "other", "chosen": days})
    assert "changed meanwhile" in changed.text
    assert db.session.query(SeriesDate).count() == 0
    planned = browser.post(
        address, data=sent | {"step": "plan", "shown": digest.group(1), "chosen": days[:2]}
    )
    assert planned.status_code == 303
    page = browser.get(planned.headers["Location"])
    assert page.text.count("Left out") == 1
    assert "Every week on Wednesday" in browser.get(f"/workshops/{source.workshop}").text
    assert "Every week on Wednesday" in browser.get("/series").text
