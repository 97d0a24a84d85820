"""Attendance from a form: fetched whole, shown before it is a mark, written by the register's own
service, and never over what somebody marked unless both were shown."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from kash.attendance.models import EntryAlias, Mark, MarkOperation, RosterEntry, Slot
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import apply_marks, close_slot
from kash.exchange.kobo.documents import attendance_form, workbook_of
from kash.exchange.kobo.models import KoboForm, KoboMark
from kash.exchange.kobo.queries import (
    CannotFetch,
    OtherFile,
    QuestionsGone,
    attendance_form_of,
    choice_of,
    form_of,
    said_by,
    suggested,
    waiting_of,
)
from kash.exchange.kobo.rules.marks import MarksState, Suggestions, Unfitting
from kash.exchange.kobo.services.forms import ask_for_rows, fetch_rows, remove_form
from kash.exchange.kobo.services.marks import (
    Taken,
    bring_file,
    choose_marks,
    digest_of,
    name_form,
    take_marks,
)
from kash.feature import declared
from kash.people.erasure import ErasedPerson, FreeText
from kash.people.lists.files import FileUnreadable
from kash.people.queries.copies import rows_naming
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.jobs import Progress
from kash.policy import Actor
from kash.workshops.models import WorkshopSession
from kash.workshops.services.planning import cancel_workshop
from kash.workshops.services.timetable import WorkshopCancelled
from tests.exchange.kobo.server import HOST, Server
from tests.people.connections.recorded import switched_on
from tests.refusals import refuses
from tests.workshops.conftest import Held, held, plan

__all__ = ["held", "plan"]

Making = Callable[..., Actor]


@dataclass
class Typed:
    """A workshop whose attendance is typed at a server."""

    held: Held
    server: Server
    form: str

    @property
    def by(self) -> Actor:
        return self.held.trainer

    @property
    def slots(self) -> list[str]:
        return list(
            db.session.scalars(
                db.select(Slot.public_id)
                .where(Slot.register_id == self.held.row.register_id)
                .order_by(Slot.starts_at)
            )
        )

    @property
    def entries(self) -> list[str]:
        return list(
            db.session.scalars(
                db.select(RosterEntry.public_id)
                .where(RosterEntry.register_id == self.held.row.register_id)
                .order_by(RosterEntry.id)
            )
        )

    def say(self, slot: int = 0, **statuses: list[int]) -> dict[str, object]:
        """A submission: who is marked how, by number."""
        return self.server.add(
            workshop=self.held.workshop, session=self.slots[slot], **self.told(**statuses)
        )

    def told(self, **statuses: list[int]) -> dict[str, str]:
        return {
            f"status_{status}": " ".join(choice_of(self.entries[at]) for at in who)
            for status, who in statuses.items()
        }

    def fetch(self, **more: bool) -> Suggestions:
        fetch_rows(Progress(), form_id=self.form, by=self.by.public_id, **more)
        db.session.rollback()
        return self.found()

    def found(self) -> Suggestions:
        workshop = self.held.row
        found = suggested(attendance_form_of(workshop.id), workshop)
        db.session.rollback()
        return found

    def states(self) -> list[tuple[int, int, str, str]]:
        """(slot, entry, state, choice) of each suggestion."""
        return [
            (self.slots.index(one.slot), self.entries.index(one.entry), one.state.value, one.choice)
            for one in self.found().marks
        ]

    def take(self) -> Taken:
        taken = take_marks(self.held.workshop, digest_of(self.found()), self.by)
        db.session.rollback()
        return taken

    def mark(self, slot: int, entry: int, status: str, version: int = 0) -> None:
        operation = Operation(
            new_public_id(), self.slots[slot], self.entries[entry], status, version, utc_now()
        )
        apply_marks(self.held.register, [operation], self.by)
        db.session.rollback()

    def marks(self) -> dict[tuple[int, int], tuple[str, int]]:
        rows = db.session.execute(
            db.select(Slot.public_id, RosterEntry.public_id, Mark.status, Mark.version)
            .join(Slot, Slot.id == Mark.slot_id)
            .join(RosterEntry, RosterEntry.person_id == Mark.person_id)
        ).all()
        found = {
            (self.slots.index(slot), self.entries.index(entry)): (status, version)
            for slot, entry, status, version in rows
        }
        db.session.rollback()
        return found


@pytest.fixture
def typed(actor: Making, held: Held, server: Server) -> Typed:
    made = switched_on(actor, "kobo", address=HOST)
    return Typed(held, server, name_form(held.workshop, made, server.asset, held.trainer))


def test_what_is_typed_is_no_mark_until_whoever_runs_the_workshop_saves_it(typed: Typed) -> None:
    typed.say(0, present=[0, 1], absent=[2])
    typed.fetch()
    assert typed.states() == [
        (0, 1, "new", "present"),
        (0, 2, "new", "absent"),
        (0, 0, "new", "present"),
    ]
    assert typed.marks() == {}
    assert form_of(typed.form).waiting == 3
    assert typed.take() == Taken(3, 0, 0)
    assert typed.marks() == {
        (0, 0): ("present", 1),
        (0, 1): ("present", 1),
        (0, 2): ("absent", 1),
    }
    kept = db.session.query(MarkOperation).all()
    assert {(one.marked_by, one.device) for one in kept} == {
        (typed.by.public_id, f"kobo:{typed.form}")
    }
    assert {one.device_time.isoformat() for one in kept} == {"2026-11-01T08:00:00+00:00"}
    assert (form_of(typed.form).waiting, len(typed.found().open)) == (0, 0)


def test_fetching_again_asks_nothing_again_and_marks_nobody_twice(typed: Typed) -> None:
    typed.say(0, present=[0])
    typed.fetch()
    typed.take()
    typed.fetch()
    assert typed.states() == [(0, 0, "accepted", "")]
    with refuses("Nothing waits here."):
        typed.take()
    assert db.session.query(MarkOperation).count() == 1


def test_rows_of_many_pages_are_all_read(typed: Typed) -> None:
    typed.server.most = 2
    for slot in range(4):
        typed.say(slot, present=[0, 1, 2])
    typed.fetch()
    assert form_of(typed.form).rows_count == 4
    assert typed.take() == Taken(12, 0, 0)


def test_one_row_is_left_out_and_stays_so_until_the_form_says_something_else(typed: Typed) -> None:
    row = typed.say(0, present=[0, 1])
    typed.fetch()
    key = f"{typed.slots[0]}-{typed.entries[0]}"
    choose_marks(typed.held.workshop, {key: ""}, typed.by)
    assert typed.take() == Taken(1, 1, 0)
    typed.fetch()
    assert typed.states() == [(0, 1, "accepted", ""), (0, 0, "out", "")]
    # Whoever thinks again ticks it, and it is saved with the next ones.
    choose_marks(typed.held.workshop, {key: "present"}, typed.by)
    assert typed.states()[1] == (0, 0, "new", "present")
    choose_marks(typed.held.workshop, {key: ""}, typed.by)
    typed.server.edit(row, **typed.told(present=[1], late=[0]))
    typed.fetch()
    assert typed.states()[1] == (0, 0, "new", "late")


def test_a_mark_that_stands_is_kept_unless_it_is_chosen_with_both_before_her_eyes(
    typed: Typed,
) -> None:
    typed.mark(0, 0, "late")
    typed.mark(0, 1, "present")
    typed.say(0, present=[0, 1])
    typed.fetch()
    assert typed.states() == [(0, 1, "same", ""), (0, 0, "differs", "")]
    choose_marks(typed.held.workshop, {f"{typed.slots[0]}-{typed.entries[0]}": "present"}, typed.by)
    shown = typed.found()
    typed.mark(0, 0, "absent", 1)
    with refuses("Rows came, or somebody marked the register, since this was"):
        take_marks(typed.held.workshop, digest_of(shown), typed.by)
    assert typed.marks()[(0, 0)] == ("absent", 2)
    assert typed.take() == Taken(1, 0, 0)
    assert typed.marks()[(0, 0)] == ("present", 3)


def test_what_is_edited_after_it_was_taken_is_shown_as_changed_and_changes_no_mark(
    typed: Typed,
) -> None:
    row = typed.say(0, present=[0])
    typed.fetch()
    typed.take()
    typed.server.edit(row, **typed.told(absent=[0]), status_present="")
    found = typed.fetch()
    (one,) = found.marks
    assert (one.state, one.said, one.before) == (MarksState.DIFFERS, ("absent",), "present")
    assert (form_of(typed.form).new_count, form_of(typed.form).edited_count) == (0, 1)
    assert typed.take() == Taken(0, 1, 0)
    assert typed.marks() == {(0, 0): ("present", 1)}
    typed.server.rows.clear()
    assert [one.state for one in typed.fetch(without_gone=True).marks] == []


def test_a_submission_that_is_deleted_there_leaves_the_mark_and_is_told(typed: Typed) -> None:
    typed.say(0, present=[0])
    typed.fetch()
    typed.take()
    typed.server.rows.clear()
    with pytest.raises(QuestionsGone):
        typed.fetch()
    assert [one.state for one in typed.fetch(without_gone=True).marks] == [MarksState.GONE]
    assert typed.marks() == {(0, 0): ("present", 1)}


def test_two_phones_that_contradict_each_other_mark_nobody_unless_one_is_chosen(
    typed: Typed,
) -> None:
    typed.say(0, present=[0])
    typed.say(0, absent=[0])
    typed.fetch()
    assert typed.states() == [(0, 0, "unclear", "")]
    choose_marks(typed.held.workshop, {f"{typed.slots[0]}-{typed.entries[0]}": "late"}, typed.by)
    assert typed.states() == [(0, 0, "unclear", "")]
    choose_marks(typed.held.workshop, {f"{typed.slots[0]}-{typed.entries[0]}": "absent"}, typed.by)
    assert typed.take() == Taken(1, 0, 0)
    assert typed.marks() == {(0, 0): ("absent", 1)}


def test_what_came_after_a_register_was_closed_waits_and_says_so(typed: Typed) -> None:
    typed.mark(0, 0, "present")
    close_slot(typed.held.register, typed.slots[0], typed.by)
    typed.say(0, absent=[0], present=[1])
    typed.say(1, present=[0])
    typed.fetch()
    assert typed.states() == [
        (0, 1, "blocked", ""),
        (0, 0, "blocked", ""),
        (1, 0, "new", "present"),
    ]
    assert typed.take() == Taken(1, 0, 0)
    assert typed.marks() == {(0, 0): ("present", 1), (1, 0): ("present", 1)}
    with writing() as session:
        slot = session.query(Slot).filter_by(public_id=typed.slots[0]).one()
        slot.closed_at = slot.closed_by = None
    assert typed.states()[:2] == [(0, 1, "new", "present"), (0, 0, "differs", "")]
    assert waiting_of(typed.held.workshop, typed.by) == 2
    typed.mark(0, 0, "absent", 1)
    typed.mark(0, 1, "present")
    # Nobody is called to look at what stands on the register by now.
    assert waiting_of(typed.held.workshop, typed.by) is None


def test_somebody_who_left_the_register_is_named_and_a_stranger_is_told(typed: Typed) -> None:
    with writing() as session:
        entry = session.query(RosterEntry).filter_by(public_id=typed.entries[0]).one()
        entry.removed_at = utc_now()
    row = typed.say(0, present=[0])
    row["status_present"] = f"{row['status_present']} pnobody"
    typed.say(0, present=[1])["session"] = "moved-away"
    typed.say(0, present=[1])["workshop"] = "another"
    found = typed.fetch()
    assert typed.states() == [(0, 0, "blocked", "")]
    assert [(one.why, one.text) for one in found.unfitting] == [
        (Unfitting.PERSON, "pnobody"),
        (Unfitting.SESSION, "moved-away"),
        (Unfitting.WORKSHOP, ""),
    ]


def test_a_form_from_before_two_turned_out_to_be_one_person_still_marks_her(typed: Typed) -> None:
    before = new_public_id()
    with writing() as session:
        entry = session.query(RosterEntry).filter_by(public_id=typed.entries[0]).one()
        session.add(EntryAlias(public_id=before, entry_id=entry.id))
    typed.say(0)["status_present"] = choice_of(before)
    typed.fetch()
    assert typed.states() == [(0, 0, "new", "present")]
    assert typed.take() == Taken(1, 0, 0)


@pytest.mark.parametrize("fault", ["repeats", "short", "garbage", "away", "404"])
def test_a_fetch_that_fails_keeps_what_came_before(typed: Typed, fault: str) -> None:
    typed.server.most = 1
    typed.say(0, present=[0])
    typed.fetch()
    typed.say(1, present=[0])
    typed.say(2, present=[0])
    typed.server.fault = fault
    with pytest.raises(CannotFetch):
        typed.fetch()
    db.session.rollback()
    assert typed.states() == [(0, 0, "new", "present")]
    typed.server.fault = ""
    typed.fetch()
    assert len(typed.states()) == 3


def test_another_form_than_the_one_downloaded_here_is_refused(typed: Typed) -> None:
    typed.server.add(name="Somebody")
    with pytest.raises(CannotFetch) as caught:
        typed.fetch()
    assert "names a session" in str(caught.value)


def test_only_whoever_runs_the_workshop_names_fetches_chooses_and_saves(
    typed: Typed, actor: Making
) -> None:
    other = actor("trainer", name="Another Mfano")
    typed.say(0, present=[0])
    server = form_of(typed.form).connection
    assert server is not None
    for refused in (
        lambda: name_form(typed.held.workshop, server.public_id, "aOther1234", other),
        lambda: ask_for_rows(typed.form, other),
        lambda: remove_form(typed.form, other),
        lambda: bring_file(typed.held.workshop, b"session,_id\ns,1\n", other),
        lambda: choose_marks(typed.held.workshop, {}, other),
        lambda: take_marks(typed.held.workshop, "", other),
        lambda: fetch_rows(Progress(), form_id=typed.form, by=other.public_id),
    ):
        with refuses("Marks of a workshop are brought in by whoever runs it."):
            refused()
    assert typed.marks() == {}


def test_one_form_of_a_server_is_of_one_workshop(
    typed: Typed, plan: Callable[..., Held], actor: Making
) -> None:
    another = plan(by=typed.by, title="Second")
    server = form_of(typed.form).connection
    assert server is not None
    with refuses("This form of that server is here already."):
        name_form(another.workshop, server.public_id, typed.server.asset, typed.by)
    # Another form of the same workshop takes the place of the first, and what came stays.
    assert name_form(typed.held.workshop, server.public_id, "aOther1234", typed.by) == typed.form


def test_a_cancelled_workshop_takes_nothing(typed: Typed) -> None:
    typed.say(0, present=[0])
    typed.fetch()
    seen = digest_of(typed.found())
    cancel_workshop(typed.held.workshop, "No hall", typed.by)
    with pytest.raises(WorkshopCancelled):
        take_marks(typed.held.workshop, seen, typed.by)
    assert typed.marks() == {}


def test_a_form_that_is_taken_off_leaves_the_marks(typed: Typed) -> None:
    typed.say(0, present=[0])
    typed.fetch()
    typed.take()
    remove_form(typed.form, typed.by)
    assert typed.marks() == {(0, 0): ("present", 1)}
    assert (db.session.query(KoboForm).count(), db.session.query(KoboMark).count()) == (0, 0)


def test_what_came_is_sealed_where_it_lies(typed: Typed) -> None:
    typed.say(0, present=[0])["status_present"] = "Zawadi Ámani"
    typed.fetch()
    kept = form_of(typed.form)
    assert kept.marks_sealed is not None
    assert b"Zawadi" not in kept.marks_sealed
    assert [one.marks for one in said_by(kept)] == [(("present", "Zawadi Ámani"),)]
    (text,) = [one for one in declared(FreeText) if one.name == "kobo_form.marks_sealed"]
    gone = ErasedPerson(1, "x", ("Zawadi Ámani",))
    assert len(list(rows_naming(db.session(), text, gone))) == 1


def _csv(typed: Typed, *rows: tuple[int, int, str], separator: str = ";") -> bytes:
    """An export as the server writes it: (number, slot, who is present)."""
    head = ["session", "status_present", "status_present/x", "_id", "meta/rootUuid", "workshop"]
    lines = [head]
    for number, slot, who in rows:
        lines.append(
            [typed.slots[slot], who, "1", str(number), f"uuid:{number}", typed.held.workshop]
        )
    return "\n".join(separator.join(line) for line in lines).encode()


def test_an_export_is_brought_in_where_no_server_is_asked(held: Held) -> None:
    typed = Typed(held, Server(), "")
    who = choice_of(typed.entries[0])
    came = bring_file(held.workshop, _csv(typed, (1, 0, who)), typed.by)
    assert (came.new, came.edited) == (1, 0)
    came = bring_file(held.workshop, _csv(typed, (1, 0, who), (2, 1, who)), typed.by)
    assert (came.new, came.edited) == (1, 0)
    db.session.rollback()
    assert typed.take() == Taken(2, 0, 0)
    came = bring_file(held.workshop, _csv(typed, (2, 1, choice_of(typed.entries[1]))), typed.by)
    assert (came.new, came.edited) == (0, 1)
    db.session.rollback()
    assert sorted(state for *_place, state, _choice in typed.states()) == [
        "accepted",
        "gone",
        "new",
    ]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Session;Present\n1.1;A01\n", OtherFile),
        (b"session;status_present\n", OtherFile),
        (b"%PDF-1.7", FileUnreadable),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(
    held: Held, content: bytes, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        bring_file(held.workshop, content, held.trainer)
    assert db.session.query(KoboForm).count() == 0


def test_what_a_phone_makes_of_the_downloaded_form_reads_back(held: Held) -> None:
    typed = Typed(held, Server(), "")
    form = attendance_form(held.row)
    assert workbook_of(form)
    by_name = {one.name: one for one in form.questions}
    session = by_name["session"].choices[1].name
    who = [one.name for one in by_name["status_absent"].choices if one.label["en"] == "A01"]
    row = {
        "session": session,
        "status_absent": " ".join(who),
        "workshop": by_name["workshop"].calculation.strip("'"),
        "_id": "5",
    }
    text = "\n".join((",".join(row), ",".join(row.values())))
    bring_file(held.workshop, text.encode(), typed.by)
    db.session.rollback()
    # Baraka is the only one of group A.
    assert typed.states() == [(1, 1, "new", "absent")]


def test_the_page_shows_both_keeps_what_was_chosen_and_says_how_much_before_saving(
    typed: Typed, client_for: Callable[[Actor], FlaskClient]
) -> None:
    typed.mark(0, 0, "late")
    typed.say(0, present=[0, 1, 2])
    typed.fetch()
    client = client_for(typed.by)
    address = f"/kobo/workshops/{typed.held.workshop}"
    page = client.get(f"{address}?group=B").text
    assert "Zawadi Sampuli" in page
    assert "Baraka Sampuli" not in page
    assert "present in place of late" in page
    keys = {at: f"{typed.slots[0]}-{typed.entries[at]}" for at in range(3)}
    turned = client.post(
        address,
        data={
            "shown": [keys[0], keys[2]],
            f"take-{keys[0]}": "present",
            "turn_to": "A",
            "group": "B",
        },
    )
    assert turned.location.endswith(f"{address}?group=A")
    asked = client.post(
        address, data={"shown": [keys[1]], f"take-{keys[1]}": "present", "to": "confirm"}
    )
    question = client.get(asked.location).text
    seen = question.split('name="seen" value="')[1].split('"')[0]
    assert seen == digest_of(typed.found())
    assert client.post(asked.location, data={"seen": seen}).status_code == 303
    assert typed.marks() == {(0, 0): ("present", 2), (0, 1): ("present", 1)}
    left = client.get(f"{address}?show=out").text
    assert "Faraja Sampuli" in left
    assert "KoboToolbox" in client.get(f"/workshops/{typed.held.workshop}/attendance").text


def test_a_file_is_brought_in_on_the_page_and_a_wrong_one_is_told_beside_its_field(
    held: Held, client_for: Callable[[Actor], FlaskClient]
) -> None:
    typed = Typed(held, Server(), "")
    client = client_for(held.trainer)
    address = f"/kobo/workshops/{held.workshop}"
    wrong = client.post(f"{address}/file", data={"file": (io.BytesIO(b"a;b\n1;2\n"), "x.csv")})
    assert wrong.status_code == 422
    assert "names a session" in wrong.text
    good = _csv(typed, (1, 0, choice_of(typed.entries[0])))
    assert (
        client.post(f"{address}/file", data={"file": (io.BytesIO(good), "x.csv")}).status_code
        == 303
    )
    assert "Zawadi Sampuli" in client.get(address).text
    assert "From KoboToolbox: Kisumu Central" in client.get("/").text
    assert json.dumps(typed.states()) == json.dumps([(0, 0, "new", "present")])


def test_the_history_of_a_mark_says_that_it_came_by_a_form_even_once_that_is_gone(
    typed: Typed, client_for: Callable[[Actor], FlaskClient]
) -> None:
    """Whoever is asked why somebody counts as absent must know that nobody tapped it here."""
    typed.say(0, present=[0])
    typed.fetch()
    typed.take()
    remove_form(typed.form, typed.by)
    typed.mark(0, 0, "late", 1)
    client, at = client_for(typed.by), f"/workshops/{typed.held.workshop}/attendance"
    found = db.session.query(WorkshopSession.public_id).order_by(WorkshopSession.id).first()
    page = client.get(f"{at}/{found[0] if found else ''}/{typed.entries[0]}")
    assert page.text.count("from KoboToolbox, typed on a phone at 1 Nov 2026, 11:00") == 1
