"""Sheets as they are printed and read, and what differs between paper and marks."""

import re
import subprocess
from collections.abc import Sequence
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.attendance import documents
from kash.attendance.documents import SheetHead
from kash.attendance.models import OtherCount, RosterEntry, Settlement, Sheet
from kash.attendance.queries.history import codes_of
from kash.attendance.queries.registers import Counts, counts_of
from kash.attendance.queries.sheets import (
    PrintedRow,
    PrintedSheet,
    last_choice,
    printed_sheet,
    printed_sheets,
)
from kash.attendance.rules.marking import Reply
from kash.attendance.rules.pads import (
    Column,
    Extra,
    Half,
    PlannedSlot,
    SheetChoice,
    as_data,
    columns_of,
    from_data,
    signed_places,
)
from kash.attendance.rules.registers import Hindrance, paper_differences, unsettled
from kash.attendance.services.marking import apply_marks, close_slot
from kash.attendance.services.registers import CannotConfirm, confirm_slot, reopen_slot
from kash.attendance.services.sheets import record_sheets, save_reading, settle_difference
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.press import documents as registers
from tests.declaring import also_declared
from tests.refusals import refuses

DAY, NEXT = date(2026, 11, 17), date(2026, 11, 18)
planned = st.lists(
    st.builds(
        PlannedSlot,
        st.uuids().map(str),
        st.times(min_value=time(6), max_value=time(20)),
        st.just("x"),
    ),
    max_size=12,
)
choices = st.builds(
    SheetChoice,
    st.booleans(),
    st.lists(st.sampled_from(Extra), unique=True).map(tuple),
    st.booleans(),
)


@given(planned, choices)
def test_every_session_of_a_day_is_signed_for_in_one_column(day, choice):
    columns = columns_of(day, choice)
    slots = [slot for column in columns for slot in column.slots]
    assert sorted(slots) == sorted(one.slot for one in day)
    assert len(columns) + len(choice.extras) <= 7
    assert from_data(as_data(columns)) == columns
    if choice.halves:
        assert all(column.half for column in columns)


ticks = st.lists(st.lists(st.integers(-1, 9), max_size=5), max_size=6)


@given(st.lists(st.sampled_from("abcdef"), max_size=5), ticks)
def test_a_reading_says_as_much_as_its_sheet_asked(rows, signed):
    columns = (Column("8", Half.WHOLE, ("s1",)), Column("", Half.AFTERNOON, ("s2", "s3")))
    said = signed_places(rows, columns, signed)
    assert set(said) == {(slot, row) for slot in ("s1", "s2", "s3") for row in rows}
    assert all(said["s2", row] == said["s3", row] for row in rows)


@given(
    st.dictionaries(st.tuples(st.sampled_from("st"), st.sampled_from("abc")), st.booleans()),
    st.dictionaries(
        st.tuples(st.sampled_from("st"), st.sampled_from("abc")),
        st.sampled_from(["present", "late", "absent"]),
    ),
)
def test_a_difference_is_where_paper_and_mark_say_otherwise(said, marks):
    weights = {"present": 100, "late": 100, "absent": 0}
    found = paper_differences(said, marks, weights, "ab")
    for place, signed in said.items():
        there = marks.get(place) in ("present", "late")
        differs = place[1] in "ab" and signed != there
        assert differs == any((one.slot, one.entry) == place for one in found)
    settled = {(one.slot, one.entry, one.source): (one.counted, one.status) for one in found}
    assert unsettled(found, settled) == []
    # A reason holds only for what stood then.
    turned = {place: not signed for place, signed in said.items()}
    changed = paper_differences(turned, marks, weights, "ab")
    assert unsettled(changed, settled) == changed


