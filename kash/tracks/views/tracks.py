"""The list of tracks, and a track itself."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.queries.one_group import MOST_COUNTED
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.tracks import blueprint
from kash.tracks.errors import StandardTrack, TrackDraftExists
from kash.tracks.forms.tracks import TrackForm
from kash.tracks.queries.tracks import all_names, all_tracks, one_track, published_version
from kash.tracks.rules.tree import tree_from_json
from kash.tracks.services import tracks as services
from kash.tracks.services.tracks import TrackDetails
from kash.tracks.services.versions import start_version
from kash.tracks.tables import TRACK_COLUMNS
from kash.training.queries import all_courses


@blueprint.get("")
@allow("tracks.see")
@offers_table("tracks")
def index() -> ResponseReturnValue:
    """Every track."""
    found = all_tracks()
    if is_taken():
        return taken(found, TRACK_COLUMNS)
    return render_template("tracks/index.html", listing=found, most_counted=MOST_COUNTED)


@blueprint.route("/new", methods=["GET", "POST"])
@allow("tracks.edit")
def add() -> ResponseReturnValue:
    """Add a track with an empty first draft."""
    form = _form()
    if form.validate_on_submit():
        with form.showing_problems():
            track, draft = services.add_track(form.command(TrackDetails), by=current_actor())
            flash(_("Saved. Now write what it asks for."))
            return redirect(url_for("tracks.write", public_id=track, version_id=draft))
    return page("tracks/edit.html", form=form, track=None)


@blueprint.get("/<public_id>")
@allow("tracks.see")
def track(public_id: str) -> ResponseReturnValue:
    """A track: what it asks for at present, and its versions."""
    found = one_track(public_id)
    present = published_version(found)
    return render_template(
        "tracks/track.html",
        track=found,
        present=present,
        tree=tree_from_json(present.tree) if present else None,
        known=all_names(),
    )


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("tracks.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change what a track is called, and whose certificate it is."""
    found = one_track(public_id)
    form = _form(
        name=found.name,
        name_sw=found.name_sw,
        purpose=found.purpose,
        course=found.course.public_id if found.course else "",
    )
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_track(public_id, form.command(TrackDetails), by=current_actor())
            flash(_("Saved."))
            return redirect(url_for("tracks.track", public_id=public_id))
    return page("tracks/edit.html", form=form, track=public_id)


def _form(**stored: str) -> TrackForm:
    form = TrackForm(data=stored)
    form.course.choices = [("", _("No certificate")), *all_courses()]
    return form


@blueprint.post("/<public_id>/versions")
@allow("tracks.edit")
def start(public_id: str) -> ResponseReturnValue:
    """Begin a new draft as a copy of the last version."""
    with FlashedProblems(StandardTrack, TrackDraftExists, tone="warn"):
        made = start_version(public_id, by=current_actor())
        flash(_("This draft is a copy of the last version."))
        return redirect(url_for("tracks.write", public_id=public_id, version_id=made))
    return redirect(url_for("tracks.track", public_id=public_id))
