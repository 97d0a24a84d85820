"""Actions and decisions as they are read, where another forum has the like of everything."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kash.forums.models import Action, ActionLink, ActionNote, Decision, DecisionReview
from kash.forums.queries.decisions import (
    ActionLine,
    action_line,
    actions_to_remind_of,
    actions_without_owner,
    ages_of,
    all_actions,
    decisions_of,
    decisions_to_look_at,
    evidence_of,
    linked_actions,
    notes_of,
    open_action,
    readable_action,
    returning_in,
    shown_decisions,
)
from kash.forums.queries.meetings import number_of
from kash.forums.rules.meetings import Age
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from tests.rows import row

from .test_queries import NOW, TODAY, _act, two

__all__ = ["two"]

DAY = timedelta(days=1)


def _line(action: Action, actor: Actor) -> ActionLine:
    return action_line(action, action.item, action.item.meeting, actor)


def test_an_action_is_told_as_far_as_each_may_see_it(two, actor):
    action = _act(two, "Alpha", "before", "Call", owner="Nyota", due_on=TODAY)
    free = _act(two, "Alpha", "before", "Write", state="done", outcome="Sent", closed_at=NOW)
    nyota, bahari = (actor("peer", person_id=two.people[name].id) for name in ("Nyota", "Bahari"))
    seat, meeting = two.seats["Alpha", "Nyota"], two.meetings["Alpha", "before"]
    seat.appears, seat.shown_as = "alias", "Star"
    found = _line(action, two.secretary)
    assert found == ActionLine(
        public_id=action.public_id,
        forum_id=two.forums["Alpha"].public_id,
        forum_name="Alpha",
        meeting_id=meeting.public_id,
        number=number_of(action.item, meeting),
        text="Call",
        owner="Star",
        owner_group="B",
        owner_name="Nyota",
        own=False,
        may_close=True,
        due_on=TODAY,
        state="open",
        outcome="",
        closed_at=None,
        owner_person=two.people["Nyota"].public_id,
        seat=seat.public_id,
        owner_left=False,
        raised_at=meeting.starts_at,
    )
    nameless = replace(found, owner_name="", owner_person="", may_close=False)
    assert _line(action, bahari) == nameless
    assert _line(action, nyota) == replace(nameless, own=True, may_close=True)
    assert _line(action, two.other) == replace(found, may_close=False)
    assert _line(free, bahari) == replace(
        nameless,
        public_id=free.public_id,
        text="Write",
        owner="",
        owner_group="",
        due_on=None,
        state="done",
        outcome="Sent",
        closed_at=NOW,
        seat="",
    )
    seat.left_on = TODAY
    left = replace(found, owner_left=True)
    assert _line(action, nyota) == replace(
        left, own=True, owner_name="", owner_person="", may_close=False
    )
    assert _line(action, two.secretary) == left


def test_actions_are_found_by_state_words_and_what_they_change(two, actor):
    alpha, director = two.forums["Alpha"], actor("director")
    two.seats["Alpha", "Bahari"].left_on = TODAY
    made = {
        text: _act(two, forum, meeting, text, **more)
        for text, forum, meeting, more in (
            ("Late of one who left", "Alpha", "before", {"owner": "Left", "due_on": TODAY - DAY}),
            ("Today", "Alpha", "before", {"owner": "Nyota", "due_on": TODAY}),
            ("Gone", "Alpha", "long ago", {"owner": "Bahari"}),
            ("First", "Alpha", "long ago", {"owner": "Left", "due_on": TODAY - 9 * DAY}),
            ("Drafted", "Alpha", "next", {"owner": "Mto", "due_on": TODAY - DAY}),
            ("Closed", "Alpha", "before", {"owner": "Left", "state": "done", "closed_at": NOW}),
            ("Elsewhere", "Beta", "before", {"owner": "Left", "due_on": TODAY - DAY}),
        )
    }
    nyota = actor("peer", person_id=two.people["Nyota"].id)

    def found(who: Actor, state: str = "all", text: str = "") -> list[str]:
        lines = all_actions(alpha, who, TODAY, state=state, text=text)
        return [line.text for line in lines]

    newest = ["Drafted", "Closed", "Today", "Late of one who left", "First", "Gone"]
    assert found(two.secretary) == newest
    assert found(nyota) == newest[1:]
    assert found(two.secretary, "late") == ["Drafted", "Late of one who left", "First"]
    assert found(two.secretary, "left") == ["Late of one who left", "First", "Gone"]
    assert (found(nyota, "mine"), found(two.secretary, "mine")) == (["Today"], [])
    assert found(two.secretary, text="ONE late") == ["Late of one who left"]
    lost = [line.text for line in actions_without_owner(two.secretary)]
    assert lost == ["First", "Late of one who left", "Gone"]
    assert [line.text for line in actions_without_owner(two.secretary, most=1)] == ["First"]
    for meeting in ("before", "next"):
        _act(two, "Alpha", meeting, f"Nobody's, {meeting}", owner=None)
    # Until a meeting is held, its minutes are a draft.
    lost = [(line.text, line.owner_left) for line in actions_without_owner(two.secretary)]
    assert lost == [
        ("First", True),
        ("Late of one who left", True),
        ("Gone", True),
        ("Nobody's, before", False),
    ]
    assert [line.text for line in actions_without_owner(two.other)] == ["Elsewhere"]
    assert actions_without_owner(nyota) == actions_without_owner(director) == []

    target = "w" * 16
    for text in ("Gone", "Closed", "Drafted", "Elsewhere"):
        row(ActionLink, action_id=made[text].id, kind="workshop", target=target)
    row(ActionLink, action_id=made["First"].id, kind="session", target=target)
    row(ActionLink, action_id=made["Today"].id, kind="workshop", target="x" * 16)

    def linked(who: Actor, **more: int) -> list[str]:
        return [line.text for line in linked_actions("workshop", target, who, **more)]

    assert linked(director) == ["Elsewhere", "Closed", "Gone"]
    assert linked(director, most=1) == ["Elsewhere"]
    bahari = actor("peer", person_id=two.people["Bahari"].id)
    assert (linked(nyota), linked(bahari)) == (["Elsewhere", "Closed", "Gone"], [])
    drafted = made["Drafted"].public_id
    assert open_action(alpha, drafted, nyota) == _line(made["Drafted"], nyota)
    assert readable_action(alpha, drafted, two.secretary) == _line(made["Drafted"], two.secretary)
    for ask, wrong in (
        (readable_action, drafted),
        (readable_action, made["Elsewhere"].public_id),
        (open_action, made["Elsewhere"].public_id),
    ):
        with pytest.raises(NotFound):
            ask(alpha, wrong, nyota)


def test_notes_are_those_of_the_action_and_their_files_hers_who_may_close_it(two, actor):
    action = _act(two, "Alpha", "before", "Call", owner="Nyota")
    other = _act(two, "Alpha", "before", "Write", owner="Nyota")
    notes = [
        row(ActionNote, action_id=one.id, text=text, by_owner=own, kind=kind, size=size)
        for one, text, own, kind, size in (
            (action, "Asked", True, "", 0),
            (action, "Shown", False, "pdf", 7),
            (action, "Done", True, "", 0),
            (other, "Other", True, "pdf", 9),
        )
    ]
    closes = _line(action, two.secretary)

    def told(line: ActionLine) -> list[tuple[object, ...]]:
        return [
            (one.public_id, one.text, one.by_owner, one.created_at, one.kind, one.size)
            for one in notes_of(line)
        ]

    def expected(kind: str, size: int) -> list[tuple[object, ...]]:
        return [
            (one.public_id, one.text, one.by_owner, one.created_at, *file)
            for one, file in zip(notes[2::-1], (("", 0), (kind, size), ("", 0)), strict=True)
        ]

    assert closes.may_close
    assert told(closes) == expected("pdf", 7)
    assert evidence_of(closes, notes[1].public_id) == notes[1]
    for wrong in (notes[0].public_id, notes[3].public_id, "nowhere"):
        with pytest.raises(NotFound):
            evidence_of(closes, wrong)


def test_owners_are_reminded_around_the_day_while_they_sit_in_the_forum(two):
    two.seats["Alpha", "Bahari"].left_on = TODAY
    made = [
        _act(two, "Alpha", meeting, "Call", owner=owner, due_on=due, **more)
        for meeting, owner, due, more in (
            ("before", "Nyota", TODAY + 3 * DAY, {}),
            ("before", "Mto", TODAY - 3 * DAY, {}),
            ("next", "Mto", TODAY, {}),
            ("before", "Nyota", TODAY + 4 * DAY, {}),
            ("before", "Nyota", TODAY - 4 * DAY, {}),
            ("before", "Nyota", None, {}),
            ("before", "Bahari", TODAY, {}),
            ("before", None, TODAY, {}),
            ("called off", "Nyota", TODAY, {}),
            ("before", "Nyota", TODAY, {"state": "done", "closed_at": NOW}),
        )
    ]
    people = {name: person.id for name, person in two.people.items()}
    assert actions_to_remind_of(db.session(), TODAY) == [
        (made[0].public_id, TODAY + 3 * DAY, people["Nyota"]),
        (made[1].public_id, TODAY - 3 * DAY, people["Mto"]),
        (made[2].public_id, TODAY, people["Mto"]),
    ]


def test_ages_count_days_and_meetings_held_of_the_forum_since(two):
    alpha = two.forums["Alpha"]
    made = [
        _act(two, "Alpha", "long ago", "Open"),
        _act(two, "Alpha", "long ago", "Closed", state="done", closed_at=NOW - 40 * DAY),
        _act(two, "Alpha", "before", "Younger"),
    ]
    lines = [_line(one, two.secretary) for one in made]
    assert ages_of(alpha, lines, NOW) == {
        made[0].public_id: Age(60, 1),
        made[1].public_id: Age(20, 0),
        made[2].public_id: Age(30, 0),
    }
    assert ages_of(alpha, [], NOW) == {}


def test_decisions_come_back_on_their_day_until_something_was_concluded(app, two, actor):
    def decide(
        text: str, meeting: str, look_on: date | None = None, *, ended: bool = False, of: str = ""
    ) -> Decision:
        item = two.meetings[of or "Alpha", meeting].items[0]
        found = row(Decision, item=item, text=text)
        if look_on is not None:
            concluded = {"conclusion": "worked", "found": "Yes", "concluded_at": NOW}
            more = concluded if ended else {}
            row(DecisionReview, decision=found, look_on=look_on, expected=f"{text}?", **more)
        return found

    decide("Plain", "long ago")
    decide("Back", "long ago", TODAY)
    decide("Later", "before", TODAY + DAY)
    decide("Long back", "before", TODAY - 9 * DAY)
    decide("Ended", "before", TODAY - DAY, ended=True)
    decide("Drafted", "next", TODAY - 2 * DAY)
    decide("Called off", "called off", TODAY - DAY)
    decide("Elsewhere", "before", TODAY - DAY, of="Beta")
    db.session.commit()
    alpha, director = two.forums["Alpha"], actor("director")

    def listed(who: Actor, state: str = "all") -> list[str]:
        with app.test_request_context("/"):
            rows = decisions_of(alpha, who, TODAY, state)
            return [line.text for line in shown_decisions(rows, who)]

    everything = ["Drafted", "Ended", "Long back", "Later", "Called off", "Back", "Plain"]
    assert listed(two.secretary) == everything
    assert listed(two.other) == ["Ended", "Long back", "Later", "Back", "Plain"]
    assert listed(two.secretary, "back") == ["Drafted", "Long back", "Called off", "Back"]
    assert listed(two.secretary, "waiting") == ["Later"]
    assert listed(two.secretary, "concluded") == ["Ended"]

    def to_look_at(who: Actor, **more: int) -> list[tuple[str, str, str]]:
        lines = decisions_to_look_at(who, TODAY, **more)
        return [(line.text, line.expected, line.forum_name) for line in lines]

    assert to_look_at(two.secretary) == [
        ("Long back", "Long back?", "Alpha"),
        ("Drafted", "Drafted?", "Alpha"),
        ("Back", "Back?", "Alpha"),
    ]
    assert to_look_at(two.secretary, most=1) == [("Long back", "Long back?", "Alpha")]
    assert to_look_at(two.other) == [("Elsewhere", "Elsewhere?", "Beta")]
    assert to_look_at(director) == to_look_at(actor("peer")) == []

    def back_in(meeting: str, days: int = 0) -> list[tuple[str, str]]:
        found = returning_in(two.meetings["Alpha", meeting], NOW + days * DAY, two.secretary)
        assert [read for _line, read in found] == [None] * len(found)
        return sorted((line.text, line.conclusion) for line, _read in found)

    concluded = [("Back", ""), ("Ended", "worked"), ("Later", ""), ("Long back", "")]
    assert back_in("next", 1) == concluded
    assert back_in("next", -1) == [(text, "") for text, _said in concluded]
    assert back_in("before") == back_in("called off again") == []
