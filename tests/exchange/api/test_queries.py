"""What programs and whoever answers for them read, beside rows that just don't belong."""

from datetime import UTC, date, datetime

import pytest

from kash.accounts.services.marks import token_hash
from kash.attendance.models import Mark, MarkStatus, Register, RosterEntry, Slot
from kash.certificates.models import Certificate
from kash.exchange.api.models import ApiToken
from kash.exchange.api.queries import (
    certificates_after,
    connections_to_choose,
    count_in_use,
    names_of_tokens,
    people_after,
    person_within,
    register_page,
    sessions_of,
    token,
    token_behind,
    tokens,
    tokens_on_today,
    workshops_after,
)
from kash.people.connections.models import Connection
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.platform.web.today import Viewer
from kash.policy import Actor
from kash.workshops.models import Workshop, WorkshopSession
from tests.rows import DAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
NOW = utc_now().replace(microsecond=0)


def _id(letter: str) -> str:
    return letter * 16


def test_people_come_by_id_of_one_group_and_nobody_under_18(actor, groups):
    monitor = actor("monitoring")
    people = {
        letter: row(Person, public_id=_id(letter), group=group, minor=minor)
        for letter, group, minor in (
            ("d", groups[0], False),
            ("b", groups[0], False),
            ("c", groups[0], False),
            ("a", groups[1], False),
            ("e", groups[0], True),
        )
    }

    def page(after: str, limit: int) -> tuple[str, bool]:
        found = people_after(monitor, groups[0].letter, after, limit)
        return "".join(one.public_id[0] for one in found.rows), found.more

    assert [page("", 1), page("", 2), page("", 3)] == [("b", True), ("bc", True), ("bcd", False)]
    assert [page(_id("b"), 1), page(_id("b"), 2), page(_id("d"), 2)] == [
        ("c", True),
        ("cd", False),
        ("", False),
    ]
    assert person_within(monitor, _id("c")) == people["c"]
    with pytest.raises(NotFound):
        person_within(monitor, _id("e"))


def test_workshops_come_by_id_and_among_days_with_the_first_and_last(actor):
    monitor, first = actor("monitoring"), date(2026, 3, 2)
    for letter, begins in (("c", 0), ("a", 1), ("b", 2)):
        starts = first + begins * DAY
        row(Workshop, public_id=_id(letter), starts_on=starts, ends_on=starts + DAY)

    def page(after: str, limit: int, *days: date | None) -> tuple[str, bool]:
        found = workshops_after(monitor, after, limit, *days)
        return "".join(one.public_id[0] for one in found.rows), found.more

    assert [page("", 1), page("", 3), page(_id("a"), 1)] == [
        ("a", True),
        ("abc", False),
        ("b", True),
    ]
    assert page("", 3, first + 2 * DAY) == ("ab", False)
    assert page("", 3, None, first + DAY) == ("ac", False)
    assert page("", 3, first + 2 * DAY, first + DAY) == ("a", False)


def test_sessions_come_as_they_begin_of_one_workshop():
    workshop = row(Workshop)
    early = datetime(2026, 3, 2, 6, tzinfo=UTC)
    sessions = [
        row(
            WorkshopSession,
            workshop_id=one.id,
            slot=row(Slot, register_id=one.register_id, position=at, starts_at=early + at * DAY),
        )
        for one, at in ((workshop, 2), (workshop, 1), (row(Workshop), 1))
    ]
    assert sessions_of(workshop) == [sessions[1], sessions[0]]


def test_a_register_is_told_by_entries_with_all_marks_of_each():
    register, early = row(Register), datetime(2026, 3, 2, 6, tzinfo=UTC)
    slots = [
        row(Slot, register_id=one.id, position=at, starts_at=early + at * DAY)
        for one, at in ((register, 2), (register, 1), (row(Register), 3))
    ]
    group = row(Group, is_police=True)
    others = row(Group, is_police=False)
    row(MarkStatus, code="present", letter="P")
    people = {letter: row(Person, group=others if letter == "f" else group) for letter in "abcdef"}
    for letter, person in people.items():
        row(
            RosterEntry,
            public_id=_id(letter),
            register_id=slots[2].register_id if letter == "d" else register.id,
            person_id=person.id,
            removed_at=NOW if letter == "b" else None,
        )
        for at, slot in enumerate(slots):
            row(Mark, slot_id=slot.id, person_id=person.id, status="present", version=7 + at)

    def page(after: str, limit: int) -> tuple[str, bool]:
        entries, marks = register_page(register.id, after, limit)
        told = [(people[entry[0]].public_id, people[entry[0]].id) for entry, _, _ in entries.rows]
        assert [(person, key) for _entry, person, key in entries.rows] == told
        standing = [
            {"slot": slots[1].public_id, "status": "present", "version": 8},
            {"slot": slots[0].public_id, "status": "present", "version": 7},
        ]
        assert marks == {key: standing for _entry, _person, key in entries.rows}
        return "".join(entry[0] for entry, _, _ in entries.rows), entries.more

    assert [page("", 1), page("", 3), page(_id("a"), 1)] == [
        ("a", True),
        ("ace", False),
        ("c", True),
    ]


