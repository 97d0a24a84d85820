"""Entries on their days: sessions under their workshop, and long absences read once."""

from datetime import date, time

from kash.planning.calendar.queries import KindEntry
from kash.planning.calendar.rules import DAY, DaySpan
from kash.planning.calendar.views import days_of, days_to_read, weeks_of
from kash.platform.web.parts import CalendarEntry

MONDAY = date(2027, 3, 1)
WORKSHOP = CalendarEntry("w", "Ahero", MONDAY, MONDAY + DAY, time(8), time(12))
SESSIONS = [
    CalendarEntry(f"s{number}", "", MONDAY + DAY * number, MONDAY + DAY * number, within="w")
    for number in range(2)
]
AWAY = CalendarEntry("a", "Away", MONDAY - DAY, MONDAY + DAY * 3)
HOLIDAY = CalendarEntry("h", "Idd-ul-Fitr", MONDAY + DAY * 5, MONDAY + DAY * 5)
FOUND = [
    KindEntry("absence", AWAY),
    KindEntry("workshop", WORKSHOP),
    *(KindEntry("session", one) for one in SESSIONS),
    KindEntry("holiday", HOLIDAY),
]
WEEK = DaySpan(MONDAY, MONDAY + DAY * 6)


def test_each_day_holds_what_lies_on_it_and_a_session_stands_on_its_own_day_alone():
    days = days_of(WEEK, FOUND)
    told = [[(one.entry.key, one.number, one.of) for one in day.things] for day in days]
    assert told == [
        [("a", 2, 5), ("w", 1, 2)], [("a", 3, 5), ("w", 2, 2)], [("a", 4, 5)], [("a", 5, 5)],
        [], [], [],
    ]  # fmt: skip
    assert [day.things[1].sessions for day in days[:2]] == [[SESSIONS[0]], [SESSIONS[1]]]
    assert [day.holidays for day in days] == [[]] * 5 + [["Idd-ul-Fitr"], []]


def test_an_agenda_tells_a_long_absence_once_and_leaves_out_days_on_which_nothing_lies():
    read = days_to_read(days_of(WEEK, FOUND))
    assert [(day.day, [one.entry.key for one in day.things]) for day in read] == [
        (MONDAY, ["a", "w"]),
        (MONDAY + DAY, ["w"]),
        (MONDAY + DAY * 5, []),
    ]
    assert [one.day for one in days_to_read(days_of(WEEK, []))] == [MONDAY]


def test_a_month_counts_what_lies_on_a_day_and_draws_no_holiday_as_a_bar():
    (week,) = weeks_of(WEEK, [one for one in FOUND if one.kind != "session"])
    assert [cell.count for cell in week] == [2, 2, 1, 1, 0, 0, 0]
    assert week[5].holidays == ("Idd-ul-Fitr",)
