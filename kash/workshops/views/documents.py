"""Paper of a workshop."""

from __future__ import annotations

from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.documents import (
    ROWS_PER_SHEET,
    SPARE_ROWS,
    SheetHead,
    register_pdf,
)
from kash.attendance.services import record_sheets
from kash.policy import allow
from kash.press import RenderError
from kash.web import NotFound, current_actor, download
from kash.web.formats import time_text, to_local
from kash.workshops import blueprint, queries
from kash.workshops.views.frame import frame

_MOST_COLUMNS = 6


@blueprint.get("/<public_id>/documents")
@allow("attendance.see")
def documents(public_id: str) -> str:
    """What can be printed."""
    found = queries.workshop_with_people(public_id, current_actor(), "attendance.see")
    values = frame(found)
    days = sorted({to_local(one.starts_at).date() for one in values["sessions"]})
    return render_template("workshops/documents.html", days=days, **values)


@blueprint.post("/<public_id>/documents/register")
@allow("attendance.mark")
def print_register(public_id: str) -> ResponseReturnValue:
    """The sign-in sheets of one day, or of all, as PDF. Each group has sheets of its own."""
    actor = current_actor()
    found = queries.own_workshop(public_id, actor, "attendance.mark")
    sessions = {
        day: list(some)
        for day, some in groupby(
            queries.sessions_of(found), lambda one: to_local(one.starts_at).date()
        )
    }
    wanted = request.form.get("day", "")
    days = [day for day in sessions if wanted in ("", day.isoformat())]
    if not days:
        raise NotFound(_("There is no session on that day."))
    try:
        sheets = record_sheets(
            found.register.public_id,
            days,
            actor,
            rows_per_sheet=ROWS_PER_SHEET,
            spare=SPARE_ROWS,
        )
        found = queries.own_workshop(public_id, actor, "attendance.mark")
        content = register_pdf(
            found.register_id,
            sheets,
            SheetHead(
                title=found.version.public_title,
                place=", ".join(part for part in (found.venue.name, found.venue.place) if part)
                if found.venue
                else "",
                sessions={
                    day: _columns([time_text(one.starts_at) for one in some])
                    for day, some in sessions.items()
                },
            ),
        )
    except NotFound as problem:
        flash(str(problem), "warn")
    except RenderError as problem:
        flash(_(problem.sentence), "bad")
    else:
        return download(content, name="register.pdf", type="application/pdf")
    return redirect(url_for("workshops.documents", public_id=public_id), code=303)


def _columns(times: list[str]) -> list[str]:
    """A column for each session; a day of many short ones gets morning and afternoon."""
    if len(times) <= _MOST_COLUMNS:
        return times
    return [_("Morning"), _("Afternoon")]
