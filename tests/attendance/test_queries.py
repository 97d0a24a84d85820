"""What is read of a register where another has the like of everything, and of each kind of row
there is one that just doesn't belong."""

from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from itertools import count
from typing import Any

import pytest

from kash.attendance.models import (
    EntryAlias,
    Headcount,
    HeadcountOperation,
    HeldItem,
    Mark,
    MarkOperation,
    MarkStatus,
    Pad,
    Register,
    RosterEntry,
    Settlement,
    Sheet,
    SheetReading,
    SheetScan,
    Signature,
    Slot,
    WalkIn,
)
from kash.attendance.queries.history import codes_of, conflicts_of, history
from kash.attendance.queries.pads import (
    held_items,
    held_lines,
    signed_by_slot,
    skew_text,
    waiting_count,
    walk_ins,
)
from kash.attendance.queries.registers import (
    attended,
    closed_ahead,
    count_history,
    counted,
    counts_of,
    grid,
    heads_by_slot,
    paper_differences_by_slot,
    sheet_row,
    slot_of,
    slot_sheet,
    slots_still_open,
)
from kash.attendance.queries.sheets import (
    badges_of,
    last_choice,
    names_not_asked,
    printed_sheet,
    printed_sheets,
    reading_of,
    registers_of_sheets,
    scan_of,
    scans_of,
    sheets_of,
)
from kash.attendance.queries.statuses import (
    forget_statuses,
    status,
    status_catalogue,
    status_used,
    statuses_for,
    workshop_choices,
)
from kash.attendance.rules.marking import Operation, OperationAnswer, RejectionReason, Reply
from kash.attendance.rules.pads import Cell, Counted, Extra, SheetChoice
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from tests.rows import row

NOW = utc_now().replace(microsecond=0)
DAY = timedelta(days=1)
# Three days ago in the morning by the programme's clocks, and that day.
BEGAN = (NOW - 3 * DAY).astimezone(UTC).replace(hour=6, minute=0, second=0)
HELD_ON = BEGAN.date()
STATUSES = {"present": 100, "late": 50, "absent": 0}
_numbers = count(1)


@dataclass
class Kept:
    """A register with a slot that was held, one that is open and one that is still to come, and on
    its roster three who are on it and one who left."""

    register: Register
    slots: dict[str, Slot] = field(default_factory=dict)
    entries: dict[str, RosterEntry] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def mark(self, slot: str, who: str, status: str, version: int = 1) -> Mark:
        key = {"slot_id": self.slots[slot].id, "person_id": self.people[who].id}
        return row(Mark, status=status, version=version, **key)

    def sent(self, slot: str, who: str, status: str, version: int, **more: Any) -> MarkOperation:
        values: dict[str, Any] = {
            "slot_id": self.slots[slot].id,
            "person_id": self.people[who].id,
            "op_id": f"op {next(_numbers)}",
            "answer": "applied",
            "status": status,
            "version": version,
            "received_at": NOW,
        }
        return row(MarkOperation, **(values | more))


def _keep(groups: tuple[Group, Group]) -> Kept:
    made = Kept(row(Register, purpose="workshop"))
    for name, begins, closed in (
        ("to come", NOW + DAY, None),
        ("held", BEGAN, BEGAN + DAY / 8),
        ("open", BEGAN + DAY / 12, None),
    ):
        made.slots[name] = row(
            Slot,
            register_id=made.register.id,
            starts_at=begins,
            closed_at=closed,
            minutes=60,
            position=len(made.slots),
        )
    for name, group in (("Nyota", 1), ("Bahari", 1), ("Mto", 0), ("Gone", 0)):
        made.people[name] = row(
            Person, chosen_name=name, sort_name=name.lower(), group_id=groups[group].id
        )
        made.entries[name] = row(
            RosterEntry,
            register_id=made.register.id,
            person_id=made.people[name].id,
            removed_at=NOW if name == "Gone" else None,
        )
    return made


