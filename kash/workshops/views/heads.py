"""A session's people counted without names, and what was signed in it."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.forms import (
    HeadsTyped,
    head_field,
    heads_from_form,
    heads_typed,
    page_key,
)
from kash.attendance.queries.heads import count_history, counted
from kash.attendance.rules.marking import LONGEST_CORRECTION
from kash.attendance.services.closing import CorrectionReasonMissing
from kash.attendance.services.heads import CountedMeanwhile, NotCounted, record_heads
from kash.attendance.services.marking import ReasonTooLong
from kash.attendance.services.signing import show_signatures
from kash.people import words
from kash.people.queries.organisations import groups
from kash.people.rules.one_group import one_group
from kash.people.rules.persons import AGE_BANDS, SEXES
from kash.platform.database import db, utc_now
from kash.platform.web import Problem, current_actor
from kash.platform.web.commands import CaughtProblem
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.plan import session_of
from kash.workshops.queries.scope import own_workshop
from kash.workshops.services.errors import WorkshopCancelled


@blueprint.route("/<public_id>/attendance/<session_id>/headcount", methods=["GET", "POST"])
@allow("attendance.mark")
def headcount(public_id: str, session_id: str) -> ResponseReturnValue:
    """Count heads by group, sex and age; each count replaces the one before, which stays in its
    history."""
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    if workshop.state == "cancelled":
        raise WorkshopCancelled
    chosen = session_of(workshop, session_id)
    if request.method == "GET":
        return _page(workshop, chosen)
    typed = heads_typed(request.form, [group.letter for group in groups()])
    reason = request.form.get("correction", "").strip() if chosen.slot.confirmed_at else ""
    why = _reason_fault(reason) if chosen.slot.confirmed_at else ""
    if typed.wrong or why:
        return _page(workshop, chosen, typed, correction=reason, reason_fault=why), 422
    sent = replace(
        heads_from_form(chosen.slot.public_id, typed, request.form, utc_now()), correction=reason
    )
    with CaughtProblem(CountedMeanwhile, NotCounted) as caught:
        record_heads(workshop.register.public_id, sent, current_actor())
        flash(_("Counted: %(count)s.", count=sum(cell.count for cell in typed.cells)))
        return redirect(url_for("workshops.attendance", public_id=public_id), code=303)
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    chosen = session_of(workshop, session_id)
    return _page(workshop, chosen, typed, caught.problem, correction=reason), 409


def _reason_fault(reason: str) -> str:
    if not reason:
        return str(CorrectionReasonMissing())
    return str(ReasonTooLong()) if len(reason) > LONGEST_CORRECTION else ""


def _page(
    workshop: Workshop,
    chosen: WorkshopSession,
    typed: HeadsTyped | None = None,
    problem: Problem | None = None,
    *,
    correction: str = "",
    reason_fault: str = "",
) -> str:
    standing = counted(db.session(), chosen.slot_id)
    shown = {head_field(one.letter, one.sex, one.age_band): one.count for one in standing.cells}
    return render_template(
        "workshops/headcount.html",
        workshop=workshop,
        chosen=chosen,
        groups=groups(),
        sexes=(*SEXES, ""),
        age_bands=(*AGE_BANDS, ""),
        words=words,
        head_field=head_field,
        values=typed.texts if typed else shown,
        wrong=typed.wrong if typed else frozenset(),
        problem=str(problem) if problem else "",
        total=sum(one.count for one in standing.cells),
        version=standing.version,
        history=count_history(chosen.slot_id),
        key=page_key(),
        locked=chosen.slot.confirmed_at is not None,
        correction=correction,
        reason_fault=reason_fault,
        longest=LONGEST_CORRECTION,
    )


@blueprint.get("/<public_id>/attendance/<session_id>/signatures")
@allow("attendance.mark")
def signatures(public_id: str, session_id: str) -> str:
    """Signatures on a screen in this session. Each look is an entry in the audit."""
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    chosen = session_of(workshop, session_id)
    title, slot, register = chosen.title, chosen.slot.public_id, workshop.register.public_id
    signed = show_signatures(register, slot, current_actor())
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    return render_template(
        "workshops/signatures.html",
        workshop=workshop,
        title=title,
        session_id=session_id,
        shown=one_group(signed, attrgetter("letter"), request.args.get("group", "")),
    )
