"""What is read of forums where another one beside it has the like of everything, and of each kind
of row there is one that just doesn't belong."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kash.attendance.models import Register
from kash.forums.models import (
    Action,
    AgendaItem,
    AgendaTemplate,
    AgendaTemplateItem,
    Forum,
    ForumMember,
    InternalLine,
    Meeting,
)
from kash.forums.queries.decisions import actions_due, actions_of, arising_in, open_actions
from kash.forums.queries.meetings import (
    following_meeting,
    meetings_of,
    meetings_to_record,
    next_meetings,
    previous_meeting,
)
from kash.forums.queries.minutes_life import lines_to_release
from kash.forums.queries.series import (
    ForumMemberLine,
    find_forums,
    forums_listed,
    member_lines,
    owners_of,
    people_with_account,
    seated,
    template_choices,
    template_lines,
    template_of,
)
from kash.people.models import Person
from kash.platform.database import db, new_public_id
from kash.platform.web.formats import local_today
from kash.policy import Actor

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)
# Days from now, and the state.
MEETINGS = {
    "long ago": (-60, "held"),
    "called off": (-40, "cancelled"),
    "before": (-30, "held"),
    "unrecorded": (-2, "planned"),
    "called off again": (3, "cancelled"),
    "next": (5, "planned"),
    "after": (35, "planned"),
}


@dataclass
class Forums:
    """Two forums, `Beta` run by somebody else, with the rows of each by name."""

    secretary: Actor
    other: Actor
    forums: dict[str, Forum] = field(default_factory=dict)
    meetings: dict[tuple[str, str], Meeting] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    seats: dict[tuple[str, str], ForumMember] = field(default_factory=dict)

    def name_of(self, meeting: Meeting | None) -> tuple[str, str] | None:
        return next((key for key, one in self.meetings.items() if one is meeting), None)


@pytest.fixture
def two(app, actor, groups):
    """Members in no order of theirs; in each forum one who left."""
    first, second = (group.id for group in groups)
    made = Forums(actor("trainer", name="Zawadi"), actor("trainer", name="Amani"))
    for name, group in (("Nyota", second), ("Bahari", second), ("Mto", first), ("Left", first)):
        made.people[name] = Person(
            public_id=new_public_id(),
            chosen_name=name,
            sort_name=name.lower(),
            group_id=group,
            created_by="system",
        )
        db.session.add(made.people[name])
    for name, secretary in (("Beta", made.other), ("Alpha", made.secretary)):
        forum = Forum(public_id=new_public_id(), name=name, secretary_id=secretary.account_id)
        db.session.add(forum)
        made.forums[name] = forum
        for called, person in made.people.items():
            if name == "Beta" and called == "Bahari":
                continue
            left = TODAY if called == "Left" else None
            seat = ForumMember(forum=forum, person=person, left_on=left, public_id=new_public_id())
            db.session.add(seat)
            made.seats[name, called] = seat
        for called, (days, state) in reversed(MEETINGS.items()):
            held = NOW + timedelta(days=days, hours=3) if state == "held" else None
            meeting = Meeting(
                public_id=new_public_id(),
                forum=forum,
                register=Register(purpose="forum", public_id=new_public_id()),
                starts_at=NOW + timedelta(days=days),
                state=state,
                held_at=held,
                place=called,
            )
            db.session.add(meeting)
            made.meetings[name, called] = meeting
            for position in (1, 2):
                meeting.items.append(
                    AgendaItem(
                        public_id=new_public_id(), position=position, title=f"{name} {position}"
                    )
                )
    db.session.commit()
    return made


def _act(two: Forums, forum: str, meeting: str, text: str, **more: object) -> Action:
    owner = more.pop("owner", None)
    seat = two.seats[forum, str(owner)] if owner else None
    action = Action(
        public_id=new_public_id(),
        text=text,
        owner=seat,
        item=two.meetings[forum, meeting].items[0],
        **more,
    )
    db.session.add(action)
    db.session.commit()
    return action


def test_forums_are_listed_by_name_with_what_is_their_own(app, two, actor):
    _act(two, "Alpha", "before", "Open")
    _act(two, "Alpha", "before", "Done", state="done", closed_at=NOW)
    director = actor("director")
    with app.test_request_context("/"):
        rows = forums_listed(director, NOW)
        found = [(row[0].name, *row[1:]) for row in rows]
    alpha = {name: two.meetings["Alpha", name].starts_at for name in MEETINGS}
    assert found == [
        ("Alpha", 3, alpha["next"], alpha["before"], 1),
        ("Beta", 2, alpha["next"], alpha["before"], 0),
    ]
    ids = {name: forum.public_id for name, forum in two.forums.items()}
    assert find_forums(director, "", 5) == [(ids["Alpha"], "Alpha"), (ids["Beta"], "Beta")]
    assert find_forums(director, "", 1) == [(ids["Alpha"], "Alpha")]
    assert find_forums(director, "BET", 5) == [(ids["Beta"], "Beta")]
    assert find_forums(director, "%", 5) == []


def test_a_member_finds_the_forums_in_which_she_holds_a_seat(two, actor):
    ids = {name: forum.public_id for name, forum in two.forums.items()}
    for person, names in (("Nyota", ["Alpha", "Beta"]), ("Bahari", ["Alpha"]), ("Left", [])):
        peer = actor("peer", person_id=two.people[person].id)
        assert find_forums(peer, "", 5) == [(ids[name], name) for name in names]
    assert find_forums(actor("peer"), "", 5) == []


def test_members_stand_by_group_and_name_and_those_who_left_do_not(two, actor):
    director = actor("director")
    alpha, beta = two.forums["Alpha"], two.forums["Beta"]
    assert [line.name for line in member_lines(alpha, director)] == ["Mto", "Bahari", "Nyota"]
    assert [line.name for line in member_lines(beta, director)] == ["Mto", "Nyota"]
    seat, mto = two.seats["Beta", "Mto"], two.people["Mto"]
    seat.appears, seat.shown_as = "office", "Clerk"
    told = ForumMemberLine(
        public_id=seat.public_id,
        name="Mto",
        group=mto.group.name,
        appears="office",
        shown_as="Clerk",
        shown="Clerk",
        own=False,
        left_on=None,
        letter="A",
        person=mto.public_id,
    )
    assert member_lines(beta, director)[0] == told
    nameless = replace(told, group="A", person="")
    own, other = (actor("peer", person_id=two.people[name].id) for name in ("Mto", "Nyota"))
    assert member_lines(beta, own)[0] == replace(nameless, own=True)
    assert member_lines(beta, other)[0] == replace(nameless, name="")
    assert [one.person.chosen_name for one in owners_of(alpha)] == ["Mto", "Bahari", "Nyota"]
    assert [one.person.chosen_name for one in owners_of(beta)] == ["Mto", "Nyota"]
    assert seated(beta) == {two.people[name].public_id for name in ("Mto", "Nyota")}


def test_people_with_an_account_in_use_are_offered_by_group_and_name(two, actor):
    for name in ("Nyota", "Bahari", "Mto"):
        actor("peer", "trainer", person_id=two.people[name].id)
    actor("peer", person_id=two.people["Left"].id, active=False)
    assert [
        (one.chosen_name, one.letter, one.roles)
        for one in people_with_account(actor("director"), [two.people["Bahari"].public_id])
    ] == [("Mto", "A", ("peer", "trainer")), ("Nyota", "B", ("peer", "trainer"))]
    two.people["Nyota"].minor = True
    db.session.commit()
    assert [one.chosen_name for one in people_with_account(actor("director"), [])] == [
        "Mto",
        "Bahari",
    ]
    assert people_with_account(actor("peer"), []) == []


def test_meetings_of_a_forum_follow_each_other_without_those_called_off(app, two):
    for name, before, after in (
        ("long ago", None, "before"),
        ("before", "long ago", "unrecorded"),
        ("next", "unrecorded", "after"),
        ("after", "next", None),
    ):
        meeting = two.meetings["Alpha", name]
        assert two.name_of(previous_meeting(meeting)) == (before and ("Alpha", before))
        assert two.name_of(following_meeting(meeting)) == (after and ("Alpha", after))
    _act(two, "Alpha", "before", "One")
    _act(two, "Alpha", "before", "Two")
    with app.test_request_context("/"):
        rows = list(meetings_of(two.forums["Alpha"]))
    assert [(row[0].place, *row[1:]) for row in rows] == [
        (name, 2, 0, 2 if name == "before" else 0) for name in reversed(MEETINGS)
    ]


def test_today_shows_meetings_that_are_planned_and_those_left_unrecorded(two, actor):
    director = actor("director")

    def shown(who: Actor, **more: int) -> list[tuple[str, str, bool, int]]:
        return [
            (line["forum_name"], line["place"], line["runs"], line["points"])
            for line in next_meetings(who, NOW, **more)
        ]

    assert sorted(shown(director)) == [
        ("Alpha", "after", True, 2),
        ("Alpha", "next", True, 2),
        ("Beta", "after", True, 2),
        ("Beta", "next", True, 2),
    ]
    assert [line[1] for line in shown(director)] == ["next", "next", "after", "after"]
    assert len(shown(director, most=3)) == 3
    # Up to so many days, and not on the last.
    assert {line[1] for line in shown(director, days=35)} == {"next"}
    # What began earlier today is still shown.
    today = two.meetings["Alpha", "next"]
    midnight = datetime(2026, 11, 19, 21, tzinfo=UTC)
    for moment, seen in ((midnight, True), (midnight - timedelta(seconds=1), False)):
        today.starts_at = moment
        db.session.commit()
        assert (("Alpha", "next", True, 2) in shown(director)) is seen
    bahari = actor("peer", person_id=two.people["Bahari"].id)
    assert shown(bahari) == [("Alpha", "after", False, 2)]

    assert [line.place for line in meetings_to_record(two.other, NOW)] == ["unrecorded"]
    began = two.meetings["Beta", "unrecorded"].starts_at
    assert [line.place for line in meetings_to_record(two.other, began)] == ["unrecorded"]
    assert meetings_to_record(two.other, began - timedelta(seconds=1)) == []
    assert meetings_to_record(director, NOW) == []
    assert meetings_to_record(two.other, NOW, most=0) == []
    assert meetings_to_record(actor("peer"), NOW) == []


def test_actions_are_those_of_the_forum_the_first_due_first(app, two, actor):
    _act(two, "Alpha", "before", "Some day", owner="Nyota")
    _act(two, "Alpha", "before", "Late", due_on=date(2026, 11, 30), owner="Bahari")
    _act(two, "Alpha", "before", "Soon", due_on=date(2026, 11, 27), owner="Mto")
    _act(two, "Alpha", "next", "Drafted", due_on=date(2026, 11, 28), owner="Nyota")
    _act(two, "Alpha", "long ago", "Done", state="done", closed_at=NOW)
    _act(two, "Alpha", "long ago", "Dropped", state="dropped", closed_at=NOW)
    _act(two, "Beta", "before", "Elsewhere", due_on=date(2026, 11, 1), owner="Mto")
    alpha = two.forums["Alpha"]
    nyota = actor("peer", person_id=two.people["Nyota"].id)
    bahari = actor("peer", person_id=two.people["Bahari"].id)

    def open_to(who: Actor, **more: int) -> list[str]:
        return [line.text for line in open_actions(alpha, who, **more)]

    assert open_to(two.secretary) == ["Soon", "Drafted", "Late", "Some day"]
    assert open_to(two.secretary, most=2) == ["Soon", "Drafted"]
    assert open_to(nyota) == ["Soon", "Drafted", "Late", "Some day"]
    # Until a meeting is held its minutes are a draft.
    assert open_to(bahari) == open_to(two.other) == ["Soon", "Late", "Some day"]

    def listed(**more: str) -> list[str]:
        with app.test_request_context("/"):
            rows = actions_of(alpha, two.secretary, local_today(), **more)
            return [action.text for action in rows]

    assert listed() == ["Soon", "Drafted", "Late", "Some day"]
    assert listed(state="done") == ["Done"]
    assert listed(state="dropped") == ["Dropped"]
    assert listed(state="all") == ["Drafted", "Soon", "Late", "Some day", "Dropped", "Done"]

    def due(who: Actor, **more: int) -> list[tuple[str, bool, bool]]:
        return [(line.text, line.own, line.may_close) for line in actions_due(who, NOW, **more)]

    # Of what others took on, the secretary sees what is due within a week, the seventh day too.
    assert due(two.secretary) == [("Soon", False, True)]
    assert due(two.other) == [("Elsewhere", False, True)]
    assert due(nyota) == [("Drafted", True, True), ("Some day", True, True)]
    assert due(nyota, most=1) == [("Drafted", True, True)]
    two.seats["Alpha", "Nyota"].left_on = TODAY
    db.session.commit()
    assert due(nyota) == []


def test_what_comes_up_again_is_of_earlier_meetings_of_the_same_forum(two):
    meeting = two.meetings["Alpha", "next"]
    since = two.meetings["Alpha", "unrecorded"].starts_at
    _act(two, "Alpha", "long ago", "Open")
    _act(two, "Alpha", "before", "Told", state="done", closed_at=since)
    _act(two, "Alpha", "before", "News", state="done", closed_at=since + timedelta(hours=1))
    _act(two, "Alpha", "next", "Of this one")
    _act(two, "Beta", "long ago", "Elsewhere")

    def arising(meeting: Meeting) -> list[tuple[str, str]]:
        return [(line.text, state) for line, state in arising_in(meeting, NOW, two.secretary)]

    assert arising(meeting) == [("Open", "open"), ("News", "done")]
    assert arising(two.meetings["Alpha", "called off again"]) == []
    # What is held tells what stood open when it was recorded.
    assert arising(two.meetings["Alpha", "before"]) == [("Open", "open")]


def test_templates_stand_by_name_with_how_much_is_in_them(app):
    made = {}
    for name, minutes in (("short", (5,)), ("Empty", ()), ("Long", (10, None, 20))):
        made[name] = AgendaTemplate(
            public_id=new_public_id(),
            name=name,
            language="en",
            items=[
                AgendaTemplateItem(position=at, title=str(at), minutes=one)
                for at, one in enumerate(minutes)
            ],
        )
        db.session.add(made[name])
    db.session.commit()
    assert [(line.name, line.items, line.minutes) for line in template_lines()] == [
        ("Empty", 0, 0),
        ("Long", 3, 30),
        ("short", 1, 5),
    ]
    assert template_choices() == [
        (made[name].public_id, name) for name in ("Empty", "Long", "short")
    ]
    assert template_of(made["Long"].id) == made["Long"].public_id
    assert template_of(None) == ""


def test_lines_wait_for_a_second_person_among_those_who_run_the_forum(two, actor):
    director = actor("director")
    asker, another = two.secretary.public_id, two.other.public_id
    for place, asked, released in (
        (("Alpha", "before"), asker, None),
        (("Alpha", "long ago"), another, None),
        (("Beta", "before"), asker, None),
        (("Alpha", "next"), None, None),
        (("Alpha", "after"), another, director.public_id),
        (("Alpha", "called off"), another, None),
    ):
        for digest in ("a", "b"):
            db.session.add(
                InternalLine(
                    public_id=new_public_id(),
                    item=two.meetings[place].items[1],
                    digest=digest,
                    asked_by=asked,
                    released_by=released,
                )
            )
    db.session.commit()

    def waiting(who: Actor, **more: int) -> list[tuple[str, datetime]]:
        return [(line.forum_name, line.starts_at) for line in lines_to_release(who, **more)]

    ago, before = (two.meetings["Alpha", name].starts_at for name in ("long ago", "before"))
    assert waiting(director)[0] == ("Alpha", ago)
    assert sorted(waiting(director)[1:]) == [("Alpha", before), ("Beta", before)]
    assert waiting(director, most=1) == [("Alpha", ago)]
    # Nobody releases what she asked for, nor what is another's to run.
    assert waiting(two.secretary) == [("Alpha", ago)]
    assert waiting(two.other) == [("Beta", before)]
    assert waiting(actor("peer")) == []