@pytest.fixture
def two(sqlite_app, groups):
    for position, (code, weight) in enumerate(STATUSES.items()):
        row(MarkStatus, code=code, letter=code[0].upper(), weight=weight, position=position)
    yield _keep(groups), _keep(groups)
    db.session.rollback()


def test_statuses_stand_in_the_programmes_order_and_each_for_its_kind_of_register(sqlite_app):
    with sqlite_app.test_request_context("/"):
        standard = workshop_choices()
        assert (standard["present"].code, standard["absent"].code) == ("present", "absent")
        assert standard["quick"] is not None
        assert standard["quick"].weight > 0
        assert all(one.weight for one in standard["part"])
        assert not any(one.weight for one in standard["away"])
        for code, position, more in (
            ("zeal", 0, {"weight": 10}),
            ("ample", 1, {"weight": 20, "active": False}),
            ("board", 2, {"weight": 30, "purpose": "forum"}),
            ("elsewhere", 0, {"weight": 0, "purpose": "any"}),
        ):
            row(MarkStatus, code=code, letter=f"{code[0]}1", position=position, **more)
        assert "zeal" not in status_catalogue()
        forget_statuses()
        kept = status_catalogue()
        assert list(kept)[:4] == ["elsewhere", "zeal", "ample", "board"]
        assert set(list(kept)[4:]) >= {"present", "absent"}
        own = {"elsewhere", "zeal", "ample", "board"}

        def offered(purpose: str, **more: bool) -> list[str]:
            return [one.code for one in statuses_for(purpose, **more) if one.code in own]

        assert offered("workshop") == ["elsewhere", "zeal"]
        assert offered("workshop", also_retired=True) == ["elsewhere", "zeal", "ample"]
        assert offered("forum") == ["elsewhere", "board"]
        choices = workshop_choices()
        assert choices["quick"] == kept["zeal"]
        assert "elsewhere" in [one.code for one in choices["away"]]
        assert status("zeal") == kept["zeal"]
        assert status("elsewhere", "forum") == kept["elsewhere"]
        assert status("board", "forum") == kept["board"]
        for code, purpose in (("board", "workshop"), ("zeal", "forum"), ("none", "workshop")):
            with pytest.raises(NotFound):
                status(code, purpose)
    db.session.rollback()


def test_a_sheet_holds_the_roster_by_name_and_apart_who_left_it_with_a_mark(two):
    kept, other = two
    slot = kept.slots["held"]
    assert slot_of(kept.register.id, slot.public_id) is slot
    with pytest.raises(NotFound):
        slot_of(other.register.id, slot.public_id)
    kept.mark("held", "Nyota", "late", 3)
    kept.mark("open", "Bahari", "present")
    sheet = slot_sheet(kept.register.id, slot)
    assert [(line.name, line.letter, line.status, line.version) for line in sheet.rows] == [
        ("Bahari", "B", None, 0),
        ("Mto", "A", None, 0),
        ("Nyota", "B", "late", 3),
    ]
    assert (sheet.left, sheet.counts) == ([], {"late": 1, "": 2})
    kept.mark("held", "Gone", "present")
    assert [line.name for line in slot_sheet(kept.register.id, slot).left] == ["Gone"]
    nyota = kept.entries["Nyota"].public_id
    assert sheet_row(kept.register.id, slot, nyota).person == kept.people["Nyota"].public_id
    for entry in (kept.entries["Gone"].public_id, "none"):
        with pytest.raises(NotFound):
            sheet_row(kept.register.id, slot, entry)


