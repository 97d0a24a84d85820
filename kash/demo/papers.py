"""The sample's papers, made by the rooms that print them."""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from sqlalchemy import select

from kash.assessments.documents import named_sheets, sheets_of_test
from kash.assessments.models import AskedQuestion, WorkshopTest
from kash.assessments.queries.sheets import blank_sheets
from kash.assessments.queries.tests import participants
from kash.assessments.sheets.drawing import PrintedAnswerSheet
from kash.attendance.documents import register_pdf
from kash.attendance.rules.sheets import SheetChoice
from kash.attendance.services.sheets import record_sheets
from kash.certificates.documents import make_cards, make_print_file, make_zip_file
from kash.demo.accounts import TRAINER
from kash.demo.loading import LoadedProgramme
from kash.forums.agenda_pack import agenda_pack
from kash.forums.documents import minutes_paper
from kash.forums.models import Meeting
from kash.platform.database import db, utc_now
from kash.platform.jobs import SILENT
from kash.reports.documents import workshop_report
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import workshop
from kash.workshops.views.documents import sheet_columns, sheet_head


def write_papers(loaded: LoadedProgramme, folder: Path, *, cards: bool = False) -> list[Path]:
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


def _reports(loaded: LoadedProgramme) -> dict[str, bytes]:
    """The report of the first workshop that was held: for a funder, and for the programme."""
    held = workshop(loaded.workshops[0], loaded.actors[TRAINER.key])
    return {
        "report.pdf": workshop_report(held, "en", with_words=False),
        "report-programme.pdf": workshop_report(held, "sw", with_words=True),
    }


def _register(loaded: LoadedProgramme) -> bytes:
    """The sheets of the workshop that is under way, one day after the other."""
    trainer = loaded.actors[TRAINER.key]
    running = workshop(loaded.workshops[-2], trainer)
    sheets = record_sheets(
        running.register.public_id, sheet_columns(sessions_of(running), SheetChoice()), trainer
    )
    running = workshop(loaded.workshops[-2], trainer)
    return register_pdf(running.register_id, sheets, sheet_head(running))


def _answer_sheets() -> bytes:
    """Sheets of a test, for two people and for whoever writes a name on one."""
    asks = select(AskedQuestion.id).where(AskedQuestion.test_id == WorkshopTest.id).exists()
    row = db.session.scalars(select(WorkshopTest).where(asks).order_by(WorkshopTest.id)).first()
    assert row is not None  # noqa: S101 - the sample has some
    people = [one for one in participants(row.workshop) if one.letter == "A"][:2]
    printed = [*named_sheets(row, people), PrintedAnswerSheet(blank_sheets(row)[0])]
    return sheets_of_test(row.workshop, row, printed)


def _agenda(loaded: LoadedProgramme) -> bytes:
    """The agenda of the next meeting with its papers."""
    planned = db.session.scalars(
        select(Meeting).where(Meeting.public_id == loaded.meetings[-1])
    ).one()
    return agenda_pack(planned.forum, planned, utc_now())


def _minutes(loaded: LoadedProgramme) -> bytes:
    """The minutes of the last meeting that was held."""
    held = db.session.scalars(
        select(Meeting).where(Meeting.state == "held").order_by(Meeting.starts_at.desc()).limit(1)
    ).one()
    return minutes_paper(held.forum, held, utc_now(), language="en")
