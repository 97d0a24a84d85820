"""The list of workshops, the plan of one, and planning, changing, copying, cancelling. Enrolling
everyone of a list of people that was brought in, from the list's own page. Many people at once:
the ticked of those who were found, and people of another workshop. Courses that somebody is to
have had before another one. The sessions of a workshop: adding, changing, ordering, laying out,
removing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.attendance.rules.marking import Stretch
from kash.people.queries.directory import movable_from, organisations
from kash.people.queries.directory import venues as venues_in_use
from kash.people.rules.persons import one_group
from kash.people.sections import NextStep, StepDone
from kash.platform.database import db, utc_now
from kash.platform.ordering import moved_order
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import day_text, from_local, local_today, short_date_text, to_local
from kash.platform.web.missing import after_mending
from kash.platform.web.parts import page_sections
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.platform.web.ticks import ticked
from kash.policy import Actor, Reach, allow
from kash.workshops import blueprint
from kash.workshops.forms import (
    STAGE,
    STAGE_TONE,
    CancelForm,
    CostsForm,
    DuplicateForm,
    EarlierForm,
    NewWorkshopForm,
    SessionForm,
    TalkForm,
    WorkshopForm,
    given,
)
from kash.workshops.frame import frame, go_to, mine, stage_of
from kash.workshops.models import Workshop
from kash.workshops.queries import scope
from kash.workshops.queries.deliveries import course_with_needs, earlier_told, other_courses
from kash.workshops.queries.people import own_part, people_in, states_in
from kash.workshops.queries.plan import (
    facilitators_of,
    funder_names,
    funding_of,
    own_workshops_beside,
    session_of,
    sessions_of,
    teachable_versions,
    trainers,
    venues,
    workshop_list,
)
from kash.workshops.queries.scope import is_run_by, own_workshop
from kash.workshops.rules import EnrolmentState, days_between, following_on, pause_kind, stage
from kash.workshops.services import sessions as sessions_services
from kash.workshops.services.people import enrol_all
from kash.workshops.services.planning import (
    NewCourse,
    WorkshopDetails,
    cancel_workshop,
    change_workshop,
    duplicate_workshop,
    plan_workshop,
    restore_workshop,
    set_earlier_courses,
)
from kash.workshops.services.sessions import (
    FunderShare,
    SessionDetails,
    change_session,
    lay_out_anew,
    order_sessions,
    share_costs,
)
from kash.workshops.services.talks import ShortTalk, hold_talk
from kash.workshops.views.attendance import WORKSHOP_COLUMNS
from kash.workshops.views.closing import advice_for, advice_in_form, schedule_for, schedule_in_form
from kash.workshops.views.people import people_page, told_of_several, wanted_state

WHEN = ("upcoming", "past", "cancelled", "all")


def days_of(workshop: Workshop, sessions: Sequence[Any]) -> list[dict[str, Any]]:
    """The timetable, a day at a time; days without a session are there too. Its parts are sessions,
    each with the pause before it, if there is one, and when it was taught."""
    by_day = {
        day: list(group)
        for day, group in groupby(sessions, lambda session: to_local(session.starts_at).date())
    }
    timetable = []
    days = sorted({*days_between(workshop.starts_on, workshop.ends_on), *by_day})
    for number, day in enumerate(days, start=1):
        parts: list[tuple[dict[str, Any] | None, Any, Stretch]] = []
        ended: datetime | None = None
        for session in by_day.get(day, ()):
            gap = None
            if ended is not None and session.starts_at > ended:
                minutes = int((session.starts_at - ended).total_seconds() // 60)
                kind = pause_kind(to_local(ended).time(), minutes)
                gap = {"starts_at": ended, "minutes": minutes, "kind": kind}
            parts.append((gap, session, Stretch(session.began_at, session.ended_at)))
            ended = session.starts_at + timedelta(minutes=session.minutes)
        timetable.append({"number": number, "day": day, "parts": parts})
    return timetable


@blueprint.get("")
@allow("workshops.see")
@offers_table("workshops")
def index() -> ResponseReturnValue:
    """Workshops: those to come first."""
    actor = current_actor()
    when = request.args.get("when", "upcoming")
    when = when if when in WHEN else "upcoming"
    text = request.args.get("search", "").strip()[:160]
    venue = request.args.get("venue", "")[:16]
    hers = request.args.get("mine") == "1" and actor.may("workshops.edit")
    today = local_today()
    listing = workshop_list(actor, today, when=when, text=text, venue=venue, mine=hers)
    staff = actor.reach("workshops.see") in (Reach.ALL, Reach.OWN)
    if is_taken():
        return taken(listing, WORKSHOP_COLUMNS if staff else WORKSHOP_COLUMNS[:-2])
    return render_template(
        "workshops/index.html",
        listing=listing,
        stages={
            row.public_id: stage(row.state, row.starts_on, row.ends_on, today) for row in listing
        },
        words=STAGE,
        tones=STAGE_TONE,
        when=when,
        search=text,
        mine=hers,
        venue=venue,
        venues=venues() if staff else [],
        staff=staff,
        sections=page_sections("workshops", ""),
    )


@blueprint.get("/<public_id>")
@allow("workshops.see")
def workshop(public_id: str) -> str:
    """The plan; for one who is only enrolled, her own part and nothing of others."""
    actor = current_actor()
    seen = scope.workshop(public_id, actor)
    if actor.reach("workshops.see") is Reach.SELF:
        stands = stage_of(seen)
        return render_template(
            "workshops/own.html",
            workshop=seen,
            own=own_part(seen, actor.person_id or 0),
            stage=stands,
            stage_word=STAGE[stands],
            stage_tone=STAGE_TONE[stands],
        )
    values = frame(seen)
    return render_template(
        "workshops/plan.html",
        days=days_of(seen, values["sessions"]),
        advice=advice_for(seen, values["facilitators"], values["stage"]),
        schedule=schedule_for(seen, values["stage"]),
        **values,
    )


def _offer(form: NewWorkshopForm | WorkshopForm, workshop: Workshop | None = None) -> None:
    offered = list(venues_in_use())
    chosen = workshop.venue if workshop is not None else None
    if chosen is not None and not chosen.active:
        # Where it was planned to be stays, though nobody else may go there.
        offered.append(chosen)
    form.venue.choices = [
        ("", _("Not decided yet")),
        # The planner is told who may come safely.
        *(
            (venue.public_id, " · ".join(filter(None, (venue.name, venue.safe_for))))
            for venue in offered
        ),
    ]
    form.facilitators.choices = [
        (trainer.public_id, trainer.name) for trainer in trainers(workshop)
    ]
    form.lead.choices = [("", _("Nobody named yet")), *form.facilitators.choices]


@blueprint.route("/new", methods=["GET", "POST"])
@allow("workshops.edit")
def add() -> ResponseReturnValue:
    """Plan a workshop."""
    actor = current_actor()
    form = NewWorkshopForm()
    _offer(form)
    versions = teachable_versions()
    form.language.choices = [(code, LANGUAGES[code]) for code in programme_languages()]
    form.version.choices = [
        (
            version.public_id,
            _(
                "%(course)s, version %(number)s (%(language)s)",
                course=version.course.name,
                number=version.number,
                language=version.language.upper(),
            ),
        )
        for version in versions
    ] + [("", _("A new course"))]
    if request.method == "GET":
        # The day may be chosen in the calendar.
        with suppress(ValueError):
            day = date.fromisoformat(request.args.get("starts_on", "")[:10])
            form.starts_on.data = form.ends_on.data = day
        form.day_starts_at.data = WorkshopDetails.day_starts_at
        form.day_ends_at.data = WorkshopDetails.day_ends_at
        form.facilitators.data = [actor.public_id]
        form.lead.data = actor.public_id
        if request.args.get("version") in {version.public_id for version in versions}:
            form.version.data = request.args["version"]
    if form.validate_on_submit():
        with form.showing_problems():
            public_id = plan_workshop(
                form.command(NewCourse) if form.writes_course else form.version.data,
                form.command(WorkshopDetails),
                actor,
                public_id=form.key.data,
            )
            flash(_("The workshop is planned."))
            if request.form.get("onward") == "list":
                return redirect(url_for("people.bring_list", then=f"enrol:{public_id}"), code=303)
            return go_to("workshops.workshop", public_id)
    if not form.is_submitted() and versions and not form.version.data:
        form.version.data = versions[0].public_id
    chosen = "" if form.writes_course else form.version.data
    return page(
        "workshops/new.html",
        form=form,
        writes=not chosen,
        advice=advice_in_form(form, chosen),
        schedule=schedule_in_form(form, chosen),
    )


@blueprint.route("/talk", methods=["GET", "POST"])
@allow("workshops.edit")
def talk() -> ResponseReturnValue:
    """Keep a talk that was held. Showing the people of a station, or the other group of them, keeps
    nothing yet."""
    actor = current_actor()
    begins = to_local(utc_now() - timedelta(hours=1)).time().replace(minute=0)
    form = TalkForm(data={"day": local_today(), "at": begins, "minutes": 60})
    form.organisation.choices = [
        ("", _("Choose")),
        *((place.public_id, place.name) for place in organisations()),
    ]
    looks = "show" in request.form or "group" in request.form
    if not looks and form.validate_on_submit():
        with form.showing_problems():
            kept = hold_talk(form.command(ShortTalk), ticked(), actor, public_id=form.key.data)
            flash(_("The talk is kept. Somebody else confirms its register."))
            return go_to("workshops.attendance", kept)
    heard = movable_from(actor, form.organisation.data) if form.organisation.data else []
    letter = request.form.get("group", "")
    return page(
        "workshops/talk.html",
        form=form,
        shown=one_group(heard, attrgetter("letter"), letter),
        ticked=set(ticked()),
    )


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("workshops.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a workshop; what somebody else saved meanwhile stands beside what was typed."""
    workshop = mine(public_id)
    team = facilitators_of(workshop)
    alike = "title starts_on ends_on day_starts_at day_ends_at capacity row_version"
    form = WorkshopForm(
        data={
            **{name: getattr(workshop, name) for name in alike.split()},
            "venue": workshop.venue.public_id if workshop.venue else "",
            "facilitators": [trainer.public_id for trainer in team],
            "lead": next((trainer.public_id for trainer in team if trainer.lead), ""),
        }
    )
    _offer(form, workshop)
    if form.validate_on_submit():
        with form.showing_problems():
            change_workshop(
                public_id,
                form.command(WorkshopDetails),
                form.row_version_shown,
                current_actor(),
                anew=form.anew.data,
            )
            return _mended(public_id)
    if form.changed_meanwhile:
        workshop = mine(public_id)
        form.show_row_version(workshop.row_version)
    version = workshop.version.public_id
    return page(
        "workshops/edit.html",
        form=form,
        workshop=workshop,
        their_facilitators=facilitators_of(workshop) if form.changed_meanwhile else [],
        advice=advice_in_form(form, version, workshop),
        schedule=schedule_in_form(form, version, workshop, anew=bool(form.anew.data)),
    )


