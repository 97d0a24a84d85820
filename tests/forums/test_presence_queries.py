"""Who was at a meeting, for which terms, and what came of its minutes, where of each kind of row
there is one that just doesn't belong."""

from datetime import date, datetime, timedelta

import pytest

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.forums.models import (
    Decision,
    DecisionPresence,
    ForumMember,
    ForumQuorum,
    ForumQuorumGroup,
    ForumTerm,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    MinutesErratum,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    NamedLeaf,
    PresenceSpell,
)
from kash.forums.queries.meetings import (
    MemberTerms,
    attendance_at,
    conflicted_in,
    member_terms,
    own_meeting_events,
    quorums_of,
    terms_ending,
)
from kash.forums.queries.minutes import presence_with_decisions
from kash.forums.queries.minutes_life import (
    confirmed_at,
    earlier_circulated,
    errata_of,
    later_meetings,
    members_present,
    open_remarks,
    own_names,
    remark_of,
    remarks_on,
    seat_that_was_there,
)
from kash.forums.queries.people import (
    DecisionNoted,
    GroupAtDecision,
    PersonAtMeeting,
    answer_counts,
    conflict_count,
    conflicts_in,
    decision_in,
    decisions_noted,
    own_answer,
    people_at,
    usual_marks,
)
from kash.forums.rules.meetings import (
    NeededOfGroup,
    OfficeTerm,
    QuorumShare,
    Seat,
    TimeThere,
    Votes,
)
from kash.platform.database import db
from kash.platform.messages.calendars import CalendarEvent
from kash.platform.vault.chain import code_of
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from tests.rows import row

from .test_queries import NOW, TODAY, Forums, two

__all__ = ["two"]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _term(seat: ForumMember, begins: int, ends: int | None, office: str = "") -> ForumTerm:
    last = None if ends is None else TODAY + ends * DAY
    return row(
        ForumTerm, member_id=seat.id, begins_on=TODAY + begins * DAY, ends_on=last, office=office
    )


def _register(two: Forums, meeting: Meeting, **marks: str | None) -> dict[str, RosterEntry]:
    """Puts people on the register of a meeting, with these marks, or without one."""
    for code in ("present", "absent", "in_attendance"):
        if db.session.get(MarkStatus, code) is None:
            row(MarkStatus, code=code, letter=code[:2].upper())
    slot = row(Slot, register_id=meeting.register_id, position=1, minutes=90)
    made = {}
    for name, status in marks.items():
        person = two.people[name]
        entry = row(RosterEntry, register_id=meeting.register_id, person_id=person.id)
        made[name] = entry
        if status is not None:
            row(Mark, slot_id=slot.id, person_id=person.id, status=status)
    return made


