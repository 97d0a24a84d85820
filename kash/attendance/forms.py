"""Turns what a register's page sends into operations. How statuses and reasons read
to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid5

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.attendance.queries.registers import RegisterGrid, SlotSheet
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.marking import NO_MARK, PRESENT, Operation, RejectionReason
from kash.attendance.rules.pads import MOST_HEADS, Cell, HeadcountSent, summed
from kash.people.rules.persons import AGE_BANDS, SEXES
from kash.platform.database import new_public_id
from kash.platform.web.formats import time_text

_LONGEST_SEEN = 40
# One more than a status has, so that what is too long is none.
_LONGEST_STATUS = 17
# Fixed for ever: with it a page that is sent twice gives the same operation ids.
_OPERATIONS = UUID("5a1d3c0e-7c55-4b0e-9a0b-6d6f2f2f7a11")


def page_key() -> str:
    """A key of one showing of a page; its operations' ids are made from it."""
    return new_public_id()


def seen_text(status: str | None, version: int) -> str:
    """Text of the mark that a page showed, as the page says it back."""
    return f"{version}:{status or ''}"


def marks_from_form(sheet: SlotSheet, form: Mapping[str, str], now: datetime) -> list[Operation]:
    """The operations of one slot's page: `mark-<entry>`, `seen-<entry>` and `page`.

    A mark that was there and was left as it was shown is not sent again, so that it can't meet
    what somebody else did to it meanwhile. Rows that the page did not show are left alone.
    """
    slot = sheet.slot.public_id
    return _operations(((slot, row.entry, f"{row.entry}") for row in sheet.rows), form, now)


def others_present(sheet: SlotSheet, form: Mapping[str, str]) -> dict[str, str]:
    """The form with everybody whom its page showed without a mark as present."""
    shown = (row for row in sheet.rows if f"seen-{row.entry}" in form and not row.status)
    return {f"mark-{row.entry}": PRESENT for row in shown} | dict(form)


def marks_from_grid(shown: RegisterGrid, form: Mapping[str, str], now: datetime) -> list[Operation]:
    """The operations of a page of the grid: `mark-<entry>-<slot>` and `seen-<entry>-<slot>`.

    A cell left empty is no operation: a mark is changed, but never taken back to nothing.
    """
    return _operations(
        (
            (column.public_id, row.entry, f"{row.entry}-{column.public_id}")
            for row in shown.rows
            for column in shown.columns
        ),
        form,
        now,
    )


def one_operation(
    key: str,
    slot: str,
    entry: str,
    status: str,
    version: int,
    now: datetime,
    *,
    correction: str = "",
) -> Operation:
    """One mark of a page that was shown with this key; sent twice it is the same operation."""
    return Operation(
        op_id=_operation_id(key, slot, entry, status, version),
        slot=slot,
        entry=entry,
        status=status,
        expected_version=version,
        device_time=now,
        correction=correction,
    )


def _operation_id(key: str, slot: str, entry: str, status: str, version: int) -> str:
    shown = key[:_LONGEST_SEEN]
    return str(uuid5(_OPERATIONS, f"{shown}:{slot}:{entry}:{status}:{version}"))


def _operations(
    places: Iterable[tuple[str, str, str]], form: Mapping[str, str], now: datetime
) -> list[Operation]:
    key = form.get("page", "")
    operations: list[Operation] = []
    for slot, entry, name in places:
        status = form.get(f"mark-{name}", "")[:_LONGEST_STATUS]
        seen = form.get(f"seen-{name}", "")
        if not status or not seen:
            continue
        version, shown = _read_seen(seen)
        if version != NO_MARK and status == shown:
            continue
        operations.append(
            Operation(
                op_id=_operation_id(key, slot, entry, status, version),
                slot=slot,
                entry=entry,
                status=status,
                expected_version=version,
                device_time=now,
                device_sequence=len(operations),
            )
        )
    return operations


def _read_seen(text: str) -> tuple[int, str]:
    """Version and status from what a page says that it showed; nonsense is "saw nothing"."""
    number, _, status = text[:_LONGEST_SEEN].partition(":")
    if not (number.isascii() and number.isdigit()) or len(number) > 9:
        return NO_MARK, ""
    return int(number), status


@dataclass(frozen=True)
class HeadsTyped:
    """A headcount as it was typed: the texts by field, and the fields that are no numbers."""

    texts: Mapping[str, str]
    wrong: frozenset[str]
    cells: tuple[Cell, ...]


def head_field(letter: str, sex: str, age_band: str) -> str:
    """The field in which one number of a headcount stands."""
    return f"n-{letter}-{sex or 'any'}-{age_band or 'any'}"