def test_issued_certificates_come_by_id(actor):
    monitor = actor("monitoring")
    officer, other = (
        row(Person, group=row(Group, letter=letter, is_police=letter == "X")) for letter in "XY"
    )
    for letter, serial in (("c", "S-1"), ("a", "S-2"), ("b", None), ("d", "S-3")):
        row(Certificate, public_id=_id(letter), serial=serial, person=officer)
    row(Certificate, public_id=_id("e"), serial="S-4", person=other)

    def page(after: str, limit: int) -> tuple[str, bool]:
        found = certificates_after(monitor, after, limit)
        return "".join(one.public_id[0] for one in found.rows), found.more

    assert [page("", 1), page("", 3), page(_id("a"), 1)] == [
        ("a", True),
        ("acd", False),
        ("c", True),
    ]


def _token(connection: Connection, account: Actor, asker: Actor, **more: object) -> ApiToken:
    told = {"state": "proposed", "days": 90, "proposed_by": asker.public_id, "created_at": NOW}
    return row(ApiToken, connection=connection, account_id=account.account_id, **(told | more))


def test_tokens_wait_for_one_who_agrees_and_then_for_whoever_answers(sqlite_app, actor):
    director, monitor, other = actor("director"), actor("monitoring"), actor("monitoring")
    recorded = {"kind": "api", "created_at": NOW - 9 * DAY}
    mine, theirs = (row(Connection, name=name, **recorded) for name in ("Beta", "alpha"))
    agreed = {"state": "approved", "approved_by": director.public_id, "agreed_at": NOW}
    used = agreed | {"fetched_at": NOW, "expires_at": NOW + DAY, "token_hash": token_hash("s")}
    made = [
        _token(mine, monitor, monitor),
        _token(theirs, other, other),
        _token(mine, monitor, monitor, **agreed),
        _token(mine, monitor, monitor, **agreed),
        _token(theirs, other, other, **agreed),
        _token(mine, monitor, monitor, ended_at=NOW),
        _token(mine, monitor, monitor, ended_at=NOW, **agreed),
        _token(mine, monitor, monitor, **used),
        _token(mine, monitor, monitor, state="returned"),
        _token(theirs, other, other, **(used | {"token_hash": "h", "ended_at": NOW})),
        _token(theirs, other, other, **(used | {"token_hash": "i", "expires_at": NOW})),
        # What waited for longer than its week is neither agreed to nor fetched.
        _token(mine, monitor, monitor, created_at=NOW - 8 * DAY),
    ]

    def today(who: Actor) -> tuple[list[ApiToken], list[ApiToken]]:
        return tokens_on_today(Viewer(who, NOW))

    assert today(director) == ([made[0], made[1]], [])
    assert today(monitor) == ([], [made[2], made[3]])
    assert today(other) == ([], [made[4]])
    assert db.session.scalar(count_in_use(NOW)) == 1
    found = token_behind("s")
    assert (found, token_behind("t")) == (made[7], None)
    assert names_of_tokens([made[0].public_id, made[1].public_id, "nobody"]) == {
        made[0].public_id: "Beta",
        made[1].public_id: "alpha",
    }
    assert token(made[1].public_id, other) == token(made[1].public_id, director) == made[1]
    for who, wrong in ((monitor, made[1].public_id), (actor("peer"), made[1].public_id)):
        with pytest.raises(NotFound):
            token(wrong, who)
    with sqlite_app.test_request_context("/"):
        assert set(tokens(director)) == set(made)
        assert set(tokens(director, theirs.public_id)) == {made[at] for at in (1, 4, 9, 10)}
        assert set(tokens(other)) == {made[at] for at in (1, 4, 9, 10)}
        assert list(tokens(monitor, theirs.public_id)) == []


def test_connections_to_choose_are_agreed_to_and_stand_by_name():
    made = [
        row(Connection, kind=kind, name=name, state=state)
        for kind, name, state in (
            ("api", "beta", "approved"),
            ("api", "Alpha", "approved"),
            ("api", "Other", "proposed"),
            ("sms", "Texts", "approved"),
        )
    ]
    assert connections_to_choose() == [made[1], made[0]]