def test_those_at_a_meeting_stand_by_group_and_name_with_times_terms_and_answers(two):
    meeting, seats = two.meetings["Alpha", "next"], two.seats
    day = meeting.starts_at.date()
    on = _register(two, meeting, Nyota="present", Bahari=None, Mto="absent", Left="present")
    _register(two, two.meetings["Beta", "next"], Nyota="absent", Mto="present")
    on["Left"].removed_at = NOW
    on["Bahari"].walk_in = True
    terms = {
        "Mto": _term(seats["Alpha", "Mto"], -90, 4, "Chair"),
        "Nyota": _term(seats["Alpha", "Nyota"], -90, 5, "Clerk"),
    }
    _term(seats["Beta", "Nyota"], -9, None, "Chair")
    later, earlier = (
        row(PresenceSpell, entry_id=on["Nyota"].id, arrived_at=NOW + at * HOUR, left_at=left)
        for at, left in ((2, None), (0, NOW + HOUR))
    )
    for forum, name, called, answer in (
        ("Alpha", "Mto", "next", "no"),
        ("Alpha", "Nyota", "next", "yes"),
        ("Alpha", "Bahari", "next", "no"),
        ("Alpha", "Left", "next", "yes"),
        ("Alpha", "Mto", "after", "yes"),
        ("Beta", "Mto", "next", "unsure"),
    ):
        meant, member = two.meetings[forum, called], seats[forum, name]
        row(MeetingAnswer, meeting_id=meant.id, member_id=member.id, answer=answer)

    times = [TimeThere(NOW, NOW + HOUR), TimeThere(later.arrived_at)]
    assert earlier.left_at == NOW + HOUR

    def told(name: str, letter: str, mark: str | None, **more: object) -> PersonAtMeeting:
        known = {
            "entry": on[name].public_id,
            "person": two.people[name].public_id,
            "name": name,
            "times": [],
            "member": seats["Alpha", name].public_id,
            "counts": True,
            "office": "",
            "answer": "",
        }
        return PersonAtMeeting(letter=letter, mark=mark, **(known | more))  # type: ignore[arg-type]

    assert people_at(meeting) == [
        told("Mto", "A", "absent", counts=False, answer="no"),
        told("Bahari", "B", None, member="", counts=False, answer="no"),
        told("Nyota", "B", "present", times=times, office="Clerk", answer="yes"),
    ]
    found = attendance_at(db.session(), meeting)
    clerk, chair = (
        OfficeTerm(one.begins_on, one.ends_on, one.office) for one in (terms["Nyota"], terms["Mto"])
    )
    nyota, mto = seats["Alpha", "Nyota"].id, seats["Alpha", "Mto"].id
    assert (found.seats, found.day, found.needed) == (
        [Seat(nyota, "B", "present", times, [clerk]), Seat(mto, "A", "absent", [], [chair])],
        day,
        {},
    )
    assert answer_counts(meeting) == {"yes": 1, "no": 2, "unsure": 0}
    entries = [one.public_id for one in on.values()]
    apologies = {on["Mto"].public_id: "apology", on["Bahari"].public_id: "apology"}
    assert usual_marks(meeting, entries) == apologies | {
        on["Nyota"].public_id: "absent",
        on["Left"].public_id: "absent",
    }
    assert usual_marks(meeting, entries[:1]) == {on["Nyota"].public_id: "absent"}
    beta = two.meetings["Beta", "next"]
    others = [one.public_id for one in db.session.query(RosterEntry).order_by(RosterEntry.id)]
    # Nobody's arrival was tapped there.
    assert usual_marks(beta, others) == {}


def test_an_answer_and_a_seat_are_the_actors_own(two, actor):
    meeting = two.meetings["Alpha", "next"]
    _register(two, meeting, Nyota="in_attendance", Bahari="present", Mto="absent", Left="present")
    _register(two, two.meetings["Beta", "next"], Mto="present")
    for name, answer in (("Bahari", "unsure"), ("Mto", "yes"), ("Left", "no")):
        seat = two.seats["Alpha", name]
        row(MeetingAnswer, meeting_id=meeting.id, member_id=seat.id, answer=answer)
    seats = two.seats
    db.session.commit()
    who = {name: actor("peer", person_id=person.id) for name, person in two.people.items()}
    answers = {name: own_answer(meeting, one) for name, one in who.items()}
    assert answers == {"Nyota": "", "Bahari": "unsure", "Mto": "yes", "Left": None}
    assert own_answer(meeting, actor("director")) is None
    there = {name: seat_that_was_there(meeting, one) for name, one in who.items()}
    assert there == {
        "Nyota": seats["Alpha", "Nyota"],
        "Bahari": seats["Alpha", "Bahari"],
        "Mto": None,
        "Left": None,
    }
    assert seat_that_was_there(meeting, actor("director")) is None
    names = [(one.person.chosen_name, one.person.group.letter) for one in members_present(meeting)]
    assert names == [("Left", "A"), ("Bahari", "B")]