def heads_typed(form: Mapping[str, str], letters: Sequence[str]) -> HeadsTyped:
    """Read a headcount's fields; an empty one counts nobody."""
    texts: dict[str, str] = {}
    wrong: set[str] = set()
    cells: list[Cell] = []
    for letter, sex, band in product(letters, ("", *SEXES), ("", *AGE_BANDS)):
        name = head_field(letter, sex, band)
        # Shown again as it was typed, however long.
        texts[name] = form.get(name, "")
        text = texts[name].strip()[:_LONGEST_SEEN]
        if not text:
            continue
        if text.isascii() and text.isdigit() and int(text) <= MOST_HEADS:
            cells.append(Cell(letter, sex, band, int(text)))
        else:
            wrong.add(name)
    return HeadsTyped(texts, frozenset(wrong), summed(cells))


def heads_from_form(
    slot: str, typed: HeadsTyped, form: Mapping[str, str], now: datetime
) -> HeadcountSent:
    """The operation of a headcount's page: `page` and `seen` as the page said them."""
    key = form.get("page", "")[:_LONGEST_SEEN]
    version, _shown = _read_seen(form.get("seen", ""))
    op_id = str(uuid5(_OPERATIONS, f"{key}:{slot}:{version}:{typed.cells}"))
    return HeadcountSent(op_id, slot, typed.cells, version, now)


_STATUSES: dict[str, Any] = {
    "present": _l("present"),
    "late": _l("late"),
    "left_early": _l("left early"),
    "excused": _l("excused"),
    "absent": _l("absent"),
    "apology": _l("sent an apology"),
    "in_attendance": _l("in attendance"),
}

_REASONS: dict[RejectionReason, Any] = {
    RejectionReason.NONE: "",
    RejectionReason.SLOT_UNKNOWN: _l("This session is no longer on the register."),
    RejectionReason.SLOT_CLOSED: _l("This register is closed. Open it again to change it."),
    RejectionReason.SLOT_LOCKED: _l(
        "This register was confirmed. Correct single marks with a reason."
    ),
    RejectionReason.NOT_ON_ROSTER: _l("This person is no longer on the register."),
    RejectionReason.STATUS_UNKNOWN: _l("This is not a mark that the register knows."),
    RejectionReason.STATUS_RETIRED: _l("This mark is no longer in use. Choose another."),
    RejectionReason.UNREADABLE: _l("This mark could not be read."),
    RejectionReason.ID_REUSED: _l("This mark was sent twice with different contents."),
    RejectionReason.GROUP_UNKNOWN: _l("There is no such group here."),
    RejectionReason.NOT_BEGUN: _l("The session had not begun yet: nobody is present."),
    RejectionReason.TIME_BEFORE_DOOR: _l(
        "This is before the planned beginning. If the session was moved, change its time first."
    ),
    RejectionReason.TIME_IN_FUTURE: _l("This time has not come yet."),
    RejectionReason.TIME_END_FIRST: _l("The end must come after the beginning."),
    RejectionReason.TIME_TOO_LONG: _l(
        "No session takes more than 12 hours. Say when it really ended."
    ),
    RejectionReason.CANCELLED: _l("The workshop was cancelled before this was made."),
    RejectionReason.MINOR: _l("People under 18 are not enrolled. Tell the custodian."),
}


def status_word(code: str | None) -> str:
    """A status in a word, as the programme names it; "no mark" for none."""
    if not code:
        return str(_l("no mark"))
    status = status_catalogue().get(code)
    if status is not None and status.name:
        return status.name
    return usual_word(code)


def usual_word(code: str) -> str:
    """Usual word of a standard status, where the programme says nothing else."""
    return str(_STATUSES.get(code, code))


def reason_sentence(reason: RejectionReason) -> str:
    """Why a mark was rejected, as a sentence."""
    return str(_REASONS[reason])


def conflict_sentence(conflict: Mapping[str, Any]) -> str:
    """Why a mark was not saved: what stands instead, and who put it there."""
    if conflict["reason"] is not RejectionReason.NONE:
        return reason_sentence(conflict["reason"])
    mine, theirs = status_word(conflict["mine"]), status_word(conflict["theirs"])
    if not conflict["who"]:
        return _("you marked %(mine)s; what stands is %(theirs)s.", mine=mine, theirs=theirs)
    return _(
        "you marked %(mine)s; %(who)s saved %(theirs)s at %(time)s.",
        mine=mine,
        who=conflict["who"],
        theirs=theirs,
        time=time_text(conflict["at"]),
    )