def test_sheets_never_mix_groups_and_keep_their_rows(both_engines_app, keep, trainer):
    elsewhere, kept = keep(people=2), keep(people=23)
    assert set(codes_of(kept.id)) == set(kept.entries)
    assert codes_of(elsewhere.id) == dict(zip(elsewhere.entries, ("A01", "B01"), strict=True))
    days = {day: [Column("08:30", Half.WHOLE, (kept.slots[0],))] for day in (DAY, NEXT)}
    made = record_sheets(kept.public_id, days, trainer)
    sheets = printed_sheets(kept.id, made)
    assert [(s.number, s.letter, s.day.day, s.part, s.parts, len(s.rows)) for s in sheets] == [
        (1, "A", 17, 1, 2, 10),
        (2, "A", 17, 2, 2, 2),
        (3, "B", 17, 1, 2, 10),
        (4, "B", 17, 2, 2, 1),
        (5, "A", 18, 1, 2, 10),
        (6, "A", 18, 2, 2, 2),
        (7, "B", 18, 1, 2, 10),
        (8, "B", 18, 2, 2, 1),
    ]
    letters = dict(db.session.query(Person.chosen_name, Group.letter).join(Person.group).all())
    for sheet in sheets:
        assert {letters[row.name] for row in sheet.rows} == {sheet.letter}
    assert [row.number for sheet in sheets[:2] for row in sheet.rows] == list(range(1, 13))
    # One sheet alone is the same as it was among the others.
    assert printed_sheet(kept.id, made[1]) == sheets[1]
    large = SheetChoice(extras=(Extra.PHONE, Extra.SEX), large=True)
    again = record_sheets(kept.public_id, {DAY: days[DAY]}, trainer, choice=large)
    assert (len(again), set(again) & set(made)) == (4, set())
    assert db.session.query(Sheet).order_by(Sheet.number.desc()).first().number == 12
    assert last_choice(kept.id) == large
    drawn = {(sheet.extras, sheet.large) for sheet in printed_sheets(kept.id, again)}
    assert drawn == {(large.extras, True)}


HEAD = SheetHead("Working Together", "Sample Centre")
NAMES = ["Zawadi Sampuli", "ሰላም ተስፋዬ", "محمد علي", "Mwanaidi Tumaini Rehema wa Kielelezo"]


@pytest.fixture
def printed_text(app, tmp_path, monkeypatch):
    """What is read on each page of these sheets."""

    def read(*sheets: PrintedSheet) -> list[str]:
        monkeypatch.setattr(documents, "printed_sheets", lambda *_which: list(sheets))
        paper = tmp_path / "register.pdf"
        with app.test_request_context():
            paper.write_bytes(documents.register_pdf(1, [], HEAD))
        done = subprocess.run(
            ["pdftotext", "-layout", paper, "-"], capture_output=True, check=True, text=True
        )
        return done.stdout.split("\f")[:-1]

    return read


def a_sheet(number: int, names: Sequence[str], **more: Any) -> PrintedSheet:
    columns = (Column("08:30", Half.WHOLE, ("s1",)),)
    rows = [PrintedRow(n, name, ("",), f"A{n:02}") for n, name in enumerate(names, 1)]
    values = {"rows": rows, "columns": columns, "extras": (Extra.PHONE,)} | more
    return PrintedSheet(f"{number:016}", number, "A", DAY, 1, 1, 1, **values)


def test_names_in_any_script_are_printed_beside_their_codes(printed_text):
    pages = printed_text(a_sheet(1, NAMES[:1]), a_sheet(2, NAMES), a_sheet(3, NAMES, large=True))
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert re.search(r"^ *1 +Zawadi Sampuli +A01$", page, re.M)
        assert f"0000-0000-0000-000{number}" in page
        assert f"A-{number}\n" in page
        assert "Phone" in page
    for page in pages[1:]:
        assert all(word in page for name in NAMES for word in name.split())
    assert re.search(r"^ *7$", pages[2], re.M)
    assert not re.search(r"^ *8$", pages[2], re.M)


def test_only_sheets_with_names_that_no_plate_can_set_are_set_by_the_engine(app, monkeypatch):
    sheets = [a_sheet(1, NAMES[:1]), a_sheet(2, NAMES), a_sheet(3, ["Baraka Otieno"])]
    whole: list[int] = []
    made_plates = registers.made_plates

    def made(requests: Sequence[Any], *how: Any) -> Any:
        whole.append(len(requests))
        return made_plates(requests, *how)

    monkeypatch.setattr(registers, "made_plates", made)
    monkeypatch.setattr(documents, "printed_sheets", lambda *_which: sheets)
    with app.test_request_context():
        documents.register_pdf(1, [], HEAD)
    assert whole == [1]


def test_a_sheet_that_takes_more_than_its_page_is_printed_all_the_same(printed_text):
    where = "Kisumu Central Sub-County Police Headquarters, Gender and Children Protection Desk"
    rows = [PrintedRow(n, "Asali", (where,), f"A{n:02}") for n in range(1, 11)]
    pages = printed_text(a_sheet(1, [], rows=rows, extras=(Extra.ORGANISATION,)))
    assert len(pages) == 2
    assert all("0000-0000-0000-0001" in page for page in pages)
    assert "".join(pages).count("Asali") == 10


