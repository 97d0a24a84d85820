"""Visits of supervision: a list, entering one on a phone, withdrawing one, the checklist."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.platform.web import current_actor, download, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.tracks import blueprint
from kash.tracks.documents import checklist_sheet
from kash.tracks.errors import (
    ChecklistChanged,
    NothingOfMinors,
    TooManyItems,
    TrackNotADraft,
)
from kash.tracks.forms.tracks import WithdrawForm
from kash.tracks.forms.visits import (
    VisitForm,
    observed_in,
    rows_sent,
    rows_to_write,
    too_long,
)
from kash.tracks.models import Track, TrackVersion
from kash.tracks.queries.tracks import one_track, version_of
from kash.tracks.queries.visits import (
    DUE,
    places_to_choose,
    visit_of,
    visits_of,
    visits_of_track,
)
from kash.tracks.queries.ways import TrackStanding, one_standing
from kash.tracks.rules.visits import ChecklistItem, VisitKind, checklist_from_json
from kash.tracks.services.seen import witnesses
from kash.tracks.services.versions import write_checklist
from kash.tracks.services.visits import VisitDetails, enter_visit, withdraw_visit
from kash.tracks.tables import VISIT_COLUMNS


@blueprint.get("/<public_id>/visits")
@allow("tracks.see")
@offers_table("list", names=True)
def visits(public_id: str) -> ResponseReturnValue:
    """List of the visits to people on a track, or of those that are due."""
    actor, today, track = current_actor(), local_today(), one_track(public_id)
    state = request.args.get("state", "")
    found, group = visits_of_track(
        track, actor, today, state=state, letter=request.args.get("group", "")
    )
    names = names_of([one.supervisor for one in found])
    if is_taken():
        return taken([(one, names.get(one.supervisor, "")) for one in found], VISIT_COLUMNS)
    return render_template(
        "tracks/visits.html",
        track=track,
        listing=found,
        shown=group,
        state=state,
        states=[("", _("All visits")), (DUE, _("Due now"))],
        names=names,
    )


@blueprint.route("/<public_id>/people/<person_id>/visits/new", methods=["GET", "POST"])
@allow("tracks.keep")
def visit(public_id: str, person_id: str) -> ResponseReturnValue:
    """Enter a visit to somebody on a track."""
    actor = current_actor()
    found = one_standing(person_id, public_id, actor, local_today())
    items = checklist_from_json(found.enrolment.version.checklist)
    form = VisitForm(
        data={"kind": str(VisitKind.VISIT), "day": local_today(), "seen_by": actor.public_id}
    )
    form.seen_by.choices = [(one.public_id, one.name) for one in witnesses()]
    form.place.choices = [("", "–"), *places_to_choose()]
    observed = observed_in(request.form, items)
    if form.validate_on_submit():
        with form.showing_problems(ChecklistChanged, NothingOfMinors):
            details = form.command(VisitDetails, supervisor=form.seen_by.data, observed=observed)
            enter_visit(public_id, person_id, details, by=actor)
            flash(_("Saved."))
            return redirect(url_for("tracks.progress", public_id=public_id, person_id=person_id))
        found = one_standing(person_id, public_id, actor, local_today())
        items = checklist_from_json(found.enrolment.version.checklist)
    return page(
        "tracks/visit.html",
        form=form,
        standing=found,
        items=items,
        observed=observed,
        sent=request.method == "POST",
    )


@blueprint.route(
    "/<public_id>/people/<person_id>/visits/<visit_id>/withdraw", methods=["GET", "POST"]
)
@allow("tracks.keep")
def withdraw_visit_page(public_id: str, person_id: str, visit_id: str) -> ResponseReturnValue:
    """Withdraw a visit that was entered wrongly, with a reason."""
    found = _standing(public_id, person_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        with form.showing_problems():
            actor = current_actor()
            withdraw_visit(public_id, person_id, visit_id, form.because.data, by=actor)
            flash(_("Withdrawn."))
            return redirect(url_for("tracks.progress", public_id=public_id, person_id=person_id))
        found = _standing(public_id, person_id)
    there = visits_of(found.enrolment.track_id, found.enrolment.person_id)
    one = visit_of(there, visit_id)
    return page("tracks/withdraw_visit.html", form=form, standing=found, visit=one)


def _standing(public_id: str, person_id: str) -> TrackStanding:
    return one_standing(person_id, public_id, current_actor(), local_today())


@dataclass
class ChecklistSheet:
    """Lines of a checklist as typed, and sentences by line."""

    rows: list[ChecklistItem]
    row_version: int
    errors: dict[int, str]


@blueprint.route("/<public_id>/versions/<version_id>/checklist", methods=["GET", "POST"])
@allow("tracks.edit")
def checklist(public_id: str, version_id: str) -> ResponseReturnValue:
    """Write the checklist of a draft, which is looked at on visits."""
    track = one_track(public_id)
    found = version_of(track, version_id)
    address = url_for("tracks.version", public_id=public_id, version_id=version_id)
    if found.state != "draft":
        return redirect(address)
    if request.method == "GET":
        items = rows_to_write(checklist_from_json(found.checklist))
        return _checklist_page(track, found, ChecklistSheet(items, found.row_version, {}))
    rows = rows_sent(request.form)
    sheet = ChecklistSheet(rows, number_shown(request.form.get("row_version")), too_long(rows))
    if request.form.get("do") == "more":
        sheet.rows = rows_to_write(rows)
        return _checklist_page(track, found, sheet)
    if sheet.errors:
        return _checklist_page(track, found, sheet), 422
    with CaughtProblem(ChangedMeanwhile, TooManyItems, TrackNotADraft) as caught:
        write_checklist(version_id, rows, sheet.row_version, by=current_actor())
        flash(_("Saved."))
        return redirect(address)
    track = one_track(public_id)
    found = version_of(track, version_id)
    if isinstance(caught.problem, ChangedMeanwhile):
        # Sent once more, it goes over what the sentence tells of.
        sheet.row_version = found.row_version
    return _checklist_page(track, found, sheet, caught.sentence), 422


def _checklist_page(
    track: Track, version: TrackVersion, sheet: ChecklistSheet, problem: str = ""
) -> str:
    return render_template(
        "tracks/checklist.html", track=track, version=version, sheet=sheet, problem=problem
    )


@blueprint.get("/<public_id>/versions/<version_id>/checklist.pdf")
@allow("tracks.see")
def checklist_on_paper(public_id: str, version_id: str) -> ResponseReturnValue:
    """The checklist as a page to be filled in by hand."""
    track = one_track(public_id)
    made = checklist_sheet(track, version_of(track, version_id))
    return download(made, name="checklist.pdf", type="application/pdf")