def _mended(public_id: str) -> ResponseReturnValue:
    flash(_("Saved."))
    planned = url_for("workshops.workshop", public_id=public_id)
    return redirect(after_mending(planned), code=303)


@blueprint.route("/<public_id>/costs", methods=["GET", "POST"])
@allow("workshops.edit")
def costs(public_id: str) -> ResponseReturnValue:
    """Say who pays which share."""
    workshop = mine(public_id)
    funding = funding_of(workshop)
    form = CostsForm(
        data={
            "lines": [
                {"funder": paid.funder.name, "share": paid.share, "budget_code": paid.budget_code}
                for paid in funding
            ],
            "row_version": workshop.row_version,
        }
    )
    if form.validate_on_submit():
        shares = [
            FunderShare(line.funder.data, line.share.data or 0, line.budget_code.data)
            for line in (entry.form for entry in form.lines)
            if line.funder.data
        ]
        with form.showing_problems():
            share_costs(public_id, shares, form.row_version_shown, current_actor())
            return _mended(public_id)
    if form.changed_meanwhile:
        workshop = mine(public_id)
        funding = funding_of(workshop)
        form.show_row_version(workshop.row_version)
    return page(
        "workshops/costs.html",
        form=form,
        workshop=workshop,
        funders=funder_names(),
        funding=funding,
    )