def test_the_grid_and_what_was_attended_count_closed_slots_and_who_is_on_the_roster(two):
    kept, other = two
    other.mark("held", "Nyota", "present")
    kept.mark("held", "Nyota", "present")
    kept.mark("open", "Nyota", "present")
    kept.mark("held", "Mto", "absent")
    kept.mark("held", "Gone", "present")
    with db.session.no_autoflush:
        found = grid(kept.register.id)
    names = {slot.public_id: name for name, slot in kept.slots.items()}
    columns = [
        (names[one.public_id], one.closed, found.present.get(one.public_id))
        for one in found.columns
    ]
    assert columns == [("held", True, 1), ("open", False, 1), ("to come", False, None)]
    assert [one.name for one in found.rows] == ["Bahari", "Mto", "Nyota"]
    assert [one.name for one in found.left] == ["Gone"]
    assert {names[slot]: mark.status for slot, mark in found.rows[2].marks.items()} == {
        "held": "present",
        "open": "present",
    }
    assert found.rows[0].marks == {}
    there = attended(kept.register.id)
    assert {
        name: (there[one.id].minutes, there[one.id].total_minutes, there[one.id].percentage)
        for name, one in kept.people.items()
        if one.id in there
    } == {"Nyota": (120, 120, 100), "Mto": (0, 120, 0), "Bahari": (0, 120, 0)}
    assert (slots_still_open(kept.register.id), closed_ahead(kept.register.id)) == (2, False)
    kept.slots["to come"].closed_at = NOW
    kept.slots["open"].closed_at = NOW
    db.session.flush()
    assert (slots_still_open(kept.register.id), closed_ahead(kept.register.id)) == (1, True)
    assert not closed_ahead(other.register.id)


def test_codes_are_given_by_group_in_the_order_of_entries(two):
    kept, _other = two
    codes = codes_of(kept.register.id)
    assert {name: codes[entry.public_id] for name, entry in kept.entries.items()} == {
        "Nyota": "B01",
        "Bahari": "B02",
        "Mto": "A01",
        "Gone": "A02",
    }
    assert len(codes) == 4
    assert codes_of(0) == {}
    assert [name for _entry, name, _letter, _code in badges_of(kept.register.id)] == [
        kept.people[name].called_on_paper for name in ("Mto", "Bahari", "Nyota")
    ]
    left_out = badges_of(kept.register.id, {kept.people["Mto"].id})
    assert [badge[2:] for badge in left_out] == [("B", "B02"), ("B", "B01")]
    assert names_not_asked(kept.register.id) == {
        kept.people[name].id for name in ("Mto", "Bahari", "Nyota")
    }


def test_heads_stand_by_slot_and_their_history_with_the_latest_first(two, groups, actor):
    kept, other = two
    for slot, group, heads in (
        (kept.slots["held"], 1, 5),
        (kept.slots["held"], 0, 2),
        (kept.slots["open"], 1, 3),
        (other.slots["held"], 1, 9),
    ):
        row(Headcount, slot_id=slot.id, group_id=groups[group].id, sex="", age_band="", count=heads)
    for version, answer, slot in (
        (1, "applied", kept.slots["held"]),
        (2, "applied", kept.slots["held"]),
        (9, "conflict", kept.slots["held"]),
        (7, "applied", other.slots["held"]),
    ):
        row(
            HeadcountOperation,
            slot_id=slot.id,
            op_id=f"op {next(_numbers)}",
            counts=[["A", "", "", version], ["B", "", "", 1]],
            answer=answer,
            version=version,
        )
    session = db.session()
    cells = (Cell("A", "", "", 2), Cell("B", "", "", 5))
    assert counted(session, kept.slots["held"].id) == Counted(cells, 2)
    assert counted(session, kept.slots["to come"].id) == Counted((), 0)
    by_slot = {kept.slots["held"].public_id: 7, kept.slots["open"].public_id: 3}
    assert heads_by_slot(kept.register.id) == by_slot
    assert [
        (count["version"], count["answer"], sum(cell[3] for cell in count["counts"]))
        for count in count_history(kept.slots["held"].id)
    ] == [(9, "conflict", 10), (2, "applied", 3), (1, "applied", 2)]


