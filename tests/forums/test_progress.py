"""Progress of actions: who writes and reads it, what they change, and who is reminded."""

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from kash.forums import parts as reminders
from kash.forums.models import (
    Action,
    ActionLink,
    ActionNote,
    Decision,
    DecisionReview,
    Forum,
    Meeting,
    MinutesLeaf,
    content_of,
)
from kash.forums.rules.meetings import LATE, SOON, Reminder, age_of, reminder_of
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services.agenda import FiguresBesideCases, UnknownOwner, add_item
from kash.forums.services.decisions import (
    ReviewDetails,
    add_note,
    hand_over,
    link,
    remove_note,
    set_review,
    unlink,
)
from kash.forums.services.meetings import hold_meeting
from kash.forums.services.minutes import close_action, write_item
from kash.forums.services.minutes_life import _withdraw_text
from kash.forums.services.presence import end_membership
from kash.people.models import Organisation, ServiceEntry
from kash.people.notices.models import Notice
from kash.platform.database import db, utc_now
from kash.platform.storage import FileMissing
from kash.platform.vault import audited
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.forums.conftest import HIDDEN, Series, nairobi
from tests.platform.cleaning.samples import picture

_DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(raised=_DAYS, until=_DAYS, held=st.lists(_DAYS, max_size=20))
def test_an_action_is_as_old_as_the_days_and_the_meetings_since_it_came_up(raised, until, held):
    age = age_of(raised, until, held)
    assert age.days == max(0, (until - raised).days)
    assert age.meetings == len([day for day in held if day > raised and day <= until])
    assert age.days > 0 or age.meetings == 0


@given(due=_DAYS, away=st.integers(-40, 40))
def test_an_owner_is_reminded_around_the_day_and_not_for_ever(due, away):
    said = reminder_of(due, due + timedelta(days=away))
    if -SOON.days <= away <= 0:
        assert said is Reminder.SOON
    elif 0 < away <= LATE.days:
        assert said is Reminder.LATE
    else:
        assert said is None


@dataclass
class Taken:
    """A held meeting with an action for each member, by how she appears; `peer` has that of the one
    who shows her name."""

    meeting: str
    actions: dict[str, str]
    peer: Actor


@pytest.fixture
def taken(series, actor):
    meeting = series.plan(utc_now() - timedelta(days=9))
    item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    write_item(
        series.forum,
        meeting,
        item,
        minute="Said",
        decisions=[TypedMinutesRow("", "Decided")],
        actions=[
            TypedMinutesRow("", f"Do {each}", owner=member, due_on=local_today())
            for each, member in series.members.items()
        ],
        row_version=1,
        by=series.secretary,
    )
    hold_meeting(series.forum, meeting, by=series.secretary)
    found = dict(db.session.execute(select(Action.text, Action.public_id)).all())
    db.session.rollback()
    peer = actor("peer", person_id=series.person_ids["name"])
    return Taken(meeting, {each: found[f"Do {each}"] for each in series.members}, peer)


def _at(series: Series, action: str) -> str:
    return f"/forums/{series.forum}/actions/{action}"


def test_her_evidence_is_opened_by_her_and_the_secretary_and_by_no_other_member(
    series, taken, client_for, actor
):
    at = _at(series, taken.actions["name"])
    sent = {"text": "The hall is found", "file": (io.BytesIO(picture("JPEG")), "x.jpg")}
    assert client_for(taken.peer).post(f"{at}/progress", data=sent).status_code == 303
    note = db.session.scalars(select(ActionNote)).one()
    assert (note.by_owner, note.kind) == (True, "jpeg")
    evidence = f"{at}/notes/{note.public_id}"
    db.session.rollback()
    other = client_for(actor("police_peer", person_id=series.person_ids["office"]))
    page = other.get(f"{at}/progress")
    assert "The hall is found" in page.text
    assert evidence not in page.text
    assert other.get(evidence).status_code == 403
    assert other.post(f"{at}/progress", data={"text": "No"}).status_code == 403
    own = client_for(taken.peer)
    assert evidence in own.get(f"{at}/progress").text
    assert own.get(evidence).data[:3] == b"\xff\xd8\xff"
    assert client_for(series.secretary).get(evidence).status_code == 200
    assert own.post(f"{evidence}/remove").status_code == 303
    with pytest.raises(FileMissing):
        content_of(evidence.rsplit("/", 1)[1])


