"""Sending of the sample's phones from the door of the workshop that runs."""

from __future__ import annotations

import json
import math
import uuid
from datetime import timedelta
from typing import Any

from kash.attendance.queries.pads import credential
from kash.attendance.queries.registers import slot_of, slot_sheet
from kash.attendance.rules.pads import OperationKind, read_operation
from kash.attendance.rules.queue import OpenedItem
from kash.attendance.services.pads import take_pad
from kash.attendance.services.syncing import receive
from kash.demo.accounts import TRAINER
from kash.platform.database import db, new_public_id
from kash.platform.vault.phones import new_pair
from kash.policy import Actor
from kash.workshops.queries import scope
from kash.workshops.queries.plan import sessions_of

_CLOCK_IS_FAST_BY_MS = 260_000


def send_from_the_door(actors: dict[str, Actor], workshop: str) -> None:
    """Take the register of a running workshop along, and send what a morning at a door brings:
    two marks that meet others, one that comes after its register was confirmed, people who walk
    in, a count, a note and signatures."""
    by = actors[TRAINER.key]
    found = scope.workshop(workshop, by)
    planned = sessions_of(found)
    sessions = [one for one in planned if one.marked and not one.closed]
    if not sessions:
        return
    confirmed = [one.slot for one in planned if one.confirmed][:1]
    register, register_id, slot = found.register.public_id, found.register_id, sessions[-1].slot
    rows = slot_sheet(register_id, slot_of(register_id, slot)).rows
    marked = [row for row in rows if row.version][:2]
    pad_id = take_pad(register, new_pair()[1], "Samsung A10", by)
    at = sessions[-1].starts_at + timedelta(minutes=12)

    def sent(kind: str, **values: Any) -> dict[str, Any]:
        moment = (at + timedelta(milliseconds=_CLOCK_IS_FAST_BY_MS)).isoformat()
        return {"kind": kind, "op_id": str(uuid.uuid4()), "slot": slot, "at": moment, **values}

    operations = [
        *(
            sent("mark", entry=row.entry, status="late", expected_version=0)
            for row in marked
            if row.status != "late"
        ),
        *(
            sent("mark", slot=slot, entry=rows[0].entry, status="excused", expected_version=1)
            for slot in confirmed
        ),
        *(
            sent(
                "walk_in",
                entry=new_public_id(),
                name=name,
                letter="B",
                sex="female",
                age_band=age,
            )
            for name, age in (("Subira Mfanno", "25-34"), ("", "18-24"))
        ),
        sent(
            "headcount",
            counts=[
                {"letter": "B", "sex": "female", "age_band": "25-34", "count": 14},
                {"letter": "B", "sex": "male", "age_band": "", "count": 3},
            ],
            expected_version=0,
        ),
        sent("note", text="The hall was opened at nine. Tea came late."),
        *(
            sent("signature", entry=row.entry, strokes=_strokes(number))
            for number, row in enumerate(rows[:3])
        ),
    ]
    pad = credential(db.session(), pad_id)
    if pad is None:
        return
    items = []
    for sequence, operation in enumerate(operations, start=1):
        plaintext = json.dumps(operation).encode()
        _kind, read = read_operation(plaintext, pad_id, sequence)
        items.append(OpenedItem(sequence, OperationKind(operation["kind"]), read, plaintext))
    receive(pad, pad, items, _CLOCK_IS_FAST_BY_MS)


def _strokes(number: int) -> list[list[list[int]]]:
    """A scrawl across the field, each its own."""
    return [
        [
            [
                100 + step * 8,
                500 + round(260 * math.sin(step / (5 + number)) * math.cos(step / 17)),
            ]
            for step in range(100)
        ]
    ]