def test_who_signed_is_counted_once_in_each_slot(two):
    kept, other = two
    for of, slot, who in (
        (kept, "held", "Nyota"),
        (kept, "held", "Nyota"),
        (kept, "held", "Mto"),
        (other, "held", "Mto"),
    ):
        row(
            Signature,
            slot_id=of.slots[slot].id,
            person_id=of.people[who].id,
            op_id=f"op {next(_numbers)}",
        )
    assert signed_by_slot(kept.register.id) == {kept.slots["held"].public_id: 2}


def test_the_history_of_a_mark_is_that_of_one_person_in_one_slot(two, actor):
    kept, other = two
    trainer = actor("trainer", name="Zawadi")
    pad = row(Pad, register_id=kept.register.id, skew_ms=1500)
    kept.sent("held", "Nyota", "late", 1, marked_by=trainer.public_id)
    kept.sent("held", "Nyota", "present", 2, device=pad.public_id, device_time=NOW - DAY)
    kept.sent("held", "Mto", "present", 1)
    kept.sent("open", "Nyota", "present", 1)
    place = (kept.slots["held"].public_id, kept.entries["Nyota"].public_id)
    found = history(kept.register.id, *place)
    assert (found["name"], found["person"]) == ("Nyota", kept.people["Nyota"].public_id)
    assert [(one["status"], one["who"], one["pad"], one["skew_ms"]) for one in found["lines"]] == [
        ("present", "", pad.public_id, 1500),
        ("late", "Zawadi", None, None),
    ]
    assert found["lines"][0]["device_time"] == NOW - DAY
    with pytest.raises(NotFound):
        history(kept.register.id, place[0], other.entries["Nyota"].public_id)
    assert status_used("late")
    assert not status_used("absent")

    def met(answer: Reply, who: str, slot: str = "held") -> list[tuple[str, str | None, str, str]]:
        entry, where = kept.entries[who].public_id, kept.slots[slot].public_id
        told = OperationAnswer("x", where, entry, answer, RejectionReason.NONE, "late", 2)
        sent = Operation("x", where, entry, "absent", 0, NOW)
        found = conflicts_of(kept.register.id, [told], [sent])
        of = {(one["entry"], one["slot"], one["version"], one["person"]) for one in found}
        assert of <= {(entry, where, 2, kept.people[who].public_id)}
        return [(one["name"], one["theirs"], one["mine"], one["who"]) for one in found]

    kept.sent("held", "Nyota", "absent", 3, answer="conflict", marked_by=trainer.public_id)
    assert met(Reply.CONFLICT, "Nyota") == [("Nyota", "late", "absent", "")]
    kept.sent("held", "Nyota", "late", 4, marked_by=trainer.public_id)
    kept.sent("held", "Nyota", "late", 4, answer="applied")
    assert met(Reply.REJECTED, "Nyota") == [("Nyota", "late", "absent", "Zawadi")]
    assert met(Reply.REJECTED, "Bahari") == [("Bahari", "late", "absent", "")]
    assert met(Reply.APPLIED, "Nyota") == met(Reply.DUPLICATE, "Nyota") == []