@pytest.mark.any_engine
def test_a_note_with_a_figure_beside_a_station_is_refused_and_kept_in_its_field(
    series, taken, client_for
):
    at = _at(series, taken.actions["name"])
    said = "Two arrests at one station"
    answer = client_for(taken.peer).post(f"{at}/progress", data={"text": said})
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.any_engine
def test_who_neither_has_the_action_nor_runs_the_forum_writes_nothing(series, taken):
    with pytest.raises(Forbidden):
        add_note(series.forum, taken.actions["alias"], text="Mine", by=taken.peer)
    assert db.session.scalars(select(ActionNote)).all() == []
    other = taken.actions["alias"]
    note = add_note(series.forum, other, text="Ours", by=series.secretary)
    with pytest.raises(Forbidden):
        remove_note(series.forum, other, note, by=taken.peer)
    # Nor through her own action.
    with pytest.raises(NotFound):
        remove_note(series.forum, taken.actions["name"], note, by=taken.peer)
    remove_note(series.forum, other, note, by=series.secretary)
    assert db.session.scalars(select(ActionNote)).all() == []


@pytest.mark.any_engine
def test_an_action_of_whoever_left_is_shown_so_and_handed_over(series, taken, client_for):
    end_membership(series.forum, series.members["alias"], by=series.secretary)
    secretary = client_for(series.secretary)
    at = _at(series, taken.actions["alias"])
    assert "The person who took this on has left the forum" in secretary.get("/").text
    assert "Do alias" in secretary.get(f"/forums/{series.forum}/actions?state=left").text
    assert "Hand it over to a member" in secretary.get(f"{at}/progress").text
    given = {"owner": series.members["name"], "due_on": "2027-02-01"}
    assert secretary.post(f"{at}/owner", data=given).status_code == 303
    action = db.session.scalars(select(Action).where(Action.text == "Do alias")).one()
    assert action.owner is not None
    assert (action.owner.public_id, action.due_on) == (series.members["name"], date(2027, 2, 1))
    db.session.rollback()
    assert "Do alias" not in secretary.get(f"/forums/{series.forum}/actions?state=left").text


@pytest.mark.any_engine
def test_nothing_new_is_given_to_somebody_who_left(series, taken):
    end_membership(series.forum, series.members["alias"], by=series.secretary)
    with pytest.raises(UnknownOwner):
        hand_over(
            series.forum,
            taken.actions["name"],
            owner=series.members["alias"],
            due_on=None,
            by=series.secretary,
        )
    # She may keep what she has, with another day.
    hand_over(
        series.forum,
        taken.actions["alias"],
        owner=series.members["alias"],
        due_on=None,
        by=series.secretary,
    )


@pytest.mark.any_engine
def test_a_link_stands_on_both_pages_and_only_for_who_sees_both(series, taken, client_for, actor):
    service = ServiceEntry(
        name="Clinic of Mfano", sort_name="clinic", kind="clinic", checked_on=local_today()
    )
    station = Organisation(name="Mfano Post", kind="station")
    db.session.add_all([service, station])
    db.session.commit()
    ids = {"service": service.public_id, "station": station.public_id}
    db.session.rollback()
    secretary = client_for(series.secretary)
    at = _at(series, taken.actions["name"])
    for kind, target in ids.items():
        answer = secretary.post(f"{at}/links/new/{kind}", data={"target": target})
        assert answer.status_code == 303
    page = secretary.get(f"{at}/progress").text
    assert "Clinic of Mfano" in page
    assert "Mfano Post" in page
    assert "Do name" in secretary.get(f"/services/{ids['service']}").text
    peer = client_for(taken.peer)
    page = peer.get(f"{at}/progress").text
    assert "Clinic of Mfano" in page
    assert "Mfano Post" not in page
    assert "Do name" in peer.get(f"/services/{ids['service']}").text
    outsider = client_for(actor("peer"))
    assert "Do name" not in outsider.get(f"/services/{ids['service']}").text


