"""History of a mark, and the marks that met another. By what somebody is called where names must
not stand: a letter and a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kash.attendance.models import MarkOperation, Pad, RosterEntry, Slot
from kash.attendance.queries.registers import everybody, slot_of, with_who
from kash.attendance.rules.marking import Operation, OperationAnswer, Reply
from kash.attendance.rules.pads import short_codes
from kash.attendance.sources import source_of
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import moment_text


def history(register_id: int, slot_public_id: str, entry_public_id: str) -> dict[str, Any]:
    """All that happened to one person's mark in one slot, the latest first, with her name and her
    public id. Raises NotFound.

    What a phone sent names its `pad`, and by how much its clock was ahead; what came from outside
    this site says from where (`source`).
    """
    slot = slot_of(register_id, slot_public_id)
    person = one_or_404(
        db.session.execute(
            everybody(register_id).where(RosterEntry.public_id == entry_public_id)
        ).first()
    )
    operations = db.session.execute(
        select(
            MarkOperation.received_at.label("at"),
            MarkOperation.marked_by,
            MarkOperation.status,
            MarkOperation.answer,
            MarkOperation.correction,
            MarkOperation.device_time,
            MarkOperation.device,
            Pad.public_id.label("pad"),
            Pad.skew_ms,
        )
        .outerjoin(Pad, Pad.public_id == MarkOperation.device)
        .where(MarkOperation.slot_id == slot.id, MarkOperation.person_id == person.person_id)
        .order_by(MarkOperation.id.desc())
        .limit(200)
    )
    return {
        "name": person.name,
        "person": person.person,
        "lines": [
            line | {"source": _source(line["device"], line["device_time"])}
            for line in with_who(operations, "marked_by")
        ],
    }


def _source(device: str, made_at: datetime) -> str:
    source = source_of(device)
    return str(source.text) % {"time": moment_text(made_at)} if source else ""


def conflicts_of(
    register_id: int, answers: Sequence[OperationAnswer], operations: Sequence[Operation]
) -> list[dict[str, Any]]:
    """Both versions of every mark that could not be applied, for the person who must now decide:
    what she sent (`mine`), what stands (`theirs`), and who put it there and when."""
    sent = {operation.op_id: operation.status for operation in operations}
    refused = [answer for answer in answers if answer.answer in (Reply.CONFLICT, Reply.REJECTED)]
    if not refused:
        return []
    people = {
        person.entry: person
        for person in db.session.execute(
            everybody(register_id).where(
                RosterEntry.public_id.in_({answer.entry for answer in refused})
            )
        )
    }
    makers = {
        (line["slot"], line["person_id"]): line
        for line in with_who(
            db.session.execute(
                select(
                    Slot.public_id.label("slot"),
                    MarkOperation.person_id,
                    MarkOperation.marked_by,
                    MarkOperation.received_at.label("at"),
                )
                .join(Slot, Slot.id == MarkOperation.slot_id)
                .where(
                    Slot.register_id == register_id,
                    Slot.public_id.in_({answer.slot for answer in refused}),
                    MarkOperation.person_id.in_({person.person_id for person in people.values()}),
                    MarkOperation.answer == str(Reply.APPLIED),
                )
                # The first operation that brought the version is the one that made the mark.
                .order_by(MarkOperation.version, MarkOperation.id.desc())
            ),
            "marked_by",
        )
    }
    nobody = {"who": "", "at": None}
    return [
        {
            "entry": answer.entry,
            "slot": answer.slot,
            "name": person.name,
            "person": person.person,
            "mine": sent[answer.op_id],
            "theirs": answer.status,
            "version": answer.version,
            "reason": answer.reason,
        }
        | {key: makers.get((answer.slot, person.person_id), nobody)[key] for key in nobody}
        for answer in refused
        if (person := people.get(answer.entry)) is not None
    ]


def codes_of(register_id: int) -> dict[str, str]:
    """The short code of everybody who ever stood on a register, by entry; one query.

    Phones show it in place of a name, so it stands beside the name on the website and on paper.
    """
    people = db.session.execute(everybody(register_id, RosterEntry.id)).all()
    codes = short_codes([(person.id, person.letter) for person in people])
    return {person.entry: code for person, code in zip(people, codes, strict=True)}
