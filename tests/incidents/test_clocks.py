"""Clocks after an arrest and an assault, by their properties and by days of the calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.rules.clocks import (
    Clock,
    CourtDays,
    Moments,
    clocks_from,
    clocks_of,
    court_deadline,
    due_days,
    name_the_only_one,
    remind_at,
    unset_clocks,
    who_is_held,
)
from kash.incidents.rules.mediation import somebody_is_free
from kash.incidents.rules.parts import Act, Person, Referral, Term
from kash.incidents.rules.record import Record
from kash.incidents.wording import clock_advice, told_at

ZONE = ZoneInfo("Africa/Nairobi")
COURTS = CourtDays()
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    """A moment of Nairobi's clocks, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("arrested", "before_court"),
    [
        # Tuesday morning: 24 hours later a court sits.
        ("2026-11-17 10:30", "2026-11-18 10:30"),
        # 24 hours end in the evening: the end of the next day.
        ("2026-11-17 20:00", "2026-11-19 17:00"),
        # 24 hours end before the court opens: the end of that same day.
        ("2026-11-17 05:00", "2026-11-18 17:00"),
        # Exactly at closing.
        ("2026-11-17 17:00", "2026-11-18 17:00"),
        # Friday: the end of Monday.
        ("2026-11-20 11:00", "2026-11-23 17:00"),
        # Thursday night before Good Friday: Easter Monday is none either.
        ("2027-03-25 21:00", "2027-03-30 17:00"),
        # 12 December 2027 is a Sunday, so that Monday is kept.
        ("2027-12-10 12:00", "2027-12-14 17:00"),
        # Christmas on Friday, Boxing Day on Saturday.
        ("2026-12-24 09:00", "2026-12-28 17:00"),
    ],
)
def test_court_by_the_calendar(arrested, before_court):
    assert court_deadline(at(arrested), ZONE, COURTS) == at(before_court)


def test_a_day_that_the_programme_knows_of_is_no_court_day():
    strike = CourtDays(closed={date(2026, 11, 18), date(2026, 11, 19)})
    assert court_deadline(at("2026-11-17 10:30"), ZONE, strike) == at("2026-11-20 17:00")


@given(arrested=MOMENTS)
def test_court_is_never_before_24_hours_and_always_while_a_court_sits(arrested):
    deadline = court_deadline(arrested, ZONE, COURTS)
    there = deadline.astimezone(ZONE)
    assert deadline - arrested >= timedelta(hours=24)
    # Christmas, a weekend and what is kept after it: never a week.
    assert deadline - arrested < timedelta(days=7)
    assert COURTS.sits_on(there.date())
    assert time(8) <= there.time() <= time(17)


@given(arrested=MOMENTS)
def test_between_24_hours_and_the_deadline_no_court_day_ends(arrested):
    deadline = court_deadline(arrested, ZONE, COURTS)
    after = (arrested + timedelta(hours=24)).astimezone(ZONE)
    day = after.date()
    while day < deadline.astimezone(ZONE).date():
        closing = datetime.combine(day, time(17), tzinfo=ZONE)
        assert not COURTS.sits_on(day) or closing < after
        day += timedelta(days=1)


@given(exposed=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=6)))
def test_medicine_has_72_hours_and_contraception_120(exposed, later):
    pep, contraception = clocks_from([Moments("p1", None, exposed)], ZONE, COURTS)
    assert (pep.kind, contraception.kind) == ("pep", "contraception")
    now = exposed + later
    assert pep.runs(now) is (later < timedelta(hours=72))
    assert contraception.runs(now) is (later < timedelta(hours=120))
    assert pep.left(now) == timedelta(hours=72) - later


def test_the_clock_of_the_court_stops_once_she_was_before_one_and_she_is_held_all_the_same():
    person = Person(id="p1", code="P1", arrested_at=at("2026-11-17 10:30"))
    record = Record(acts=[Act(id="a1", code="L1")], persons=[person])
    assert [one.kind for one in clocks_of(record, ZONE, COURTS)] == ["court"]
    person.before_court_at = at("2026-11-18 09:00")
    assert clocks_of(record, ZONE, COURTS) == []
    assert who_is_held(record) == [person]


