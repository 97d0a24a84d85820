"""Pages of who is there: what whoever runs the forum taps, and what members see and say."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import func, select, update

from kash.attendance.models import Mark, RosterEntry
from kash.attendance.services.registers import reopen_slot
from kash.forums.models import (
    Decision,
    ForumMember,
    ForumTerm,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    PresenceSpell,
)
from kash.forums.queries.meetings import attendance_of, quorum_at, slot_of, terms_ending
from kash.forums.queries.people import decisions_noted, people_at
from kash.forums.rules.meetings import NeededOfGroup, QuorumShare, TimeThere, Votes
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services.agenda import add_item
from kash.forums.services.decisions import TooManyVotes, note_conflicts, note_decision
from kash.forums.services.meetings import TermDetails, add_term, agree_quorum, hold_meeting
from kash.forums.services.minutes import write_item
from kash.forums.services.presence import (
    DoorTap,
    WrongPresence,
    add_guest,
    all_came,
    answer_invitation,
    note_answers,
    set_times,
    tap,
)
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import NotFound
from kash.platform.web.formats import local_today, to_local
from tests.forums.conftest import HIDDEN, Series, earlier_today
from tests.refusals import refuses


def _meeting(public_id: str) -> Meeting:
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()


def _entry(series: Series, meeting: str, appears: str) -> str:
    held = _meeting(meeting)
    return db.session.scalars(
        select(RosterEntry.public_id).where(
            RosterEntry.register_id == held.register_id,
            RosterEntry.person_id == series.person_ids[appears],
        )
    ).one()


def _quorum(meeting: str) -> list[tuple[str, int, int, int]]:
    found = quorum_at(_meeting(meeting), utc_now())
    return [(one.letter, one.present, one.members, one.needed) for one in found.groups]


def _marks(meeting: str) -> dict[str, str | None]:
    return {line.name: line.status for line in attendance_of(_meeting(meeting))}


def _actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def _text(body: str) -> str:
    kept = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", body)
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", kept)).split())


def _fields(body: str) -> dict[str, str]:
    """What a page's form would send as it stands, one value to each name."""
    inputs = [tag for tag in re.findall(r"<input\b[^>]*>", body) if "disabled" not in tag]
    sent = [tag for tag in inputs if 'type="hidden"' in tag or " checked" in tag]
    pairs = [re.search(r'name="([^"]*)" value="([^"]*)"', tag) for tag in sent]
    return {one[1]: unescape(one[2]) for one in pairs if one}


@pytest.fixture
def meeting(series):
    """A meeting of today that began half an hour ago, for which half of each group is needed."""
    agree_quorum(
        series.forum,
        holds_from=date(2020, 1, 1),
        needed={letter: NeededOfGroup(QuorumShare.HALF) for letter in "AB"},
        by=series.secretary,
    )
    return series.plan(earlier_today(minutes=30))


def _tap(series: Series, meeting: str, appears: str, step: DoorTap) -> None:
    tap(series.forum, meeting, _entry(series, meeting, appears), step, by=series.secretary)


