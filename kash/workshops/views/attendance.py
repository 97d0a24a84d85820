"""The register of a workshop: the grid on a desk, one session on a phone, a mark's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.forms import marks_from_form, marks_from_grid, page_key, seen_text
from kash.attendance.queries import registers as registers_queries
from kash.attendance.queries.codes import codes_of
from kash.attendance.queries.door import notes, signed_by_slot
from kash.attendance.queries.heads import heads_by_slot
from kash.attendance.queries.history import MarkConflict, conflicts_of, history
from kash.attendance.queries.pads import pads_of
from kash.attendance.queries.registers import RegisterGrid, SlotColumn, slot_sheet
from kash.attendance.rules.closing import Hindrance, Signed, Stand
from kash.attendance.rules.conduct import ends_at, has_begun, is_ahead, opens_at
from kash.attendance.rules.marking import OperationAnswer
from kash.attendance.rules.presence import Presence
from kash.attendance.services.closing import hindrance_sentence
from kash.attendance.services.confirming import in_line_with
from kash.attendance.services.marking import (
    EarlyReasonMissing,
    ReasonTooLong,
    SomebodyUnmarked,
    apply_marks,
    close_slot,
)
from kash.attendance.wording import conflict_sentence
from kash.people.rules.one_group import one_group
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, paged
from kash.platform.web.errors import Problem
from kash.platform.web.formats import day_text, hours_text, percent_text, time_text, to_local
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.frame import for_marking, frame
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.holding import held_sessions
from kash.workshops.queries.plan import session_of
from kash.workshops.queries.scope import runs, workshop_with_people
from kash.workshops.tables import attendance_columns
from kash.workshops.views.closing import signatures

_ROWS_OF_GRID = 100


@blueprint.get("/<public_id>/attendance")
@allow("attendance.see")
def attendance(public_id: str) -> ResponseReturnValue:
    """Everybody by every session."""
    found = workshop_with_people(public_id, current_actor(), "attendance.see")
    return _grid_page(found)


@blueprint.post("/<public_id>/attendance/table")
@allow("attendance.see")
@offers_table("list", names=True)
def attendance_table(public_id: str) -> ResponseReturnValue:
    """The same of the group that is shown, to keep."""
    found = workshop_with_people(public_id, current_actor(), "attendance.see")
    if not is_taken():
        return redirect(url_for("workshops.attendance", public_id=public_id), code=303)
    grid = registers_queries.grid(found.register_id)
    shown = one_group(grid.rows, attrgetter("letter"), request.values.get("group", ""))
    return taken(shown.rows, attendance_columns(grid, _numbers(_days(grid))))


@blueprint.post("/<public_id>/attendance")
@allow("attendance.mark")
def save_attendance(public_id: str) -> ResponseReturnValue:
    """Save the marks that were changed in the grid; a script is told what stands now."""
    workshop = for_marking(public_id)
    grid = registers_queries.grid(workshop.register_id)
    operations = marks_from_grid(grid, request.form, utc_now())
    answers: Sequence[OperationAnswer] = ()
    conflicts: Sequence[MarkConflict] = ()
    if operations:
        answers = apply_marks(workshop.register.public_id, operations, current_actor())
        conflicts = conflicts_of(workshop.register_id, answers, operations)
    if request.headers.get("X-Requested-With") == "fetch":
        return _saved_by_itself(workshop.register_id, answers, conflicts)
    if conflicts:
        return _grid_page(workshop, conflicts)
    flash(_("Marks saved: %(count)s.", count=len(operations)))
    page_number = request.form.get("page_number", "")
    return redirect(
        url_for(
            "workshops.attendance",
            public_id=public_id,
            page=page_number if page_number.isascii() and page_number.isdigit() else None,
            group=request.form.get("group", "")[:1] or None,
        ),
        code=303,
    )


def _saved_by_itself(
    register_id: int, answers: Sequence[OperationAnswer], conflicts: Sequence[MarkConflict]
) -> ResponseReturnValue:
    """Answer to cells that were saved: what stands in them, what met another mark, and the sums
    anew."""
    fields: dict[str, str] = {}
    for answer in answers:
        cell = f"{answer.entry}-{answer.slot}"
        fields[f"mark-{cell}"] = answer.status or ""
        fields[f"seen-{cell}"] = seen_text(answer.status, answer.version)
    grid = registers_queries.grid(register_id)
    numbers = _numbers(_days(grid))
    sent = {answer.entry for answer in answers}
    texts = {
        f"present-{column.public_id}": str(column.present)
        for column in grid.columns
        if column.present is not None
    }
    texts |= {
        f"hours-{row.entry}": _hours_said(row.presence) for row in grid.rows if row.entry in sent
    }
    return {
        "fields": fields,
        "wrong": {
            f"mark-{one.entry}-{one.slot}": f"{numbers.get(one.slot, '')} {conflict_sentence(one)}"
            for one in conflicts
        },
        "texts": texts,
    }


def _days(grid: RegisterGrid) -> list[tuple[date, list[SlotColumn]]]:
    by_day = groupby(grid.columns, lambda column: to_local(column.starts_at).date())
    return [(day, list(columns)) for day, columns in by_day]


def _numbers(days: Sequence[tuple[date, Sequence[SlotColumn]]]) -> dict[str, str]:
    """Number of each slot (public id) in the grid: its day and its place in it, `2.1`."""
    return {
        column.public_id: f"{day_number}.{number}"
        for day_number, (_day, columns) in enumerate(days, start=1)
        for number, column in enumerate(columns, start=1)
    }


def _hours_said(presence: Presence) -> str:
    """Words for what somebody attended of the sessions whose registers are closed."""
    if not presence.total_minutes:
        return "–"
    attended, total = hours_text(presence.minutes), hours_text(presence.total_minutes)
    return f"{attended} / {total}, {percent_text(presence.percentage)}"


def _grid_page(workshop: Workshop, conflicts: Sequence[MarkConflict] = ()) -> ResponseReturnValue:
    values = frame(workshop)
    runs_it = values["may_mark"]
    grid, now = registers_queries.grid(workshop.register_id), utc_now()
    shown = one_group(
        grid.rows, attrgetter("letter"), request.values.get("group", ""), beside=grid.left
    )
    by_slot = {one.slot: one for one in values["sessions"]}
    days = _days(grid)
    numbers = _numbers(days)
    body = render_template(
        "workshops/attendance.html",
        grid=grid,
        codes=codes_of(workshop.register_id),
        shown=shown,
        listing=paged(shown.rows, per_page=_ROWS_OF_GRID),
        days=days,
        numbers=numbers,
        by_slot=by_slot,
        key=page_key(),
        hours_said=_hours_said,
        conflicts=conflicts,
        slot_names={slot: f"{numbers.get(slot, '')} {one.title}" for slot, one in by_slot.items()},
        markable=runs_it and workshop.state != "cancelled",
        heads=heads_by_slot(workshop.register_id),
        signed=signed_by_slot(workshop.register_id) if runs_it else {},
        ahead={column.public_id for column in grid.columns if is_ahead(column.starts_at, now)},
        pads=pads_of(workshop.register_id, now) if runs_it else (),
        notes=notes(workshop.register_id) if runs_it else (),
        **values,
    )
    return body, 409 if conflicts else 200


@blueprint.get("/<public_id>/attendance/<session_id>")
@allow("attendance.see")
def register(public_id: str, session_id: str) -> ResponseReturnValue:
    """One session: everybody is present, tap the exceptions."""
    found = workshop_with_people(public_id, current_actor(), "attendance.see")
    return _register_page(found, session_id)


@blueprint.post("/<public_id>/attendance/<session_id>")
@allow("attendance.mark")
def save_register(public_id: str, session_id: str) -> ResponseReturnValue:
    """Save a session's marks, or save and close its register; a script that saves each tap is told
    what stands now."""
    actor = current_actor()
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    sheet = slot_sheet(workshop.register_id, chosen.slot)
    slot_id = chosen.slot.public_id
    register_id = workshop.register.public_id
    operations = marks_from_form(sheet, request.form, utc_now())
    closing = request.form.get("action") == "close"
    early_reason = request.form.get("early_reason", "")
    if closing:
        try:
            closed = close_slot(
                register_id, slot_id, actor, operations, early_reason=early_reason, everybody=True
            )
        except (
            EarlyReasonMissing,
            ReasonTooLong,
            SomebodyUnmarked,
        ) as problem:
            # What was tapped is kept all the same.
            answers = apply_marks(register_id, operations, actor) if operations else []
            conflicts = conflicts_of(workshop.register_id, answers, operations)
            return _still_open(for_marking(public_id), chosen, conflicts, problem, early_reason)
        answers = closed.answers
    else:
        answers = apply_marks(register_id, operations, actor) if operations else []
    conflicts = conflicts_of(workshop.register_id, answers, operations)
    if request.headers.get("X-Requested-With") == "fetch":
        return _taps_saved(answers, conflicts)
    if conflicts:
        return _register_page(workshop, session_id, conflicts, early_reason=early_reason)
    if closing:
        flash(_("The register of “%(title)s” is closed.", title=chosen.title))
        return redirect(url_for("workshops.attendance", public_id=public_id), code=303)
    flash(_("Saved."))
    return redirect(
        url_for(
            "workshops.register",
            public_id=public_id,
            session_id=session_id,
            group=_unmarked_group(workshop, chosen) or request.form.get("group", "")[:1] or None,
        ),
        code=303,
    )


def _taps_saved(
    answers: Sequence[OperationAnswer], conflicts: Sequence[MarkConflict]
) -> ResponseReturnValue:
    """Answer to taps that were saved: what stands in the rows that were sent, and what met another
    mark."""
    fields: dict[str, str] = {}
    for answer in answers:
        fields[f"mark-{answer.entry}"] = answer.status or ""
        fields[f"seen-{answer.entry}"] = seen_text(answer.status, answer.version)
    return {
        "fields": fields,
        "wrong": {f"mark-{one.entry}": _as_sentence(one) for one in conflicts},
        "texts": {},
    }


def _as_sentence(conflict: MarkConflict) -> str:
    said = conflict_sentence(conflict)
    return said[:1].upper() + said[1:]


def _unmarked_group(found: Workshop, chosen: WorkshopSession) -> str:
    """The letter of the first group in which somebody has no mark in this session yet."""
    rows = slot_sheet(found.register_id, chosen.slot).rows
    return next((row.letter for row in rows if not row.status), "")


def _still_open(
    workshop: Workshop,
    chosen: WorkshopSession,
    conflicts: Sequence[MarkConflict],
    problem: Problem,
    early_reason: str,
) -> ResponseReturnValue:
    """The register again, with why it was not closed: at its field, or at who has no mark."""
    if not isinstance(problem, SomebodyUnmarked):
        return _register_page(workshop, chosen.public_id, conflicts, str(problem), early_reason)
    flash(str(problem), "warn")
    group = "" if conflicts else _unmarked_group(workshop, chosen)
    body, _status = _register_page(
        workshop, chosen.public_id, conflicts, early_reason=early_reason, group=group
    )
    return body, problem.status


def _register_page(
    workshop: Workshop,
    session_id: str,
    conflicts: Sequence[MarkConflict] = (),
    early_problem: str = "",
    early_reason: str = "",
    group: str = "",
) -> tuple[str, int]:
    chosen = session_of(workshop, session_id)
    sheet = slot_sheet(workshop.register_id, chosen.slot)
    shown = one_group(
        sheet.rows,
        attrgetter("letter"),
        group or request.values.get("group", ""),
        beside=sheet.left,
    )
    actor = current_actor()
    may_mark = runs(actor, workshop, "attendance.mark")
    slot, now = chosen.slot, utc_now()
    signed = Signed(slot.closed_by, slot.confirmed_by)
    ends = ends_at(slot.starts_at, slot.minutes)
    may_confirm = signed.stand is Stand.CLOSED and runs(actor, workshop, "attendance.confirm")
    # Whoever is not independent of the one that closed it would be refused.
    tied = may_confirm and actor.public_id in in_line_with(db.session(), slot.closed_by)
    body = render_template(
        "workshops/register.html",
        workshop=workshop,
        chosen=chosen,
        sheet=sheet,
        shown=shown,
        # A register is closed once nobody of another group is without a mark.
        can_close=all(row.status for row in sheet.rows if row.letter != shown.letter),
        may_enrol=runs(actor, workshop, "workshops.edit"),
        codes=codes_of(workshop.register_id),
        key=page_key(),
        conflicts=conflicts,
        conflicting={one.entry: _as_sentence(one) for one in conflicts},
        may_mark=may_mark,
        stand=signed.stand,
        may_confirm=may_confirm,
        tied=hindrance_sentence(Hindrance.TIED) if tied else "",
        closed_it=signed.closed_by == actor.public_id,
        signatures=signatures(chosen.slot),
        markable=may_mark and chosen.slot.closed_at is None and workshop.state != "cancelled",
        when=f"{day_text(slot.starts_at)}, {time_text(slot.starts_at)}",
        begun=not is_ahead(slot.starts_at, now),
        door=opens_at(slot.starts_at),
        may_close=has_begun(slot.starts_at, now),
        ends_later=ends if now < ends else None,
        early_problem=early_problem,
        early_reason=early_reason,
        one=next(
            (
                each
                for each in (held_sessions(workshop) if slot.closed_at else ())
                if each.public_id == chosen.public_id
            ),
            None,
        ),
    )
    return body, 409 if conflicts else 422 if early_problem else 200


@blueprint.get("/<public_id>/attendance/<session_id>/<entry_id>")
@allow("attendance.see")
def mark_history(public_id: str, session_id: str, entry_id: str) -> str:
    """History of a mark: who set it, and when."""
    workshop = workshop_with_people(public_id, current_actor(), "attendance.see")
    chosen = session_of(workshop, session_id)
    return render_template(
        "workshops/mark_history.html",
        workshop=workshop,
        chosen=chosen,
        history=history(workshop.register_id, chosen.slot.public_id, entry_id),
    )
