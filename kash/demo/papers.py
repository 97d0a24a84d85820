"""The sample's papers, made by the rooms that print them."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from kash.attendance.documents import ROWS_PER_SHEET, SPARE_ROWS, SheetHead, register_pdf
from kash.attendance.services import record_sheets
from kash.certificates.documents import make_print_file, make_zip_file
from kash.database import db, utc_now
from kash.demo.accounts import TRAINER
from kash.demo.loading import LoadedProgramme
from kash.forums.documents import minutes_paper
from kash.forums.models import Meeting
from kash.jobs import SILENT, JobResult
from kash.press import RenderFailed
from kash.web.formats import time_text, to_local
from kash.workshops.queries import sessions_of, workshop


def write_papers(loaded: LoadedProgramme, folder: Path) -> list[Path]:
    """Write certificates, their zip, a register and minutes into a folder; returns the files.

    Raises RenderError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    issued = loaded.batches[0]
    with current_app.test_request_context():
        papers = {
            "certificates.pdf": _content(make_print_file(SILENT, batch=issued)),
            "certificates.zip": _content(make_zip_file(SILENT, batch=issued)),
            "register.pdf": _register(loaded),
            "minutes.pdf": _minutes(loaded),
        }
    written = []
    for name, content in papers.items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written


def _content(result: JobResult) -> bytes:
    if result.content is None:
        raise RenderFailed
    return result.content


def _register(loaded: LoadedProgramme) -> bytes:
    """The sheets of the workshop that is under way, one day after the other."""
    trainer = loaded.actors[TRAINER.key]
    running = workshop(loaded.workshops[-2], trainer)
    days = {
        day: [time_text(session.starts_at) for session in some]
        for day, some in groupby(sessions_of(running), lambda one: to_local(one.starts_at).date())
    }
    sheets = record_sheets(
        running.register.public_id,
        list(days),
        trainer,
        rows_per_sheet=ROWS_PER_SHEET,
        spare=SPARE_ROWS,
    )
    running = workshop(loaded.workshops[-2], trainer)
    place = f"{running.venue.name}, {running.venue.place}" if running.venue else ""
    return register_pdf(
        running.register_id,
        sheets,
        SheetHead(title=running.version.public_title, place=place, sessions=days),
    )


def _minutes(loaded: LoadedProgramme) -> bytes:
    """The minutes of the last meeting that was held."""
    held = db.session.scalars(
        select(Meeting).where(Meeting.state == "held").order_by(Meeting.starts_at.desc()).limit(1)
    ).one()
    return minutes_paper(held.forum, held, utc_now())