class TestTaps:
    """One tap each, on both engines: the register's marks follow, and each leaves one entry."""

    pytestmark = pytest.mark.usefixtures("both_engines_app")

    @pytest.mark.any_engine
    def test_who_came_counts_until_she_leaves(self, series, meeting):
        before = len(_actions())
        _tap(series, meeting, "office", DoorTap.CAME)
        _tap(series, meeting, "name", DoorTap.CAME)
        _tap(series, meeting, "alias", DoorTap.CAME)
        assert _quorum(meeting) == [("A", 1, 1, 1), ("B", 2, 3, 2)]
        _tap(series, meeting, "name", DoorTap.LEFT)
        assert _quorum(meeting) == [("A", 1, 1, 1), ("B", 1, 3, 2)]
        assert _marks(meeting)["Zawadi Kielelezo"] == "present"
        # A second tap changes nothing, and a wrong one is taken back.
        _tap(series, meeting, "name", DoorTap.LEFT)
        _tap(series, meeting, "name", DoorTap.BACK)
        assert _quorum(meeting) == [("A", 1, 1, 1), ("B", 2, 3, 2)]
        assert _actions()[before:] == [
            *["forums.arrival_noted"] * 3,
            "forums.leaving_noted",
            "forums.tap_taken_back",
        ]

    @pytest.mark.any_engine
    def test_a_wrong_arrival_leaves_no_mark_of_being_there(self, series, meeting):
        answer = {series.members["alias"]: "no"}
        note_answers(series.forum, meeting, answer, by=series.secretary)
        for appears in ("alias", "name"):
            _tap(series, meeting, appears, DoorTap.CAME)
            _tap(series, meeting, appears, DoorTap.BACK)
        assert _marks(meeting)["Amani Mfichwa"] == "apology"
        assert _marks(meeting)["Zawadi Kielelezo"] == "absent"
        assert db.session.scalar(select(func.count(PresenceSpell.id))) == 0

    @pytest.mark.any_engine
    def test_guests_and_ended_terms_are_there_and_do_not_count(self, series, meeting, person):
        guest, key = person("Mgeni Mwema", group=0)
        add_guest(series.forum, meeting, guest, by=series.secretary)
        series.person_ids["guest"] = key
        ended = TermDetails(date(2024, 1, 1), local_today() - timedelta(days=1))
        add_term(series.forum, series.members["office"], ended, by=series.secretary)
        for appears in ("guest", "office"):
            _tap(series, meeting, appears, DoorTap.CAME)
        assert _marks(meeting)["Mgeni Mwema"] == _marks(meeting)["Baraka Afisa"] == "in_attendance"
        assert _quorum(meeting) == [("A", 0, 0, 1), ("B", 0, 3, 2)]

    @pytest.mark.any_engine
    def test_a_whole_group_comes_at_one_tap_but_for_who_sent_an_apology(self, series, meeting):
        note_answers(
            series.forum,
            meeting,
            {series.members["counted"]: "no", series.members["name"]: "unsure"},
            by=series.secretary,
        )
        assert all_came(series.forum, meeting, "B", by=series.secretary) == 2
        assert all_came(series.forum, meeting, "B", by=series.secretary) == 0
        assert _quorum(meeting) == [("A", 0, 1, 1), ("B", 2, 3, 2)]

    def test_a_time_that_stays_keeps_who_noted_it(self, series, meeting, actor):
        director = actor("director")
        entry, began = _entry(series, meeting, "office"), _meeting(meeting).starts_at
        part = (utc_now() - began) / 4
        first = TimeThere(began, began + part)
        again = TimeThere(began + 2 * part, began + 3 * part)
        set_times(series.forum, meeting, entry, [first], by=series.secretary)
        set_times(series.forum, meeting, entry, [first, again], by=director)
        noted = db.session.scalars(
            select(PresenceSpell.noted_by).order_by(PresenceSpell.arrived_at)
        ).all()
        assert noted == [series.secretary.public_id, director.public_id]

    @pytest.mark.any_engine
    def test_times_are_corrected_after_the_register_was_closed_but_marks_are_not(
        self, series, meeting
    ):
        _tap(series, meeting, "office", DoorTap.CAME)
        hold_meeting(series.forum, meeting, by=series.secretary)
        began = _meeting(meeting).starts_at
        left = began + (utc_now() - began) / 2
        entry = _entry(series, meeting, "office")
        set_times(series.forum, meeting, entry, [TimeThere(began, left)], by=series.secretary)
        assert _quorum(meeting)[0] == ("A", 0, 1, 1)
        with refuses("The register is closed."):
            _tap(series, meeting, "name", DoorTap.CAME)
        other = _entry(series, meeting, "name")
        with refuses("The register is closed."):
            set_times(series.forum, meeting, other, [TimeThere(began)], by=series.secretary)
        times = [TimeThere(began, utc_now() + timedelta(hours=1))]
        with pytest.raises(WrongPresence) as ahead:
            set_times(series.forum, meeting, entry, times, by=series.secretary)
        assert ahead.value.field == "left_0"
        held = _meeting(meeting)
        reopen_slot(held.register.public_id, slot_of(held).public_id, series.secretary)
        _tap(series, meeting, "name", DoorTap.CAME)
        assert _quorum(meeting)[1] == ("B", 1, 3, 2)


