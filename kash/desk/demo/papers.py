"""Papers of the sample, made by the rooms that print them; and sheets as people signed them."""

from __future__ import annotations

import io
import math
import random
from pathlib import Path

import segno
from flask import current_app
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from kash.assessments.documents import named_sheets, sheets_of_test
from kash.assessments.models import AskedQuestion, WorkshopTest
from kash.assessments.queries import blank_sheets, participants
from kash.assessments.reports.views import workshop_report
from kash.assessments.sheets.markup import PrintedAnswerSheet
from kash.attendance.documents import column_heading, register_pdf, sheet_code
from kash.attendance.queries.sheets import PrintedSheet
from kash.attendance.rules.pads import SheetChoice
from kash.attendance.services.sheets import record_sheets
from kash.certificates.documents import make_cards, make_print_file, make_zip_file
from kash.desk.demo.opening import SampleProgramme
from kash.forums.documents import agenda_pack, minutes_paper
from kash.forums.models import Meeting
from kash.platform.database import db, utc_now
from kash.platform.jobs import SILENT
from kash.platform.web.formats import date_text
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import workshop
from kash.workshops.views.closing import sheet_columns, sheet_head

_WIDTH, _HEIGHT, _MARGIN = 1400, 990, 55
_TOP, _ROW, _NUMBER, _NAME = 210, 58, 60, 330
_INK, _LINE, _PEN = (25, 25, 30), (150, 150, 150), (28, 44, 120)


def write_papers(loaded: SampleProgramme, folder: Path, *, cards: bool = False) -> list[Path]:
    """Write certificates, their zip, a register, minutes, an agenda, answer sheets and reports of a
    workshop into a folder.

    With `cards` the certificates once more as such. Returns the files. Raises RenderError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    issued = loaded.batches[0]
    with current_app.test_request_context():
        papers = {
            "certificates.pdf": make_print_file(SILENT, batch=issued).whole(),
            "certificates.zip": make_zip_file(SILENT, batch=issued).whole(),
            "register.pdf": _register(loaded),
            "minutes.pdf": _minutes(loaded),
            "agenda.pdf": _agenda(loaded),
            "answer-sheets.pdf": _answer_sheets(),
            **_reports(loaded),
        }
        if cards:
            papers["cards.pdf"] = make_cards(SILENT, batch=issued).whole()
    written = []
    for name, content in papers.items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written


def _reports(loaded: SampleProgramme) -> dict[str, bytes]:
    """The report of the first workshop that was held: for a funder, and for the programme."""
    first = workshop(loaded.workshops[0], loaded.actors["trainer"])
    return {
        "report.pdf": workshop_report(first, "en", with_words=False),
        "report-programme.pdf": workshop_report(first, "sw", with_words=True),
    }


def _register(loaded: SampleProgramme) -> bytes:
    """The sheets of the workshop that is under way, one day after the other."""
    trainer = loaded.actors["trainer"]
    running = workshop(loaded.workshops[-2], trainer)
    sheets = record_sheets(
        running.register.public_id, sheet_columns(sessions_of(running), SheetChoice()), trainer
    )
    running = workshop(loaded.workshops[-2], trainer)
    return register_pdf(running.register_id, sheets, sheet_head(running))


def _answer_sheets() -> bytes:
    """Sheets of a test, for two people and for somebody who writes a name on one."""
    asks = select(AskedQuestion.id).where(AskedQuestion.test_id == WorkshopTest.id).exists()
    test = db.session.scalars(select(WorkshopTest).where(asks).order_by(WorkshopTest.id)).first()
    assert test is not None  # noqa: S101 - the sample has some
    people = [person for person in participants(test.workshop) if person.letter == "A"][:2]
    printed = [*named_sheets(test, people), PrintedAnswerSheet(blank_sheets(test)[0])]
    return sheets_of_test(test.workshop, test, printed)


def _agenda(loaded: SampleProgramme) -> bytes:
    """The agenda of the next meeting with its papers."""
    planned = db.session.scalars(
        select(Meeting).where(Meeting.public_id == loaded.meetings[-1])
    ).one()
    return agenda_pack(planned.forum, planned, utc_now())


def _minutes(loaded: SampleProgramme) -> bytes:
    """The minutes of the last meeting that was held."""
    meeting = db.session.scalars(
        select(Meeting).where(Meeting.state == "held").order_by(Meeting.starts_at.desc()).limit(1)
    ).one()
    return minutes_paper(meeting.forum, meeting, utc_now(), language="en")


def strokes(number: int) -> list[list[list[int]]]:
    """A scrawl across the field, each its own."""
    return [
        [
            [100 + step * 8, 500 + round(260 * math.sin(step / (5 + number)) * math.cos(step / 17))]
            for step in range(100)
        ]
    ]


def signed_sheet(sheet: PrintedSheet, signed: list[set[int]], *, torn: bool = False) -> bytes:
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
