"""History of a mark, and the marks that met another. By what somebody is called where names must
not stand: a letter and a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select

from kash.accounts.queries.accounts import names_of
from kash.attendance.models import MarkOperation, Pad, RosterEntry, Slot
from kash.attendance.queries.registers import slot_of
from kash.attendance.rules.marking import Operation, OperationAnswer, RejectionReason, Reply
from kash.attendance.rules.pads import short_codes
from kash.attendance.sources import source_of
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import moment_text


@dataclass(frozen=True)
class HistoryLine:
    """One operation on a mark: when it arrived, from whom, and what became of it.

    What a phone sent also has the time of its clock, and by how many seconds that was ahead; what
    came from outside this site says from where (`source`).
    """

    at: datetime
    who: str
    status: str
    answer: str
    version: int
    correction: str = ""
    device_time: datetime | None = None
    skew: float | None = None
    source: str = ""


@dataclass(frozen=True)
class MarkHistory:
    """All that happened to one mark, latest first. `person` is whose it is, by public id."""

    name: str
    slot: Slot
    lines: Sequence[HistoryLine]
    person: str = ""


def history(register_id: int, slot_public_id: str, entry_public_id: str) -> MarkHistory:
    """History of one person's mark in one slot. Raises NotFound."""
    slot = slot_of(register_id, slot_public_id)
    row = one_or_404(
        db.session.execute(
            select(RosterEntry.person_id, Person.chosen_name, Person.public_id)
            .join(Person, Person.id == RosterEntry.person_id)
            .where(RosterEntry.register_id == register_id, RosterEntry.public_id == entry_public_id)
        ).first()
    )
    kept = db.session.execute(
        select(
            MarkOperation.received_at,
            MarkOperation.marked_by,
            MarkOperation.status,
            MarkOperation.answer,
            MarkOperation.version,
            MarkOperation.correction,
            MarkOperation.device_time,
            MarkOperation.device,
            Pad.public_id.label("pad"),
            Pad.skew_ms,
        )
        .outerjoin(Pad, Pad.public_id == MarkOperation.device)
        .where(MarkOperation.slot_id == slot.id, MarkOperation.person_id == row.person_id)
        .order_by(MarkOperation.id.desc())
        .limit(200)
    ).all()
    names = names_of(operation.marked_by for operation in kept)
    return MarkHistory(
        row.chosen_name,
        slot,
        [
            HistoryLine(
                operation.received_at,
                names.get(operation.marked_by, ""),
                operation.status,
                operation.answer,
                operation.version,
                operation.correction,
                operation.device_time if operation.pad else None,
                None if operation.skew_ms is None else operation.skew_ms / 1000,
                _source(operation.device, operation.device_time),
            )
            for operation in kept
        ],
        row.public_id,
    )


def _source(device: str, made_at: datetime) -> str:
    source = source_of(device)
    return str(source.text) % {"time": moment_text(made_at)} if source else ""


@dataclass(frozen=True)
class MarkConflict:
    """A mark that met another: what this person sent, what stands, and who put it there."""

    entry: str
    slot: str
    name: str
    mine: str
    theirs: str | None
    who: str
    at: datetime | None
    version: int
    reason: RejectionReason = RejectionReason.NONE
    person: str = ""


def conflicts_of(
    register_id: int, answers: Sequence[OperationAnswer], operations: Sequence[Operation]
) -> list[MarkConflict]:
    """Both versions of every mark that could not be applied, for whoever must now decide."""
    sent = {operation.op_id: operation.status for operation in operations}
    open_answers = [
        answer for answer in answers if answer.answer in (Reply.CONFLICT, Reply.REJECTED)
    ]
    if not open_answers:
        return []
    people = {
        row.public_id: row
        for row in db.session.execute(
            select(
                RosterEntry.public_id,
                RosterEntry.person_id,
                Person.chosen_name,
                Person.public_id.label("person"),
            )
            .join(Person, Person.id == RosterEntry.person_id)
            .where(
                RosterEntry.register_id == register_id,
                RosterEntry.public_id.in_({answer.entry for answer in open_answers}),
            )
        )
    }
    last: dict[tuple[str, int], Row[str, int, str, datetime, int]] = {}
    for row in db.session.execute(
        select(
            Slot.public_id,
            MarkOperation.person_id,
            MarkOperation.marked_by,
            MarkOperation.received_at,
            MarkOperation.version,
        )
        .join(Slot, Slot.id == MarkOperation.slot_id)
        .where(
            Slot.register_id == register_id,
            Slot.public_id.in_({answer.slot for answer in open_answers}),
            MarkOperation.person_id.in_({row.person_id for row in people.values()}),
            MarkOperation.answer == str(Reply.APPLIED),
        )
        .order_by(MarkOperation.id)
    ):
        place = (row.public_id, row.person_id)
        # The first operation that brought the version is the one that made the mark.
        if place not in last or row.version > last[place].version:
            last[place] = row
    names = names_of(row.marked_by for row in last.values())
    found: list[MarkConflict] = []
    for answer in open_answers:
        person = people.get(answer.entry)
        if person is None:
            continue
        made = last.get((answer.slot, person.person_id))
        found.append(
            MarkConflict(
                entry=answer.entry,
                slot=answer.slot,
                name=person.chosen_name,
                mine=sent[answer.op_id],
                theirs=answer.status,
                who=names.get(made.marked_by, "") if made else "",
                at=made.received_at if made else None,
                version=answer.version,
                reason=answer.reason,
                person=person.person,
            )
        )
    return found


def codes_of(register_id: int) -> dict[str, str]:
    """The short code of everybody who ever stood on a register, by entry; one query.

    Phones show it in place of a name, so it stands beside the name on the website and on paper.
    """
    rows = db.session.execute(
        select(RosterEntry.public_id, RosterEntry.id, Group.letter)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == register_id)
        .order_by(RosterEntry.id)
    ).all()
    codes = short_codes([(row.id, row.letter) for row in rows])
    return {row.public_id: code for row, code in zip(rows, codes, strict=True)}
