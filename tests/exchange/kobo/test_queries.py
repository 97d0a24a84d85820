"""Forms, and rows that were brought in before, beside those that just don't count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kash.attendance.models import RosterEntry, Slot
from kash.attendance.rules.marking import CurrentMark
from kash.exchange.kobo import queries as marks
from kash.exchange.kobo.models import KoboForm, KoboRow
from kash.exchange.kobo.queries import (
    MOST_WORKSHOPS,
    KnownRow,
    connections_on,
    form_of,
    forms_of_attendance,
    known_rows,
    list_of,
    registration_forms,
    runs_workshop,
    waiting_marks,
    waiting_of,
    workshops_to_mark,
)
from kash.exchange.kobo.rules.marks import MarksState, SuggestedMark, Suggestions
from kash.people.connections.models import Connection
from kash.people.models import Group, PeopleList, PeopleListPerson, Person
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.workshops.models import Workshop
from tests.rows import DAY, NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_forms_and_connections_stand_by_name() -> None:
    on = {"kind": "kobo", "is_on": True, "state": "approved"}
    made = [
        row(Connection, name=name, **(on | more))
        for name, more in (
            ("beta", {}),
            ("Alpha", {}),
            ("Off", {"is_on": False}),
            ("Other", {"kind": "mail"}),
            ("Asked", {"is_on": False, "state": "proposed"}),
        )
    ]
    assert connections_on() == [made[1], made[0]]
    registration = {"connection": made[0], "group": row(Group), "purpose": "registration"}
    found = [row(KoboForm, title=title, **registration) for title in ("second", "First")]
    row(KoboForm, connection=made[0], workshop=row(Workshop), purpose="attendance")
    assert registration_forms() == [found[1], found[0]]
    assert form_of(found[0].public_id) == found[0]
    with pytest.raises(NotFound):
        form_of("nowhere")
    kept = row(PeopleList)
    assert list_of(found[0]) is None
    found[0].list_id, found[1].list_id = kept.public_id, "thrown away"
    assert [list_of(one) for one in found] == [kept, None]


def test_those_workshops_are_marked_that_she_runs_and_that_have_sessions_and_people(
    actor: Callable[..., Actor],
) -> None:
    trainer, other = actor("trainer"), actor("trainer")
    first, group = date(2026, 3, 2), row(Group)
    person = row(Person, group=group)

    def workshop(
        day: int, by: Actor = trainer, *, lacks: str = "", state: str = "planned"
    ) -> Workshop:
        starts = first + day * DAY
        found = row(
            Workshop, created_by=by.public_id, starts_on=starts, ends_on=starts, state=state
        )
        if lacks != "sessions":
            row(Slot, register_id=found.register_id, position=1)
        if lacks != "people":
            gone = NOW if lacks == "anybody" else None
            row(RosterEntry, register_id=found.register_id, person_id=person.id, removed_at=gone)
        return found

    made = [workshop(day % 20) for day in range(MOST_WORKSHOPS + 1)]
    for lacks in ("sessions", "people", "anybody"):
        workshop(50, lacks=lacks)
    workshop(50, state="cancelled")
    theirs = workshop(50, other)
    found = workshops_to_mark(trainer)
    assert found == [*made[19:0:-1], made[20]]
    assert workshops_to_mark(other) == [theirs]


def test_of_several_versions_of_a_row_the_last_confirmed_one_counts(
    actor: Callable[..., Actor], groups: tuple[Group, Group]
) -> None:
    trainer = actor("trainer")
    form, other = (row(KoboForm, purpose="attendance", workshop=row(Workshop)) for _at in range(2))
    people = [row(Person, group=groups[0], created_by=trainer.public_id) for _at in range(3)]
    added, partly, later = (row(PeopleList, state="added", left_count=left) for left in (0, 1, 0))
    waiting = row(PeopleList, state="waiting")
    for of, number, first_id, content, kept, place, person in (
        (form, 1, "x", "c1", added, 1, people[0]),
        (form, 1, "x", "c2", later, 1, None),
        (form, 1, "x", "c3", waiting, 1, people[1]),
        (form, 2, "", "c4", partly, 1, None),
        (form, 3, "y", "c5", partly, 2, people[1]),
        (other, 1, "x", "c6", added, 2, None),
        (other, 4, "z", "c7", added, 3, people[1]),
        (other, 5, "w", "c8", added, 4, people[2]),
    ):
        row(
            KoboRow,
            form_id=of.id,
            number=number,
            first_id=first_id,
            content=content,
            list_id=kept.public_id,
            row=place,
        )
        if person is not None:
            row(PeopleListPerson, list_id=kept.id, person_id=person.id, row=place, added=True)
    first, second, _third = (one.public_id for one in people)
    found = known_rows(form, ["x", "z", ""], trainer)
    assert found.by_number == {
        1: KnownRow("c2", first),
        2: KnownRow("", ""),
        3: KnownRow("c5", second),
    }
    assert found.by_first_id == {
        "x": KnownRow("c2", first),
        "y": KnownRow("c5", second),
        "z": KnownRow("c7", second),
    }
    assert [found.of("z", 1), found.of("", 1), found.of("none", 3), found.of("none", 9)] == [
        KnownRow("c7", second),
        KnownRow("c2", first),
        KnownRow("c5", second),
        None,
    ]
    hidden = known_rows(form, ["z"], actor("peer"))
    assert hidden.by_number[3] == KnownRow("c5", "")


def test_marks_that_wait_are_told_to_whoever_runs_the_workshop(
    actor: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = actor("trainer")

    def all_wait(form: KoboForm, _workshop: Workshop) -> Suggestions:
        mark = SuggestedMark("s", "e", ("present",), None, MarksState.NEW, CurrentMark())
        return Suggestions((mark,) * form.waiting)

    monkeypatch.setattr(marks, "suggested", all_wait)

    def workshop(waiting: int | None, day: int, **more: object) -> Workshop:
        told = {"created_by": trainer.public_id, "starts_on": date(2026, 11, day)} | more
        told["ends_on"] = told["starts_on"]
        made = row(Workshop, state="planned", **told)
        if waiting is not None:
            row(KoboForm, purpose="attendance", workshop=made, waiting=waiting)
        return made

    first, second, none, without = (
        workshop(2, 4),
        workshop(1, 5),
        workshop(0, 6),
        workshop(None, 7),
    )
    other = workshop(3, 8, created_by=actor("trainer").public_id)
    cancelled = workshop(4, 3)
    cancelled.state = "cancelled"
    db.session.flush()
    assert [(one.public_id, one.waiting) for one in waiting_marks(trainer)] == [
        (second.public_id, 1),
        (first.public_id, 2),
    ]
    assert [one.public_id for one in forms_of_attendance(trainer)] == [
        one.public_id for one in (none, second, first, cancelled)
    ]
    told = {one.public_id: waiting_of(one.public_id, trainer) for one in (first, none, without)}
    assert told == {first.public_id: 2, none.public_id: None, without.public_id: None}
    assert [runs_workshop(one.public_id, trainer) for one in (without, other)] == [True, None]
    assert waiting_of(other.public_id, trainer) is None
    assert waiting_of(first.public_id, actor("monitoring")) is None