def test_a_day_without_an_hour_is_told_as_such_until_its_hour_is_known(app):
    person = Person(id="p1", code="P1", arrested_at=at("2026-11-17 00:00"))
    with app.test_request_context():
        assert told_at(person, "arrested_at").endswith("00:00")
        person.hours_unknown = ["arrested_at"]
        assert told_at(person, "arrested_at").endswith("hour not known")
        person.arrested_at = at("2026-11-17 10:30")
        assert told_at(person, "arrested_at").endswith("10:30")


def test_the_advice_of_the_court_begins_with_what_the_constitution_says(app):
    arrested = at("2026-11-17 10:30")
    (court,) = clocks_from([Moments("p1", arrested, None)], ZONE, COURTS)
    with app.test_request_context():
        assert clock_advice(court, arrested).startswith(
            "She must be in court as soon as reasonably possible, not later than "
        )


@pytest.mark.parametrize("done", [{"pep"}, {"contraception"}, {"pep", "contraception"}])
def test_a_limit_ends_once_it_is_said_what_came_of_it_and_no_other_does(done):
    limits = dict.fromkeys(done, "given")
    person = Person(
        id="p1",
        code="P1",
        arrested_at=at("2026-11-17 10:30"),
        exposed_at=at("2026-11-17 10:30"),
        limits=limits,
    )
    kinds = {clock.kind for clock in clocks_of(Record(persons=[person]), ZONE, COURTS)}
    assert kinds == {"court", "pep", "contraception"} - done


def test_the_clock_of_the_court_stops_when_she_is_let_go():
    record = Record(persons=[Person(id="p1", code="A", arrested_at=at("2026-11-17 10:30"))])
    assert [one.kind for one in clocks_of(record, ZONE, COURTS)] == ["court"]
    record.terms = [Term(id="t1", kind="release", due_on=date(2026, 11, 18))]
    assert [one.kind for one in clocks_of(record, ZONE, COURTS)] == ["court"]
    record.terms[0].fulfilled_on = date(2026, 11, 18)
    assert clocks_of(record, ZONE, COURTS) == []
    record.terms = []
    record.persons[0].released_at = at("2026-11-18 09:00")
    assert clocks_of(record, ZONE, COURTS) == []


@given(
    people=st.lists(
        st.tuples(st.none() | MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS), max_size=5
    )
)
def test_one_womans_release_stops_nobody_elses_clock(people):
    record = Record(
        persons=[
            Person(
                id=f"p{number}",
                code=f"P{number}",
                arrested_at=arrested,
                exposed_at=exposed,
                released_at=released,
            )
            for number, (arrested, exposed, released) in enumerate(people)
        ]
    )
    clocks = clocks_of(record, ZONE, COURTS)
    for one in record.persons:
        kinds = [clock.kind for clock in clocks if one.id in clock.persons]
        held = one.arrested_at is not None and one.released_at is None
        assert sorted(kinds) == sorted(
            ["court"] * held + ["pep", "contraception"] * (one.exposed_at is not None)
        )
    assert len({(clock.kind, clock.began) for clock in clocks}) == len(clocks)


def test_three_held_and_one_released_leave_two_on_the_clock():
    arrested = at("2026-11-17 10:30")
    record = Record(
        persons=[
            Person(id=f"p{number}", code=f"P{number}", arrested_at=arrested) for number in (1, 2, 3)
        ]
    )
    record.persons[1].released_at = at("2026-11-17 15:00")
    (court,) = clocks_of(record, ZONE, COURTS)
    assert court.persons == ("p1", "p3")


def three_held() -> Record:
    arrested = at("2026-11-17 10:30")
    return Record(
        persons=[
            Person(id=f"p{number}", code=f"P{number}", arrested_at=arrested) for number in (1, 2, 3)
        ]
    )


@pytest.mark.parametrize("owed_to", ["", "q1", "gone"])
def test_a_release_that_names_none_of_three_stops_nobodys_clock(owed_to):
    record = three_held()
    done = date(2026, 11, 18)
    record.terms = [Term(id="t1", kind="release", owed_to=owed_to, fulfilled_on=done)]
    (court,) = clocks_of(record, ZONE, COURTS)
    assert court.persons == ("p1", "p2", "p3")
    # An officer is told to write down who it was, until she has.
    assert somebody_is_free(record)
    record.persons[0].released_at = at("2026-11-18 09:00")
    assert not somebody_is_free(record)
    (court,) = clocks_of(record, ZONE, COURTS)
    assert court.persons == ("p2", "p3")