@pytest.mark.any_engine
def test_a_link_is_taken_back_after_a_question_also_without_script(series, taken, client_for):
    service = ServiceEntry(
        name="Clinic of Mfano", sort_name="clinic", kind="clinic", checked_on=local_today()
    )
    db.session.add(service)
    db.session.commit()
    at, target = _at(series, taken.actions["name"]), service.public_id
    db.session.rollback()
    secretary = client_for(series.secretary)
    secretary.post(f"{at}/links/new/service", data={"target": target})
    removing = f"{at}/links/{db.session.scalars(select(ActionLink.public_id)).one()}/remove"
    db.session.rollback()
    assert f'href="{removing}"' in secretary.get(f"{at}/progress").text
    asked = secretary.get(removing)
    assert asked.status_code == 200
    assert "Remove this link?" in asked.text
    assert "Clinic of Mfano" in asked.text
    assert client_for(taken.peer).get(removing).status_code == 403
    assert secretary.post(removing).status_code == 303
    assert secretary.get(removing).status_code == 404


@pytest.mark.any_engine
def test_linking_twice_links_once_and_a_link_can_be_taken_back(series, taken):
    place = (series.forum, taken.actions["name"])
    for _ in range(2):
        link(*place, kind="workshop", target="a" * 16, by=series.secretary)
    (made,) = db.session.scalars(select(ActionLink.public_id)).all()
    db.session.rollback()
    unlink(*place, made, by=series.secretary)
    assert db.session.scalars(select(ActionLink)).all() == []


@pytest.mark.any_engine
def test_what_is_not_offered_cannot_be_linked(series, taken, client_for):
    at = _at(series, taken.actions["name"])
    client = client_for(series.secretary)
    answer = client.post(f"{at}/links/new/workshop", data={"target": "a" * 16})
    assert answer.status_code == 422
    assert client.get(f"{at}/links/new/nothing").status_code == 404
    assert db.session.scalars(select(ActionLink)).all() == []


def test_a_search_finds_by_what_one_may_read_and_stays_out_of_the_address(
    series, taken, client_for
):
    at = f"/forums/{series.forum}/actions"
    answer = client_for(taken.peer).post(
        f"{at}/search", data={"search": "do ALIAS", "state": "all"}
    )
    assert "Do alias" in answer.text
    assert "Do office" not in answer.text
    nothing = client_for(taken.peer).post(f"{at}/search", data={"search": "", "state": "mine"})
    assert nothing.headers["Location"] == f"{at}?state=mine"
    mine = client_for(taken.peer).get(f"{at}?state=mine").text
    assert "Do name" in mine
    assert "Do alias" not in mine


@pytest.mark.any_engine
def test_nobody_guesses_at_an_internal_line_by_searching(series, taken, client_for):
    meeting = series.plan(utc_now() - timedelta(days=2))
    item = add_item(series.forum, meeting, title="Cells", by=series.secretary)
    rows = [TypedMinutesRow("", "Ask about 3 arrests at Zeta station")]
    with pytest.raises(FiguresBesideCases) as asked:
        write_item(
            series.forum, meeting, item, minute="", actions=rows, row_version=1, by=series.secretary
        )
    write_item(
        series.forum,
        meeting,
        item,
        minute="",
        actions=rows,
        row_version=1,
        by=series.secretary,
        internal=asked.value.mark,
    )
    hold_meeting(series.forum, meeting, by=series.secretary)
    at = f"/forums/{series.forum}/actions/search"
    asked_for = {"search": "zeta", "state": "all"}
    assert "Nothing found" in client_for(taken.peer).post(at, data=asked_for).text
    assert "Zeta station" in client_for(series.secretary).post(at, data=asked_for).text