def test_terms_and_quorums_are_those_of_the_forum_that_hold_on_the_day(two, actor, groups):
    alpha, beta = two.forums["Alpha"], two.forums["Beta"]
    nyota, mto = two.seats["Alpha", "Nyota"], two.seats["Alpha", "Mto"]
    kept = [_term(nyota, 1, 60, "Chair"), _term(nyota, -90, 0), _term(mto, -90, -1)]
    _term(two.seats["Alpha", "Left"], -90, 9)
    _term(two.seats["Beta", "Mto"], -90, 61)
    of_term = {one.id: OfficeTerm(one.begins_on, one.ends_on, one.office) for one in kept}

    def told(
        name: str, letter: str, *terms: ForumTerm, now: OfficeTerm | None, ends: date | None
    ) -> MemberTerms:
        return MemberTerms(
            member=two.seats["Alpha", name].public_id,
            person=two.people[name].public_id,
            name=name,
            letter=letter,
            terms=[(one.public_id, of_term[one.id]) for one in terms],
            now=now,
            ends=ends,
            counts=name != "Mto",
        )

    assert member_terms(alpha, TODAY) == [
        told("Mto", "A", kept[2], now=None, ends=None),
        told("Bahari", "B", now=None, ends=None),
        told("Nyota", "B", kept[1], kept[0], now=of_term[kept[1].id], ends=TODAY + 60 * DAY),
    ]
    ending = (alpha.public_id, "Alpha", 1, TODAY + 60 * DAY)
    assert terms_ending(two.secretary, TODAY) == [ending]
    assert terms_ending(two.secretary, TODAY - DAY) == [(alpha.public_id, "Alpha", 1, TODAY - DAY)]
    assert terms_ending(two.other, TODAY) == terms_ending(actor("peer"), TODAY) == []

    first, second = (group.letter for group in groups)
    agreed = {}
    for forum, days, shares in (
        (alpha, 0, ((groups[1], "half", 0), (groups[0], "number", 2))),
        (alpha, -30, ((groups[0], "all", 0),)),
        (alpha, 1, ()),
        (beta, -1, ((groups[0], "third", 0),)),
    ):
        made = row(ForumQuorum, forum_id=forum.id, holds_from=TODAY + days * DAY)
        agreed[forum.name, days] = made.public_id
        for group, share, least in shares:
            row(ForumQuorumGroup, quorum_id=made.id, group_id=group.id, share=share, least=least)
    now = {first: NeededOfGroup(QuorumShare.NUMBER, 2), second: NeededOfGroup(QuorumShare.HALF)}
    before = {first: NeededOfGroup(QuorumShare.ALL)}
    told_of = [tuple(one.values()) for one in quorums_of(alpha, TODAY)]
    assert told_of == [
        (agreed["Alpha", 1], TODAY + DAY, {}, False),
        (agreed["Alpha", 0], TODAY, now, True),
        (agreed["Alpha", -30], TODAY - 30 * DAY, before, False),
    ]


