"""The sessions of a workshop: adding, changing, ordering, laying out, removing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.register import SlotHasMarks
from kash.platform.web import Problem, current_actor, page
from kash.platform.web.formats import day_text, from_local, to_local
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import SessionForm, given, whole_number
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import session_of, sessions_of
from kash.workshops.queries.reach import own_workshop
from kash.workshops.rules import days_between, following_on
from kash.workshops.services import sessions as sessions_services
from kash.workshops.services.errors import (
    ChangedMeanwhile,
    DoesNotFit,
    OutsideWorkshop,
    RegisterBegun,
    SessionsOverlap,
)
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
        title=given(form.title.data),
        starts_at=from_local(days[form.day.data], given(form.at.data)),
        minutes=given(form.minutes.data),
    )


def _take(form: SessionForm, problem: Problem) -> bool:
    """Set a sentence beside the field it is about; False if it is about none."""
    if isinstance(problem, SessionsOverlap):
        form.at.errors = [str(problem)]
    elif isinstance(problem, OutsideWorkshop):
        form.day.errors = [_("The session must lie wholly on the workshop's days.")]
    elif isinstance(problem, RegisterBegun):
        form.at.errors = [_("The register of this session is closed, so its time stays.")]
    else:
        return False
    return True


@blueprint.route("/<public_id>/sessions/new", methods=["GET", "POST"])
@allow("workshops.edit")
def add_session(public_id: str) -> ResponseReturnValue:
    """Add a session, then the next: each is offered where the one before ends."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "workshops.edit")
    form = SessionForm(data=_next_session(found) | {"edition": str(found.edition)})
    _offer(form, found)
    changed = False
    if form.validate_on_submit():
        try:
            made = sessions_services.add_session(
                public_id, _details(form, found), whole_number(form.edition.data, -1), actor
            )
        except ChangedMeanwhile:
            changed = True
        except Problem as problem:
            if not _take(form, problem):
                raise
        else:
            flash(_("The session is added: %(title)s", title=given(form.title.data)))
            # The first field of the next one has the focus.
            after = url_for("workshops.add_session", public_id=public_id, after=made)
            return redirect(f"{after}#{form.title.id}", code=303)
    return _shown(form, public_id, None, changed)


@blueprint.route("/<public_id>/sessions/<session_id>", methods=["GET", "POST"])
@allow("workshops.edit")
def session(public_id: str, session_id: str) -> ResponseReturnValue:
    """Change a session."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "workshops.edit")
    chosen = session_of(found, session_id)
    local = to_local(chosen.slot.starts_at)
    form = SessionForm(
        data={
            "title": chosen.title,
            "day": local.date().isoformat(),
            "at": local.time(),
            "minutes": chosen.slot.minutes,
            "edition": str(found.edition),
        }
    )
    _offer(form, found)
    changed = False
    if form.validate_on_submit():
        try:
            change_session(
                public_id,
                session_id,
                _details(form, found),
                whole_number(form.edition.data, -1),
                actor,
            )
        except ChangedMeanwhile:
            changed = True
        except Problem as problem:
            if not _take(form, problem):
                raise
        else:
            flash(_("Saved."))
            return redirect(url_for("workshops.workshop", public_id=public_id), code=303)
    return _shown(form, public_id, session_id, changed)


def _shown(
    form: SessionForm, public_id: str, session_id: str | None, changed: bool
) -> ResponseReturnValue:
    found = own_workshop(public_id, current_actor(), "workshops.edit")
    chosen = session_of(found, session_id) if session_id else None
    if changed:
        form.edition.data = str(found.edition)
        form.edition.raw_data = None
    body, status = page(
        "workshops/session.html",
        form=form,
        workshop=found,
        chosen=chosen,
        theirs=sessions_of(found) if changed else [],
        changed=changed,
    )
    return body, 409 if changed else status


@blueprint.route("/<public_id>/sessions/<session_id>/remove", methods=["GET", "POST"])
@allow("workshops.edit")
def remove_session(public_id: str, session_id: str) -> ResponseReturnValue:
    """Take a session out of the plan."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "workshops.edit")
    chosen = session_of(found, session_id)
    if request.method == "POST":
        try:
            sessions_services.remove_session(public_id, session_id, actor)
        except SlotHasMarks as problem:
            flash(str(problem), "bad")
        else:
            flash(_("The session is removed."))
        return redirect(url_for("workshops.workshop", public_id=public_id), code=303)
    return page("workshops/remove_session.html", workshop=found, chosen=chosen)


@blueprint.route("/<public_id>/order", methods=["GET", "POST"])
@allow("workshops.edit")
def order(public_id: str) -> ResponseReturnValue:
    """Put the sessions in another order; their times follow."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "workshops.edit")
    sessions = sessions_of(found)
    if request.method == "POST":
        wanted = _wanted_order([one.public_id for one in sessions])
        by_script = request.headers.get("X-Requested-With") == "fetch"
        try:
            order_sessions(public_id, wanted, actor)
        except (RegisterBegun, DoesNotFit) as problem:
            if by_script:
                raise
            flash(str(problem), "bad")
        if by_script:
            return Response(status=204)
        return redirect(url_for("workshops.order", public_id=public_id), code=303)
    return page("workshops/order.html", workshop=found, sessions=sessions)


def _wanted_order(present: list[str]) -> list[str]:
    """The order a script sends whole, or a form by one step up or down."""
    sent = request.form.getlist("order")
    if sent:
        return sent[: len(present)]
    wanted = list(present)
    for name, step in (("up", -1), ("down", 1)):
        moved = request.form.get(name, "")
        if moved in wanted:
            place = wanted.index(moved)
            other = place + step
            if 0 <= other < len(wanted):
                wanted[place], wanted[other] = wanted[other], wanted[place]
    return wanted


@blueprint.route("/<public_id>/lay-out", methods=["GET", "POST"])
@allow("workshops.edit")
def lay_out(public_id: str) -> ResponseReturnValue:
    """Lay the sessions out afresh, without gaps and with the usual pauses."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "workshops.edit")
    if request.method == "POST":
        try:
            lay_out_anew(public_id, actor)
        except (RegisterBegun, DoesNotFit) as problem:
            flash(str(problem), "bad")
        else:
            flash(_("The sessions are laid out afresh."))
        return redirect(url_for("workshops.workshop", public_id=public_id), code=303)
    return page("workshops/lay_out.html", workshop=found)
