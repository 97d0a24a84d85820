"""Entries of a day in their order."""

from datetime import date, time

from kash.planning.calendar import queries as entries
from kash.platform.web.parts import CalendarEntry

DAY = date(2026, 11, 20)


def test_whole_days_come_first_then_what_begins_first_by_title():
    made = [
        entries.KindEntry("meeting", CalendarEntry(key, title, DAY, DAY, at))
        for key, title, at in (
            ("f", "Late", time(17)),
            ("d", "Morning", time(9)),
            ("c", "Day", None),
            ("e", "Morning", time(9)),
            ("a", "Away", None),
            ("b", "Midnight", time()),
        )
    ]
    found = sorted(made, key=entries._order)
    assert [one.entry.key for one in found] == ["a", "c", "b", "d", "e", "f"]
