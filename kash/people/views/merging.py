"""Merging two people who are one, and undoing it within a day."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.forms.merging import MergeForm, merged_fields
from kash.people.forms.persons import SearchForm
from kash.people.models import Person
from kash.people.queries.duplicates import (
    facts_of,
    kept_instead,
    merge_within_reach,
    mergeable,
)
from kash.people.queries.merging import joined_postings, what_moves
from kash.people.queries.persons import person
from kash.people.queries.search import find_people
from kash.people.services import merging
from kash.people.services.merging import MergedMeanwhile, merge_people
from kash.platform.web import NotFound, Problem, current_actor, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import allow


@blueprint.route("/<public_id>/merge", methods=["GET", "POST"])
@allow("people.merge")
def merge_with(public_id: str) -> ResponseReturnValue:
    """Find the other one, by name; the name is posted."""
    actor = current_actor()
    found = person(actor, public_id, "people.merge")
    form = SearchForm()
    people = []
    if form.validate_on_submit() and form.search.data:
        people = [
            each for each in find_people(actor, form.search.data) if each.public_id != public_id
        ]
    keys = [each.public_id for each in people]
    facts = facts_of(actor, keys)
    return page(
        "people/merge_with.html",
        form=form,
        person=found,
        people=[facts[key] for key in keys if key in facts],
        mergeable=mergeable(actor, keys),
        asked=bool(form.search.data),
    )


@blueprint.route("/<public_id>/merge/<other_id>", methods=["GET", "POST"])
@allow("people.merge", fresh=True)
def merge(public_id: str, other_id: str) -> ResponseReturnValue:
    """Choose field by field, look at what moves, then merge."""
    actor = current_actor()
    if public_id == other_id:
        raise NotFound
    if request.method == "POST" and kept_instead(other_id) == public_id:
        # Sent twice: it is done.
        return redirect(url_for("people.person", public_id=public_id), 303)
    if request.method == "POST" and kept_instead(public_id) == other_id:
        person(actor, other_id, "people.merge")
        raise MergedMeanwhile
    kept = person(actor, public_id, "people.merge")
    gone = person(actor, other_id, "people.merge")
    form = MergeForm()
    if not form.is_submitted():
        form.row_versions.data = f"{kept.row_version}-{gone.row_version}"
        return _merge_page(form, kept, gone)
    if form.step.data == "merge" and form.validate():
        try:
            merge_people(public_id, other_id, request.form, form.row_versions_read, actor)
        except ChangedMeanwhile:
            kept = person(actor, public_id, "people.merge")
            gone = person(actor, other_id, "people.merge")
            form.row_versions.data = f"{kept.row_version}-{gone.row_version}"
            problem = _("One of the two was changed while you were looking. Look again.")
            return _merge_page(form, kept, gone, problem), 409
        except MergedMeanwhile:
            raise
        except Problem as refused:
            kept = person(actor, public_id, "people.merge")
            gone = person(actor, other_id, "people.merge")
            return _merge_page(form, kept, gone, str(refused)), 422
        flash(_("Merged. For a short time this can be undone."))
        return redirect(url_for("people.person", public_id=public_id), 303)
    return _merge_page(form, kept, gone, check=form.step.data == "check")


def _merge_page(
    form: MergeForm, person: Person, gone: Person, problem: str = "", *, check: bool = False
) -> str:
    chosen = request.form if form.is_submitted() else None
    return render_template(
        "people/merge.html",
        form=form,
        kept=person,
        gone=gone,
        fields=merged_fields(person, gone, chosen),
        postings=joined_postings(person, gone),
        moves=what_moves(gone),
        problem=problem,
        check=check,
    )


@blueprint.route("/merges/<merge_id>/undo", methods=["GET", "POST"])
@allow("people.merge", fresh=True)
def undo_merge(merge_id: str) -> ResponseReturnValue:
    """Make two of one again."""
    actor = current_actor()
    merge = merge_within_reach(actor, merge_id)
    if request.method == "POST":
        kept = merge.kept.public_id
        with CaughtProblem(Problem) as caught:
            merging.undo_merge(merge_id, actor)
            flash(_("Undone. They are two people again."))
            return redirect(url_for("people.person", public_id=kept), 303)
        merge = merge_within_reach(actor, merge_id)
        text = render_template("people/undo_merge.html", merge=merge, problem=caught.sentence)
        return text, 409
    return render_template("people/undo_merge.html", merge=merge, problem="")
