"""What a phone may have written: each value at its limit is read as it was meant, and a step
beyond it nothing is read at all."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kash.attendance.rules.marking import LONGEST_OPERATION_ID, Operation, RejectionReason, Reply
from kash.attendance.rules.pads import (
    Cell,
    Counted,
    HeadcountSent,
    NoteSent,
    OperationKind,
    SignatureSent,
    Unreadable,
    WalkInSent,
    decide_headcount,
    is_public_id,
    moment_of,
    read_moment,
    read_operation,
    short_codes,
    summed,
)

SLOT, ENTRY = "0123456789abcdef", "ghjkmnpqrstvwxyz"
AT = "2026-11-20T09:00:00+03:00"
MOMENT = datetime(2026, 11, 20, 6, tzinfo=UTC)
LAST_VERSION = 2**31 - 1

ONE = {"letter": "A", "count": 1}

SENT: dict[str, dict[str, Any]] = {
    "mark": {"slot": SLOT, "entry": ENTRY, "status": "late", "expected_version": 3},
    "scan": {"slot": SLOT, "entry": ENTRY, "status": "absent", "expected_version": 0},
    "walk_in": {"entry": ENTRY, "name": " Nyota ", "letter": "B", "sex": "f", "age_band": "18-24"},
    "headcount": {
        "slot": SLOT,
        "expected_version": 2,
        "counts": [
            {"letter": "B", "sex": "f", "count": 2},
            {"letter": "A", "count": 1},
            {"letter": "A", "age_band": "60+", "count": 0},
            {"letter": "B", "sex": "f", "age_band": "", "count": 3},
        ],
    },
    "note": {"text": "Rain\a all day\n"},
    "signature": {"slot": SLOT, "entry": ENTRY, "strokes": [[[0, 1000], [5, 6]], [[7, 8]]]},
}


def _read(kind: str, **values: Any) -> Any:
    told = {"kind": kind, "op_id": "op 1", "at": AT} | SENT[kind] | values
    return read_operation(json.dumps(told).encode(), "phone", 7)


def _is_read(kind: str, **values: Any) -> bool:
    try:
        _read(kind, **values)
    except Unreadable:
        return False
    return True


def test_each_kind_is_read_with_all_that_it_says():
    cells = (Cell("A", "", "", 1), Cell("B", "f", "", 5))
    strokes = (((0, 1000), (5, 6)), ((7, 8),))
    assert [_read(kind) for kind in SENT] == [
        (
            OperationKind.MARK,
            Operation("op 1", SLOT, ENTRY, "late", 3, read_moment(AT), "phone", 7),
        ),
        (
            OperationKind.SCAN,
            Operation("op 1", SLOT, ENTRY, "present", 0, read_moment(AT), "phone", 7),
        ),
        (OperationKind.WALK_IN, WalkInSent("op 1", ENTRY, "Nyota", "B", "f", "18-24", "", MOMENT)),
        (OperationKind.HEADCOUNT, HeadcountSent("op 1", SLOT, cells, 2, MOMENT)),
        (OperationKind.NOTE, NoteSent("op 1", "", "Rain all day", MOMENT)),
        (OperationKind.SIGNATURE, SignatureSent("op 1", SLOT, ENTRY, strokes, MOMENT)),
    ]
    assert {moment_of(_read(kind)[1]) for kind in SENT} == {MOMENT}
    assert _read("walk_in", slot=SLOT)[1].slot == _read("note", slot=SLOT)[1].slot == SLOT


@pytest.mark.parametrize(
    ("kind", "name", "last", "beyond"),
    [
        ("mark", "status", "s" * 16, "s" * 17),
        ("mark", "status", "s", ""),
        ("mark", "op_id", "o" * LONGEST_OPERATION_ID, "o" * (LONGEST_OPERATION_ID + 1)),
        ("mark", "op_id", "o", ""),
        ("mark", "op_id", "o", "ö"),
        ("mark", "op_id", "o", "o\n"),
        ("mark", "op_id", "1", 1),
        ("mark", "status", "1", 1),
        ("mark", "expected_version", LAST_VERSION, LAST_VERSION + 1),
        ("mark", "expected_version", 0, -1),
        ("mark", "expected_version", 1, True),
        ("mark", "expected_version", 1, 1.0),
        ("mark", "slot", SLOT, SLOT[:-1]),
        ("mark", "slot", SLOT, SLOT + "0"),
        ("mark", "entry", ENTRY, ENTRY.upper()),
        ("mark", "at", "2020-01-01T00:00:00+00:00", "2019-12-31T23:59:59+00:00"),
        ("mark", "at", "2099-12-31T23:59:59+00:00", "2100-01-01T00:00:00+00:00"),
        ("mark", "at", AT, "2026-11-20T09:00:00"),
        ("mark", "at", AT, "yesterday"),
        ("mark", "at", AT, 5),
        ("walk_in", "name", "n" * 120, "n" * 121),
        ("walk_in", "name", None, 5),
        ("walk_in", "letter", "B", "BB"),
        ("walk_in", "sex", "s" * 8, "s" * 9),
        ("walk_in", "age_band", "a" * 8, "a" * 9),
        ("walk_in", "slot", "", "x"),
        ("note", "text", "n" * 2000, "n" * 2001),
        ("note", "text", "n", " \a "),
        ("headcount", "counts", [ONE | {"count": 9999}], [ONE | {"count": 10000}]),
        ("headcount", "counts", [{"letter": "A", "count": 0}], [{"letter": "A", "count": -1}]),
        ("headcount", "counts", [{"letter": "A", "count": 1}], [{"letter": "AB", "count": 1}]),
        ("headcount", "counts", [ONE] * 200, [ONE] * 201),
        (
            "headcount",
            "counts",
            [{"letter": "A", "count": 9998}, {"letter": "A", "count": 1}],
            [{"letter": "A", "count": 9999}, {"letter": "A", "count": 1}],
        ),
        ("headcount", "counts", [], {}),
        ("signature", "strokes", [[[1, 2]]], []),
        ("signature", "strokes", [[[1, 2]]], [[[1, 2]], []]),
        ("signature", "strokes", [[[1, 2]]], {"0": [[1, 2]]}),
        ("signature", "strokes", [[[1, 2]]], [[[1, 2, 3]]]),
        ("signature", "strokes", [[[1, 2]]] * 200, [[[1, 2]]] * 201),
        ("signature", "strokes", [[[1, 2]] * 4000], [[[1, 2]] * 4001]),
        ("signature", "strokes", [[[1000, 0]]], [[[1001, 0]]]),
        ("signature", "strokes", [[[0, 1000]]], [[[0, 1001]]]),
    ],
)  # fmt: skip
def test_a_value_is_read_to_its_limit_and_not_beyond(kind, name, last, beyond):
    assert (_is_read(kind, **{name: last}), _is_read(kind, **{name: beyond})) == (True, False)


@pytest.mark.parametrize("plaintext", [b"", b"[]", b"null", b"{}", b'{"kind": 1}', b"\xff"])
def test_what_is_no_operation_is_told_as_unreadable(plaintext):
    with pytest.raises(Unreadable):
        read_operation(plaintext, "phone", 7)
    told = json.dumps({"kind": "note", "op_id": "1", "at": AT, "text": "x"}).encode()
    assert read_operation(b" \n" + told + b"\t", "phone", 7)[0] is OperationKind.NOTE
    with pytest.raises(Unreadable):
        read_operation(told + b"1", "phone", 7)


def test_a_moment_has_forty_characters_at_most():
    long = "2026-11-20T09:00:00.000000+03:00:00.0000"
    assert len(long) == 40
    with pytest.raises(Unreadable):
        read_moment(long + "0")


def test_no_text_is_an_id_that_holds_a_letter_of_none():
    assert is_public_id(SLOT)
    assert not any(is_public_id(wrong) for wrong in (SLOT[:-1] + "i", SLOT[1:], None, 5, b"0" * 16))


CELLS = (Cell("A", "", "", 2),)
STANDING = Counted((Cell("A", "", "", 1),), 3)
TAKEN = (Reply.APPLIED, RejectionReason.NONE, Counted(CELLS, 4))


@pytest.mark.parametrize(
    ("sent", "standing", "told", "answer"),
    [
        ({}, STANDING, {}, TAKEN),
        ({}, STANDING, {"slot_known": False}, RejectionReason.SLOT_UNKNOWN),
        ({}, STANDING, {"letters": "B"}, RejectionReason.GROUP_UNKNOWN),
        ({}, STANDING, {"ahead": True}, RejectionReason.NOT_BEGUN),
        ({}, STANDING, {"slot_closed": True}, RejectionReason.SLOT_CLOSED),
        ({}, STANDING, {"slot_locked": True}, RejectionReason.SLOT_LOCKED),
        ({}, STANDING, {"slot_locked": True, "slot_closed": True}, RejectionReason.SLOT_LOCKED),
        ({"correction": "Paper"}, STANDING, {"slot_locked": True, "slot_closed": True}, TAKEN),
        ({"correction": "Paper"}, STANDING, {"slot_closed": True}, RejectionReason.SLOT_CLOSED),
        # The room is empty before the session begins, and may be told to be.
        ({"cells": ()}, STANDING, {"ahead": True}, (*TAKEN[:2], Counted((), 4))),
        ({"expected_version": 2}, STANDING, {}, (Reply.CONFLICT, RejectionReason.NONE, STANDING)),
        # The same once more changes nothing, whatever version it knew.
        (
            {"expected_version": 2},
            Counted(CELLS, 3),
            {},
            (Reply.APPLIED, RejectionReason.NONE, Counted(CELLS, 3)),
        ),
        # An empty room that nobody counted is news, and is counted once.
        (
            {"cells": (), "expected_version": 0},
            Counted(),
            {},
            (Reply.APPLIED, RejectionReason.NONE, Counted((), 1)),
        ),
    ],
)
def test_a_headcount_is_answered_as_a_mark_is(sent, standing, told, answer):
    asked = {"slot_known": True, "slot_closed": False, "letters": "AB"} | told
    values = {"cells": CELLS, "expected_version": 3, "correction": ""} | sent
    count = HeadcountSent("op", SLOT, at=MOMENT, **values)
    found = decide_headcount(count, standing, **asked)
    if isinstance(answer, RejectionReason):
        answer = (Reply.REJECTED, answer, standing)
    assert found == answer


def test_cells_are_summed_in_order_without_those_that_count_nobody():
    cells = [
        Cell("B", "", "", 2),
        Cell("A", "m", "", 0),
        Cell("B", "", "", 3),
        Cell("A", "", "", 1),
    ]
    assert summed(cells) == (Cell("A", "", "", 1), Cell("B", "", "", 5))


def test_codes_are_numbered_by_group_in_the_order_in_which_entries_were_made():
    assert short_codes([(30, "B"), (10, "B"), (20, "A")]) == ["B02", "B01", "A01"]
