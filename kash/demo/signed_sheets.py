"""Signed sheets of the sample's workshop that is under way: drawn as a phone would bring them."""

from __future__ import annotations

import io
import random
from datetime import date

import segno
from PIL import Image, ImageDraw, ImageFont

from kash.attendance import scans
from kash.attendance.documents import column_heading, sheet_code
from kash.attendance.queries.counts import counts_of
from kash.attendance.queries.registers import grid
from kash.attendance.queries.sheets import PrintedSheet, printed_sheets
from kash.attendance.rules.counts import PAPER
from kash.attendance.rules.sheets import SheetChoice
from kash.attendance.services.sheets import (
    keep_scans,
    record_sheets,
    save_reading,
    settle_difference,
)
from kash.platform.web.formats import date_text
from kash.policy import Actor
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import own_workshop
from kash.workshops.views.documents import sheet_columns

_WIDTH, _HEIGHT, _MARGIN = 1400, 990, 55
_TOP, _ROW, _NUMBER, _NAME = 210, 58, 60, 330
_INK, _LINE, _PEN = (25, 25, 30), (150, 150, 150), (28, 44, 120)


def bring_in_sheets(workshop: str, by: Actor, today: date) -> None:
    """Sheets of the first day: one of each group is entered or waits, and one page is unknown."""
    found = own_workshop(workshop, by, "attendance.mark")
    register, register_id = found.register.public_id, found.register_id
    days = {
        day: columns
        for day, columns in sheet_columns(sessions_of(found), SheetChoice()).items()
        if day < today
    }
    if not days:
        return
    first = min(days)
    made = record_sheets(register, {first: days[first]}, by)
    sheets = printed_sheets(register_id, made)
    signed = {sheet.public_id: _signed(register_id, sheet) for sheet in sheets}
    pages = [
        page
        for sheet in (sheets[0], sheets[-1])
        for page in scans.pages_of(_photo(sheet, signed[sheet.public_id]))
    ]
    pages += scans.pages_of(_photo(sheets[0], signed[sheets[0].public_id], torn=True))
    keep_scans(register, scans.store(register, pages), by)
    save_reading(register, sheets[0].public_id, signed[sheets[0].public_id], 1, 0, by)
    differing = counts_of(register_id).open
    if len(differing) > 1:
        about = differing[0].difference
        settle_difference(
            register,
            about.slot,
            about.entry,
            PAPER,
            counted=about.counted,
            status=about.status,
            reason="Two people saw her; the sheet came round while she was outside.",
            by=by,
        )


def _signed(register_id: int, sheet: PrintedSheet) -> list[set[int]]:
    """Rows signed in each column: all who are marked there, but for a few in the last closed
    session."""
    marks = grid(register_id)
    closed = {one.public_id for one in marks.columns if one.closed}
    there = {row.name: row.marks for row in marks.rows}
    last = max(
        (number for number, column in enumerate(sheet.columns) if set(column.slots) <= closed),
        default=0,
    )
    ticks: list[set[int]] = []
    for place, row in enumerate(sheet.rows):
        kept = there.get(row.name, {})
        ticks.append(
            {
                number
                for number, column in enumerate(sheet.columns)
                if any(
                    slot in kept and kept[slot].status not in ("absent", "excused")
                    for slot in column.slots
                )
                and not (number == last and place in (1, 3, 5))
            }
        )
    return ticks


def _photo(sheet: PrintedSheet, signed: list[set[int]], *, torn: bool = False) -> bytes:
    """A page as a phone sees it: a little tilted on a table; `torn` without its code."""
    page = Image.new("RGB", (_WIDTH, _HEIGHT), (252, 251, 247))
    draw = ImageDraw.Draw(page)
    large, usual, small = (ImageFont.load_default(size) for size in (34, 21, 16))
    draw.text((_MARGIN, 60), f"Sign-in sheet {sheet.letter}", _INK, large)
    draw.text((_MARGIN, 112), date_text(sheet.day), _INK, usual)
    draw.text((_WIDTH - 430, 90), f"{sheet.letter}-{sheet.number}", _INK, usual)
    draw.text((_WIDTH - 430, 120), sheet_code(sheet.public_id), _INK, small)
    if not torn:
        page.paste(_code(sheet.public_id), (_WIDTH - 215, 30))
    width = (_WIDTH - 2 * _MARGIN - _NUMBER - _NAME) // max(len(sheet.columns), 1)
    left = _MARGIN + _NUMBER + _NAME
    for number, column in enumerate(sheet.columns):
        draw.text((left + number * width + 12, _TOP - 30), column_heading(column), _INK, small)
    chance = random.Random(sheet.number)
    for place in range(sheet.places):
        top = _TOP + place * _ROW
        draw.line((_MARGIN, top, _WIDTH - _MARGIN, top), _LINE, 2)
        draw.text((_MARGIN + 8, top + 17), str(sheet.first + place), _INK, small)
        if place >= len(sheet.rows):
            continue
        draw.text((_MARGIN + _NUMBER, top + 15), sheet.rows[place].name, _INK, usual)
        for number in signed[place]:
            _scribble(draw, left + number * width + 14, top + _ROW // 2, width - 40, chance)
    bottom = _TOP + sheet.places * _ROW
    draw.line((_MARGIN, bottom, _WIDTH - _MARGIN, bottom), _LINE, 2)
    for number in range(len(sheet.columns)):
        at = left + number * width
        draw.line((at, _TOP - 40, at, bottom), _LINE, 1)
    table = page.rotate(2.2, expand=True, fillcolor=(96, 74, 52), resample=Image.Resampling.BICUBIC)
    out = io.BytesIO()
    table.save(out, "JPEG", quality=78)
    return out.getvalue()


def _code(public_id: str) -> Image.Image:
    drawn = io.BytesIO()
    segno.make(public_id.upper(), error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    return Image.open(drawn).convert("RGB")


def _scribble(
    draw: ImageDraw.ImageDraw, left: int, middle: int, width: int, chance: random.Random
) -> None:
    """A hand that writes its name in a hurry."""
    across = max(width, 40)
    line = [
        (left + step * across / 16, middle + chance.uniform(-15, 15) * (1 - step / 24))
        for step in range(17)
    ]
    draw.line(line, _PEN, 3, joint="curve")