def test_conflicts_and_presence_are_noted_beside_items_and_decisions(two, groups):
    alpha = two.forums["Alpha"]
    meeting, other = two.meetings["Alpha", "before"], two.meetings["Alpha", "long ago"]
    item, second = meeting.items
    for where, name in ((item, "Left"), (item, "Mto"), (second, "Bahari")):
        row(ItemConflict, item_id=where.id, member_id=two.seats["Alpha", name].id)

    def told(name: str, letter: str, conflicted: bool) -> tuple[object, ...]:
        seat, person = two.seats["Alpha", name], two.people[name]
        return seat.public_id, person.public_id, name, letter, conflicted

    assert conflicts_in(alpha, item) == [
        told("Left", "A", True),
        told("Mto", "A", True),
        told("Bahari", "B", False),
        told("Nyota", "B", False),
    ]
    assert (conflict_count(item), conflict_count(other.items[0])) == (2, 0)
    assert conflicted_in(db.session(), second) == {two.seats["Alpha", "Bahari"].id}

    decisions = [row(Decision, item=where) for where in (item, second, second, other.items[0])]
    for decision, group, votes in (
        (decisions[0], groups[1], (2, 1, 0)),
        (decisions[0], groups[0], (None, None, None)),
        (decisions[1], groups[0], (1, None, None)),
        (decisions[3], groups[0], (1, 1, 1)),
    ):
        row(
            DecisionPresence,
            decision_id=decision.id,
            group_id=group.id,
            noted_at=NOW,
            members=5,
            present=3,
            needed=2,
            counted_out=1,
            votes_for=votes[0],
            votes_against=votes[1],
            abstained=votes[2],
        )

    def group_told(at: int, votes: Votes | None) -> GroupAtDecision:
        return GroupAtDecision(groups[at].letter, groups[at].name, 5, 3, 2, 1, votes)

    assert decisions_noted(meeting) == {
        decisions[0].public_id: DecisionNoted(
            NOW, [group_told(0, None), group_told(1, Votes(2, 1, 0))]
        ),
        decisions[1].public_id: DecisionNoted(NOW, [group_told(0, Votes(1, 0, 0))]),
    }
    assert decision_in(second, decisions[1].public_id) == decisions[1]
    with pytest.raises(NotFound):
        decision_in(item, decisions[1].public_id)


def test_a_decision_is_told_as_quorate_only_if_every_group_met_its_quorum(two, groups):
    meeting, other = two.meetings["Alpha", "before"], two.meetings["Alpha", "long ago"]
    item = meeting.items[0]
    needed, voted = (2, 3), {"votes_for": 1, "votes_against": 0, "abstained": 1}
    told: dict[int, dict[str, object]] = {}
    for where, present, votes in (
        (item, (2, 3), voted),
        (item, (1, 5), {}),
        (item, (5, 2), {}),
        (other.items[0], (2, 3), {}),
    ):
        decision = row(Decision, item=where)
        for group, there, least in zip(groups, present, needed, strict=True):
            row(
                DecisionPresence,
                decision_id=decision.id,
                group_id=group.id,
                members=5,
                present=there,
                needed=least,
                **votes,
            )
        letters = [group.letter for group in groups]
        told[decision.id] = {
            "groups": [[letter, there, 5] for letter, there in zip(letters, present, strict=True)],
            "votes": [[letter, 1, 0, 1] for letter in letters if votes],
            "quorate": present == needed,
        }
    *own, _of_the_other = told
    assert presence_with_decisions(meeting) == {decision: told[decision] for decision in own}


