"""What a quarter in one look is read from, beside rows that just don't belong."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kash.accounts.models import Account
from kash.attendance.models import Register, Slot
from kash.certificates.models import Certificate
from kash.exchange.overview.queries import (
    attention,
    completed_by_quarter,
    counts_of,
    plan_of,
    workshops_of,
)
from kash.figures.indicators.models import Completion
from kash.figures.indicators.rules import quarter
from kash.forums.models import Action, Forum, Meeting
from kash.people.models import Person
from kash.platform.web.formats import to_local
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.models import Facilitator, Funder, Funding, Workshop
from tests.rows import DAY, NOW, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
PERIOD = quarter(2026, 4)


def _workshop(first: date, last: date | None = None, state: str = "planned") -> Workshop:
    return row(Workshop, starts_on=first, ends_on=last or first, state=state)


def test_what_needs_attention_is_late_open_and_of_the_period_and_funder():
    def held(last: date, *, state: str = "planned", confirmed: bool = False) -> Workshop:
        register = row(Register)
        for position, at in enumerate((NOW, NOW if confirmed else None)):
            row(Slot, register_id=register.id, position=position, confirmed_at=at)
        return row(Workshop, register_id=register.id, starts_on=last, ends_on=last, state=state)

    paid = held(TODAY - DAY)
    held(PERIOD.first)
    funder, other = row(Funder), row(Funder)
    row(Funding, workshop_id=paid.id, funder_id=funder.id, share=40)
    for last in (TODAY, PERIOD.first - DAY):
        held(last)
    held(TODAY - DAY, state="cancelled")
    held(TODAY - DAY, confirmed=True)
    for due, state in (
        (TODAY - DAY, "open"),
        (TODAY - 9 * DAY, "open"),
        (TODAY - 3 * DAY, "open"),
        (TODAY, "open"),
        (TODAY - DAY, "done"),
        (None, "open"),
    ):
        row(Action, due_on=due, state=state)
    for days, serial in ((0, "S-1"), (60, "S-2"), (61, "S-3"), (-1, "S-4"), (9, None)):
        row(Certificate, serial=serial, expires_on=TODAY + days * DAY)
    assert attention(PERIOD, None, NOW) == (2, 3, 2, 0)
    assert attention(PERIOD, funder.public_id, NOW) == (1, 3, 2, 0)
    assert attention(PERIOD, other.public_id, NOW) == (0, 3, 2, 0)


def test_workshops_of_a_funder_are_counted_once_each_by_how_they_stand(sqlite_app):
    funder, other = row(Funder), row(Funder)
    days = (-1, -30, -2, 0, 1, -3, 4, 5, 6, 7)
    made = [
        _workshop(TODAY + day * DAY, state="planned" if at < 5 else "cancelled")
        for at, day in enumerate(days)
    ]
    of_funder = [
        row(Funding, workshop_id=one.id, funder_id=payer.id, share=50)
        for one, payer in [*((one, funder) for one in made[:9]), (made[9], other), (made[0], other)]
    ]
    assert counts_of(funder, TODAY) == (3, 2, 4)
    assert counts_of(other, TODAY) == (1, 0, 1)
    with sqlite_app.test_request_context("/"):
        shown = list(workshops_of(funder))
    assert [of_funder.index(one) for one in shown] == [8, 7, 6, 4, 3, 0, 2, 5, 1]


def test_a_plan_tells_workshops_meetings_and_holidays_of_its_days(actor):
    director = actor("director")
    last = _workshop(PERIOD.last, PERIOD.last + DAY)
    first = _workshop(PERIOD.first)
    second = _workshop(PERIOD.first)
    for day in (PERIOD.first - DAY, PERIOD.last + DAY):
        _workshop(day)
    _workshop(TODAY, state="cancelled")
    for name, workshop, lead in (
        ("Zawadi", first, True),
        ("Baraka", first, False),
        ("Amani", first, False),
        ("Moja", last, True),
    ):
        account = row(Account, name=name)
        row(Facilitator, workshop_id=workshop.id, account_id=account.id, lead=lead)
    funders = {name: row(Funder, name=name) for name in ("Zuri", "Bora", "Afya")}
    for workshop, name, share in (
        (first, "Bora", 20),
        (first, "Zuri", 60),
        (first, "Afya", 20),
        (last, "Afya", 100),
    ):
        row(Funding, workshop_id=workshop.id, funder_id=funders[name].id, share=share)
    forum = row(Forum, name="Watch committee")
    begins = datetime.combine(PERIOD.first, time(), UTC) - timedelta(hours=3)
    ends = datetime.combine(PERIOD.last, time(21), UTC)
    minute = timedelta(minutes=1)
    for at, state in (
        (ends - minute, "planned"),
        (begins, "held"),
        (begins + DAY, "cancelled"),
        (begins - minute, "planned"),
        (ends, "planned"),
    ):
        row(Meeting, forum=forum, starts_at=at, place="Hall", state=state)
    for day in (PERIOD.last, PERIOD.first, PERIOD.first - DAY, PERIOD.last + DAY):
        row(LocalHoliday, day=day, name=f"Day {day}")
    found = plan_of(PERIOD, None, director)
    assert found["workshops"] == [
        (first, ["Zawadi", "Amani", "Baraka"], [("Zuri", 60), ("Afya", 20), ("Bora", 20)]),
        (second, [], []),
        (last, ["Moja"], [("Afya", 100)]),
    ]
    assert found["meetings"] == [
        (to_local(begins), "Watch committee", "Hall"),
        (to_local(ends - minute), "Watch committee", "Hall"),
    ]
    assert list(found["holidays"].items()) == [
        (PERIOD.first, f"Day {PERIOD.first}"),
        (PERIOD.last, f"Day {PERIOD.last}"),
    ]
    paid = plan_of(PERIOD, funders["Zuri"].public_id, director)
    assert ([planned[0] for planned in paid["workshops"]], paid["meetings"]) == ([first], [])


def test_each_quarter_counts_each_person_once_by_group_and_funder(groups):
    people = [row(Person, group=groups[at % 2]) for at in range(3)]
    one, other = _workshop(TODAY), _workshop(TODAY)
    funder = row(Funder)
    row(Funding, workshop_id=one.id, funder_id=funder.id, share=10)

    def fact(who: int, workshop: Workshop, day: date, *, met: bool = True) -> None:
        row(
            Completion,
            workshop_id=workshop.id,
            person_id=people[who].id,
            group_id=groups[who % 2].id,
            held_on=day,
            completed_on=day,
            percentage=0,
            met=met,
        )

    fact(0, one, date(2026, 10, 1))
    fact(0, other, date(2026, 12, 31))
    fact(1, one, date(2026, 11, 5))
    fact(2, other, date(2026, 9, 30))
    fact(1, other, date(2025, 1, 1))
    fact(2, _workshop(TODAY), date(2024, 12, 31))
    fact(2, _workshop(TODAY), date(2027, 1, 1))
    fact(2, _workshop(TODAY), date(2026, 11, 5), met=False)
    letters = [group.letter for group in groups]

    def told(payer: str | None) -> dict[str, dict[str, int]]:
        return {
            counted.text: groups
            for counted, groups in completed_by_quarter(quarter(2026, 4), payer).items()
        }

    empty = {f"{year}-Q{part}": {} for year in (2025, 2026) for part in (1, 2, 3, 4)}
    assert list(told(None)) == list(empty)
    assert told(None) == empty | {
        "2025-Q1": {letters[1]: 1},
        "2026-Q3": {letters[0]: 1},
        "2026-Q4": {letters[0]: 1, letters[1]: 1},
    }
    assert told(funder.public_id) == empty | {"2026-Q4": {letters[0]: 1, letters[1]: 1}}
