"""Decisions that come back: on their day, with the printed lines before and after."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.figures.releases.queries import PrintedLine, PrintedTable, read_table
from kash.figures.releases.rules.tables import TablePlan, Trend, difference
from kash.forums.models import AgendaItem, Decision, DecisionReview
from kash.forums.queries import decisions as queries
from kash.forums.queries.decisions import DecisionLine, lines_read
from kash.forums.rules.meetings import PrintedWindow, ReviewedDecision, coming_back, windows_around
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services.agenda import add_item, remove_item
from kash.forums.services.decisions import ReviewDetails, conclude, set_review, take_back_conclusion
from kash.forums.services.meetings import hold_meeting
from kash.forums.services.minutes import write_item
from kash.platform.database import db, utc_now
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from tests.forums.conftest import Series
from tests.refusals import refuses

_DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
WHO = TablePlan("who", "who", ("police", "client", "other"), 4, 1, 10, 1, 1)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@given(taken=_DAYS, look=_DAYS, meeting=_DAYS)
def test_a_decision_comes_up_in_each_meeting_from_its_day_on_until_something_is_concluded(
    taken, look, meeting
):
    one = ReviewedDecision(1, _noon(taken), look, None)
    back = coming_back([one], _noon(meeting), meeting, None, _noon(meeting))
    assert back == ([(1, False)] if taken < meeting and look <= meeting else [])


@given(look=_DAYS, concluded=_DAYS, gap=st.integers(1, 60))
def test_what_was_concluded_is_told_once(look, concluded, gap):
    one = ReviewedDecision(1, _noon(date(2025, 12, 1)), look, _noon(concluded))
    days = [date(2026, 1, 1) + timedelta(days=gap * step) for step in range(60)]
    told = 0
    for before, day in pairwise(days):
        back = coming_back([one], _noon(day), day, _noon(before), _noon(day))
        told += sum(1 for _key, done in back if done)
    ends = look <= days[-1] and days[0] < concluded <= days[-1]
    # Concluded before its day came, it is told in no meeting.
    assert told <= 1
    if ends and look <= concluded:
        assert told == 1


@given(st.lists(_DAYS, max_size=12, unique=True), _DAYS, _DAYS)
def test_a_decision_is_compared_with_no_window_that_holds_a_day_before_it(days, taken, until):
    ends = sorted(days)
    windows = [
        PrintedWindow(begins + timedelta(days=1), end, number)
        for number, (begins, end) in enumerate(pairwise([date(2025, 12, 31), *ends]))
    ]
    around = windows_around(windows, taken, until)
    over = [window for window in windows if window.ends_on <= until]
    assert around.before == max(
        (window for window in over if window.ends_on <= taken),
        key=lambda window: window.value,
        default=None,
    )
    if around.after is None:
        assert all(window.begins_on <= taken for window in over)
    else:
        assert around.after == over[-1]
        assert around.after.begins_on > taken
    holds_it = [window for window in over if window.begins_on <= taken < window.ends_on]
    assert [around.across] == (holds_it or [None])


def _table(freeze_on: date, printed: int | None, plan: TablePlan = WHO) -> PrintedTable:
    line = PrintedLine("police", "Police", printed)
    return PrintedTable("r" * 16, "who", "Who", freeze_on.year, 0, freeze_on, (line,), plan)


def _line(taken: date) -> DecisionLine:
    return DecisionLine(
        "d" * 16, "m" * 16, "MIN 1/1/2026", "Decided", _noon(taken), table_key="who", line="police"
    )


@pytest.mark.any_engine
def test_the_difference_is_that_of_the_printed_values_and_of_nothing_else(app, monkeypatch):
    tables = [
        _table(date(2026, 4, 5), 40),
        _table(date(2026, 7, 5), None),
        _table(date(2026, 10, 5), 20),
    ]
    monkeypatch.setattr(queries, "printed_tables", lambda: tables)
    read = lines_read([_line(date(2026, 5, 1))], date(2026, 10, 5))["d" * 16]
    assert read["before"] is not None
    assert read["after"] is not None
    assert (read["before"]["printed"], read["after"]["printed"]) == (40, 20)
    assert (read["before"]["least"], read["before"]["most"]) == (32, 48)
    assert read["difference"] == difference(40, 20, WHO)
    read = lines_read([_line(date(2026, 5, 1))], date(2026, 7, 5))["d" * 16]
    assert (read["after"], read["difference"], read["verdict"]) == (None, None, None)
    assert read["across"]["freeze_on"] == date(2026, 7, 5)


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("printed", "word"),
    [
        ((90, 30), Trend.FALLING),
        ((30, 90), Trend.RISING),
        ((40, 35), Trend.CANNOT_TELL),
        ((90, None), None),
        # Clear between two windows, and no trend of four: the line has one word, the careful one.
        ((30, 90, 80, 30, 90, 60), Trend.CANNOT_TELL),
        ((100, 100, 90, 80, 20), Trend.FALLING),
    ],
)
def test_a_line_since_a_decision_has_no_other_word_than_its_trend(app, monkeypatch, printed, word):
    days = [
        date(year, month, day)
        for year in (2026, 2027)
        for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
    ]
    tables = [_table(day, value) for day, value in zip(days, printed, strict=False)]
    monkeypatch.setattr(queries, "printed_tables", lambda: tables)
    decided_on = days[len(printed) - 2]
    read = lines_read([_line(decided_on)], date(2027, 12, 31))["d" * 16]
    assert (read["after"]["printed"], read["verdict"]) == (printed[-1], word)
    trend = read_table(tables).lines[0].trend
    assert trend in (None, word) or word is Trend.CANNOT_TELL


@pytest.mark.any_engine
def test_each_page_says_the_same_sentence_of_a_line_and_what_else_may_be_behind_it(
    series, decided, client_for, monkeypatch
):
    taken = local_today() - timedelta(days=20)
    tables = [_table(taken - timedelta(days=80), 90), _table(taken + timedelta(days=12), 30)]
    monkeypatch.setattr(queries, "printed_tables", lambda: tables)
    details = ReviewDetails("Hoped", local_today(), "who:police")
    set_review(series.forum, decided[1], details, row_version=0, by=series.secretary)
    later = series.plan(utc_now() + timedelta(days=1))
    client = client_for(series.secretary)
    at = f"/forums/{series.forum}"
    pages = (
        f"{at}/decisions",
        f"{at}/decisions/{decided[1]}",
        f"{at}/decisions/{decided[1]}/conclusion",
        f"{at}/meetings/{later}",
    )
    for address in pages:
        page = client.get(address).text
        assert "since they began before the decision" in page
        assert "does not say what made it" not in page
    # Sixteen days later the first window is over that began after it.
    tables.append(_table(taken + timedelta(days=13 + 3), 30))
    for address in pages:
        page = client.get(address).text
        assert "<b>Falling</b>" in page
        assert "fewer or more may dare to report: it does not say what made it" in page


@pytest.mark.any_engine
def test_windows_of_another_length_are_not_held_against_each_other(app, monkeypatch):
    yearly = TablePlan("who", "who", ("police", "client", "other"), 4, 1, 10, 4, 1)
    tables = [_table(date(2026, 1, 5), 20), _table(date(2027, 1, 5), 80, yearly)]
    monkeypatch.setattr(queries, "printed_tables", lambda: tables)
    read = lines_read([_line(date(2026, 1, 5))], date(2027, 2, 1))["d" * 16]
    assert read["after"] is not None
    assert read["difference"] is None


@pytest.fixture
def decided(series):
    """A held meeting and its decision."""
    meeting = series.plan(utc_now() - timedelta(days=20))
    item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    write_item(
        series.forum,
        meeting,
        item,
        minute="Said",
        decisions=[TypedMinutesRow("", "Workshops end at half past four")],
        actions=[TypedMinutesRow("", "Tell the trainers", owner=series.members["name"])],
        row_version=1,
        by=series.secretary,
    )
    hold_meeting(series.forum, meeting, by=series.secretary)
    decision = db.session.scalars(select(Decision.public_id)).one()
    db.session.rollback()
    return meeting, decision


def _review(series: Series, decision: str, days: int, row_version: int = 0) -> None:
    details = ReviewDetails("Nobody goes home in the dark", local_today() + timedelta(days=days))
    set_review(series.forum, decision, details, row_version=row_version, by=series.secretary)


@pytest.mark.any_engine
def test_it_comes_back_to_the_meeting_on_or_after_its_day_and_keeps_its_item_there(
    series, decided, client_for
):
    sooner = series.plan(utc_now() + timedelta(days=1))
    later = series.plan(utc_now() + timedelta(days=9))
    # Somebody took the matters arising off the agenda.
    arising = db.session.scalars(
        select(AgendaItem.public_id)
        .join(AgendaItem.meeting)
        .where(AgendaItem.kind == "arising", AgendaItem.meeting.has(public_id=later))
    ).one()
    db.session.rollback()
    _review(series, decided[1], 5)
    with refuses("This item stays:"):
        remove_item(series.forum, later, arising, by=series.secretary)
    client = client_for(series.secretary)
    at = f"/forums/{series.forum}/meetings"
    assert "Nobody goes home in the dark" not in client.get(f"{at}/{sooner}").text
    assert "Nobody goes home in the dark" in client.get(f"{at}/{later}").text


@pytest.mark.any_engine
def test_a_forum_writes_down_what_it_found_once_its_day_has_come(series, decided, client_for):
    _review(series, decided[1], 2)
    with refuses("The day on which the forum looks again has not come."):
        conclude(series.forum, decided[1], conclusion="worked", found="", by=series.secretary)
    _review(series, decided[1], 0, row_version=1)
    client = client_for(series.secretary)
    at = f"/forums/{series.forum}/decisions/{decided[1]}"
    assert "Workshops end at half past four" in client.get("/").text
    sent = {"conclusion": "worked", "found": "All came home in daylight"}
    assert client.post(f"{at}/conclusion", data=sent).status_code == 303
    page = client.get(at).text
    assert "It worked" in page
    assert "All came home in daylight" in page
    assert "Tell the trainers" in page
    with refuses("The forum has concluded already."):
        conclude(series.forum, decided[1], conclusion="not", found="", by=series.secretary)
    with refuses("The forum has concluded already."):
        _review(series, decided[1], 3, row_version=3)
    # The sentence goes with it, so that the page asks first.
    assert "All came home in daylight" in client.get(f"{at}/conclusion/take-back").text
    take_back_conclusion(series.forum, decided[1], by=series.secretary)
    assert db.session.scalars(select(DecisionReview.conclusion)).one() == ""


@pytest.mark.any_engine
def test_a_day_before_the_meeting_and_an_old_page_are_refused(series, decided, client_for):
    with refuses("Choose a day after the meeting that took the decision."):
        _review(series, decided[1], -20)
    _review(series, decided[1], 5)
    with pytest.raises(ChangedMeanwhile):
        _review(series, decided[1], 9)
    at = f"/forums/{series.forum}/decisions/{decided[1]}/review"
    sent = {"expected": "Ours", "look_on": "2027-05-01", "row_version": "0", "watched": ""}
    answer = client_for(series.secretary).post(at, data=sent)
    assert answer.status_code == 409
    assert "Ours" in answer.text
    assert "Nobody goes home in the dark" in answer.text


@pytest.mark.any_engine
def test_members_read_the_decisions_of_held_meetings_and_no_drafts(
    series, decided, client_for, actor
):
    draft = series.plan(utc_now() - timedelta(days=1))
    item = add_item(series.forum, draft, title="Hours", by=series.secretary)
    write_item(
        series.forum,
        draft,
        item,
        minute="",
        decisions=[TypedMinutesRow("", "A draft of a decision")],
        row_version=1,
        by=series.secretary,
    )
    drafted = db.session.scalars(
        select(Decision.public_id).where(Decision.text == "A draft of a decision")
    ).one()
    db.session.rollback()
    at = f"/forums/{series.forum}/decisions"
    member = client_for(actor("police_peer", person_id=series.person_ids["office"]))
    page = member.get(at).text
    assert "Workshops end at half past four" in page
    assert "A draft of a decision" not in page
    assert member.get(f"{at}/{drafted}").status_code == 404
    assert member.get(f"{at}/{decided[1]}/review").status_code == 403
    assert "A draft of a decision" in client_for(series.secretary).get(at).text


@pytest.mark.any_engine
@pytest.mark.parametrize("rows", [1, 3])
def test_from_result_to_change_asks_the_same_of_one_decision_and_of_three(
    series, client_for, count_queries, rows
):
    for number in range(rows):
        meeting = series.plan(utc_now() - timedelta(days=20 + number))
        item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
        write_item(
            series.forum,
            meeting,
            item,
            minute="",
            decisions=[TypedMinutesRow("", f"Decided {number}")],
            actions=[TypedMinutesRow("", f"Do {number}", owner=series.members["name"])],
            row_version=1,
            by=series.secretary,
        )
    for decision in db.session.scalars(select(Decision.public_id)).all():
        details = ReviewDetails("Hoped", local_today() + timedelta(days=1), "who:police")
        set_review(series.forum, decision, details, row_version=0, by=series.secretary)
    client = client_for(series.secretary)
    with count_queries() as seen:
        page = client.get(f"/forums/{series.forum}/decisions").text
    assert page.count("Hoped: Hoped") == rows
    assert seen.count <= 18
