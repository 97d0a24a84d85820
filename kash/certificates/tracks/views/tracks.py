"""Columns of the lists of tracks, where they are taken away as tables. The list of tracks, and a
track itself. A version: read, written as sentences, proposed and published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.certificates.tracks import blueprint
from kash.certificates.tracks.forms import (
    STANDING,
    VISITS,
    ReturnTrackForm,
    TrackForm,
    TreeSheet,
    sentence,
    track_name,
)
from kash.certificates.tracks.leaf_kinds import LeafQuestion, leaf_kinds
from kash.certificates.tracks.models import APPROVAL, Track, TrackVersion
from kash.certificates.tracks.queries.certifying import fulfilled
from kash.certificates.tracks.queries.tracks import (
    all_names,
    all_tracks,
    one_track,
    published_version,
    version_of,
)
from kash.certificates.tracks.rules.standing import (
    EligibilityChange,
    VisitKind,
    change_between,
    checklist_from_json,
)
from kash.certificates.tracks.rules.tree import (
    FlawAt,
    Requirements,
    TreeFlaw,
    is_too_much,
    renewal_from_json,
    tree_from_json,
)
from kash.certificates.tracks.services import tracks as services
from kash.certificates.tracks.services.tracks import TrackDetails, UnsoundTree, start_version
from kash.people.queries.persons import MOST_COUNTED
from kash.platform.approvals.errors import SamePerson
from kash.platform.database import db
from kash.platform.web import current_actor, page
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, Problem
from kash.platform.web.formats import local_today
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow
from kash.training.queries import all_courses

TRACK_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Track"), lambda row: track_name(row.name, row.name_sw), "#activity+name"),
    TableColumn(_l("What it leads to"), lambda row: row.purpose, "#output"),
    TableColumn(_l("People"), lambda row: row.enrolled, "#reached"),
    TableColumn(_l("Version"), lambda row: row.published or "", "#meta+version"),
    TableColumn(_l("Not published yet"), lambda row: bool(row.unpublished), "#status"),
)
# Somebody on a track, and the names of all courses and tracks.
OnTrackLine = tuple[Any, Any]
ON_TRACK_COLUMNS: Sequence[TableColumn[OnTrackLine]] = (
    TableColumn(_l("Name"), lambda line: line[0]["name"], "#beneficiary+name"),
    TableColumn(_l("Version"), lambda line: line[0]["version"], "#meta+version"),
    TableColumn(_l("Since"), lambda line: line[0]["since"], "#date+start"),
    TableColumn(_l("Done"), lambda line: line[0]["done"], "#output+num"),
    TableColumn(_l("Of"), lambda line: line[0]["parts"], "#targeted+num"),
    TableColumn(_l("Badge since"), lambda line: line[0]["standing"].earned_on, "#date+earned"),
    TableColumn(_l("How it stands"), lambda line: STANDING[line[0]["standing"].state], "#status"),
    TableColumn(_l("Until"), lambda line: line[0]["standing"].last_day, "#date+end"),
    TableColumn(
        _l("Next step"),
        lambda line: sentence(line[0]["step"], line[1]) if line[0]["step"] else "",
        "#activity+next",
    ),
)
# A visit, and the name of the person who was there.
VisitLine = tuple[Any, str]
VISIT_COLUMNS: Sequence[TableColumn[VisitLine]] = (
    TableColumn(_l("Name"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Day"), lambda line: line[0].day, "#date"),
    TableColumn(_l("Occasion"), lambda line: VISITS[VisitKind(line[0].kind)], "#event+type"),
    TableColumn(_l("Who was there"), lambda line: line[1], "#contact+name"),
    TableColumn(_l("Next visit"), lambda line: line[0].next_on, "#date+next"),
    TableColumn(_l("Due now"), lambda line: line[0].due, "#status"),
)


@blueprint.get("")
@allow("tracks.see")
@offers_table("tracks")
def index() -> ResponseReturnValue:
    """Every track."""
    tracks = all_tracks()
    if is_taken():
        return taken(tracks, TRACK_COLUMNS)
    return render_template("tracks/index.html", listing=tracks, most_counted=MOST_COUNTED)


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
    track = one_track(public_id)
    present = published_version(track)
    return render_template(
        "tracks/track.html",
        track=track,
        present=present,
        tree=tree_from_json(present.tree) if present else None,
        known=all_names(),
    )


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("tracks.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change what a track is called, and whose certificate it is."""
    track = one_track(public_id)
    form = _form(
        name=track.name,
        name_sw=track.name_sw,
        purpose=track.purpose,
        course=track.course.public_id if track.course else "",
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
    with FlashedProblems(tone="warn"):
        draft = start_version(public_id, by=current_actor())
        flash(_("This draft is a copy of the last version."))
        return redirect(url_for("tracks.write", public_id=public_id, version_id=draft))
    return redirect(url_for("tracks.track", public_id=public_id))


@blueprint.get("/<public_id>/versions/<version_id>")
@allow("tracks.see")
def version(public_id: str, version_id: str) -> ResponseReturnValue:
    """One version to read; of one that is not published also how many it would change."""
    track = one_track(public_id)
    return _version_page(track, version_of(track, version_id), ReturnTrackForm(formdata=None))


def _version_page(track: Track, found: TrackVersion, form: ReturnTrackForm) -> str:
    decision = APPROVAL.offered(found, current_actor())
    tree = tree_from_json(found.tree)
    return render_template(
        "tracks/version.html",
        track=track,
        version=found,
        tree=tree,
        renewal=renewal_from_json(found.renewal) if found.renewal else None,
        change=None if found.state == "published" else _change(track, tree),
        checklist=checklist_from_json(found.checklist),
        decision=decision,
        names=names_of([found.published_by, found.published_for, decision.standing_in]),
        known=all_names(),
        form=form,
    )


def _change(track: Track, tree: Requirements) -> EligibilityChange:
    """Number of people that requirements would change, against the published version."""
    session, question = db.session(), LeafQuestion(local_today())
    present = published_version(track)
    before = fulfilled(session, tree_from_json(present.tree), question) if present else {}
    return change_between(before, fulfilled(session, tree, question))


@blueprint.route("/<public_id>/versions/<version_id>/write", methods=["GET", "POST"])
@allow("tracks.edit")
def write(public_id: str, version_id: str) -> ResponseReturnValue:
    """Write what a draft asks for, in sentences. Only one of its buttons saves."""
    track = one_track(public_id)
    version = version_of(track, version_id)
    if version.state != "draft":
        return redirect(_address(public_id, version_id))
    if request.method == "GET":
        return _write_page(track, version, TreeSheet.of(version))
    sheet = TreeSheet.posted(request.form, number_shown(request.form.get("row_version")))
    pressed = request.form.get("do", "")
    if pressed == "preview" and is_too_much(sheet.tree):
        sheet.show([FlawAt(TreeFlaw.TOO_MUCH)], [], [])
        return _write_page(track, version, sheet, problem=str(UnsoundTree()), status=422)
    if pressed == "preview":
        return _write_page(track, version, sheet, change=_change(track, sheet.tree))
    if pressed != "save":
        return _write_page(track, version, sheet, status=200)
    with CaughtProblem(Problem) as caught:
        services.write_version(
            version_id, sheet.tree, sheet.renewal, sheet.row_version, by=current_actor()
        )
        flash(_("Saved."))
        return redirect(_address(public_id, version_id))
    track = one_track(public_id)
    version = version_of(track, version_id)
    if isinstance(caught.problem, ChangedMeanwhile):
        # Sent once more, it goes over what the sentence tells of.
        sheet.row_version = version.row_version
    if isinstance(caught.problem, UnsoundTree):
        sheet.show(*services.flaws(db.session(), track, sheet.tree, sheet.renewal))
    status = 422 if isinstance(caught.problem, UnsoundTree) else caught.problem.status
    return _write_page(track, version, sheet, problem=caught.sentence, status=status)


def _write_page(
    track: Track,
    found: TrackVersion,
    sheet: TreeSheet,
    *,
    change: EligibilityChange | None = None,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    return render_template(
        "tracks/write.html",
        track=track,
        version=found,
        sheet=sheet,
        kinds=leaf_kinds(),
        known=all_names(),
        change=change,
        problem=problem,
    ), status


def _address(public_id: str, version_id: str) -> str:
    return url_for("tracks.version", public_id=public_id, version_id=version_id)


def _found(public_id: str, version_id: str) -> TrackVersion:
    return version_of(one_track(public_id), version_id)


@blueprint.post("/<public_id>/versions/<version_id>/propose")
@allow("tracks.edit")
def propose(public_id: str, version_id: str) -> ResponseReturnValue:
    """Hand a draft to a director."""
    _found(public_id, version_id)
    with FlashedProblems(UnsoundTree, tone="warn"):
        services.propose(version_id, by=current_actor())
        flash(_("Proposed. A director reads it next."))
    return redirect(_address(public_id, version_id))


@blueprint.post("/<public_id>/versions/<version_id>/take-back")
@allow("tracks.edit")
def take_back(public_id: str, version_id: str) -> ResponseReturnValue:
    """Go on writing what was proposed."""
    _found(public_id, version_id)
    with FlashedProblems(tone="warn"):
        services.take_back(version_id, by=current_actor())
        return redirect(url_for("tracks.write", public_id=public_id, version_id=version_id))
    return redirect(_address(public_id, version_id))


@blueprint.route("/<public_id>/versions/<version_id>/publish", methods=["GET", "POST"])
@allow("tracks.approve")
def publish(public_id: str, version_id: str) -> ResponseReturnValue:
    """Ask, then publish what was read: those enrolled from now on are on this version."""
    track = one_track(public_id)
    version = version_of(track, version_id)
    if request.method == "GET":
        return render_template("tracks/publish.html", track=track, version=version)
    refused = (SamePerson, UnsoundTree, ChangedMeanwhile)
    with FlashedProblems(*refused, tone="warn"):
        read = number_shown(request.args.get("read"))
        services.publish(version_id, read, by=current_actor())
        flash(
            _("Published. Whoever is on an earlier version stays there until somebody moves them.")
        )
    return redirect(_address(public_id, version_id))


@blueprint.post("/<public_id>/versions/<version_id>/return")
@allow("tracks.approve")
def return_to_draft(public_id: str, version_id: str) -> ResponseReturnValue:
    """Send a proposal back with a sentence."""
    track = one_track(public_id)
    version = version_of(track, version_id)
    form = ReturnTrackForm()
    if not form.validate():
        return _version_page(track, version, form), 422
    with FlashedProblems(tone="warn"):
        services.return_to_draft(version_id, form.because.data, by=current_actor())
        flash(_("Sent back to be changed."))
    return redirect(_address(public_id, version_id))