@pytest.mark.any_engine
def test_the_sheet_of_actions_names_nobody_who_did_not_choose_to_be_named(
    series, taken, client_for
):
    close_action(series.forum, taken.actions["name"], state="done", by=series.secretary)
    answer = client_for(series.secretary).post(
        f"/forums/{series.forum}/actions?state=all&take=xlsx"
    )
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert {row[1] for row in rows[1:]} == {f"Do {each}" for each in series.members}
    by_text = {row[1]: row for row in rows}
    assert by_text["Do name"][3] == "Zawadi Kielelezo"
    assert by_text["Do counted"][3] == "Group B"
    assert by_text["Do name"][8:] == [9, 0]
    assert not any(name in str(rows) for name in HIDDEN)


@pytest.mark.any_engine
def test_reminders_go_once_and_never_to_somebody_who_left(series, taken, monkeypatch):
    end_membership(series.forum, series.members["alias"], by=series.secretary)
    close_action(series.forum, taken.actions["office"], state="done", by=series.secretary)
    db.session.execute(update(Action).values(due_on=date(2026, 11, 20)))
    db.session.commit()
    said: list[tuple[str, int]] = []

    def say(_session: Any, kind: str, sayings: Any, _now: datetime) -> None:
        said.extend((kind, one.person_id) for one in sayings)

    monkeypatch.setattr(reminders, "say_to_each", say)
    wanted = [series.person_ids["name"], series.person_ids["counted"]]
    # Nobody is woken before nine.
    assert reminders.remind_of_actions(nairobi(2026, 11, 18, 8)) == 0
    assert reminders.remind_of_actions(nairobi(2026, 11, 18, 9)) == 2
    assert said == [(reminders.DUE, person) for person in wanted]
    assert reminders.remind_of_actions(nairobi(2026, 11, 25)) == 0
    monkeypatch.undo()
    assert reminders.remind_of_actions(nairobi(2026, 11, 21)) == 2
    kinds = {row.kind for row in db.session.scalars(select(Notice))}
    db.session.rollback()
    assert kinds == {reminders.LATE}
    assert reminders.remind_of_actions(nairobi(2026, 11, 22)) == 0


def test_a_reminder_says_nothing_of_the_forum_or_of_the_action():
    assert {field.name for kind in reminders.KINDS for field in kind.fields} == {"when"}


@pytest.mark.any_engine
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_an_action_ask_the_same_of_one_note_and_of_three(
    series, taken, client_for, count_queries, rows
):
    for number in range(rows):
        add_note(series.forum, taken.actions["name"], text=f"Note {number}", by=series.secretary)
        link(
            series.forum,
            taken.actions["name"],
            kind="station",
            target=f"{number}" * 16,
            by=series.secretary,
        )
    client = client_for(series.secretary)
    with count_queries() as seen:
        assert client.get(_at(series, taken.actions["name"]) + "/progress").status_code == 200
    assert seen.count <= 14


@pytest.mark.any_engine
def test_what_is_withdrawn_from_minutes_is_not_told_on_beside_them(series, taken):
    text = "Told of it once more"
    note = add_note(
        series.forum, taken.actions["name"], text=text, content=picture("PNG"), by=series.secretary
    )
    decision = db.session.scalars(select(Decision)).one()
    details = ReviewDetails(text, local_today() + timedelta(days=1))
    set_review(series.forum, decision.public_id, details, row_version=0, by=series.secretary)
    leaves = [
        MinutesLeaf(kind="action", about=taken.actions["name"], value='{"text": "Do name"}'),
        MinutesLeaf(kind="decision", about=decision.public_id, value='{"text": "Decided"}'),
    ]
    meeting = db.session.scalars(select(Meeting).where(Meeting.public_id == taken.meeting)).one()
    with audited("tests.withdrawn", series.secretary) as change:
        forum = change.session.get_one(Forum, meeting.forum_id)
        for leaf in leaves:
            _withdraw_text(change.session, forum, meeting, leaf)
        change.about(taken.meeting)
    assert db.session.scalars(select(ActionNote)).all() == []
    assert db.session.scalars(select(DecisionReview.expected)).one() == "…"
    with pytest.raises(FileMissing):
        content_of(note)
