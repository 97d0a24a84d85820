"""Registers for programs, and operations on them."""

from __future__ import annotations

from typing import Any

from flask import request

from kash.api.bearing import bearer
from kash.api.endpoints import endpoints, needs
from kash.api.errors import KeyMissing
from kash.api.queries.attendance import register_page
from kash.api.rules.repeating import digest_of, read_key
from kash.api.schemas.attendance import (
    AnswersTold,
    OperationSent,
    OperationsSent,
    RegisterAsked,
    RegisterTold,
)
from kash.api.scopes import ATTENDANCE, MARKING
from kash.api.services.marking import SOURCE, apply_operations
from kash.api.views.paged import next_page
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.marking import ANY_PURPOSE, Operation
from kash.platform.web import current_actor
from kash.workshops.queries.scope import workshop_with_people


@endpoints.get("/workshops/<public_id>/attendance")
@needs(ATTENDANCE)
@endpoints.input(RegisterAsked, location="query", arg_name="asked")
@endpoints.output(RegisterTold)
@endpoints.doc(operation_id="readAttendance", tags=["Attendance"])
def read_attendance(public_id: str, asked: RegisterAsked) -> dict[str, Any]:
    """Police officers on the register of a workshop, by number, with each mark."""
    found = workshop_with_people(public_id, current_actor(), "attendance.see")
    shown = register_page(found.register_id, asked.after, asked.limit)
    rows = shown.entries.rows
    return {
        "statuses": [
            {"code": one.code, "weight": one.weight}
            for one in status_catalogue().values()
            if one.active and one.purpose in (ANY_PURPOSE, found.register.purpose)
        ],
        "items": [
            {
                "id": entry,
                "person": person,
                "marks": [
                    {"slot": mark.slot, "status": mark.status, "version": mark.version}
                    for mark in shown.marks.get(key, ())
                ],
            }
            for entry, person, key in rows
        ],
        "next": next_page(asked, rows[-1][0] if rows else "", more=shown.entries.more),
    }


@endpoints.post("/workshops/<public_id>/attendance/operations")
@needs(MARKING)
@endpoints.input(OperationsSent, location="json", arg_name="sent")
@endpoints.output(AnswersTold)
@endpoints.doc(operation_id="markAttendance", tags=["Attendance"])
def mark_attendance(public_id: str, sent: OperationsSent) -> dict[str, Any]:
    """Make marks on the register of a workshop.

    Each is answered: applied, duplicate (it was applied before), conflict (another mark stands
    than the one that was known), or rejected with a reason.
    """
    key = read_key(request.headers.get("Idempotency-Key", ""))
    if key is None:
        raise KeyMissing
    found = workshop_with_people(public_id, current_actor(), "attendance.mark")
    answers = apply_operations(
        bearer(),
        found.register.public_id,
        [_operation(one, number) for number, one in enumerate(sent.operations)],
        key=key,
        digest=digest_of(request.path, request.get_data()),
    )
    return {"answers": answers}


def _operation(sent: OperationSent, number: int) -> Operation:
    return Operation(
        op_id=sent.op_id,
        slot=sent.slot,
        entry=sent.entry,
        status=sent.status,
        expected_version=sent.expected_version,
        device_time=sent.made_at,
        device=SOURCE.device(bearer().public_id),
        device_sequence=number,
    )
