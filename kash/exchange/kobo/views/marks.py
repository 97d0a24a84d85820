"""Pages of attendance that came by a form: looked at, chosen, and taken over."""

from __future__ import annotations

from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.exchange.kobo import blueprint
from kash.exchange.kobo.forms import AttendanceFileForm, AttendanceServerForm, asset_in
from kash.exchange.kobo.queries import (
    attendance_form_of,
    connections_on,
    suggested,
    suggested_lines,
)
from kash.exchange.kobo.rules.marks import OPEN, MarksState
from kash.exchange.kobo.services.marks import (
    MOST_BYTES,
    bring_file,
    choose_marks,
    digest_of,
    name_form,
    take_marks,
)
from kash.exchange.kobo.words import UNFITTING
from kash.people.rules.persons import one_group
from kash.platform.jobs.models import CANCELLED, FAILED
from kash.platform.jobs.queries import own_job
from kash.platform.jobs.views import message_of
from kash.platform.web import current_actor, page, paged
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.policy import allow
from kash.workshops.frame import for_marking
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import own_workshop

# As many as are looked through at once on a phone.
_ROWS = 50
_SHOWN = {
    "": OPEN,
    "out": {MarksState.OUT},
    "blocked": {MarksState.BLOCKED},
    "here": {MarksState.SAME, MarksState.ACCEPTED, MarksState.GONE},
}


@blueprint.get("/workshops/<public_id>")
@allow("attendance.mark")
def marks(public_id: str) -> ResponseReturnValue:
    """Suggestions of a form for a workshop's register, one group at a time."""
    return _marks_page(own_workshop(public_id, current_actor(), "attendance.mark"))


def _marks_page(
    workshop: Workshop, file_form: AttendanceFileForm | None = None
) -> ResponseReturnValue:
    actor = current_actor()
    form = attendance_form_of(workshop.id)
    found = suggested(form, workshop)
    asked = request.values.get("show", "")
    show = asked if asked in _SHOWN else ""
    sessions = sessions_of(workshop)
    lines = suggested_lines(
        workshop, [one for one in found.marks if one.state in _SHOWN[show]], sessions
    )
    shown = one_group(lines, attrgetter("who.letter"), request.values.get("group", ""))
    job = own_job(form.job, actor.public_id) if form is not None and form.job else None
    error = job.error if job is not None and job.state == FAILED else ""
    return page(
        "kobo/marks.html",
        form=file_form or AttendanceFileForm(),
        workshop=workshop,
        found=form,
        counts={
            name: sum(found.counts.get(state, 0) for state in states)
            for name, states in _SHOWN.items()
        },
        show=show,
        shown=shown,
        listing=paged(shown.rows, per_page=_ROWS),
        unfitting=[
            str(UNFITTING[one.why]) % {"text": one.text, "count": one.count}
            for one in found.unfitting
        ],
        ready=bool(sessions) and bool(workshop.enrolments),
        connections=connections_on(),
        job=job if job is not None and not job.ended else None,
        problem=error,
        stopped=job is not None and job.state == CANCELLED,
        message=message_of(job) if job is not None else "",
        may_skip=form is not None and any(name in error for name in form.columns),
        most_bytes=MOST_BYTES,
    )


@blueprint.post("/workshops/<public_id>")
@allow("attendance.mark")
def choose(public_id: str) -> ResponseReturnValue:
    """Keep what was chosen on a page, and turn to another or to the question before saving."""
    for_marking(public_id)
    named = request.form.getlist("shown")[:_ROWS]
    with FlashedProblems():
        choose_marks(
            public_id,
            {key: request.form.get(f"take-{key}", "") for key in named},
            current_actor(),
        )
    if request.form.get("to") == "confirm":
        return redirect(url_for("kobo.take", public_id=public_id), 303)
    turned = request.form.get("turn_to", "")[:1]
    number = request.form.get("page_to", "") if not turned else ""
    return redirect(
        url_for(
            "kobo.marks",
            public_id=public_id,
            show=request.form.get("show") or None,
            group=turned or request.form.get("group", "")[:1] or None,
            page=number if number.isascii() and number.isdigit() else None,
        ),
        303,
    )


@blueprint.route("/workshops/<public_id>/take", methods=["GET", "POST"])
@allow("attendance.mark")
def take(public_id: str) -> ResponseReturnValue:
    """Say how much would be saved, then save it."""
    workshop = for_marking(public_id)
    back = url_for("kobo.marks", public_id=public_id)
    if request.method == "POST":
        with FlashedProblems():
            taken = take_marks(public_id, request.form.get("seen", ""), current_actor())
            flash(
                _("Marks saved: %(count)s. Left out: %(left)s.", count=taken.taken, left=taken.left)
            )
            if taken.refused:
                flash(
                    _(
                        "Not taken by the register: %(count)s. They still wait.",
                        count=taken.refused,
                    ),
                    "warn",
                )
        return redirect(back, 303)
    found = suggested(attendance_form_of(workshop.id), workshop)
    chosen = [one for one in found.open if one.choice]
    return render_template(
        "kobo/take.html",
        workshop=workshop,
        seen=digest_of(found),
        taken=len(chosen),
        replaced=sum(1 for one in chosen if one.standing.status),
        left=len(found.open) - len(chosen),
        blocked=found.counts.get(MarksState.BLOCKED, 0),
        groups=len(
            {one.who.letter for one in suggested_lines(workshop, chosen, sessions_of(workshop))}
        ),
    )


@blueprint.post("/workshops/<public_id>/file")
@allow("attendance.mark")
@takes_file(MOST_BYTES)
def bring_marks(public_id: str) -> ResponseReturnValue:
    """Take an export of the form of a workshop."""
    workshop = for_marking(public_id)
    form = AttendanceFileForm()
    if form.validate_on_submit():
        with form.showing_problems():
            came = bring_file(public_id, form.content(), current_actor())
            flash(
                _(
                    "Submissions that are new: %(new)s. Edited: %(edited)s. Nothing of them is a"
                    " mark yet.",
                    new=came.new,
                    edited=came.edited,
                )
            )
            return redirect(url_for("kobo.marks", public_id=public_id), 303)
    return _marks_page(workshop, form)


@blueprint.route("/workshops/<public_id>/server", methods=["GET", "POST"])
@allow("attendance.mark")
def attendance_server(public_id: str) -> ResponseReturnValue:
    """Say on which server, and in which form, the attendance of a workshop is typed."""
    workshop = for_marking(public_id)
    form = AttendanceServerForm()
    form.offer(connections_on())
    if form.validate_on_submit():
        with form.showing_problems():
            name_form(public_id, form.connection.data, asset_in(form.asset.data), current_actor())
            flash(_("Added. Its rows can be fetched now."))
            return redirect(url_for("kobo.marks", public_id=public_id), 303)
    return page("kobo/attendance_server.html", form=form, workshop=workshop)