def test_an_answer_that_one_does_not_come_is_an_apology_in_the_register(series, actor, client_for):
    """Her last answer holds; a member answers for herself alone, and whoever is none not at all."""
    meeting = series.plan()
    member = actor("peer", person_id=series.person_ids["counted"])
    answer_invitation(series.forum, meeting, answer="yes", by=member)
    answer_invitation(series.forum, meeting, answer="no", by=member)
    assert _marks(meeting) == dict.fromkeys(_marks(meeting)) | {"Siri Kubwa": "apology"}
    register = f"/forums/{series.forum}/meetings/{meeting}/attendance?group=B"
    page = client_for(series.secretary).get(register)
    assert page.text.count("checked") == 1
    with pytest.raises(NotFound):
        answer_invitation(series.forum, meeting, answer="yes", by=series.secretary)
    db.session.execute(update(Meeting).values(starts_at=utc_now() - timedelta(minutes=5)))
    db.session.commit()
    hold_meeting(series.forum, meeting, by=series.secretary)
    stored = select(Mark.status).where(Mark.person_id == series.person_ids["counted"])
    assert db.session.scalar(stored) == "apology"


def test_a_member_sees_how_many_come_and_not_who(series, actor, client_for):
    meeting = series.plan()
    address = f"/forums/{series.forum}/meetings/{meeting}"
    note_answers(
        series.forum,
        meeting,
        {series.members["alias"]: "no", series.members["office"]: "yes"},
        by=series.secretary,
    )
    own = client_for(actor("peer", person_id=series.person_ids["name"]))
    said = own.post(f"{address}/answer", data={"answer": "yes"}, follow_redirects=True)
    assert said.status_code == 200
    text = _text(said.text)
    assert "Come: 2. Do not come: 1. Not sure: 0." in text
    assert not [name for name in HIDDEN if name in text]
    assert own.get(f"{address}/answers").status_code == 403
    assert own.get(f"{address}/presence").status_code == 403
    assert own.post(f"{address}/answer", data={"answer": "maybe"}).status_code == 400
    assert db.session.scalar(select(func.count(MeetingAnswer.id))) == 3


def test_what_a_member_answers_while_the_secretary_notes_answers_of_others_stays(
    series, actor, client_for
):
    meeting = series.plan()
    address = f"/forums/{series.forum}/meetings/{meeting}"
    note_answers(
        series.forum,
        meeting,
        {series.members["name"]: "yes", series.members["alias"]: "unsure"},
        by=series.secretary,
    )
    secretary = client_for(series.secretary)
    sent = _fields(secretary.get(f"{address}/answers?group=B").text)
    own = client_for(actor("peer", person_id=series.person_ids["name"]))
    assert own.post(f"{address}/answer", data={"answer": "no"}).status_code == 303
    sent[f"answer-{series.members['alias']}"] = "yes"
    assert secretary.post(f"{address}/answers", data=sent).status_code == 303
    kept = dict(
        db.session.execute(
            select(ForumMember.public_id, MeetingAnswer.answer).join(
                MeetingAnswer, MeetingAnswer.member_id == ForumMember.id
            )
        ).all()
    )
    assert kept == {series.members["name"]: "no", series.members["alias"]: "yes"}


def test_a_conflict_that_somebody_else_noted_meanwhile_stays(series, decided, client_for):
    meeting, item, _decision = decided
    alias, name = series.members["alias"], series.members["name"]
    place = (series.forum, meeting, item)
    note_conflicts(*place, of=[alias], conflicted=[alias], by=series.secretary)
    secretary = client_for(series.secretary)
    address = f"/forums/{series.forum}/meetings/{meeting}/items/{item}/conflicts?group=B"
    sent = _fields(secretary.get(address).text)
    note_conflicts(*place, of=[name], conflicted=[name], by=series.secretary)
    # She takes that of the alias away, and has not seen the other.
    del sent["conflicted"]
    assert secretary.post(address, data=sent).status_code == 303
    kept = select(ForumMember.public_id).join(
        ItemConflict, ItemConflict.member_id == ForumMember.id
    )
    assert db.session.scalars(kept).all() == [name]


