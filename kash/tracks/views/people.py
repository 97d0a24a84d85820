"""People on a track: who stands where, one person's way, enrolling and moving."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from kash.accounts.queries.accounts import names_of
from kash.people.models import Person
from kash.people.queries.search import find_people
from kash.people.scope import within_reach
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Actor, allow
from kash.tracks import blueprint
from kash.tracks.errors import (
    AlreadyEnrolled,
    MinorOnATrack,
    NobodyOnStandardTrack,
    NothingPublished,
    OneselfOnATrack,
)
from kash.tracks.forms.tracks import EndForm, MoveForm, WithdrawForm
from kash.tracks.models import SeenFact
from kash.tracks.queries.entering import MOST_OF_BATCH, batches_to_undo
from kash.tracks.queries.people import DONE, shown, who_stands_where
from kash.tracks.queries.tracks import all_names, one_track
from kash.tracks.queries.visits import seen_of_checklist, visits_of
from kash.tracks.queries.ways import TrackStanding, facts_seen, one_standing
from kash.tracks.rules.standing import Standing
from kash.tracks.sealed import note_of
from kash.tracks.services import enrolments
from kash.tracks.services import seen as seen_services
from kash.tracks.tables import ON_TRACK_COLUMNS
from kash.tracks.words import STANDING


@blueprint.get("/<public_id>/people")
@allow("tracks.see")
@offers_table("list", names=True)
def people(public_id: str) -> ResponseReturnValue:
    """List of who stands where on a track."""
    return _people_page(public_id, found=None)


def _people_page(public_id: str, *, found: list[tuple[str, str, str]] | None) -> str | Response:
    actor, today = current_actor(), local_today()
    track = one_track(public_id)
    state, version = request.args.get("state", ""), request.args.get("version", "")
    listing, group = who_stands_where(
        track, actor, today, state=state, version=version, letter=request.args.get("group", "")
    )
    page_shown = listing.turned(lambda rows: shown(rows, track, today))
    if is_taken():
        known = all_names()
        return taken([(one, known) for one in page_shown], ON_TRACK_COLUMNS)
    batches = batches_to_undo(track, actor, utc_now()) if actor.may("tracks.keep") else []
    return render_template(
        "tracks/people.html",
        track=track,
        listing=page_shown,
        shown=group,
        state=state,
        version=version,
        states=[
            ("", _("Everybody")),
            (DONE, _("With the badge")),
            *((str(one), str(STANDING[one])) for one in Standing),
        ],
        versions=[
            ("", _("Any version")),
            *(
                (one.public_id, _("Version %(number)s", number=one.number))
                for one in track.versions
                if one.state == "published"
            ),
        ],
        known=all_names(),
        batches=batches,
        most_counted=MOST_OF_BATCH,
        names=names_of([one.by for one in batches]),
        found=found,
        searched=request.form.get("search", "")[:200].strip(),
    )


@blueprint.post("/<public_id>/people/find")
@allow("tracks.keep")
def find(public_id: str) -> ResponseReturnValue:
    """Find people to enrol by name."""
    actor = current_actor()
    text = request.form.get("search", "")[:200].strip()
    return _people_page(public_id, found=_to_enrol(actor, text))


def _to_enrol(actor: Actor, text: str) -> list[tuple[str, str, str]]:
    """(public id, name, letter) of people of hers who are found by what was typed."""
    candidates = {one.public_id: one for one in find_people(actor, text)} if text else {}
    mine = db.session.scalars(
        select(Person.public_id).where(
            Person.public_id.in_(candidates),
            within_reach(actor, "tracks.keep", few=True),
            ~Person.minor,
        )
    )
    reached = set(mine)
    return [
        (one.public_id, one.chosen_name, one.letter)
        for one in candidates.values()
        if one.public_id in reached
    ]


@blueprint.post("/<public_id>/people/enrol")
@allow("tracks.keep")
def enrol(public_id: str) -> ResponseReturnValue:
    """Enrol somebody on the published version."""
    refused = (
        AlreadyEnrolled,
        MinorOnATrack,
        NobodyOnStandardTrack,
        NothingPublished,
        OneselfOnATrack,
    )
    with FlashedProblems(*refused, tone="warn"):
        enrolments.enrol(public_id, request.form.get("person", ""), by=current_actor())
        flash(_("Enrolled."))
    return redirect(url_for("tracks.people", public_id=public_id))


@blueprint.get("/<public_id>/people/<person_id>")
@allow("tracks.standing")
def progress(public_id: str, person_id: str) -> ResponseReturnValue:
    """One person's way: what is done, what is missing, what comes next."""
    found = _standing(public_id, person_id)
    actor = current_actor()
    seen = facts_seen(found.enrolment.person)
    visits = visits_of(found.enrolment.track_id, found.enrolment.person_id)
    accounts = [
        *(one.seen_by for one in seen),
        *(one.moved_by for one in found.enrolment.moves),
        *(one.supervisor for one in visits),
    ]
    versions = {one.id: one.number for one in one_track(public_id).versions}
    return render_template(
        "tracks/progress.html",
        track=found.enrolment.track,
        standing=found,
        person=found.enrolment.person,
        seen=seen,
        visits=visits,
        notes={one.public_id: note_of(one) for one in visits},
        checklist=seen_of_checklist(found.enrolment.version.checklist, visits),
        next_visit=next((one.next_on for one in visits if one.withdrawn_at is None), None),
        versions=versions,
        names=names_of(accounts) if actor.may("tracks.see") else {},
        known=all_names(),
        staff=actor.may("tracks.see"),
        keeps=actor.may("tracks.keep") and actor.person_id != found.enrolment.person_id,
    )


