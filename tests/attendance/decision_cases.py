"""Cases of the decision table, as data: an operation, its circumstances and the answer.

Pads decide with the same table as the server; whoever decides in another language is asked the
same cases. `python -m tests.attendance.decision_cases` prints them as JSON: a list of objects

    {"operation": {op_id, slot, entry, status, expected_version, device, device_sequence, at,
                   correction},
     "now": {slot_known, slot_closed, slot_locked, cancelled, ahead, on_roster, statuses,
             retired,
             standing: {status, version}, earlier: null or {slot, entry, status, reply}},
     "expected": {reply, reason, status, version}}
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from kash.attendance.rules.marking import (
    Circumstances,
    CurrentMark,
    Earlier,
    MarkDecision,
    Operation,
    Reply,
    decide,
)

_SLOT, _ENTRY = "slot000000000001", "entry00000000001"
_AT = datetime(2026, 11, 17, 6, 30, tzinfo=UTC)
_IN_USE, _RETIRED = ("present", "late", "absent"), ("left_early",)
_STANDING = (
    CurrentMark(),
    CurrentMark("present", 1),
    CurrentMark("absent", 3),
    CurrentMark("left_early", 2),
)
_EARLIER = (
    None,
    Earlier(_SLOT, _ENTRY, "present"),
    Earlier(_SLOT, _ENTRY, "present", Reply.CONFLICT),
    Earlier("slot000000000002", _ENTRY, "present"),
    Earlier(_SLOT, "entry00000000002", "present"),
    Earlier(_SLOT, _ENTRY, "late"),
)
_PLACES = (  # slot known, slot closed, on the roster
    (True, False, True),
    (True, True, True),
    (True, False, False),
    (False, False, True),
    (True, True, False),
)


def cases() -> Iterator[tuple[Operation, Circumstances]]:
    """Every meeting of what the table tells apart, and operations that cannot be read."""
    for status, version, standing, earlier, place in itertools.product(
        ("present", "absent", "left_early", "asleep"), (0, 1, 3), _STANDING, _EARLIER, _PLACES
    ):
        yield _operation(status, version), _circumstances(standing, earlier, place)
    for status, correction, standing in itertools.product(
        ("present", "late"), ("", "Signed on the sheet."), _STANDING
    ):
        yield (
            replace(_operation(status, 1), correction=correction),
            replace(_circumstances(standing, None, _PLACES[1]), slot_locked=True),
        )
    for status, standing, earlier, place in itertools.product(
        ("present", "asleep"), _STANDING, _EARLIER, _PLACES
    ):
        yield (
            _operation(status, 1),
            replace(_circumstances(standing, earlier, place), cancelled=True),
        )
    for correction, locked, standing, earlier, place in itertools.product(
        ("", "Signed on the sheet."), (False, True), _STANDING, _EARLIER, _PLACES
    ):
        yield (
            replace(_operation("present", 1), correction=correction),
            replace(_circumstances(standing, earlier, place), slot_locked=locked, ahead=True),
        )
    good = _operation("present", 0)
    for bad in (
        replace(good, op_id=""),
        replace(good, op_id="x" * 37),
        replace(good, op_id="ñ"),
        replace(good, op_id="a\nb"),
        replace(good, expected_version=-1),
        replace(good, expected_version=2**31),
        replace(good, device="é"),
        replace(good, device="d" * 37),
        replace(good, device_sequence=-1),
        replace(good, device_sequence=2**31),
        replace(good, device_time=_AT.replace(tzinfo=None)),
    ):
        for standing, earlier in itertools.product(_STANDING, _EARLIER[:2]):
            yield bad, _circumstances(standing, earlier, _PLACES[0])


def _operation(status: str, version: int) -> Operation:
    return Operation("op-1", _SLOT, _ENTRY, status, version, _AT, "pad0000000000001", 7)


def _circumstances(
    standing: CurrentMark, earlier: Earlier | None, place: tuple[bool, bool, bool]
) -> Circumstances:
    known, closed, listed = place
    return Circumstances(
        slot_known=known,
        slot_closed=closed,
        on_roster=listed,
        statuses=_IN_USE,
        standing=standing,
        earlier=earlier,
        retired=_RETIRED,
    )


def as_data(operation: Operation, now: Circumstances, decision: MarkDecision) -> dict[str, Any]:
    """A case as JSON writes it."""
    return {
        "operation": {
            **{
                each.name: getattr(operation, each.name)
                for each in fields(operation)
                if each.name != "device_time"
            },
            "at": operation.device_time.isoformat(),
        },
        "now": {
            **{
                each.name: _plain(getattr(now, each.name))
                for each in fields(now)
                if each.name not in ("standing", "earlier")
            },
            "standing": {"status": now.standing.status, "version": now.standing.version},
            "earlier": None
            if now.earlier is None
            else {
                "slot": now.earlier.slot,
                "entry": now.earlier.entry,
                "status": now.earlier.status,
                "reply": str(now.earlier.reply),
            },
        },
        "expected": {
            "reply": str(decision.reply),
            "reason": str(decision.reason),
            "status": decision.standing.status,
            "version": decision.standing.version,
        },
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) else sorted(value)


def all_cases() -> list[dict[str, Any]]:
    """Every case with the server's answer."""
    return [as_data(operation, now, decide(operation, now)) for operation, now in cases()]


if __name__ == "__main__":
    print(json.dumps(all_cases()))