@pytest.fixture
def decided(series, meeting):
    """The meeting, an item and a decision that both groups took."""
    all_came(series.forum, meeting, "B", by=series.secretary)
    _tap(series, meeting, "office", DoorTap.CAME)
    item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    write_item(
        series.forum,
        meeting,
        item,
        minute="Said",
        decisions=[TypedMinutesRow("", "Book early")],
        row_version=1,
        by=series.secretary,
    )
    return meeting, item, db.session.scalars(select(Decision.public_id)).one()


def test_no_more_votes_are_kept_than_members_were_there(series, decided):
    meeting, item, decision = decided
    place = (series.forum, meeting, item, decision)
    now = utc_now()
    votes = {"A": Votes(1), "B": Votes(1, 1, 1)}
    note_decision(*place, moment=now, votes=votes, by=series.secretary)
    noted = decisions_noted(_meeting(meeting))[decision]
    assert (noted.quorate, noted.votes) == (True, Votes(2, 1, 1))
    note_conflicts(
        *place[:3],
        of=[series.members["alias"], series.members["name"]],
        conflicted=[series.members["alias"]],
        by=series.secretary,
    )
    with pytest.raises(TooManyVotes):
        note_decision(*place, moment=now, votes=votes, by=series.secretary)
    # What was kept before stays as it was.
    assert decisions_noted(_meeting(meeting))[decision] == noted
    note_decision(*place, moment=now, votes=None, by=series.secretary)
    again = decisions_noted(_meeting(meeting))[decision]
    assert [(one.letter, one.present, one.counted_out) for one in again.groups] == [
        ("A", 1, 0),
        ("B", 2, 1),
    ]
    assert again.votes is None


def _addresses(series: Series, meeting: str, item: str, decision: str) -> list[str]:
    base = f"/forums/{series.forum}"
    member, at = series.members["office"], f"{base}/meetings/{meeting}"
    term = db.session.scalars(select(ForumTerm.public_id)).first()
    return [
        at,
        f"{at}/presence",
        f"{at}/presence?group=B",
        f"{at}/presence/{_entry(series, meeting, 'office')}/times",
        f"{at}/answers",
        f"{at}/items/{item}",
        f"{at}/items/{item}/conflicts",
        f"{at}/items/{item}/decisions/{decision}",
        f"{base}/terms",
        f"{base}/members/{member}/terms",
        f"{base}/members/{member}/terms/{term}",
        f"{base}/quorum",
    ]


def test_every_page_opens_and_says_how_many_are_there(series, decided, client_for):
    secretary = client_for(series.secretary)
    add_term(
        series.forum,
        series.members["office"],
        TermDetails(date(2024, 1, 1), local_today() + timedelta(days=30), "Chair"),
        by=series.secretary,
    )
    for address in _addresses(series, *decided):
        answer = secretary.get(address)
        assert (address, answer.status_code) == (address, 200)
        assert 'style="' not in answer.text
    assert "3 of 3, 2 needed" in _text(secretary.get(_addresses(series, *decided)[0]).text)


def test_a_tap_answers_with_the_quorum_in_place(series, meeting, client_for):
    secretary = client_for(series.secretary)
    at = f"/forums/{series.forum}/meetings/{meeting}/presence"
    entry = _entry(series, meeting, "office")
    with_script = secretary.post(
        f"{at}/{entry}", data={"do": "came", "group": "A"}, headers={"HX-Request": "true"}
    )
    assert with_script.status_code == 200
    assert "1 of 1, 1 needed" in _text(with_script.text)
    without = secretary.post(f"{at}/{entry}", data={"do": "left", "group": "A"})
    assert (without.status_code, without.location) == (303, f"{at}?group=A")
    assert secretary.post(f"{at}/{entry}", data={"do": "danced"}).status_code == 400
    hold_meeting(series.forum, meeting, by=series.secretary)
    closed = secretary.post(
        f"{at}/{entry}", data={"do": "came", "group": "A"}, headers={"HX-Request": "true"}
    )
    assert "The register is closed." in _text(closed.text)


