"""Columns of the list of workshops, where it is taken away as a table. The register of a workshop:
the grid on a desk, one session on a phone, a mark's history. Registers are confirmed together:
what wants a look first, then day by day, as they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.attendance.forms import (
    conflict_sentence,
    marks_from_form,
    marks_from_grid,
    others_present,
    page_key,
    seen_text,
    status_word,
)
from kash.attendance.queries import registers as registers_queries
from kash.attendance.queries.history import codes_of, conflicts_of, history
from kash.attendance.queries.pads import notes, pads_of, read_tokens, signed_by_slot
from kash.attendance.queries.registers import GridRow, RegisterGrid, grid, heads_by_slot, slot_sheet
from kash.attendance.rules.marking import Operation, OperationAnswer, Presence
from kash.attendance.rules.registers import (
    Hindrance,
    Signed,
    Stand,
    ends_at,
    has_begun,
    hindrance_to_confirm,
    is_ahead,
    opens_at,
)
from kash.attendance.services.marking import (
    SomebodyUnmarked,
    WrongReason,
    apply_marks,
    close_ended,
    close_slot,
)
from kash.attendance.services.registers import (
    CannotConfirm,
    confirm_slot,
    confirm_slots,
    hindrance_sentence,
    in_line_with,
)
from kash.people.rules.persons import OneGroup, one_group
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, paged
from kash.platform.web.errors import Problem
from kash.platform.web.formats import (
    day_text,
    hours_text,
    local_today,
    percent_text,
    time_text,
    to_local,
)
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import STAGE
from kash.workshops.frame import for_marking, frame, go_to, mine, seen
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.plan import session_of, sessions_of
from kash.workshops.queries.scope import runs
from kash.workshops.queries.workshops import (
    HeldSession,
    held_sessions,
    next_to_confirm,
    registers_to_confirm,
)
from kash.workshops.rules import stage
from kash.workshops.views.closing import signatures

# Rows of `workshop_list`; the last two not for people who take part.
WORKSHOP_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("First day"), lambda row: row.starts_on, "#date+start"),
    TableColumn(_l("Last day"), lambda row: row.ends_on, "#date+end"),
    TableColumn(_l("Title"), lambda row: row.title, "#activity+name"),
    TableColumn(_l("Venue"), lambda row: row.venue, "#loc+name"),
    TableColumn(
        _l("State"),
        lambda row: STAGE[stage(row.state, row.starts_on, row.ends_on, local_today())],
        "#status",
    ),
    TableColumn(_l("People"), lambda row: row.people, "#reached"),
    TableColumn(_l("Seats"), lambda row: row.capacity, "#capacity"),
)


def attendance_columns(
    grid: RegisterGrid, numbers: Mapping[str, str]
) -> list[TableColumn[GridRow]]:
    """Columns of a register: a person, her mark in each session, and what they add up to."""

    def marked(slot: str) -> Callable[[GridRow], object]:
        return lambda row: status_word(row.marks[slot].status) if slot in row.marks else ""

    return [
        TableColumn(_l("Name"), lambda row: row.name, "#beneficiary+name"),
        TableColumn(_l("Group"), lambda row: row.group, "#beneficiary+type"),
        *(
            TableColumn(
                f"{numbers.get(column.public_id, '')} {to_local(column.starts_at):%Y-%m-%d %H:%M}",
                marked(column.public_id),
                "#attendance",
            )
            for column in grid.columns
        ),
        TableColumn(_l("Minutes there"), lambda row: row.presence.minutes, "#attendance+minutes"),
    ]


_ROWS_OF_GRID = 100


@blueprint.get("/<public_id>/attendance")
@allow("attendance.see")
def attendance(public_id: str) -> ResponseReturnValue:
    """Everybody by every session."""
    return _grid_page(seen(public_id))


@blueprint.post("/<public_id>/attendance/table")
@allow("attendance.see")
@offers_table("list", names=True)
def attendance_table(public_id: str) -> ResponseReturnValue:
    """The same of the group that is shown, to keep."""
    workshop = seen(public_id)
    if not is_taken():
        return go_to("workshops.attendance", public_id)
    grid = registers_queries.grid(workshop.register_id)
    columns = attendance_columns(grid, _numbers(_days(grid)))
    return taken(_shown(grid.rows).rows, columns)


@blueprint.post("/<public_id>/attendance")
@allow("attendance.mark")
def save_attendance(public_id: str) -> ResponseReturnValue:
    """Save the marks that were changed in the grid, and close the registers that are over if that
    is asked; a script is told what stands now."""
    workshop = for_marking(public_id)
    grid, now = registers_queries.grid(workshop.register_id), utc_now()
    closing = request.form.get("action") == "close"
    operations = marks_from_grid(grid, _as_paper(grid, now) if closing else request.form, now)
    answers: Sequence[OperationAnswer]
    if closing:
        register = workshop.register.public_id
        answers, closed = close_ended(register, current_actor(), operations)
        flash(_("Registers closed: %(count)s.", count=closed))
    else:
        answers = _applied(workshop, operations)
    conflicts = conflicts_of(workshop.register_id, answers, operations)
    if request.headers.get("X-Requested-With") == "fetch":
        return _saved_by_itself(workshop.register_id, answers, conflicts)
    if conflicts:
        return _grid_page(workshop, conflicts)
    if closing:
        unmarked = _group_unmarked(workshop, now)
        if unmarked:
            flash(_("Somebody has no mark yet in a session that is over. Mark them too."), "warn")
        return go_to("workshops.attendance", public_id, group=unmarked or _group())
    flash(_("Marks saved: %(count)s.", count=len(operations)))
    number = request.form.get("page_number", "")
    shown = number if number.isascii() and number.isdigit() else None
    return go_to("workshops.attendance", public_id, page=shown, group=_group())


def _as_paper(grid: RegisterGrid, now: datetime) -> Mapping[str, str]:
    """The grid as it was sent; who has no mark on it in a session that is over was there, if that
    was said. Nobody is meant who was not on the page."""
    sent = request.form.to_dict()
    if sent.get("rest"):
        for column in grid.columns:
            over = ends_at(column.starts_at, column.minutes) <= now
            for row in grid.rows if over else ():
                cell = f"{row.entry}-{column.public_id}"
                if f"seen-{cell}" in sent and not sent.get(f"mark-{cell}"):
                    sent[f"mark-{cell}"] = "present"
    return sent


def _group_unmarked(workshop: Workshop, now: datetime) -> str:
    """The letter of a group in which somebody has no mark in a session that is over."""
    grid = registers_queries.grid(workshop.register_id)
    over = {
        column.public_id
        for column in grid.columns
        if ends_at(column.starts_at, column.minutes) <= now
    }
    return next((row.letter for row in grid.rows if over - row.marks.keys()), "")


def _applied(workshop: Workshop, operations: Sequence[Operation]) -> Sequence[OperationAnswer]:
    if not operations:
        return ()
    return apply_marks(workshop.register.public_id, operations, current_actor())


def _saved_by_itself(
    register_id: int, answers: Sequence[OperationAnswer], conflicts: Sequence[Mapping[str, Any]]
) -> ResponseReturnValue:
    """Answer to cells that were saved: what stands in them, what met another mark, and the sums
    anew."""
    grid = registers_queries.grid(register_id)
    numbers = _numbers(_days(grid))
    sent = {answer.entry for answer in answers}
    texts = {f"present-{slot}": str(present) for slot, present in grid.present.items()}
    texts |= {
        f"hours-{row.entry}": _hours_said(row.presence) for row in grid.rows if row.entry in sent
    }
    return {
        "fields": _fields(answers, lambda answer: f"{answer.entry}-{answer.slot}"),
        "wrong": {
            f"mark-{met['entry']}-{met['slot']}": (
                f"{numbers.get(met['slot'], '')} {conflict_sentence(met)}"
            )
            for met in conflicts
        },
        "texts": texts,
    }


def _fields(
    answers: Sequence[OperationAnswer], cell: Callable[[OperationAnswer], str]
) -> dict[str, str]:
    """Marks that stand now where some were sent, by the names of the fields."""
    return {f"mark-{cell(answer)}": answer.status or "" for answer in answers} | {
        f"seen-{cell(answer)}": seen_text(answer.status, answer.version) for answer in answers
    }


def _days(grid: RegisterGrid) -> list[tuple[date, list[Any]]]:
    by_day = groupby(grid.columns, lambda column: to_local(column.starts_at).date())
    return [(day, list(columns)) for day, columns in by_day]


def _numbers(days: Sequence[tuple[date, Sequence[Any]]]) -> dict[str, str]:
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


def _grid_page(
    workshop: Workshop, conflicts: Sequence[Mapping[str, Any]] = ()
) -> ResponseReturnValue:
    values = frame(workshop)
    runs_it = values["may_mark"]
    grid, now = registers_queries.grid(workshop.register_id), utc_now()
    shown = _shown(grid.rows, beside=grid.left)
    by_slot = {session.slot: session for session in values["sessions"]}
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
        slot_names={
            slot: f"{numbers.get(slot, '')} {session.title}" for slot, session in by_slot.items()
        },
        markable=runs_it and workshop.state != "cancelled",
        heads=heads_by_slot(workshop.register_id),
        signed=signed_by_slot(workshop.register_id) if runs_it else {},
        over=any(
            not column.closed and ends_at(column.starts_at, column.minutes) <= now
            for column in grid.columns
        ),
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
    return _register_page(seen(public_id), session_id)


@blueprint.post("/<public_id>/attendance/<session_id>")
@allow("attendance.mark")
def save_register(public_id: str, session_id: str) -> ResponseReturnValue:
    """Save a session's marks, those of all others of a group as present, or save and close its
    register; a script that saves each tap is told what stands now."""
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    sheet = slot_sheet(workshop.register_id, chosen.slot)
    sent: Mapping[str, str] = request.form
    if sent.get("action") == "rest":
        sent = others_present(sheet, request.form)
    operations = marks_from_form(sheet, sent, utc_now())
    closing = request.form.get("action") == "close"
    early_reason = request.form.get("early_reason", "")
    problem: Problem | None = None
    answers: Sequence[OperationAnswer] = ()
    if closing:
        try:
            answers = close_slot(
                workshop.register.public_id,
                chosen.slot.public_id,
                current_actor(),
                operations,
                early_reason=early_reason,
                everybody=True,
            ).answers
        except (WrongReason, SomebodyUnmarked) as refusal:
            problem = refusal
    if not closing or problem:
        # What was tapped is kept all the same.
        answers = _applied(workshop, operations)
    conflicts = conflicts_of(workshop.register_id, answers, operations)
    if problem:
        return _still_open(for_marking(public_id), chosen, conflicts, problem, early_reason)
    if request.headers.get("X-Requested-With") == "fetch":
        return {
            "fields": _fields(answers, lambda answer: answer.entry),
            "wrong": {f"mark-{met['entry']}": _as_sentence(met) for met in conflicts},
            "texts": {},
        }
    if conflicts:
        return _register_page(workshop, session_id, conflicts, early_reason=early_reason)
    if closing:
        flash(_("The register of “%(title)s” is closed.", title=chosen.title))
        return go_to("workshops.attendance", public_id)
    flash(_("Saved."))
    group = _unmarked_group(workshop, chosen) or _group()
    return go_to("workshops.register", public_id, session_id=session_id, group=group)


def _as_sentence(conflict: Mapping[str, Any]) -> str:
    said = conflict_sentence(conflict)
    return said[:1].upper() + said[1:]


def _unmarked_group(found: Workshop, chosen: WorkshopSession) -> str:
    """The letter of the first group in which somebody has no mark in this session yet."""
    rows = slot_sheet(found.register_id, chosen.slot).rows
    return next((row.letter for row in rows if not row.status), "")


def _still_open(
    workshop: Workshop,
    chosen: WorkshopSession,
    conflicts: Sequence[Mapping[str, Any]],
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
    conflicts: Sequence[Mapping[str, Any]] = (),
    early_problem: str = "",
    early_reason: str = "",
    group: str = "",
) -> tuple[str, int]:
    chosen = session_of(workshop, session_id)
    sheet = slot_sheet(workshop.register_id, chosen.slot)
    shown = _shown(sheet.rows, sheet.left, group)
    actor = current_actor()
    may_mark = runs(actor, workshop, "attendance.mark")
    slot, now = chosen.slot, utc_now()
    signed = Signed(slot.closed_by, slot.confirmed_by)
    ends = ends_at(slot.starts_at, slot.minutes)
    may_confirm = signed.stand is Stand.CLOSED and runs(actor, workshop, "attendance.confirm")
    # One who is not independent of the account that closed it would be refused.
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
        conflicting={met["entry"]: _as_sentence(met) for met in conflicts},
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
        one=_held(held_sessions(workshop) if slot.closed_at else (), session_id),
    )
    return body, 409 if conflicts else 422 if early_problem else 200


@blueprint.get("/<public_id>/attendance/<session_id>/<entry_id>")
@allow("attendance.see")
def mark_history(public_id: str, session_id: str, entry_id: str) -> str:
    """History of a mark: who set it, and when."""
    workshop = seen(public_id)
    chosen = session_of(workshop, session_id)
    return render_template(
        "workshops/mark_history.html",
        workshop=workshop,
        chosen=chosen,
        history=history(workshop.register_id, chosen.slot.public_id, entry_id),
    )


@blueprint.get("/<public_id>/attendance/confirm")
@allow("attendance.confirm")
def confirm_registers(public_id: str) -> ResponseReturnValue:
    """All closed registers that this actor may confirm: exceptions first, then each day to read."""
    actor = current_actor()
    workshop = mine(public_id, "attendance.confirm")
    waiting = registers_to_confirm(workshop, actor)
    plain = [held for held in waiting if not held.wants_a_look]
    tokens = read_tokens(workshop.register_id, [held.slot for held in plain], actor)
    shown = _shown(grid(workshop.register_id).rows if plain else ())
    codes = codes_of(workshop.register_id) if plain else {}
    ours = {held.public_id for held in waiting}
    days = groupby(plain, lambda held: to_local(held.conduct.starts_at).date())
    return render_template(
        "workshops/confirm_registers.html",
        workshop=workshop,
        singly=[held for held in waiting if held.wants_a_look],
        days=[(day, list(sessions)) for day, sessions in days],
        shown=shown,
        others=_by_code(shown.others, codes),
        codes=codes,
        tokens=tokens,
        names=names_of(held.closed_by for held in waiting),
        # She closed these, or an account that is not independent of hers did.
        for_others=sum(
            session.closed and not session.confirmed and session.public_id not in ours
            for session in sessions_of(workshop)
        ),
    )


def _shown(rows: Sequence[Any], beside: Sequence[Any] = (), letter: str = "") -> OneGroup[Any]:
    """The group of this letter, else the one that was asked for by name."""
    return one_group(
        rows, attrgetter("letter"), letter or request.values.get("group", ""), beside=beside
    )


def _by_code(rows: Sequence[Any], codes: Mapping[str, str]) -> list[Any]:
    """The rows of the other groups. All marks are read before they are confirmed, so these stand
    beneath, by code."""
    return sorted(rows, key=lambda row: codes.get(row.entry, ""))


def _group() -> str | None:
    """The group that was on the screen, by its letter: the next page shows it too."""
    return request.values.get("group", "")[:1] or None


@blueprint.post("/<public_id>/attendance/confirm")
@allow("attendance.confirm")
def confirm_day(public_id: str) -> ResponseReturnValue:
    """Confirm the registers that were shown, those that stand as they were shown."""
    workshop = mine(public_id, "attendance.confirm")
    sessions = held_sessions(workshop)
    # Each is named with what proves that it was shown.
    shown = {
        held.slot: request.form[f"seen-{held.slot}"]
        for held in sessions
        if f"seen-{held.slot}" in request.form
    }
    taught = {
        held.slot: held.conduct.taught for held in sessions if held.conduct.taught is not None
    }
    done = confirm_slots(workshop.register.public_id, shown, current_actor(), taught)
    if done.confirmed:
        flash(_("Registers confirmed: %(count)s.", count=len(done.confirmed)))
    for hindrance, count in Counter(done.left.values()).items():
        why = hindrance_sentence(hindrance)
        flash(_("Not confirmed: %(count)s. %(why)s", count=count, why=why), "warn")
    return _onwards(workshop)


@blueprint.get("/<public_id>/attendance/<session_id>/confirm")
@allow("attendance.confirm")
def confirm_register(public_id: str, session_id: str) -> ResponseReturnValue:
    """One closed register to be read and confirmed, with what wants a look."""
    actor = current_actor()
    workshop = mine(public_id, "attendance.confirm")
    chosen = session_of(workshop, session_id)
    waiting = registers_to_confirm(workshop, actor)
    held = _held(waiting, session_id)
    if held is None:
        slot = chosen.slot
        signed = Signed(slot.closed_by, slot.confirmed_by)
        tied = in_line_with(db.session(), slot.closed_by)
        why = hindrance_to_confirm(signed, actor.public_id, independent=actor.public_id not in tied)
        if signed.stand is Stand.CLOSED and why:
            flash(hindrance_sentence(why), "warn")
        return go_to("workshops.register", public_id, session_id=session_id)
    sheet = slot_sheet(workshop.register_id, chosen.slot)
    shown, codes = _shown(sheet.rows), codes_of(workshop.register_id)
    return render_template(
        "workshops/confirm_register.html",
        workshop=workshop,
        chosen=chosen,
        one=held,
        sheet=sheet,
        shown=shown,
        others=_by_code(shown.others, codes),
        codes=codes,
        closed_by=names_of([held.closed_by]).get(held.closed_by or "", ""),
        token=read_tokens(workshop.register_id, [held.slot], actor).get(held.slot, ""),
        place=waiting.index(held) + 1,
        all=len(waiting),
        after=next_to_confirm(waiting, held),
    )


def _held(sessions: Sequence[HeldSession], public_id: str) -> HeldSession | None:
    return next((held for held in sessions if held.public_id == public_id), None)


@blueprint.post("/<public_id>/attendance/<session_id>/confirm")
@allow("attendance.confirm")
def confirm_and_next(public_id: str, session_id: str) -> ResponseReturnValue:
    """Confirm it, and go on to the next that waits."""
    actor = current_actor()
    workshop = mine(public_id, "attendance.confirm")
    slot = session_of(workshop, session_id).slot.public_id
    before = _held(registers_to_confirm(workshop, actor), session_id)
    try:
        confirm_slot(workshop.register.public_id, slot, actor, seen=request.form.get("seen", ""))
    except CannotConfirm as problem:
        flash(str(problem), "warn")
        if problem.hindrance is Hindrance.CHANGED:
            again = "workshops.confirm_register"
            return go_to(again, public_id, session_id=session_id, group=_group())
        return go_to("workshops.register", public_id, session_id=session_id)
    flash(_("The register is confirmed. It can only be corrected now, with a reason."))
    return _onwards(workshop, before)


def _onwards(workshop: Workshop, after: HeldSession | None = None) -> ResponseReturnValue:
    """To the register that comes after one; to what is left of the days; or back, if nothing is."""
    waiting = registers_to_confirm(workshop, current_actor())
    following = next_to_confirm(waiting, after) if after is not None else None
    if following is not None:
        return go_to(
            "workshops.confirm_register",
            workshop.public_id,
            session_id=following.public_id,
            group=_group(),
        )
    if waiting:
        return go_to("workshops.confirm_registers", workshop.public_id, group=_group())
    return go_to("workshops.attendance", workshop.public_id)
