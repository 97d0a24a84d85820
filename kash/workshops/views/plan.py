"""The list of workshops, the plan of one, and planning, changing, copying, cancelling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.models import Venue
from kash.people.queries.places import venues as venues_in_use
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.missing import after_mending
from kash.platform.web.page_sections import page_sections
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Reach, allow
from kash.workshops import blueprint
from kash.workshops.forms import (
    CancelForm,
    CostsForm,
    DuplicateForm,
    NewWorkshopForm,
    WorkshopForm,
    given,
)
from kash.workshops.frame import frame, stage_of
from kash.workshops.models import Workshop
from kash.workshops.queries import scope
from kash.workshops.queries.people import own_part
from kash.workshops.queries.plan import (
    PlannedSession,
    facilitators_of,
    funder_names,
    funding_of,
    published_versions,
    trainers,
    venues,
    workshop_list,
)
from kash.workshops.queries.scope import own_workshop
from kash.workshops.rules import Break, days_between, pause_kind, stage
from kash.workshops.services.costs import FunderShare, share_costs
from kash.workshops.services.errors import ScheduleClash
from kash.workshops.services.planning import (
    WorkshopDetails,
    cancel_workshop,
    change_workshop,
    duplicate_workshop,
    plan_workshop,
    restore_workshop,
)
from kash.workshops.tables import WORKSHOP_COLUMNS, WORKSHOP_COLUMNS_FOR_ALL
from kash.workshops.views.schedule import schedule_for, schedule_in_form
from kash.workshops.views.team import advice_for, advice_in_form
from kash.workshops.wording import STAGE, STAGE_TONE

WHEN = ("upcoming", "past", "cancelled", "all")


@dataclass(frozen=True)
class Gap:
    """A pause between two sessions."""

    starts_at: datetime
    minutes: int
    kind: Break


@dataclass(frozen=True)
class PlannedDay:
    """A day of a workshop: its sessions, each with the pause before it if there is one."""

    number: int
    day: date
    parts: list[tuple[Gap | None, PlannedSession]]


def days_of(workshop: Workshop, sessions: list[PlannedSession]) -> list[PlannedDay]:
    """The timetable, a day at a time; days without a session are there too."""
    by_day = {
        day: list(group)
        for day, group in groupby(sessions, lambda one: to_local(one.starts_at).date())
    }
    days = sorted({*days_between(workshop.starts_on, workshop.ends_on), *by_day})
    return [
        PlannedDay(number, day, _with_gaps(by_day.get(day, [])))
        for number, day in enumerate(days, start=1)
    ]


def _with_gaps(sessions: list[PlannedSession]) -> list[tuple[Gap | None, PlannedSession]]:
    found: list[tuple[Gap | None, PlannedSession]] = []
    ended: datetime | None = None
    for one in sessions:
        gap = None
        if ended is not None and one.starts_at > ended:
            minutes = int((one.starts_at - ended).total_seconds() // 60)
            gap = Gap(ended, minutes, pause_kind(to_local(ended).time(), minutes))
        found.append((gap, one))
        ended = one.starts_at + timedelta(minutes=one.minutes)
    return found


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
    mine = request.args.get("mine") == "1" and actor.may("workshops.edit")
    today = local_today()
    listing = workshop_list(actor, today, when=when, text=text, venue=venue, mine=mine)
    staff = actor.reach("workshops.see") in (Reach.ALL, Reach.OWN)
    if is_taken():
        return taken(listing, WORKSHOP_COLUMNS if staff else WORKSHOP_COLUMNS_FOR_ALL)
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
        mine=mine,
        venue=venue,
        venues=venues() if staff else [],
        staff=staff,
        sections=page_sections("workshops", ""),
    )


@blueprint.get("/<public_id>")
@allow("workshops.see")
def workshop(public_id: str) -> str:
    """The plan; for whoever is only enrolled, her own part and nothing of others."""
    actor = current_actor()
    found = scope.workshop(public_id, actor)
    if actor.reach("workshops.see") is Reach.SELF:
        stands = stage_of(found)
        return render_template(
            "workshops/own.html",
            workshop=found,
            own=own_part(found, actor.person_id or 0),
            stage=stands,
            stage_word=STAGE[stands],
            stage_tone=STAGE_TONE[stands],
        )
    values = frame(found)
    return render_template(
        "workshops/plan.html",
        days=days_of(found, values["sessions"]),
        advice=advice_for(found, values["facilitators"], values["stage"]),
        schedule=schedule_for(found, values["stage"]),
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
        *((one.public_id, _venue_text(one)) for one in offered),
    ]
    form.facilitators.choices = [(one.public_id, one.name) for one in trainers(workshop)]
    form.lead.choices = [("", _("Nobody named yet")), *form.facilitators.choices]


def _venue_text(venue: Venue) -> str:
    """A venue with for whom it is safe, for who plans."""
    return f"{venue.name} · {venue.safe_for}" if venue.safe_for else venue.name


@blueprint.route("/new", methods=["GET", "POST"])
@allow("workshops.edit")
def add() -> ResponseReturnValue:
    """Plan a workshop."""
    actor = current_actor()
    form = NewWorkshopForm()
    _offer(form)
    versions = published_versions()
    form.version.choices = [
        (
            one.public_id,
            _(
                "%(course)s, version %(number)s (%(language)s)",
                course=one.course.name,
                number=one.number,
                language=one.language.upper(),
            ),
        )
        for one in versions
    ]
    if request.method == "GET":
        day = _day_asked()
        form.starts_on.data = form.ends_on.data = day
        defaults = WorkshopDetails("", local_today(), local_today())
        form.day_starts_at.data = defaults.day_starts_at
        form.day_ends_at.data = defaults.day_ends_at
        form.facilitators.data = [actor.public_id]
        form.lead.data = actor.public_id
        if request.args.get("version") in {one.public_id for one in versions}:
            form.version.data = request.args["version"]
    if form.validate_on_submit():
        with form.showing_problems():
            made = plan_workshop(
                form.version.data, form.command(WorkshopDetails), actor, public_id=form.key.data
            )
            flash(_("The workshop is planned."))
            return redirect(url_for("workshops.workshop", public_id=made), code=303)
    version = form.version.data or next((one.public_id for one in versions), "")
    return page(
        "workshops/new.html",
        form=form,
        versions=versions,
        advice=advice_in_form(form, version),
        schedule=schedule_in_form(form, version),
    )


def _day_asked() -> date | None:
    """The day that the address names, such as one chosen in the calendar."""
    try:
        return date.fromisoformat(request.args.get("starts_on", "")[:10])
    except ValueError:
        return None


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("workshops.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a workshop; what somebody else saved meanwhile stands beside what was typed."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    form = WorkshopForm(data=_values(workshop))
    _offer(form, workshop)
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(WorkshopDetails)
            change_workshop(public_id, details, form.row_version_shown, actor, anew=form.anew.data)
            flash(_("Saved."))
            planned = url_for("workshops.workshop", public_id=public_id)
            return redirect(after_mending(planned), code=303)
    if form.changed_meanwhile:
        workshop = own_workshop(public_id, actor, "workshops.edit")
        form.show_row_version(workshop.row_version)
    trainers_now = facilitators_of(workshop) if form.changed_meanwhile else []
    return page(
        "workshops/edit.html",
        form=form,
        workshop=workshop,
        their_facilitators=trainers_now,
        advice=advice_in_form(form, workshop.version.public_id, workshop),
        schedule=schedule_in_form(
            form, workshop.version.public_id, workshop, anew=bool(form.anew.data)
        ),
    )


def _values(workshop: Workshop) -> dict[str, Any]:
    facilitators = facilitators_of(workshop)
    return {
        "title": workshop.title,
        "starts_on": workshop.starts_on,
        "ends_on": workshop.ends_on,
        "day_starts_at": workshop.day_starts_at,
        "day_ends_at": workshop.day_ends_at,
        "venue": workshop.venue.public_id if workshop.venue else "",
        "capacity": workshop.capacity,
        "facilitators": [one.public_id for one in facilitators],
        "lead": next((one.public_id for one in facilitators if one.lead), ""),
        "row_version": workshop.row_version,
    }


@blueprint.route("/<public_id>/costs", methods=["GET", "POST"])
@allow("workshops.edit")
def costs(public_id: str) -> ResponseReturnValue:
    """Say who pays which share."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    funding = funding_of(workshop)
    form = CostsForm(
        data={
            "lines": [
                {"funder": one.funder.name, "share": one.share, "budget_code": one.budget_code}
                for one in funding
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
            share_costs(public_id, shares, form.row_version_shown, actor)
            flash(_("Saved."))
            planned = url_for("workshops.workshop", public_id=public_id)
            return redirect(after_mending(planned), code=303)
    if form.changed_meanwhile:
        workshop = own_workshop(public_id, actor, "workshops.edit")
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
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    form = CancelForm()
    if form.validate_on_submit():
        cancel_workshop(public_id, form.reason.data, actor)
        flash(_("The workshop is cancelled."), "warn")
        return redirect(url_for("workshops.workshop", public_id=public_id), code=303)
    return page("workshops/cancel.html", form=form, workshop=workshop)


@blueprint.post("/<public_id>/restore")
@allow("workshops.edit")
def restore(public_id: str) -> ResponseReturnValue:
    """Undo a cancelling."""
    actor = current_actor()
    own_workshop(public_id, actor, "workshops.edit")
    with FlashedProblems(ScheduleClash):
        restore_workshop(public_id, actor)
        flash(_("The workshop takes place again."))
    return redirect(url_for("workshops.workshop", public_id=public_id), code=303)


@blueprint.route("/<public_id>/duplicate", methods=["GET", "POST"])
@allow("workshops.edit")
def duplicate(public_id: str) -> ResponseReturnValue:
    """Plan the same workshop again on other days."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    form = DuplicateForm()
    if form.validate_on_submit():
        with form.showing_problems():
            made = duplicate_workshop(
                public_id, given(form.starts_on.data), actor, copy_id=form.key.data
            )
            flash(_("The workshop is planned again. Nobody is in it yet."))
            return redirect(url_for("workshops.workshop", public_id=made), code=303)
    return page("workshops/duplicate.html", form=form, workshop=workshop)
