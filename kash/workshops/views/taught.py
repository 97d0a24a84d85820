"""A session as it was taught: its beginning and end, what was left out, what was reached, notes."""

from __future__ import annotations

from datetime import datetime, time

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.rules.conduct import opens_at
from kash.attendance.rules.times import LONGEST, Edge
from kash.attendance.services.times import WrongTimes, set_times, undo_time
from kash.attendance.services.times import tap_time as tap
from kash.platform.database import utc_now
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import from_local, to_local
from kash.policy import allow
from kash.training.deliveries import delivered_of
from kash.workshops import blueprint
from kash.workshops.forms import RecordForm
from kash.workshops.models import Workshop
from kash.workshops.queries.deliveries import TaughtSession, taught_session
from kash.workshops.queries.plan import session_of
from kash.workshops.queries.scope import own_workshop
from kash.workshops.services.errors import WorkshopCancelled
from kash.workshops.services.recording import TaughtRecord, record_session


@blueprint.route("/<public_id>/sessions/<session_id>/taught", methods=["GET", "POST"])
@allow("workshops.edit")
def taught(public_id: str, session_id: str) -> ResponseReturnValue:
    """How a session was taught: when, and what came of its plan."""
    workshop, shown = _shown(public_id, session_id)
    form = RecordForm(data=_values(shown))
    if form.validate_on_submit():
        with form.showing_problems():
            typed = _typed(form, shown)
            if typed:
                set_times(workshop.register.public_id, shown.slot, typed, current_actor())
            record_session(
                public_id, session_id, _told(form), form.row_version_shown, current_actor()
            )
            flash(_("Saved."))
            return _to_page(public_id, session_id)
    return _page(public_id, session_id, form)


@blueprint.post("/<public_id>/sessions/<session_id>/taught/tap")
@allow("workshops.edit")
def tap_time(public_id: str, session_id: str) -> ResponseReturnValue:
    """Say that the session begins, or ends, at this moment."""
    workshop, shown = _shown(public_id, session_id)
    form, edge = RecordForm(), _edge()
    with FlashedProblems(WrongTimes):
        # The same page, sent twice, taps once.
        key = f"{form.key.data}-{edge}"
        tap(workshop.register.public_id, shown.slot, edge, key, current_actor())
    return _with_what_is_typed(public_id, session_id, form, shown, edge)


@blueprint.post("/<public_id>/sessions/<session_id>/taught/undo")
@allow("workshops.edit")
def untap_time(public_id: str, session_id: str) -> ResponseReturnValue:
    """Take back what was last said of the beginning or end."""
    workshop, shown = _shown(public_id, session_id)
    edge = _edge()
    undo_time(workshop.register.public_id, shown.slot, edge, current_actor())
    flash(_("Taken back."))
    return _with_what_is_typed(public_id, session_id, RecordForm(), shown, edge)


def _shown(public_id: str, session_id: str) -> tuple[Workshop, TaughtSession]:
    """A workshop that the actor runs, and one of its sessions. Raises NotFound, Forbidden and
    WorkshopCancelled."""
    workshop = own_workshop(public_id, current_actor(), "workshops.edit")
    if workshop.state == "cancelled":
        raise WorkshopCancelled
    return workshop, taught_session(workshop, session_of(workshop, session_id))


def _edge() -> Edge:
    try:
        return Edge(request.form.get("edge", ""))
    except ValueError:
        raise NotFound from None


def _clock(moment: datetime | None) -> time | None:
    return to_local(moment).time().replace(second=0, microsecond=0) if moment else None


def _values(shown: TaughtSession) -> dict[str, object]:
    start, end = _clock(shown.taught.start), _clock(shown.taught.end)
    return {
        "start": start,
        "end": end,
        "start_seen": f"{start:%H:%M}" if start else "",
        "end_seen": f"{end:%H:%M}" if end else "",
        "steps": [
            {"lineage": lineage, "reason": reason, "words": words}
            for lineage, (reason, words) in (
                (one.step.lineage, shown.left_out.get(one.step.lineage, ("", "")))
                for one in shown.steps
            )
        ],
        "objectives": [
            {"lineage": one.lineage, "reached": shown.reached.get(one.lineage, "")}
            for one in shown.objectives
        ],
        "notes": shown.notes,
        "next_time": shown.next_time,
        "row_version": shown.row_version,
    }


def _typed(form: RecordForm, shown: TaughtSession) -> dict[Edge, datetime | None]:
    """Times that were typed anew, on the day on which the session was taught or, if nobody said so,
    was planned."""
    day = to_local(shown.taught.start or shown.starts_at).date()
    typed: dict[Edge, datetime | None] = {}
    for edge, clock, seen in (
        (Edge.START, form.start.data, form.start_seen.data),
        (Edge.END, form.end.data, form.end_seen.data),
    ):
        if (f"{clock:%H:%M}" if clock else "") != (seen or ""):
            typed[edge] = from_local(day, clock) if clock else None
    return typed


def _told(form: RecordForm) -> TaughtRecord:
    return TaughtRecord(
        left_out={
            line.form.lineage.data or "": (line.form.reason.data, line.form.words.data or "")
            for line in form.steps
            if line.form.reason.data
        },
        reached={
            line.form.lineage.data or "": line.form.reached.data
            for line in form.objectives
            if line.form.reached.data
        },
        notes=form.notes.data or "",
        next_time=form.next_time.data or "",
    )


def _with_what_is_typed(
    public_id: str, session_id: str, form: RecordForm, before: TaughtSession, tapped: Edge
) -> ResponseReturnValue:
    """Go on with the page; what was typed but not saved yet stays on it, the other time too."""
    saved = TaughtRecord(before.left_out, before.reached, before.notes, before.next_time)
    kept = {str(edge) for edge in _typed(form, before) if edge is not tapped}
    if _told(form) == saved and not kept:
        return _to_page(public_id, session_id)
    _workshop, shown = _shown(public_id, session_id)
    now = RecordForm(formdata=None, data=_values(shown))
    for name in {"start", "end", "start_seen", "end_seen", "key"} - kept:
        form[name].data, form[name].raw_data = now[name].data, None
    return _page(public_id, session_id, form)


def _page(public_id: str, session_id: str, form: RecordForm) -> ResponseReturnValue:
    workshop, shown = _shown(public_id, session_id)
    if form.changed_meanwhile:
        form.show_row_version(shown.row_version)
    node, source = shown.node, workshop.version.translates
    return page(
        "workshops/taught.html",
        form=form,
        workshop=workshop,
        shown=shown,
        # What is tapped is this moment, so that it is asked while the session can be going on.
        can_tap=opens_at(shown.starts_at) <= utc_now() < shown.starts_at + LONGEST,
        steps={one.step.lineage: one for one in shown.steps},
        objectives={one.lineage: one for one in shown.objectives},
        lent_in=source.language if source else None,
        delivered=delivered_of([node.lineage]).get(node.lineage) if node else None,
    )


def _to_page(public_id: str, session_id: str) -> ResponseReturnValue:
    return redirect(
        url_for("workshops.taught", public_id=public_id, session_id=session_id), code=303
    )