def test_a_release_of_one_stops_hers_alone():
    record = three_held()
    done = date(2026, 11, 18)
    record.terms = [Term(id="t1", kind="release", owed_to="p2", fulfilled_on=done)]
    (court,) = clocks_of(record, ZONE, COURTS)
    assert (court.persons, somebody_is_free(record)) == (("p1", "p3"), False)


def test_whoever_was_let_go_alone_stays_free_when_others_are_added():
    record = three_held()
    others, record.persons = record.persons[1:], record.persons[:1]
    record.terms = [Term(id="t1", kind="release", fulfilled_on=date(2026, 11, 18))]
    assert clocks_of(record, ZONE, COURTS) == []
    name_the_only_one(record)
    record.persons += others
    name_the_only_one(record)
    (court,) = clocks_of(record, ZONE, COURTS)
    assert (court.persons, record.terms[0].owed_to) == (("p2", "p3"), "p1")


def test_acts_ask_for_the_moment_that_starts_their_clock():
    record = Record(acts=[Act(id="a1", code="L1"), Act(id="a2", code="S1", persons=["p1"])])
    assert unset_clocks(record) == ["court", "pep"]
    record.persons = [Person(id="p1", code="A"), Person(id="p2", code="B")]
    assert unset_clocks(record) == ["court", "pep"]
    record.persons[0].arrested_at = record.persons[0].exposed_at = at("2026-11-17 10:30")
    assert unset_clocks(record) == ["court"]
    record.persons[1].arrested_at = at("2026-11-17 10:30")
    assert unset_clocks(record) == []
    # Who was let go waits for no court any more, but for medicine as much as before.
    for one in record.persons:
        one.arrested_at, one.exposed_at, one.released_at = None, None, at("2026-11-17 12:00")
    assert unset_clocks(record) == ["pep"]
    assert unset_clocks(Record(acts=[Act(id="a1", code="M1")])) == []


CLOCKS = st.lists(
    st.builds(
        lambda kind, began, span: Clock(kind, began, began + span),
        st.sampled_from(["court", "pep", "contraception"]),
        MOMENTS,
        st.timedeltas(timedelta(hours=24), timedelta(hours=120)),
    ),
    max_size=3,
)


@given(
    clocks=CLOCKS,
    days=st.lists(st.dates(date(2025, 1, 1), date(2035, 1, 1)), max_size=3),
    now=MOMENTS,
    newly=st.booleans(),
)
def test_a_reminder_is_a_whole_hour_to_come(clocks, days, now, newly):
    found = remind_at(clocks, days, now, ZONE, newly=newly)
    if found is None:
        assert not (newly and any(clock.runs(now) for clock in clocks))
        return
    assert found > now
    assert (found.minute, found.second, found.microsecond) == (0, 0, 0)


def test_reminders_of_one_clock_come_before_it_ends_and_then_no_more():
    clock = Clock("court", at("2026-11-17 10:30"), at("2026-11-18 10:30"))

    def next_after(moment: str, **more: bool) -> datetime | None:
        return remind_at([clock], [], at(moment), ZONE, **more)

    assert next_after("2026-11-17 11:00") == at("2026-11-18 04:00")
    assert next_after("2026-11-18 04:00") == at("2026-11-18 08:00")
    assert next_after("2026-11-18 04:30", newly=True) == at("2026-11-18 05:00")
    assert next_after("2026-11-18 08:00") is None
    assert next_after("2026-11-18 11:00", newly=True) is None


def test_what_is_promised_and_not_done_is_due():
    day = date(2026, 11, 20)
    record = Record(
        terms=[
            Term(id="t1", kind="pay", due_on=day),
            Term(id="t2", kind="pay", due_on=day, fulfilled_on=day),
        ],
        referrals=[
            Referral(id="r1", kind="legal", due_on=date(2026, 11, 21)),
            Referral(id="r2", kind="legal", due_on=day, outcome="helped"),
            Referral(id="r3", kind="medical"),
        ],
    )
    assert due_days(record) == [day, date(2026, 11, 21)]
    assert remind_at([], due_days(record), at("2026-11-19 12:00"), ZONE) == at("2026-11-20 08:00")
    assert remind_at([], due_days(record), at("2026-11-20 12:00"), ZONE) == at("2026-11-21 08:00")
