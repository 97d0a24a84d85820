"""Paper of a workshop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.documents import EXTRAS, SheetHead, badges_pdf, register_pdf
from kash.attendance.queries.sheets import last_choice, names_not_asked
from kash.attendance.rules.sheets import Column, PlannedSlot, SheetChoice, columns_of, known_extras
from kash.attendance.services.sheets import record_sheets
from kash.platform.press import RenderError, sheet_format
from kash.platform.web import NotFound, current_actor, download
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import time_text, to_local
from kash.platform.web.taking import noted
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import PlannedSession, sessions_of
from kash.workshops.queries.scope import own_workshop, workshop_with_people


@blueprint.get("/<public_id>/documents")
@allow("attendance.see")
def documents(public_id: str) -> str:
    """Papers that can be printed."""
    workshop = workshop_with_people(public_id, current_actor(), "attendance.see")
    values = frame(workshop)
    return render_template(
        "workshops/documents.html",
        days=sorted(by_day(values["sessions"])),
        chosen=last_choice(workshop.register_id),
        extras=EXTRAS,
        unasked=len(names_not_asked(workshop.register_id)) if values["may_mark"] else 0,
        **values,
    )


def by_day(sessions: Sequence[PlannedSession]) -> dict[date, list[PlannedSession]]:
    """The sessions of each day on the programme's clock."""
    return {
        day: list(some)
        for day, some in groupby(sessions, lambda one: to_local(one.starts_at).date())
    }


def sheet_columns(
    sessions: Sequence[PlannedSession], choice: SheetChoice
) -> Mapping[date, tuple[Column, ...]]:
    """Columns to sign on each day."""
    return {
        day: columns_of(
            [
                PlannedSlot(one.slot, to_local(one.starts_at).time(), time_text(one.starts_at))
                for one in some
            ],
            choice,
        )
        for day, some in by_day(sessions).items()
    }


@blueprint.post("/<public_id>/documents/register")
@allow("attendance.mark")
def print_register(public_id: str) -> ResponseReturnValue:
    """The sign-in sheets of one day, or of all, as PDF. Each group has sheets of its own."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "attendance.mark")
    choice = SheetChoice(
        halves=request.form.get("columns") == "halves",
        extras=known_extras(request.form.getlist("extra")),
        large=request.form.get("rows") == "large",
    )
    wanted = request.form.get("day", "")
    days = {
        day: columns
        for day, columns in sheet_columns(sessions_of(workshop), choice).items()
        if wanted in ("", day.isoformat())
    }
    if not days:
        raise NotFound(_("There is no session on that day."))
    with FlashedProblems(NotFound, tone="warn"):
        sheets = record_sheets(workshop.register.public_id, days, actor, choice=choice)
        return sheets_as_pdf(public_id, sheets, "workshops.documents")
    return redirect(url_for("workshops.documents", public_id=public_id), code=303)


@blueprint.post("/<public_id>/documents/badges")
@allow("attendance.mark")
def print_badges(public_id: str) -> ResponseReturnValue:
    """A badge for everybody, or for all whom somebody asked about their names, as PDF."""
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    with FlashedProblems(RenderError), FlashedProblems(NotFound, tone="warn"):
        sheet = sheet_format(request.form.get("paper", ""))
        left_out = request.form.get("unasked") == "leave_out"
        content = badges_pdf(
            workshop.register_id,
            workshop.version.public_title,
            sheet,
            leave_out=names_not_asked(workshop.register_id) if left_out else (),
        )
        return noted(download(content, name="badges.pdf", type="application/pdf"))
    return redirect(url_for("workshops.documents", public_id=public_id), code=303)


def sheets_as_pdf(
    public_id: str, sheets: Sequence[str], back: str, *, again: bool = False
) -> ResponseReturnValue:
    """Recorded sheets as one PDF, which is noted where their recording was not; on failure back to
    the page of this endpoint."""
    found = own_workshop(public_id, current_actor(), "attendance.mark")
    with FlashedProblems(RenderError):
        content = register_pdf(found.register_id, sheets, sheet_head(found))
        made = download(content, name="register.pdf", type="application/pdf")
        return noted(made) if again else made
    return redirect(url_for(back, public_id=public_id), code=303)


def sheet_head(workshop: Workshop) -> SheetHead:
    """Head of a workshop's sheets."""
    venue = workshop.venue
    return SheetHead(
        title=workshop.version.public_title,
        place=", ".join(part for part in (venue.name, venue.place) if part) if venue else "",
    )
