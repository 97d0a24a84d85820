"""A pad's queue is sorted before anything of it is written."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kash.attendance.rules.marking import Operation
from kash.attendance.rules.pads import (
    HeadcountSent,
    NoteSent,
    OpenedItem,
    OperationKind,
    Sent,
    WalkInSent,
    sort_queue,
)

PAD = "padpadpadpadpadp"
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SENT = {
    "mark": lambda op_id: Operation(op_id, "slot", "entry", "present", 0, NOW),
    "walk_in": lambda op_id: WalkInSent(op_id, "entry", "Amani", "A", "", "", "slot", NOW),
    "headcount": lambda op_id: HeadcountSent(op_id, "slot", (), 0, NOW),
    "note": lambda op_id: NoteSent(op_id, "", "A note", NOW),
    "unreadable": lambda _op_id: None,
}
ITEMS = st.lists(st.tuples(st.sampled_from(sorted(SENT)), st.booleans()), max_size=20)


@given(ITEMS)
def test_each_item_is_written_once_and_people_before_their_marks(given_items):
    items, waiting = [], set()
    for number, (kind, waits) in enumerate(given_items):
        sent: Sent | None = SENT[kind](f"op-{number}")
        item = OpenedItem(number, OperationKind(kind), sent, b"")
        items.append(item)
        if waits:
            waiting.add(item.op_id(PAD))
    order = sort_queue(items, PAD, waiting)

    def positions(*kinds: str, waits: bool = False) -> list[int]:
        return [
            number
            for number, (kind, waiting) in enumerate(given_items)
            if waiting == waits and kind in kinds
        ]

    assert order.known == positions(*SENT, waits=True)
    assert order.walk_ins == positions("walk_in")
    assert order.marks == positions("mark")
    assert order.others == positions("headcount", "note", "unreadable")