def differences(counts: Counts) -> Sequence[tuple[str, str, bool, str]]:
    return [
        (one.name, one.difference.source, one.difference.counted, one.difference.status)
        for one in counts.open
    ]


def test_what_paper_says_is_marked_compared_and_settled_before_the_confirming(
    both_engines_app, keep, trainer, actor
):
    kept, other = keep(people=4, slots=1), actor("director", name="Neema Jaribio")
    columns = {DAY: [Column("08:30", Half.WHOLE, (kept.slots[0],))]}
    made = record_sheets(kept.public_id, columns, trainer)
    # 0 and 2 stand on the first sheet, 1 and 3 on the second.
    apply_marks(kept.public_id, [kept.operation(0, "absent"), kept.operation(3, "late")], trainer)
    first = save_reading(kept.public_id, made[0], [{0}, {0}], 1, 0, trainer)
    assert [answer.answer for answer in first] == [Reply.CONFLICT, Reply.APPLIED]
    save_reading(kept.public_id, made[1], [set(), set()], 0, 0, trainer)
    assert kept.marks() == {0: ("absent", 1), 2: ("present", 1), 3: ("late", 1)}
    with refuses("Somebody else changed this meanwhile"):
        save_reading(kept.public_id, made[0], [{0}, {0}], 0, 0, trainer)
    # Entered once more, nothing is sent again.
    assert save_reading(kept.public_id, made[0], [{0}, {0}], 1, 1, trainer) == []
    found = counts_of(kept.id)
    (day,) = found.days
    assert [(one["signed"], one["marked"]) for one in day["slots"]] == [(2, 2)]
    assert [day[key] for key in ("there", "written_in", "sheets", "read")] == [2, 1, 2, 2]
    assert differences(found) == [
        ("Person 000", "paper", True, "absent"),
        ("Person 003", "paper", False, "late"),
    ]
    at = (kept.public_id, kept.slots[0])
    close_slot(*at, trainer)
    with pytest.raises(CannotConfirm) as early:
        confirm_slot(*at, other)
    assert early.value.hindrance is Hindrance.DIFFERENCES
    settle_difference(
        *at, kept.entries[3], "paper", counted=False, status="late", reason="Forgot.", by=trainer
    )
    reopen_slot(*at, trainer)
    apply_marks(kept.public_id, [kept.operation(0, "present", 1)], trainer)
    close_slot(*at, trainer)
    found = counts_of(kept.id)
    assert differences(found) == []
    assert [reason for _one, reason in found.settled] == ["Forgot."]
    confirm_slot(*at, other)
    # Read anew after the confirming, a signature marks nobody any more and is a difference again.
    late = save_reading(kept.public_id, made[1], [{0}, set()], 0, 1, trainer)
    assert [answer.reason for answer in late] == ["slot_locked"]
    assert differences(counts_of(kept.id)) == [("Person 001", "paper", True, "")]


def test_what_two_sources_say_is_settled_one_by_one(sqlite_app, keep, trainer):
    kept = keep(people=1)
    for source, reason in (("paper", "Forgot."), ("pay", "Was paid."), ("paper", "Was late.")):
        settle_difference(
            kept.public_id,
            kept.slots[0],
            kept.entries[0],
            source,
            counted=True,
            status="absent",
            reason=reason,
            by=trainer,
        )
    rows = db.session.query(Settlement.source, Settlement.reason).order_by(Settlement.source)
    assert [tuple(row) for row in rows] == [("paper", "Was late."), ("pay", "Was paid.")]


@pytest.mark.any_engine
def test_who_is_paid_for_a_day_without_having_been_there_is_a_difference(
    both_engines_app, keep, trainer
):
    kept = keep(people=3)
    apply_marks(
        kept.public_id, [kept.operation(0, "present", slot=1), kept.operation(1, "absent")], trainer
    )
    people = {
        row.public_id: row.person_id
        for row in db.session.query(RosterEntry).filter_by(register_id=kept.id)
    }
    paid = [people[entry] for entry in kept.entries[:2]]

    def counted(register: int) -> dict[date, list[int]]:
        return {DAY: paid} if register == kept.id else {}

    with also_declared(OtherCount("payouts", "Payments", counted), without=OtherCount):
        found = counts_of(kept.id)
        (day,) = found.days
        assert (day["there"], day["others"]) == (1, {"payouts": 2})
        assert differences(found) == [("Person 001", "payouts", True, "absent")]
