"""A version: read, written as sentences, proposed and published."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.platform.approvals.errors import SamePerson
from kash.platform.database import db
from kash.platform.web import current_actor
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, Problem
from kash.platform.web.formats import local_today
from kash.platform.web.row_versions import number_shown
from kash.policy import allow
from kash.tracks import blueprint
from kash.tracks.approval import APPROVAL
from kash.tracks.errors import TrackStepNotPossible, UnsoundTree
from kash.tracks.forms.tracks import ReturnTrackForm
from kash.tracks.forms.tree import TreeSheet
from kash.tracks.leaf_kinds import LeafQuestion, leaf_kinds
from kash.tracks.models import Track, TrackVersion
from kash.tracks.queries.standing import fulfilled
from kash.tracks.queries.tracks import all_names, one_track, published_version, version_of
from kash.tracks.rules.checks import FlawAt, TreeFlaw, is_too_much
from kash.tracks.rules.eligibility import EligibilityChange, change_between
from kash.tracks.rules.tree import Node, renewal_from_json, tree_from_json
from kash.tracks.rules.visits import checklist_from_json
from kash.tracks.services import versions as services


@blueprint.get("/<public_id>/versions/<version_id>")
@allow("tracks.see")
def version(public_id: str, version_id: str) -> ResponseReturnValue:
    """One version to read; of one that is not published also whom it would change."""
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


def _change(track: Track, tree: Node) -> EligibilityChange:
    """Number of people of all whom a tree would change, against the published version."""
    session, asked = db.session(), LeafQuestion(local_today())
    present = published_version(track)
    before = fulfilled(session, tree_from_json(present.tree), asked) if present else {}
    return change_between(before, fulfilled(session, tree, asked))


@blueprint.route("/<public_id>/versions/<version_id>/write", methods=["GET", "POST"])
@allow("tracks.edit")
def write(public_id: str, version_id: str) -> ResponseReturnValue:
    """Write what a draft asks for, in sentences. Only one of its buttons saves."""
    track = one_track(public_id)
    found = version_of(track, version_id)
    if found.state != "draft":
        return redirect(_address(public_id, version_id))
    if request.method == "GET":
        return _write_page(track, found, TreeSheet.of(found))
    sheet = TreeSheet.posted(request.form, number_shown(request.form.get("row_version")))
    pressed = request.form.get("do", "")
    if pressed == "preview" and is_too_much(sheet.tree):
        sheet.show([FlawAt(TreeFlaw.TOO_MUCH)], [], [])
        return _write_page(track, found, sheet, problem=str(UnsoundTree()), status=422)
    if pressed == "preview":
        return _write_page(track, found, sheet, change=_change(track, sheet.tree))
    if pressed != "save":
        return _write_page(track, found, sheet, status=200)
    with CaughtProblem(Problem) as caught:
        services.write_version(
            version_id, sheet.tree, sheet.renewal, sheet.row_version, by=current_actor()
        )
        flash(_("Saved."))
        return redirect(_address(public_id, version_id))
    track = one_track(public_id)
    found = version_of(track, version_id)
    if isinstance(caught.problem, ChangedMeanwhile):
        # Sent once more, it goes over what the sentence tells of.
        sheet.row_version = found.row_version
    if isinstance(caught.problem, UnsoundTree):
        sheet.show(*services.flaws(db.session(), track, sheet.tree, sheet.renewal))
    status = 422 if isinstance(caught.problem, UnsoundTree) else caught.problem.status
    return _write_page(track, found, sheet, problem=caught.sentence, status=status)


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
    with FlashedProblems(TrackStepNotPossible, UnsoundTree, tone="warn"):
        services.propose(version_id, by=current_actor())
        flash(_("Proposed. A director reads it next."))
    return redirect(_address(public_id, version_id))


@blueprint.post("/<public_id>/versions/<version_id>/take-back")
@allow("tracks.edit")
def take_back(public_id: str, version_id: str) -> ResponseReturnValue:
    """Go on writing what was proposed."""
    _found(public_id, version_id)
    with FlashedProblems(TrackStepNotPossible, tone="warn"):
        services.take_back(version_id, by=current_actor())
        return redirect(url_for("tracks.write", public_id=public_id, version_id=version_id))
    return redirect(_address(public_id, version_id))


@blueprint.route("/<public_id>/versions/<version_id>/publish", methods=["GET", "POST"])
@allow("tracks.approve")
def publish(public_id: str, version_id: str) -> ResponseReturnValue:
    """Ask, then publish what was read: whoever is enrolled from now on is on this version."""
    track = one_track(public_id)
    found = version_of(track, version_id)
    if request.method == "GET":
        return render_template("tracks/publish.html", track=track, version=found)
    refused = (SamePerson, TrackStepNotPossible, UnsoundTree, ChangedMeanwhile)
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
    found = version_of(track, version_id)
    form = ReturnTrackForm()
    if not form.validate():
        return _version_page(track, found, form), 422
    with FlashedProblems(TrackStepNotPossible, tone="warn"):
        services.return_to_draft(version_id, form.because.data, by=current_actor())
        flash(_("Sent back to be changed."))
    return redirect(_address(public_id, version_id))
