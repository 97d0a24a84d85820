"""The sessions of a workshop: adding, changing, ordering, laying out, removing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.register import SlotHasMarks
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import day_text, from_local, to_local
from kash.platform.web.reordering import moved_order
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import SessionForm, given
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import session_of, sessions_of
from kash.workshops.queries.scope import own_workshop
from kash.workshops.rules import days_between, following_on
from kash.workshops.services import sessions as sessions_services
from kash.workshops.services.errors import DoesNotFit, RegisterBegun, ScheduleClash
from kash.workshops.services.sessions import (
    SessionDetails,
    change_session,
    lay_out_anew,
    order_sessions,
)


def _offer(form: SessionForm, workshop: Workshop) -> None:
    form.day.choices = [
        (day.isoformat(), day_text(day))
        for day in days_between(workshop.starts_on, workshop.ends_on)
    ]


def _next_session(workshop: Workshop) -> dict[str, Any]:
    """Where the session lies that follows the one just added, or else the last one."""
    sessions = sessions_of(workshop)
    added = request.args.get("after", "")
    before = next((one for one in sessions if one.public_id == added), None)
    if before is None:
        if not sessions:
            return {"minutes": 60}
        before = sessions[-1]
    day, at = following_on(
        to_local(before.starts_at + timedelta(minutes=before.minutes)),
        days_between(workshop.starts_on, workshop.ends_on),
        workshop.day_starts_at,
        workshop.day_ends_at,
    )
    return {"day": day.isoformat(), "at": at, "minutes": before.minutes}


def _details(form: SessionForm, workshop: Workshop) -> SessionDetails:
    days = {day.isoformat(): day for day in days_between(workshop.starts_on, workshop.ends_on)}
    return SessionDetails(
        title=form.title.data,
        starts_at=from_local(days[form.day.data], given(form.at.data)),
        minutes=given(form.minutes.data),
    )


@blueprint.route("/<public_id>/sessions/new", methods=["GET", "POST"])
@allow("workshops.edit")
def add_session(public_id: str) -> ResponseReturnValue:
    """Add a session, then the next: each is offered where the one before ends."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    form = SessionForm(data=_next_session(workshop) | {"row_version": workshop.row_version})
    _offer(form, workshop)
    if form.validate_on_submit():
        with form.showing_problems():
            made = sessions_services.add_session(
                public_id, _details(form, workshop), form.row_version_shown, actor
            )
            flash(_("The session is added: %(title)s", title=form.title.data))
            # The first field of the next one has the focus.
            after = url_for("workshops.add_session", public_id=public_id, after=made)
            return redirect(f"{after}#{form.title.id}", code=303)
    return _shown(form, public_id, None)


@blueprint.route("/<public_id>/sessions/<session_id>", methods=["GET", "POST"])
@allow("workshops.edit")
def session(public_id: str, session_id: str) -> ResponseReturnValue:
    """Change a session."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    chosen = session_of(workshop, session_id)
    local = to_local(chosen.slot.starts_at)
    form = SessionForm(
        data={
            "title": chosen.title,
            "day": local.date().isoformat(),
            "at": local.time(),
            "minutes": chosen.slot.minutes,
            "row_version": workshop.row_version,
        }
    )
    _offer(form, workshop)
    if form.validate_on_submit():
        with form.showing_problems():
            change_session(
                public_id, session_id, _details(form, workshop), form.row_version_shown, actor
            )
            flash(_("Saved."))
            return redirect(url_for("workshops.workshop", public_id=public_id), code=303)
    return _shown(form, public_id, session_id)


def _shown(form: SessionForm, public_id: str, session_id: str | None) -> ResponseReturnValue:
    workshop = own_workshop(public_id, current_actor(), "workshops.edit")
    if form.changed_meanwhile:
        form.show_row_version(workshop.row_version)
    return page(
        "workshops/session.html",
        form=form,
        workshop=workshop,
        chosen=session_of(workshop, session_id) if session_id else None,
        theirs=sessions_of(workshop) if form.changed_meanwhile else [],
    )


@blueprint.route("/<public_id>/sessions/<session_id>/remove", methods=["GET", "POST"])
@allow("workshops.edit")
def remove_session(public_id: str, session_id: str) -> ResponseReturnValue:
    """Take a session out of the plan."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    chosen = session_of(workshop, session_id)
    if request.method == "POST":
        with FlashedProblems(SlotHasMarks):
            sessions_services.remove_session(public_id, session_id, actor)
            flash(_("The session is removed."))
        return redirect(url_for("workshops.workshop", public_id=public_id), code=303)
    return page("workshops/remove_session.html", workshop=workshop, chosen=chosen)


@blueprint.route("/<public_id>/order", methods=["GET", "POST"])
@allow("workshops.edit")
def order(public_id: str) -> ResponseReturnValue:
    """Put the sessions in another order; their times follow."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    sessions = sessions_of(workshop)
    if request.method == "POST":
        wanted = moved_order([one.public_id for one in sessions], request.form)
        if request.headers.get("X-Requested-With") == "fetch":
            order_sessions(public_id, wanted, actor)
            return Response(status=204)
        with FlashedProblems(RegisterBegun, DoesNotFit, ScheduleClash):
            order_sessions(public_id, wanted, actor)
        return redirect(url_for("workshops.order", public_id=public_id), code=303)
    return page("workshops/order.html", workshop=workshop, sessions=sessions)


@blueprint.route("/<public_id>/lay-out", methods=["GET", "POST"])
@allow("workshops.edit")
def lay_out(public_id: str) -> ResponseReturnValue:
    """Lay the sessions out afresh, without gaps and with the usual pauses; as long as they are, or
    as they took the last times."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    as_delivered = request.args.get("lengths") == "delivered"
    if request.method == "POST":
        with FlashedProblems(RegisterBegun, DoesNotFit, ScheduleClash):
            lay_out_anew(public_id, actor, as_delivered=as_delivered)
            flash(_("The sessions are laid out afresh."))
        return redirect(url_for("workshops.workshop", public_id=public_id), code=303)
    return page("workshops/lay_out.html", workshop=workshop, as_delivered=as_delivered)