def test_minutes_are_remarked_confirmed_and_put_right_in_their_order(two, actor):
    of = {name: one for (forum, name), one in two.meetings.items() if forum == "Alpha"}
    meeting = of["before"]
    last = of["next"].starts_at
    assert later_meetings(of["long ago"], last) == [of["next"], of["unrecorded"], of["before"]]
    assert later_meetings(of["long ago"], last - HOUR) == [of["unrecorded"], of["before"]]
    assert later_meetings(of["long ago"], last, most=1) == [of["next"]]
    assert later_meetings(of["next"], last) == []
    for forum, name, state, confirmed in (
        ("Alpha", "before", "circulated", None),
        ("Alpha", "long ago", "circulated", None),
        ("Alpha", "called off", "locked", of["next"]),
        ("Alpha", "next", "circulated", None),
        ("Alpha", "unrecorded", "locked", of["after"]),
        ("Beta", "before", "circulated", None),
    ):
        row(
            MinutesLife,
            meeting=two.meetings[forum, name],
            state=state,
            root="0a" * 32 if state == "locked" else "",
            confirmed_in=confirmed,
        )
    assert earlier_circulated(of["next"]) == [of["long ago"], meeting]
    assert [tuple(one.values()) for one in confirmed_at(of["next"])] == [
        (of["called off"].public_id, of["called off"].starts_at, code_of("0a" * 32))
    ]
    first, second = meeting.items
    remarks = [
        row(
            MinutesRemark,
            item=item,
            member=two.seats["Alpha", name],
            state=state,
            answer="" if state == "open" else "No",
        )
        for item, name, state in (
            (second, "Nyota", "open"),
            (second, "Mto", "declined"),
            (first, "Mto", "open"),
            (of["long ago"].items[0], "Nyota", "open"),
        )
    ]
    assert open_remarks(meeting.id) == 2
    db.session.commit()
    nyota = actor("peer", person_id=two.people["Nyota"].id)

    def read(who: Actor, *, whole: bool) -> list[tuple[str, list[tuple[int, bool]]]]:
        ids = [one.public_id for one in remarks]
        return [
            (item, [(ids.index(one.public_id), one.own) for one in lines])
            for item, lines in remarks_on(meeting, who, whole=whole).items()
        ]

    everything = [(first.public_id, [(2, False)]), (second.public_id, [(0, False), (1, False)])]
    assert read(two.secretary, whole=True) == everything
    assert read(nyota, whole=False) == [(second.public_id, [(0, True), (1, False)])]
    one = remark_of(meeting, remarks[1].public_id, two.secretary)
    assert (one.item_id, one.state, one.answer, one.letter) == (
        second.public_id,
        "declined",
        "No",
        "A",
    )
    with pytest.raises(NotFound):
        remark_of(meeting, remarks[3].public_id, two.secretary)

    for of_meeting, number in ((meeting, 2), (meeting, 1), (of["long ago"], 1)):
        row(MinutesErratum, meeting_id=of_meeting.id, number=number, value=None, salt=None)
    assert [(line.number, line.day, line.text) for line in errata_of(meeting)] == [
        (1, None, None),
        (2, None, None),
    ]
    leaves = [
        row(MinutesLeaf, meeting_id=one.id, place=at)
        for at, one in enumerate((meeting, meeting, of["long ago"]))
    ]
    for leaf, name in zip(leaves, ("Nyota", "Mto", "Nyota"), strict=True):
        row(NamedLeaf, leaf_id=leaf.id, member_id=two.seats["Alpha", name].id)
    assert own_names(meeting, nyota) == {leaves[0].public_id}
    assert own_names(meeting, two.secretary) == set()


def test_meetings_are_in_calendars_of_secretary_and_members(app, two, actor):
    for (forum, _name), meeting in two.meetings.items():
        row(Slot, register_id=meeting.register_id, position=1, minutes=90)
        meeting.row_version = 3 if forum == "Alpha" else 1
    first = (NOW - 40 * DAY).date()
    last = (NOW + 5 * DAY).date()
    # What begins on the last evening is still of its day.
    two.meetings["Alpha", "next"].starts_at = datetime(
        last.year, last.month, last.day, 20, 59, tzinfo=NOW.tzinfo
    )
    db.session.commit()

    def told(who: Actor) -> list[CalendarEvent]:
        with app.test_request_context("/"):
            return own_meeting_events(who, first, last)

    def events(forum: str, *names: str) -> list[CalendarEvent]:
        return [
            CalendarEvent(
                uid=f"{one.public_id}@kash",
                summary="Meeting",
                starts_at=one.starts_at,
                ends_at=one.starts_at + timedelta(minutes=90),
                changed_at=one.created_at,
                sequence=one.row_version - 1,
                location=name,
                cancelled=one.state == "cancelled",
            )
            for name, one in ((name, two.meetings[forum, name]) for name in names)
        ]

    alpha = events("Alpha", "called off", "before", "unrecorded", "called off again", "next")
    beta = events("Beta", "called off", "before", "unrecorded", "called off again", "next")
    assert told(two.secretary) == alpha
    assert told(two.other) == beta
    assert told(actor("peer", person_id=two.people["Bahari"].id)) == alpha
    assert len(told(actor("peer", person_id=two.people["Nyota"].id))) == 10
    assert told(actor("peer", person_id=two.people["Left"].id)) == told(actor("director")) == []
