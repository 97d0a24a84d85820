"""Forums as they are kept, on both engines."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from kash.accounts.services.locking import lock_at_once
from kash.attendance.models import RosterEntry, Slot
from kash.forums.models import Action, AgendaItem, Forum, ForumMember, ForumTerm, Meeting
from kash.forums.queries import series as series_queries
from kash.forums.queries.decisions import actions_due, arising_in
from kash.forums.queries.meetings import attendance_of, meetings_to_record, next_meetings
from kash.forums.queries.series import secretaries
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services import agenda as problems
from kash.forums.services.agenda import add_item, order_items, remove_item
from kash.forums.services.meetings import (
    TermDetails,
    add_term,
    cancel_meeting,
    change_meeting,
    hold_meeting,
    plan_meeting,
    remove_term,
)
from kash.forums.services.minutes import close_action, reopen_action, write_item
from kash.forums.services.presence import (
    add_guest,
    add_member,
    change_forum,
    choose_appearance,
    end_membership,
    open_forum,
)
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor
from tests.forums.conftest import Series, nairobi
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")


def _row(kind: type, public_id: str):
    db.session.rollback()
    return db.session.scalar(select(kind).where(kind.public_id == public_id))


def _entries() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def _expected(meeting: str) -> set[int]:
    held = _row(Meeting, meeting)
    return set(
        db.session.scalars(
            select(RosterEntry.person_id).where(
                RosterEntry.register_id == held.register_id, RosterEntry.removed_at.is_(None)
            )
        )
    )


def _item(series: Series, meeting: str, title: str = "Workshops") -> str:
    return add_item(series.forum, meeting, title=title, by=series.secretary)


def _titles(meeting: str) -> list[tuple[int, str, str]]:
    held = _row(Meeting, meeting)
    return [
        (item.position, item.kind, item.title)
        for item in db.session.scalars(
            select(AgendaItem).where(AgendaItem.meeting_id == held.id).order_by(AgendaItem.position)
        )
    ]


def _write(series: Series, meeting: str, item: str, **more: object) -> int:
    given = {"minute": "", "row_version": 1} | more
    return write_item(series.forum, meeting, item, by=series.secretary, **given)


@pytest.mark.any_engine
def test_every_write_leaves_one_entry(series):
    """Opening a forum and adding four members are five entries, of ids alone."""
    assert _entries() == ["forums.forum_opened"] + ["forums.member_added"] * 4
    before = len(_entries())
    meeting = series.plan()
    item = _item(series, meeting)
    _write(series, meeting, item, minute="Said")
    assert _entries()[before:] == [
        "forums.meeting_planned",
        "forums.item_added",
        "forums.item_written",
    ]


@pytest.mark.any_engine
def test_a_name_is_given_once(series):
    with refuses("There is a forum of this name already."):
        open_forum(name="Monthly review", by=series.secretary)
    assert db.session.scalar(select(func.count(Forum.id))) == 1


@pytest.mark.any_engine
def test_a_trainer_runs_what_she_opens(series, actor):
    """Another trainer sees the forum but cannot change it, whoever she names as secretary."""
    other = actor("trainer")
    with pytest.raises(Forbidden):
        change_forum(series.forum, name="Mine", secretary=other.public_id, by=other)
    change_forum(series.forum, name="Ours", secretary=other.public_id, by=series.secretary)
    forum = _row(Forum, series.forum)
    assert (forum.name, forum.secretary_id) == ("Ours", series.secretary.account_id)


def test_a_locked_secretary_is_offered_to_her_own_forum_only(series, actor):
    other = actor("trainer", name="Neema")
    lock_at_once(series.secretary, series.secretary.public_id)
    offered = (other.public_id, "Neema")
    assert secretaries() == [offered]
    kept = (series.secretary.public_id, "Tumaini Katibu")
    assert secretaries(series.secretary.public_id) == [offered, kept]


@pytest.mark.any_engine
def test_the_director_chooses_the_secretary(series, actor):
    director, other, peer = actor("director"), actor("trainer"), actor("peer")
    change_forum(series.forum, name="Ours", secretary=other.public_id, by=director)
    assert _row(Forum, series.forum).secretary_id == other.account_id
    with refuses("Choose somebody from the list."):
        change_forum(series.forum, name="Ours", secretary=peer.public_id, by=director)


@pytest.mark.any_engine
def test_a_member_is_only_counted_until_she_chooses(series, person):
    public_id, _key = person("Mpya Kabisa")
    member = add_member(series.forum, public_id, by=series.secretary)
    row = _row(ForumMember, member)
    assert (row.appears, row.shown_as) == ("counted", "")
    with refuses("This person is a member already."):
        add_member(series.forum, public_id, by=series.secretary)


@pytest.mark.any_engine
def test_a_member_chooses_for_herself_and_for_nobody_else(series, actor):
    own = actor("peer", person_id=series.person_ids["counted"])
    choose_appearance(
        series.forum, series.members["counted"], appears="alias", shown_as="Mto", by=own
    )
    row = _row(ForumMember, series.members["counted"])
    assert (row.appears, row.shown_as) == ("alias", "Mto")
    with pytest.raises(Forbidden):
        choose_appearance(series.forum, series.members["name"], appears="counted", by=own)
    with refuses("Write how this member appears."):
        choose_appearance(
            series.forum, series.members["counted"], appears="office", shown_as=" ", by=own
        )


@pytest.mark.any_engine
def test_a_member_finds_herself_among_groups_that_stand_together(series, actor):
    db.session.execute(update(Group).values(position=0))
    db.session.commit()
    seen = {}
    for appears in ("counted", "office"):
        own = actor("peer", person_id=series.person_ids[appears])
        lines = series_queries.member_lines(_row(Forum, series.forum), own)
        (seen[appears],) = [line.public_id for line in lines if line.own]
    assert seen == {appears: series.members[appears] for appears in seen}
    lines = series_queries.member_lines(_row(Forum, series.forum), series.secretary)
    expected = ["office", "alias", "counted", "name"]
    assert [line.public_id for line in lines] == [series.members[one] for one in expected]


@pytest.mark.any_engine
def test_whoever_left_reaches_nothing(series, actor):
    own = actor("police_peer", person_id=series.person_ids["office"])
    assert series_queries.forum(series.forum, own).public_id == series.forum
    planned = series.plan()
    assert series.person_ids["office"] in _expected(planned)
    end_membership(series.forum, series.members["office"], by=series.secretary)
    with pytest.raises(NotFound):
        series_queries.forum(series.forum, own)
    assert series.person_ids["office"] not in _expected(planned)
    back = add_member(series.forum, series.people["office"], by=series.secretary)
    assert back == series.members["office"]
    assert _row(ForumMember, back).appears == "counted"
    assert series.person_ids["office"] in _expected(planned)


@pytest.mark.any_engine
def test_a_new_member_is_expected_in_what_is_planned(series, person):
    planned = series.plan()
    public_id, key = person("Mpya Kabisa")
    add_member(series.forum, public_id, by=series.secretary)
    assert _expected(planned) == {*series.person_ids.values(), key}


@pytest.mark.any_engine
def test_who_leaves_or_joins_after_a_meeting_was_at_it_as_she_was(series, person):
    """It was held this morning, and is recorded as held only in the evening."""
    held = series.plan(utc_now() - timedelta(hours=3))
    guest, key = person("Mgeni Mfano")
    add_guest(series.forum, held, guest, by=series.secretary)
    end_membership(series.forum, series.members["office"], by=series.secretary)
    add_member(series.forum, guest, by=series.secretary)
    assert _expected(held) == {*series.person_ids.values(), key}
    db.session.rollback()
    line = next(one for one in attendance_of(_row(Meeting, held)) if one.person_id == guest)
    assert not line.member


@pytest.mark.any_engine
def test_meetings_of_a_month_have_letters(series):
    """A cancelled meeting keeps its letter; one that moves to another month is numbered anew."""
    first = series.plan(nairobi(2026, 11, 26))
    second = series.plan(nairobi(2026, 11, 27))
    cancel_meeting(series.forum, first, reason="Rain", by=series.secretary)
    third = series.plan(nairobi(2026, 11, 28))
    assert [_row(Meeting, each).letter for each in (first, second, third)] == ["", "B", "C"]
    change_meeting(
        series.forum,
        second,
        starts_at=nairobi(2026, 12, 1),
        place="",
        row_version=1,
        by=series.secretary,
    )
    assert _row(Meeting, second).letter == ""


@pytest.mark.any_engine
def test_a_month_is_that_of_the_programme(series):
    """Half past midnight on the first in Nairobi is still the last month in UTC."""
    october = series.plan(nairobi(2026, 10, 31))
    november = series.plan(nairobi(2026, 11, 1, hour=0) + timedelta(minutes=30))
    assert [_row(Meeting, each).letter for each in (october, november)] == ["", ""]


def test_two_meetings_never_begin_at_once(series):
    first = series.plan(nairobi(2026, 11, 26))
    with refuses("The forum has a meeting at this time already."):
        series.plan(nairobi(2026, 11, 26))
    # Those of another forum are no hindrance, and its letters are its own.
    other = open_forum(name="Another", by=series.secretary)
    elsewhere = plan_meeting(other, starts_at=nairobi(2026, 11, 26), by=series.secretary)
    assert [_row(Meeting, each).letter for each in (first, elsewhere)] == ["", ""]


@pytest.mark.any_engine
def test_moving_a_meeting_moves_its_slot(series):
    meeting = series.plan(nairobi(2026, 11, 26))
    moment = nairobi(2026, 11, 30)
    change_meeting(
        series.forum, meeting, starts_at=moment, place="Hall", row_version=1, by=series.secretary
    )
    held = _row(Meeting, meeting)
    slots = db.session.scalars(select(Slot).where(Slot.register_id == held.register_id)).all()
    assert [(slot.starts_at, slot.minutes) for slot in slots] == [(moment, 120)]
    assert (held.place, held.row_version) == ("Hall", 2)
    with pytest.raises(ChangedMeanwhile):
        change_meeting(
            series.forum, meeting, starts_at=moment, place="", row_version=1, by=series.secretary
        )


@pytest.mark.any_engine
def test_a_meeting_is_held_on_its_day_or_later(series):
    ahead = series.plan(utc_now() + timedelta(days=3))
    with refuses("The meeting has not begun."):
        hold_meeting(series.forum, ahead, by=series.secretary)
    past = series.plan(utc_now() - timedelta(hours=3))
    hold_meeting(series.forum, past, by=series.secretary)
    held = _row(Meeting, past)
    assert (held.state, held.register.slots[0].closed_at) == ("held", held.held_at)
    for again in (hold_meeting,):
        with pytest.raises(problems.MeetingOver):
            again(series.forum, past, by=series.secretary)


@pytest.mark.any_engine
def test_an_agenda_keeps_its_order_once_held(series):
    meeting = series.plan(utc_now() - timedelta(hours=3))
    items = [_item(series, meeting, title) for title in ("One", "Two", "Three")]
    order_items(series.forum, meeting, order=[items[2], "0" * 16, items[0]], by=series.secretary)
    assert _titles(meeting) == [(1, "plain", "Three"), (2, "plain", "One"), (3, "plain", "Two")]
    order_items(series.forum, meeting, up=items[1], by=series.secretary)
    assert [title for _place, _kind, title in _titles(meeting)] == ["Three", "Two", "One"]
    remove_item(series.forum, meeting, items[1], by=series.secretary)
    assert _titles(meeting) == [(1, "plain", "Three"), (2, "plain", "One")]
    hold_meeting(series.forum, meeting, by=series.secretary)
    for refused in (
        lambda: order_items(series.forum, meeting, up=items[0], by=series.secretary),
        lambda: remove_item(series.forum, meeting, items[0], by=series.secretary),
    ):
        with pytest.raises(problems.MeetingOver):
            refused()
    _item(series, meeting, "Last")
    assert _titles(meeting)[-1] == (3, "plain", "Last")


@pytest.mark.any_engine
def test_what_is_written_stays_on_the_agenda(series):
    meeting = series.plan()
    item = _item(series, meeting)
    _write(series, meeting, item, decisions=[TypedMinutesRow("", "Go")])
    with refuses("This item stays:"):
        remove_item(series.forum, meeting, item, by=series.secretary)


@pytest.mark.any_engine
def test_the_agenda_of_the_last_meeting_begins_the_next(series):
    first = series.plan(nairobi(2026, 10, 29))
    for title in ("Opening", "Closing"):
        _item(series, first, title)
    bare = series.plan(nairobi(2026, 11, 26))
    assert _titles(bare) == [(1, "arising", "")]
    full = series.plan(nairobi(2026, 12, 17), as_last_time=True)
    assert _titles(full) == [(1, "arising", "")]
    cancel_meeting(series.forum, bare, reason="Rain", by=series.secretary)
    cancel_meeting(series.forum, full, reason="Rain", by=series.secretary)
    again = series.plan(nairobi(2026, 12, 18), as_last_time=True)
    assert _titles(again) == [(1, "arising", ""), (2, "plain", "Opening"), (3, "plain", "Closing")]


@pytest.mark.any_engine
def test_an_action_gives_a_planned_meeting_its_matters_arising(series):
    """Also when the later meeting was planned first."""
    later = series.plan(nairobi(2026, 12, 17))
    _item(series, later, "Opening")
    other = open_forum(name="Another", by=series.secretary)
    elsewhere = plan_meeting(other, starts_at=nairobi(2026, 12, 18), by=series.secretary)
    earlier = series.plan(nairobi(2026, 11, 26))
    item = _item(series, earlier)
    assert _titles(later) == [(1, "plain", "Opening")]
    _write(series, earlier, item, actions=[TypedMinutesRow("", "Send the list")])
    assert _titles(later) == [(1, "arising", ""), (2, "plain", "Opening")]
    assert _titles(elsewhere) == []
    arising = _row(Meeting, later).items[0].public_id
    with refuses("This item stays:"):
        remove_item(series.forum, later, arising, by=series.secretary)


@pytest.mark.any_engine
def test_open_actions_come_up_until_they_were_told_as_closed(series):
    start = utc_now() - timedelta(days=40)
    meetings = [series.plan(start + timedelta(days=10 * number)) for number in range(4)]
    item = _item(series, meetings[0])
    _write(
        series,
        meetings[0],
        item,
        actions=[
            TypedMinutesRow("", "Send", series.members["name"], date(2026, 1, 5)),
            TypedMinutesRow("", "Visit"),
        ],
    )

    def carried(number: int) -> list[tuple[str, str]]:
        held = _row(Meeting, meetings[number])
        return [(line.text, state) for line, state in arising_in(held, utc_now(), series.secretary)]

    assert [carried(number) for number in (0, 1)] == [[], [("Send", "open"), ("Visit", "open")]]
    hold_meeting(series.forum, meetings[1], by=series.secretary)
    send = db.session.scalar(select(Action.public_id).where(Action.text == "Send"))
    close_action(series.forum, send, state="done", outcome="Sent", by=series.secretary)
    # The minutes of the meeting that was held say what was so then.
    assert carried(1) == [("Send", "open"), ("Visit", "open")]
    assert carried(2) == [("Send", "done"), ("Visit", "open")]
    hold_meeting(series.forum, meetings[2], by=series.secretary)
    assert carried(3) == [("Visit", "open")]


def test_two_who_write_at_once_lose_nothing(series):
    meeting = series.plan()
    item = _item(series, meeting)
    assert (
        _write(
            series,
            meeting,
            item,
            minute="Hers",
            decisions=[TypedMinutesRow("", "Go")],
            actions=[TypedMinutesRow("", "Send")],
        )
        == 2
    )
    with pytest.raises(problems.MinuteChanged) as caught:
        _write(series, meeting, item, minute="His", decisions=[TypedMinutesRow("", "Stay")])
    other = caught.value
    assert (other.row_version, other.item.minute, other.changed_by) == (
        2,
        "Hers",
        series.secretary.public_id,
    )
    assert [row.text for row in other.item.decisions] == ["Go"]
    assert [row.text for row in other.item.actions] == ["Send"]
    _write(
        series, meeting, item, minute="Both", decisions=[TypedMinutesRow("", "Stay")], row_version=2
    )
    row = _row(AgendaItem, item)
    assert [each.text for each in row.decisions] == ["Go", "Stay"]
    assert [each.text for each in row.actions] == ["Send"]
    assert (row.minute, row.row_version) == ("Both", 3)


def test_an_emptied_row_goes_and_a_closed_action_is_not_written_on(series):
    meeting = series.plan()
    item = _item(series, meeting)
    _write(
        series,
        meeting,
        item,
        decisions=[TypedMinutesRow("", "Go")],
        actions=[TypedMinutesRow("", "Send"), TypedMinutesRow("", "Visit")],
    )
    row = _row(AgendaItem, item)
    go, (send, visit) = row.decisions[0].public_id, [each.public_id for each in row.actions]
    close_action(series.forum, send, state="dropped", by=series.secretary)
    _write(
        series,
        meeting,
        item,
        row_version=2,
        decisions=[TypedMinutesRow(go, "")],
        actions=[TypedMinutesRow(send, "Changed"), TypedMinutesRow(visit, "")],
    )
    row = _row(AgendaItem, item)
    assert (list(row.decisions), [each.text for each in row.actions]) == ([], ["Send"])


@pytest.mark.any_engine
def test_only_a_member_takes_something_on(series):
    meeting = series.plan()
    item = _item(series, meeting)
    member = series.members["alias"]
    _write(series, meeting, item, actions=[TypedMinutesRow("", "Send", member)])
    end_membership(series.forum, member, by=series.secretary)
    send = _row(AgendaItem, item).actions[0].public_id
    # What she took on may still be worded better.
    _write(series, meeting, item, row_version=2, actions=[TypedMinutesRow(send, "Send it", member)])
    for owner in (member, "0" * 16):
        with pytest.raises(problems.UnknownOwner):
            _write(
                series, meeting, item, row_version=3, actions=[TypedMinutesRow("", "Visit", owner)]
            )
    assert [each.text for each in _row(AgendaItem, item).actions] == ["Send it"]


@pytest.mark.any_engine
def test_an_item_has_a_limit(series):
    meeting = series.plan()
    item = _item(series, meeting)
    with pytest.raises(problems.TooManyRows):
        _write(series, meeting, item, decisions=[TypedMinutesRow("", "Go")] * 41)
    assert list(_row(AgendaItem, item).decisions) == []


@pytest.mark.any_engine
def test_an_action_is_closed_by_its_owner_or_the_secretary_once(series, actor):
    meeting = series.plan()
    item = _item(series, meeting)
    _write(
        series,
        meeting,
        item,
        actions=[
            TypedMinutesRow("", "Send", series.members["alias"]),
            TypedMinutesRow("", "Visit"),
        ],
    )
    send, visit = (each.public_id for each in _row(AgendaItem, item).actions)
    owner = actor("peer", person_id=series.person_ids["alias"])
    other = actor("police_peer", person_id=series.person_ids["office"])
    for who, which in ((other, send), (owner, visit), (actor("trainer"), send)):
        with pytest.raises(Forbidden):
            close_action(series.forum, which, state="done", by=who)
    close_action(series.forum, send, state="done", outcome="Sent", by=owner)
    row = _row(Action, send)
    assert (row.state, row.outcome, row.closed_at is not None) == ("done", "Sent", True)
    with refuses("Somebody marked this action already."):
        close_action(series.forum, send, state="dropped", by=series.secretary)
    with pytest.raises(Forbidden):
        reopen_action(series.forum, send, by=owner)
    reopen_action(series.forum, send, by=series.secretary)
    assert _row(Action, send).state == "open"


@pytest.mark.any_engine
def test_children_are_reached_through_their_own_forum(series, actor):
    director = actor("director")
    elsewhere = open_forum(name="Another", by=director)
    meeting = series.plan()
    item = _item(series, meeting)
    _write(series, meeting, item, actions=[TypedMinutesRow("", "Send")])
    action = _row(AgendaItem, item).actions[0].public_id
    for reached in (
        lambda: cancel_meeting(elsewhere, meeting, reason="x", by=director),
        lambda: add_item(elsewhere, meeting, title="x", by=director),
        lambda: close_action(elsewhere, action, state="done", by=director),
        lambda: end_membership(elsewhere, series.members["name"], by=director),
    ):
        with pytest.raises(NotFound):
            reached()


@pytest.mark.any_engine
def test_who_is_no_member_is_a_guest(series, person):
    meeting = series.plan()
    public_id, _key = person("Mgeni Wetu")
    add_guest(series.forum, meeting, public_id, by=series.secretary)
    lines = attendance_of(_row(Meeting, meeting))
    guest = next(line for line in lines if line.name == "Mgeni Wetu")
    assert (guest.member, guest.shown, guest.letter) == (False, "", "B")
    with refuses("This person is no longer in the list."):
        add_guest(series.forum, meeting, "0" * 16, by=series.secretary)


def test_what_is_due(series, actor):
    """A member sees all she took on, the secretary what is late or due within a week."""
    now = utc_now()
    meeting = series.plan()
    item = _item(series, meeting)
    soon, later = (now + timedelta(days=days) for days in (3, 30))
    _write(
        series,
        meeting,
        item,
        actions=[
            TypedMinutesRow("", "Later", series.members["alias"], later.date()),
            TypedMinutesRow("", "Soon", series.members["office"], soon.date()),
            TypedMinutesRow("", "Some day", series.members["alias"]),
        ],
    )
    member = actor("peer", person_id=series.person_ids["alias"])

    def due(who: Actor) -> list[tuple[str, bool]]:
        return [(line.text, line.own) for line in actions_due(who, now)]

    assert due(member) == [("Later", True), ("Some day", True)]
    assert due(series.secretary) == [("Soon", False)]
    assert due(actor("monitoring")) == due(actor("peer")) == []
    assert [line["forum_name"] for line in next_meetings(member, now)] == ["Monthly review"]
    assert next_meetings(actor("peer"), now) == []
    assert meetings_to_record(series.secretary, now) == []
    late = series.plan(now - timedelta(hours=1))
    assert [line.public_id for line in meetings_to_record(series.secretary, now)] == [late]


@pytest.mark.any_engine
def test_people_stay_as_they_are(series):
    """Nothing that happens in a forum changes a person."""
    before = db.session.scalars(select(Person.changed_at).order_by(Person.id)).all()
    series.plan()
    assert db.session.scalars(select(Person.changed_at).order_by(Person.id)).all() == before


def test_a_case_is_linked_to_meetings_of_a_forum_by_its_name(app, series, actor):
    from kash.forums.parts import find_meetings, meetings_named

    meeting = series.plan(nairobi(2026, 11, 16))
    officer, peer = actor("documentation"), actor("peer")
    with app.test_request_context():
        name = db.session.scalars(select(Forum.name)).one()
        found = find_meetings(f" {name.upper()} ", officer)
        assert [(one.id, one.title, one.when) for one in found] == [
            (meeting, f"{name}, November 2026", "16 Nov 2026")
        ]
        assert meetings_named([meeting, "0123456789abcdef"], officer) == found
        assert find_meetings("nowhere%", officer) == []
        assert found[0].url == f"/forums/{series.forum}/meetings/{meeting}"
        assert meetings_named([meeting], peer)[0].url == ""


@pytest.mark.any_engine
def test_of_two_terms_the_one_entered_by_mistake_goes_and_is_named(series):
    place = (series.forum, series.members["office"])
    mistaken, right = (
        add_term(*place, TermDetails(date(year, 1, 1), date(year, 12, 31)), by=series.secretary)
        for year in (2025, 2026)
    )
    remove_term(*place, mistaken, by=series.secretary)
    db.session.rollback()
    assert list(db.session.scalars(select(ForumTerm.public_id))) == [right]
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subjects) == (
        "forums.term_removed",
        [series.members["office"], mistaken],
    )