def test_what_waits_of_a_register_stands_in_the_order_in_which_it_came(sqlite_app, two, actor):
    kept, other = two
    trainer = actor("trainer", name="Zawadi")
    pads = {id(one): row(Pad, register_id=one.register.id, skew_ms=500) for one in two}

    def held(of: Kept, slot: str, entry: str, **more: Any) -> HeldItem:
        values: dict[str, Any] = {
            "register_id": of.register.id,
            "pad_id": pads[id(of)].id,
            "op_id": f"op {next(_numbers)}",
            "kind": "mark",
            "why": "conflict",
            "slot": slot,
            "entry": entry,
        }
        return row(HeldItem, **(values | more))

    slot = kept.slots["held"].public_id
    first = held(kept, slot, kept.entries["Nyota"].public_id, sent_by=trainer.public_id)
    held(other, slot, "")
    held(kept, slot, "", decided_at=NOW, decision="kept")
    alias = row(EntryAlias, public_id="oldentry00000000", entry_id=kept.entries["Mto"].id)
    second = held(kept, kept.slots["open"].public_id, alias.public_id)
    with sqlite_app.test_request_context("/"):
        assert list(held_items(kept.register.id)) == [first, second]
    kept.mark("held", "Nyota", "late", 2)
    kept.sent("held", "Nyota", "present", 1)
    kept.sent("held", "Nyota", "late", 2, marked_by=trainer.public_id, device_time=NOW - DAY)
    kept.sent("held", "Nyota", "late", 2, marked_by="somebodyelse0000")
    kept.slots["open"].confirmed_at = NOW
    db.session.flush()
    lines = held_lines(kept.register.id, [first, second])
    assert [
        [one[key] for key in ("name", "letter", "code", "skew_ms", "locked")] for one in lines
    ] == [["Nyota", "B", "B01", 500, False], ["Mto", "A", "A01", 500, False]]
    assert [
        (one["standing"]["status"], one["standing"]["who"], one["version"]) for one in lines
    ] == [("late", "Zawadi", 2), (None, "", 0)]
    assert (lines[0]["mine"]["who"], lines[0]["standing"]["at"]) == ("Zawadi", NOW - DAY)
    for of, settled in ((kept, None), (kept, NOW), (kept, None), (other, None)):
        row(
            WalkIn,
            register_id=of.register.id,
            person_id=of.people["Bahari"].id,
            op_id=f"op {next(_numbers)}",
            settled_at=settled,
            outcome="kept" if settled else "",
            taken_by=trainer.public_id,
        )
    came = walk_ins(kept.register.id)
    assert [(one["name"], one["letter"], one["who"]) for one in came] == [
        ("Bahari", "B", "Zawadi")
    ] * 2
    assert waiting_count(kept.register.id) == (2, 2)
    assert waiting_count(other.register.id) == (1, 1)


def _printed(kept: Kept, number: int, who: list[str], **more: Any) -> Sheet:
    slot = kept.slots["held"].public_id
    values: dict[str, Any] = {
        "register_id": kept.register.id,
        "number": number,
        "group_id": kept.people[who[0]].group_id,
        "day": HELD_ON,
        "rows": [kept.entries[name].public_id for name in who],
        "columns": [{"heading": "9", "half": "", "slots": [slot]}],
        "printed_at": BEGAN,
    }
    return row(Sheet, **(values | more))