def test_times_are_typed_and_keep_the_seconds_of_a_tap(series, meeting, client_for):
    _tap(series, meeting, "office", DoorTap.CAME)
    tapped = people_at(_meeting(meeting))[0].times[0].arrived_at
    secretary = client_for(series.secretary)
    address = (
        f"/forums/{series.forum}/meetings/{meeting}/presence/"
        f"{_entry(series, meeting, 'office')}/times"
    )
    clock = f"{to_local(tapped):%H:%M}"
    assert secretary.post(address, data={"arrived_0": clock}).status_code == 303
    # A page that was opened before somebody tapped goes over nothing, and shows what is saved now.
    opened = re.findall(r'name="row_version"[^>]*value="(\d+)"', secretary.get(address).text)
    _tap(series, meeting, "office", DoorTap.LEFT)
    with_tap = people_at(_meeting(meeting))[0].times
    earlier = f"{to_local(tapped) - timedelta(minutes=1):%H:%M}"
    sent = {"arrived_0": earlier, "row_version": opened[0]}
    beside = secretary.post(address, data=sent)
    assert (beside.status_code, f'value="{earlier}"' in beside.text) == (409, True)
    assert "Someone else saved changes" in beside.text
    assert people_at(_meeting(meeting))[0].times == with_tap
    _tap(series, meeting, "office", DoorTap.BACK)
    assert people_at(_meeting(meeting))[0].times == [TimeThere(tapped)]
    # A clock without seconds tells an earlier moment than the tap.
    left_first = {"arrived_0": clock, "left_0": clock}
    for typed in ({"left_0": clock}, {"arrived_0": "25:99"}, left_first):
        answer = secretary.post(address, data=typed)
        assert answer.status_code == 422
        assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert people_at(_meeting(meeting))[0].times == [TimeThere(tapped)]


def test_a_quorum_holds_from_its_day_on_and_earlier_meetings_keep_theirs(
    series, meeting, client_for
):
    secretary = client_for(series.secretary)
    address = f"/forums/{series.forum}/quorum"
    later = local_today() + timedelta(days=10)
    sent = {"holds_from": later.isoformat(), "share_A": "number", "share_B": "all"}
    assert secretary.post(address, data=sent).status_code == 422
    assert secretary.post(address, data=sent | {"least_A": "1"}).status_code == 303
    assert _quorum(meeting) == [("A", 0, 1, 1), ("B", 0, 3, 2)]
    next_one = series.plan(utc_now() + timedelta(days=20))
    assert _quorum(next_one) == [("A", 0, 1, 1), ("B", 0, 3, 3)]


def test_whose_term_ends_soon_stands_on_today_of_the_secretary_alone(
    series, actor, client_for, count_queries
):
    day = local_today()
    for appears, ends in (("office", 30), ("name", 61), ("alias", -3), ("counted", 10)):
        details = TermDetails(date(2024, 1, 1), day + timedelta(days=ends))
        add_term(series.forum, series.members[appears], details, by=series.secretary)
    # Whoever was chosen again is not told as leaving.
    again = TermDetails(day + timedelta(days=11), None)
    add_term(series.forum, series.members["counted"], again, by=series.secretary)
    with refuses("Another term of this member has a day in common with this one."):
        add_term(series.forum, series.members["counted"], again, by=series.secretary)
    db.session.rollback()
    with count_queries() as statements:
        found = terms_ending(series.secretary, day)
    assert statements.count == 1
    assert [(members, first) for *_forum, members, first in found] == [
        (1, day + timedelta(days=30))
    ]
    assert terms_ending(actor("trainer"), day) == []
    assert "Terms of office end" in _text(client_for(series.secretary).get("/").text)


def test_who_is_there_costs_no_more_with_more_people(series, meeting, person, count_queries):
    def cost() -> int:
        held = _meeting(meeting)
        with count_queries() as statements:
            people_at(held)
            quorum_at(held, datetime.now(tz=held.starts_at.tzinfo))
            attendance_of(held)
        return statements.count

    _tap(series, meeting, "office", DoorTap.CAME)
    before = cost()
    for number in range(3):
        guest, _key = person(f"Mgeni {number}")
        add_guest(series.forum, meeting, guest, by=series.secretary)
    all_came(series.forum, meeting, "B", by=series.secretary)
    assert cost() == before
