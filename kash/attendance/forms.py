"""Turns what a register's page sends into operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID, uuid5

from kash.attendance.queries.registers import RegisterGrid, SlotSheet
from kash.attendance.rules.marking import NO_MARK, Operation
from kash.attendance.rules.pads import MOST_HEADS, Cell, HeadcountSent, summed
from kash.people.rules.persons import AGE_BANDS, SEXES
from kash.platform.database import new_public_id

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
    places: Iterable[tuple[str, str, str]],
    form: Mapping[str, str],
    now: datetime,
) -> list[Operation]:
    key = form.get("page", "")
    found: list[Operation] = []
    for slot, entry, name in places:
        status = form.get(f"mark-{name}", "")[:_LONGEST_STATUS]
        seen = form.get(f"seen-{name}", "")
        if not status or not seen:
            continue
        version, shown = _read_seen(seen)
        if version != NO_MARK and status == shown:
            continue
        found.append(
            Operation(
                op_id=_operation_id(key, slot, entry, status, version),
                slot=slot,
                entry=entry,
                status=status,
                expected_version=version,
                device_time=now,
                device_sequence=len(found),
            )
        )
    return found


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