def test_sheets_are_printed_again_as_parts_of_the_same_printing(two):
    kept, other = two
    third = _printed(kept, 3, ["Nyota"], extras=["sex"])
    first = _printed(kept, 1, ["Mto", "Gone"])
    second = _printed(kept, 2, ["Bahari"])
    later = _printed(kept, 4, ["Bahari"], printed_at=BEGAN + DAY, large=True, extras=["phone"])
    elsewhere = _printed(other, 1, ["Mto"])
    ids = [third.public_id, first.public_id, elsewhere.public_id]
    found = printed_sheets(kept.register.id, ids)
    assert [(one.number, one.letter, one.part, one.parts, one.first) for one in found] == [
        (1, "A", 1, 1, 1),
        (3, "B", 2, 2, 2),
    ]
    assert [line.code for line in found[0].rows] == ["A01", "A02"]
    assert [len(line.extras) for line in found[1].lines] == [1] * 10
    assert [line.number for line in found[1].lines] == list(range(2, 12))
    assert len(printed_sheet(kept.register.id, second.public_id).lines) == 1
    assert len(printed_sheet(kept.register.id, later.public_id).lines) == 7
    with pytest.raises(NotFound):
        printed_sheet(other.register.id, first.public_id)
    assert last_choice(kept.register.id) == SheetChoice(False, (Extra.PHONE,), True)
    assert last_choice(0) == SheetChoice()
    assert registers_of_sheets([first.public_id, elsewhere.public_id, "none"]) == {
        first.public_id: kept.register.id,
        elsewhere.public_id: other.register.id,
    }
    row(SheetReading, sheet_id=first.id, ticks=[[0], []], written_in=1, row_version=4, read_by="z")
    _printed(kept, 5, ["Mto"], day=HELD_ON + DAY)
    pictures = [
        row(SheetScan, register_id=of.register.id, sheet_id=sheet and sheet.id, found_by=how)
        for of, sheet, how in (
            (kept, first, "code"),
            (kept, first, "hand"),
            (kept, None, ""),
            (other, None, ""),
        )
    ]
    assert [
        (one.number, one.people, one.scans, one.read_by) for one in sheets_of(kept.register.id)
    ] == [(5, 1, 0, ""), (4, 1, 0, ""), (3, 1, 0, ""), (2, 1, 0, ""), (1, 2, 2, "z")]
    nothing = (0, (frozenset(),), 0)
    assert reading_of(kept.register.id, found[0]) == (4, (frozenset({0}), frozenset()), 1)
    assert reading_of(kept.register.id, found[1]) == nothing
    assert reading_of(other.register.id, found[0])[0] == 0
    assert [one.public_id for one in scans_of(kept.register.id, first.public_id)] == [
        one.public_id for one in pictures[:2]
    ]
    assert [one.public_id for one in scans_of(kept.register.id)] == [pictures[2].public_id]
    assert scan_of(kept.register.id, pictures[0].public_id).sheet == first.public_id
    assert scan_of(kept.register.id, pictures[2].public_id).sheet == ""
    with pytest.raises(NotFound):
        scan_of(kept.register.id, pictures[3].public_id)


def test_paper_and_marks_differ_where_one_signed_and_the_other_was_not_there(two):
    kept, other = two
    sheet = _printed(kept, 1, ["Nyota", "Bahari"])
    row(SheetReading, sheet_id=sheet.id, ticks=[[0], [0]], written_in=2)
    _printed(kept, 2, ["Mto"])
    kept.mark("held", "Nyota", "absent", 3)
    kept.mark("held", "Mto", "late")
    kept.mark("held", "Gone", "present")
    slot = kept.slots["held"].public_id
    session = db.session()
    assert paper_differences_by_slot(kept.register.id, session) == {slot: 2}
    assert paper_differences_by_slot(other.register.id, session) == {}
    row(
        Settlement,
        slot_id=kept.slots["held"].id,
        entry_id=kept.entries["Nyota"].id,
        source="paper",
        counted=True,
        status="absent",
        reason="Left early",
    )
    assert paper_differences_by_slot(kept.register.id, session) == {slot: 1}
    counts = counts_of(kept.register.id)
    assert [(one.name, one.letter, one.version) for one in counts.open] == [("Bahari", "B", 0)]
    assert [(one.name, one.version, reason) for one, reason in counts.settled] == [
        ("Nyota", 3, "Left early")
    ]
    held = next(day for day in counts.days if day["day"] == HELD_ON)
    assert [held[key] for key in ("there", "written_in", "sheets", "read")] == [1, 2, 2, 1]
    assert [(one["signed"], one["marked"]) for one in held["slots"]] == [(2, 1), (None, None)]
    assert [day["there"] for day in counts.days] == [1, None]
    assert date.today() > HELD_ON


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (None, ""),
        (0, ""),
        (9400, ""),
        (-9400, ""),
        (10_000, "its clock is 10 s fast"),
        (-59_400, "its clock is 59 s slow"),
        (60_000, "its clock is 1 min fast"),
        (-179_000, "its clock is 2 min slow"),
    ],
)
def test_by_how_much_a_phones_clock_was_off_is_said_as_people_say_it(
    sqlite_app, milliseconds, said
):
    with sqlite_app.test_request_context("/"):
        assert skew_text(milliseconds) == said