@blueprint.route("/<public_id>/cancel", methods=["GET", "POST"])
@allow("workshops.edit")
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancel a workshop, with the reason."""
    workshop = mine(public_id)
    form = CancelForm()
    if form.validate_on_submit():
        cancel_workshop(public_id, form.reason.data, current_actor())
        flash(_("The workshop is cancelled."), "warn")
        return go_to("workshops.workshop", public_id)
    return page("workshops/cancel.html", form=form, workshop=workshop)


@blueprint.post("/<public_id>/restore")
@allow("workshops.edit")
def restore(public_id: str) -> ResponseReturnValue:
    """Undo a cancelling."""
    mine(public_id)
    with FlashedProblems():
        restore_workshop(public_id, current_actor())
        flash(_("The workshop takes place again."))
    return go_to("workshops.workshop", public_id)


@blueprint.route("/<public_id>/duplicate", methods=["GET", "POST"])
@allow("workshops.edit")
def duplicate(public_id: str) -> ResponseReturnValue:
    """Plan the same workshop again on other days."""
    workshop = mine(public_id)
    form = DuplicateForm()
    if form.validate_on_submit():
        with form.showing_problems():
            copy = duplicate_workshop(
                public_id, given(form.starts_on.data), current_actor(), copy_id=form.key.data
            )
            flash(_("The workshop is planned again."))
            return go_to("workshops.workshop", copy)
    return page("workshops/duplicate.html", form=form, workshop=workshop)


LEFT_OUT = _l(
    "Left out: people in this workshop already, also if withdrawn or declined; under 18; and, "
    "where the director decided so, without an earlier course or with this one."
)


_TYPED_LATER = 92


def _coming(actor: Actor) -> Sequence[tuple[str, str]]:
    if not actor.may("workshops.edit"):
        return []
    # A paper of a workshop that is over is typed in too.
    since = local_today() - timedelta(days=_TYPED_LATER)
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title, Workshop.starts_on)
        .where(is_run_by(actor), Workshop.state == "planned", Workshop.ends_on >= since)
        .order_by(Workshop.ends_on < local_today(), Workshop.starts_on, Workshop.id)
    )
    return [(public_id, f"{title}, {short_date_text(day)}") for public_id, title, day in rows]


def _enrol(workshop: str, people: Sequence[str], actor: Actor) -> StepDone:
    over = own_workshop(workshop, actor, "workshops.edit").ends_on < local_today()
    at = url_for("workshops.attendance" if over else "workshops.people", public_id=workshop)
    several = enrol_all(workshop, people, actor)
    return StepDone(several.done, several.waiting, len(several.left), LEFT_OUT, at)


ENROL_LIST = NextStep(
    "enrol", _l("Enrol them in a workshop"), _l("Nobody under 18 is enrolled."), _coming, _enrol
)


@blueprint.post("/<public_id>/people/chosen")
@allow("workshops.edit")
def enrol_chosen(public_id: str) -> ResponseReturnValue:
    """Enrol or invite everybody who was ticked, of those found or of another workshop."""
    workshop = mine(public_id)
    wanted = wanted_state()
    left = told_of_several(lambda people: enrol_all(public_id, people, current_actor(), wanted))
    if not left:
        return go_to("workshops.people", public_id, state=str(wanted))
    if source := request.form.get("source", ""):
        return _copy_page(workshop, source, left)
    return people_page(workshop, request.form.get("search", "")[:200], left), 409


@blueprint.route("/<public_id>/people/copy", methods=["GET", "POST"])
@allow("workshops.edit")
def copy_people(public_id: str) -> ResponseReturnValue:
    """Choose another workshop that this actor runs, then tick who of it is enrolled here too. What
    is ticked is posted while one turns from one group to the other, and nothing is done yet."""
    workshop = mine(public_id)
    source = request.args.get("source", "")
    if not source:
        text = request.args.get("search", "").strip()[:160]
        return page(
            "workshops/copy_people.html",
            workshop=workshop,
            listing=own_workshops_beside(workshop, current_actor(), text),
            search=text,
            source=None,
        )
    return _copy_page(workshop, source)


def _copy_page(
    workshop: Workshop, source: str, left: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    other = mine(source)
    if other.id == workshop.id:
        raise NotFound
    people, here = people_in(other, [EnrolmentState.CONFIRMED]), states_in(workshop)
    free = {row.person for row in people if not row.minor and row.person not in here}
    shown = one_group(people, attrgetter("letter"), request.values.get("group", ""))
    body, status = page(
        "workshops/copy_people.html",
        workshop=workshop,
        source=other,
        shown=shown,
        earlier=earlier_told(workshop, {row.person for row in shown.rows}),
        here=here,
        free=free,
        ticked=free.intersection(ticked()) if request.method == "POST" else free,
        left=left or {},
    )
    return body, 409 if left else status


@blueprint.route("/courses/<course_id>/earlier", methods=["GET", "POST"])
@allow("curriculum.edit")
def earlier(course_id: str) -> ResponseReturnValue:
    """Tick the courses that those enrolled in this one are to have had."""
    name, needed = course_with_needs(course_id)
    form = EarlierForm(data={"needs": needed})
    form.needs.choices = other_courses(course_id)
    back = url_for("training.course", public_id=course_id)
    if form.validate_on_submit():
        with form.showing_problems():
            set_earlier_courses(course_id, form.needs.data or [], current_actor())
            flash(_("Saved."))
            return redirect(back, code=303)
    return page("workshops/earlier.html", form=form, name=name, back=back)


def _next_session(workshop: Workshop) -> dict[str, Any]:
    """Where the session lies that follows the one just added, or else the last one."""
    sessions = sessions_of(workshop)
    if not sessions:
        return {"minutes": 60}
    added = request.args.get("after", "")
    before = next((row for row in sessions if row.public_id == added), sessions[-1])
    day, at = following_on(
        to_local(before.starts_at + timedelta(minutes=before.minutes)),
        days_between(workshop.starts_on, workshop.ends_on),
        workshop.day_starts_at,
        workshop.day_ends_at,
    )
    return {"day": day.isoformat(), "at": at, "minutes": before.minutes}


def _session_form(workshop: Workshop, values: dict[str, Any]) -> SessionForm:
    form = SessionForm(data={**values, "row_version": workshop.row_version})
    form.day.choices = [
        (day.isoformat(), day_text(day))
        for day in days_between(workshop.starts_on, workshop.ends_on)
    ]
    return form


def _details(form: SessionForm) -> SessionDetails:
    day = date.fromisoformat(form.day.data)
    return SessionDetails(
        title=form.title.data,
        starts_at=from_local(day, given(form.at.data)),
        minutes=given(form.minutes.data),
    )


@blueprint.route("/<public_id>/sessions/new", methods=["GET", "POST"])
@allow("workshops.edit")
def add_session(public_id: str) -> ResponseReturnValue:
    """Add a session, then the next: each is offered where the one before ends."""
    workshop = mine(public_id)
    form = _session_form(workshop, _next_session(workshop))
    if form.validate_on_submit():
        with form.showing_problems():
            added = sessions_services.add_session(
                public_id, _details(form), form.row_version_shown, current_actor()
            )
            flash(_("The session is added: %(title)s", title=form.title.data))
            # The first field of the next one has the focus.
            return go_to("workshops.add_session", public_id, after=added, _anchor=form.title.id)
    return _shown(form, public_id, None)


@blueprint.route("/<public_id>/sessions/<session_id>", methods=["GET", "POST"])
@allow("workshops.edit")
def session(public_id: str, session_id: str) -> ResponseReturnValue:
    """Change a session."""
    workshop = mine(public_id)
    chosen = session_of(workshop, session_id)
    local = to_local(chosen.slot.starts_at)
    form = _session_form(
        workshop,
        {
            "title": chosen.title,
            "day": local.date().isoformat(),
            "at": local.time(),
            "minutes": chosen.slot.minutes,
        },
    )
    if form.validate_on_submit():
        with form.showing_problems():
            details, shown = _details(form), form.row_version_shown
            change_session(public_id, session_id, details, shown, current_actor())
            flash(_("Saved."))
            return go_to("workshops.workshop", public_id)
    return _shown(form, public_id, session_id)


def _shown(form: SessionForm, public_id: str, session_id: str | None) -> ResponseReturnValue:
    workshop = mine(public_id)
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
    workshop = mine(public_id)
    chosen = session_of(workshop, session_id)
    if request.method == "POST":
        with FlashedProblems():
            sessions_services.remove_session(public_id, session_id, current_actor())
            flash(_("The session is removed."))
        return go_to("workshops.workshop", public_id)
    return page("workshops/remove_session.html", workshop=workshop, chosen=chosen)


@blueprint.route("/<public_id>/order", methods=["GET", "POST"])
@allow("workshops.edit")
def order(public_id: str) -> ResponseReturnValue:
    """Put the sessions in another order; their times follow."""
    workshop = mine(public_id)
    sessions = sessions_of(workshop)
    if request.method == "POST":
        wanted = moved_order([row.public_id for row in sessions], request.form)
        if request.headers.get("X-Requested-With") == "fetch":
            order_sessions(public_id, wanted, current_actor())
            return Response(status=204)
        with FlashedProblems():
            order_sessions(public_id, wanted, current_actor())
        return go_to("workshops.order", public_id)
    return page("workshops/order.html", workshop=workshop, sessions=sessions)


@blueprint.route("/<public_id>/lay-out", methods=["GET", "POST"])
@allow("workshops.edit")
def lay_out(public_id: str) -> ResponseReturnValue:
    """Lay the sessions out afresh, without gaps and with the usual pauses; as long as they are, or
    as they took the last times."""
    workshop = mine(public_id)
    as_delivered = request.args.get("lengths") == "delivered"
    if request.method == "POST":
        with FlashedProblems():
            lay_out_anew(public_id, current_actor(), as_delivered=as_delivered)
            flash(_("The sessions are laid out afresh."))
        return go_to("workshops.workshop", public_id)
    return page("workshops/lay_out.html", workshop=workshop, as_delivered=as_delivered)