def _standing(public_id: str, person_id: str) -> TrackStanding:
    return one_standing(person_id, public_id, current_actor(), local_today())


def _to_progress(public_id: str, person_id: str) -> ResponseReturnValue:
    return redirect(url_for("tracks.progress", public_id=public_id, person_id=person_id))


@blueprint.route("/<public_id>/people/<person_id>/move", methods=["GET", "POST"])
@allow("tracks.keep")
def move(public_id: str, person_id: str) -> ResponseReturnValue:
    """Move somebody to another version, with a reason."""
    found = _standing(public_id, person_id)
    form = MoveForm()
    form.version.choices = [
        (one.public_id, _("Version %(number)s", number=one.number))
        for one in one_track(public_id).versions
        if one.state == "published" and one.id != found.enrolment.version_id
    ]
    if form.validate_on_submit():
        with form.showing_problems():
            enrolments.move(
                public_id, person_id, form.version.data, form.reason.data, by=current_actor()
            )
            flash(_("Moved."))
            return _to_progress(public_id, person_id)
        found = _standing(public_id, person_id)
    return page("tracks/move.html", form=form, standing=found)


@blueprint.route("/<public_id>/people/<person_id>/take-off", methods=["GET", "POST"])
@allow("tracks.keep")
def take_off(public_id: str, person_id: str) -> ResponseReturnValue:
    """Ask, then take somebody off a track."""
    found = _standing(public_id, person_id)
    if request.method == "GET":
        return render_template("tracks/take_off.html", standing=found)
    with FlashedProblems(OneselfOnATrack, tone="warn"):
        enrolments.take_off(public_id, person_id, by=current_actor())
        flash(_("Taken off. What was entered about this person stays."))
        return redirect(url_for("tracks.people", public_id=public_id))
    return _to_progress(public_id, person_id)


@blueprint.route(
    "/<public_id>/people/<person_id>/facts/<fact_id>/withdraw", methods=["GET", "POST"]
)
@allow("tracks.keep")
def withdraw(public_id: str, person_id: str, fact_id: str) -> ResponseReturnValue:
    """Withdraw what was entered wrongly, with a reason."""
    found = _standing(public_id, person_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        with form.showing_problems():
            seen_services.withdraw(person_id, fact_id, form.because.data, by=current_actor())
            flash(_("Withdrawn."))
            return _to_progress(public_id, person_id)
        found = _standing(public_id, person_id)
    return page("tracks/withdraw.html", form=form, standing=found, fact=_fact(found, fact_id))


@blueprint.route("/<public_id>/people/<person_id>/facts/<fact_id>/end", methods=["GET", "POST"])
@allow("tracks.keep")
def end_role(public_id: str, person_id: str, fact_id: str) -> ResponseReturnValue:
    """Say when a role was held last."""
    found = _standing(public_id, person_id)
    form = EndForm()
    if form.validate_on_submit():
        with form.showing_problems():
            until = form.until.data or local_today()
            seen_services.end_role(person_id, fact_id, until, by=current_actor())
            flash(_("Saved."))
            return _to_progress(public_id, person_id)
        found = _standing(public_id, person_id)
    return page("tracks/end_role.html", form=form, standing=found, fact=_fact(found, fact_id))


def _fact(found: TrackStanding, fact_id: str) -> SeenFact:
    facts = facts_seen(found.enrolment.person)
    return one_or_404(next((one for one in facts if one.public_id == fact_id), None))
