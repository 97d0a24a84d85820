"""Attendance of a forum over a year: nobody is read there who is only counted, or who withdrew."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.forums.documents import attendance_rows
from kash.forums.queries.minutes import meetings_in_year, years_of
from kash.forums.queries.series import forum as forum_seen
from kash.forums.rules.meetings import STATUSES, GroupInMeeting, MeetingInYear, letters_in, names_in
from kash.forums.services.meetings import hold_meeting
from kash.forums.services.minutes_life import withdraw
from kash.platform.database import db, utc_now
from kash.platform.web.formats import to_local
from tests.forums.conftest import HIDDEN
from tests.forums.test_minutes_life import Life, life, mark

__all__ = ["life"]

_NAMES = st.lists(st.sampled_from(["Amani", "Nyota", "Liaison officer"]), max_size=3, unique=True)
_GROUPS = st.builds(
    GroupInMeeting,
    letter=st.sampled_from("AB"),
    members=st.integers(0, 9),
    needed=st.none() | st.integers(0, 9),
    counts=st.dictionaries(st.sampled_from(STATUSES), st.integers(0, 9)),
    shown=st.dictionaries(st.sampled_from(STATUSES), _NAMES),
)
_MEETINGS = st.lists(
    st.builds(
        MeetingInYear,
        starts_at=st.datetimes(),
        letter=st.just(""),
        groups=st.lists(_GROUPS, max_size=2, unique_by=lambda group: group.letter),
    ),
    max_size=6,
)


@given(_MEETINGS)
def test_each_name_is_counted_as_often_as_it_was_shown(meetings):
    shown = sum(
        len(names)
        for meeting in meetings
        for group in meeting.groups
        for names in group.shown.values()
    )
    lines = names_in(meetings)
    assert sum(sum(times.values()) for _letter, _shown, times in lines) == shown
    assert [line[:2] for line in lines] == sorted({line[:2] for line in lines})
    assert {letter for letter, _shown, _times in lines} <= set(letters_in(meetings))


@given(_GROUPS)
def test_a_quorum_is_met_by_those_who_were_present_alone(group):
    there = group.counts.get("present", 0)
    assert group.met == (None if group.needed is None else there >= group.needed)


def _rows(life: Life) -> list[list[object]]:
    db.session.rollback()
    found = forum_seen(life.forum, life.by)
    year = to_local(life.stored().starts_at).year
    return attendance_rows(meetings_in_year(found, year))


@pytest.mark.usefixtures("app")
def test_a_name_that_was_withdrawn_stands_in_no_sheet_of_the_year(life):
    counted = [row[:5] for row in _rows(life) if row and row[1] in ("A", "B") and row[2] != ""]
    assert {str(row[0]) for row in _rows(life)[1:] if row} >= {"Nyota", "Zawadi Kielelezo"}
    assert not any(hidden in str(_rows(life)) for hidden in HIDDEN)
    life.lock()
    withdraw(life.forum, life.meeting, life.leaf("name", "Nyota"), by=life.by)
    assert "Nyota" not in str(_rows(life))
    assert "Zawadi Kielelezo" in str(_rows(life))
    # She was there all the same.
    again = [row[:5] for row in _rows(life) if row and row[1] in ("A", "B") and row[2] != ""]
    assert again == counted


@pytest.mark.usefixtures("app")
def test_the_year_is_read_in_as_many_queries_however_many_meetings_are_locked(life, count_queries):
    life.lock()
    year = to_local(life.stored().starts_at).year
    found = forum_seen(life.forum, life.by)
    with count_queries() as counted:  # type: ignore[attr-defined]
        meetings_in_year(found, year)
    assert counted.count == 2


@pytest.mark.any_engine
def test_the_page_of_the_year_names_nobody_and_leads_to_paper_and_sheet(life, client_for):
    browser = client_for(life.peer)
    year = to_local(life.stored().starts_at).year
    page = browser.get(f"/forums/{life.forum}/attendance").text
    assert f"Attendance {year}" in page
    assert "Nyota" not in page
    sheet = browser.get(f"/forums/{life.forum}/attendance.xlsx?year={year}")
    assert sheet.headers["Content-Disposition"].endswith(f"attendance-{year}.xlsx")
    assert sheet.data.startswith(b"PK")
    for wrong in ("0", "x", "99999999999999999999", "١٢"):
        assert browser.get(f"/forums/{life.forum}/attendance?year={wrong}").status_code == 200
    paper = browser.get(f"/forums/{life.forum}/attendance.pdf")
    assert paper.data.startswith(b"%PDF")
    assert browser.get(f"/forums/{life.forum}/actions.pdf").data.startswith(b"%PDF")


@pytest.mark.any_engine
def test_a_forum_that_never_met_has_no_year(life, actor):
    from kash.forums.services.presence import open_forum

    new = open_forum(name="Another", by=life.by)
    found = forum_seen(new, life.by)
    assert years_of(found) == []
    assert attendance_rows(meetings_in_year(found, 2026))[1:] == [[], attendance_rows([])[2]]


@pytest.mark.any_engine
def test_meetings_that_were_not_held_are_not_in_the_year(life):
    planned = life.series.plan(utc_now() - timedelta(days=29))
    mark(life.series, planned)
    found = forum_seen(life.forum, life.by)
    year = to_local(life.stored().starts_at).year
    before = len(meetings_in_year(found, year))
    db.session.rollback()
    hold_meeting(life.forum, planned, by=life.by)
    found = forum_seen(life.forum, life.by)
    assert len(meetings_in_year(found, year)) == before + 1


def test_a_group_without_a_member_is_nobody_of_that_letter():
    there = [GroupInMeeting(letter, 4) for letter in "BA"]
    meeting = MeetingInYear(utc_now(), "", there)
    assert [meeting.group(letter) for letter in "ABC"] == [
        there[1],
        there[0],
        GroupInMeeting("C", 0),
    ]
