"""Merging two people who are one, and undoing it within a day. People who may be the same, and
people who are not. Erasing somebody: asked for by one, or by herself, and approved by another who
was shown what goes."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, words
from kash.people.forms import (
    AskErasureForm,
    MergeForm,
    RefuseErasureForm,
    SearchForm,
    merged_fields,
)
from kash.people.models import ErasureRequest, Person
from kash.people.queries import copies as asked
from kash.people.queries import duplicates as duplicates_queries
from kash.people.queries.copies import ErasurePreview, erasure_preview
from kash.people.queries.duplicates import (
    facts_of,
    kept_instead,
    last_sweep,
    likely_duplicate,
    likely_duplicates,
    merge_within_reach,
    mergeable,
    told_apart_pair,
)
from kash.people.queries.persons import person
from kash.people.queries.search import find_people, joined_postings, what_moves
from kash.people.rules.duplicates import Reason
from kash.people.services import merging
from kash.people.services.erasing import ask_erasure, erase_person, refuse_request, withdraw_request
from kash.people.services.merging import MergedMeanwhile, ask_for_sweep, merge_people
from kash.people.services.persons import mark_distinct, withdraw_distinct
from kash.people.words import GROUNDS
from kash.platform.database import db
from kash.platform.web import KashForm, NotFound, Problem, current_actor, go, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from kash.policy import allow


@blueprint.route("/<public_id>/merge", methods=["GET", "POST"])
@allow("people.merge")
def merge_with(public_id: str) -> ResponseReturnValue:
    """Find the other one, by name; the name is posted."""
    actor = current_actor()
    person_kept = person(actor, public_id, "people.merge")
    form = SearchForm()
    people = []
    if form.validate_on_submit() and form.search.data:
        people = [
            person_found
            for person_found in find_people(actor, form.search.data)
            if person_found.public_id != public_id
        ]
    keys = [person_found.public_id for person_found in people]
    facts = facts_of(actor, keys)
    return page(
        "people/merge_with.html",
        form=form,
        person=person_kept,
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
        return go("people.person")
    if request.method == "POST" and kept_instead(public_id) == other_id:
        person(actor, other_id, "people.merge")
        raise MergedMeanwhile
    staying = person(actor, public_id, "people.merge")
    gone = person(actor, other_id, "people.merge")
    form = MergeForm()
    if not form.is_submitted():
        form.row_versions.data = f"{staying.row_version}-{gone.row_version}"
        return _merge_page(form, staying, gone)
    if form.step.data == "merge" and form.validate():
        try:
            merge_people(public_id, other_id, request.form, form.row_versions_read, actor)
        except ChangedMeanwhile:
            staying = person(actor, public_id, "people.merge")
            gone = person(actor, other_id, "people.merge")
            form.row_versions.data = f"{staying.row_version}-{gone.row_version}"
            problem = _("One of the two was changed meanwhile. Look again.")
            return _merge_page(form, staying, gone, problem), 409
        except MergedMeanwhile:
            raise
        except Problem as refused:
            staying = person(actor, public_id, "people.merge")
            gone = person(actor, other_id, "people.merge")
            return _merge_page(form, staying, gone, str(refused)), 422
        return go("people.person", _("Merged. For a short time this can be undone."))
    return _merge_page(form, staying, gone, check=form.step.data == "check")


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
        public_id = merge.kept.public_id
        with CaughtProblem(Problem) as caught:
            merging.undo_merge(merge_id, actor)
            return go("people.person", _("Undone. They are two people again."), public_id=public_id)
        merge = merge_within_reach(actor, merge_id)
        text = render_template("people/undo_merge.html", merge=merge, problem=caught.sentence)
        return text, 409
    return render_template("people/undo_merge.html", merge=merge, problem="")


@blueprint.get("/duplicates")
@allow("people.merge")
def duplicates() -> ResponseReturnValue:
    """Pairs that may be one person, the likeliest first."""
    actor = current_actor()
    reason = request.args.get("reason", "")
    if reason not in set(Reason):
        reason = ""
    listing = likely_duplicates(actor, reason)
    people = {
        person_of_pair.public_id for pair in listing for person_of_pair in (pair.first, pair.second)
    }
    return render_template(
        "people/duplicates.html",
        listing=listing,
        facts=facts_of(actor, people),
        mergeable=mergeable(actor, people),
        reason=reason,
        reasons=[
            (str(person_of_pair), pair_said)
            for person_of_pair, pair_said in words.REASON.items()
            if not Reason(person_of_pair).against
        ],
        words=words,
        sweep=last_sweep(),
    )


@blueprint.post("/duplicates/look")
@allow("people.merge")
def look_for_duplicates() -> ResponseReturnValue:
    """Have the worker look through everyone."""
    ask_for_sweep(current_actor())
    return go("people.duplicates")


@blueprint.post("/duplicates/<pair_id>/apart")
@allow("people.merge")
def tell_apart(pair_id: str) -> ResponseReturnValue:
    """They are two people: never proposed again."""
    pair = likely_duplicate(current_actor(), pair_id)
    mark_distinct(pair.first.public_id, pair.second.public_id, current_actor())
    return go("people.duplicates", _("Remembered. They are not proposed again."))


@blueprint.get("/duplicates/apart")
@allow("people.merge")
def told_apart() -> ResponseReturnValue:
    """Pairs of people that somebody told apart."""
    actor = current_actor()
    return render_template("people/told_apart.html", listing=duplicates_queries.told_apart(actor))


@blueprint.post("/duplicates/apart/<pair_id>/back")
@allow("people.merge")
def take_back_apart(pair_id: str) -> ResponseReturnValue:
    """They may be one after all."""
    told_apart_pair(current_actor(), pair_id)
    withdraw_distinct(pair_id, current_actor())
    return go(
        "people.told_apart", _("Taken back. The next look through everyone may propose them.")
    )


@blueprint.route("/<public_id>/erase", methods=["GET", "POST"])
@allow("people.ask_erasure", fresh=True)
def erase(public_id: str) -> ResponseReturnValue:
    """See what would go, and ask that it goes; where that was done, see how it stands."""
    actor = current_actor()
    person_shown = person(actor, public_id, "people.ask_erasure")
    waits = asked.waiting_wish(actor, person_shown) if request.method == "GET" else None
    if waits is not None:
        return go("people.erasure", request_id=waits)
    if actor.person_id == person_shown.id:
        return _erase_oneself(public_id, person_shown)
    form = AskErasureForm()
    if not form.is_submitted():
        form.asked_on.data = local_today()
    elif form.validate() and form.asked_on.data is not None:
        with form.showing_problems():
            request_id = ask_erasure(public_id, form.asked_on.data, form.grounds.data, actor)
            return go(
                "people.erasure", _("Asked. It waits for a second person."), request_id=request_id
            )
        person_shown = person(actor, public_id, "people.ask_erasure")
    return page("people/erase.html", form=form, person=person_shown, shown=_preview(person_shown))


def _erase_oneself(public_id: str, found: Person) -> ResponseReturnValue:
    """Ask it for oneself, which needs no grounds and counts from today."""
    actor, form = current_actor(), KashForm()
    if form.validate_on_submit():
        with form.showing_problems():
            request_id = ask_erasure(public_id, local_today(), "wish", actor)
            return go(
                "people.erasure", _("Asked. It waits for a second person."), request_id=request_id
            )
        found = person(actor, public_id, "people.ask_erasure")
    return page("people/erase_oneself.html", form=form, person=found, shown=_preview(found))


def _preview(found: Person) -> ErasurePreview:
    """All that would go; texts are looked through once that is asked for, which nobody can for
    herself: how many name her would tell that others wrote of her."""
    look = "look" in request.args and current_actor().person_id != found.id
    return erasure_preview(db.session(), found, look=look)


@blueprint.get("/erasures")
@allow("people.erasures")
def erasures() -> str:
    """Wishes that somebody be erased: those to decide on, and one's own."""
    requests = asked.erasure_requests(current_actor())
    return render_template(
        "people/erasures.html",
        requests=requests,
        grounds=GROUNDS,
        names=account_names({request_.asked_by for request_ in requests}),
    )


@blueprint.get("/erasures/<request_id>")
@allow("people.erasures")
def erasure(request_id: str) -> ResponseReturnValue:
    """One wish: what would go, what stays, and what stands in the way."""
    return _erasure_page(asked.erasure_request(current_actor(), request_id))


def _erasure_page(
    found: ErasureRequest, problem: Problem | None = None, form: RefuseErasureForm | None = None
) -> ResponseReturnValue:
    actor = current_actor()
    waits = found.state == "waiting" and found.person is not None
    form = form or RefuseErasureForm()
    body = page(
        "people/erasure.html",
        form=form,
        request_=found,
        hers=found.person is not None and actor.person_id == found.person_id,
        grounds=GROUNDS,
        shown=_preview(found.person) if waits and found.person else None,
        names=account_names({found.asked_by, found.decided_by or ""}),
        takes_back=actor.may("people.ask_erasure"),
        decides=waits and asked.may_decide(actor, found),
        tied=actor.may("people.erase") and found.asked_by != actor.public_id,
        problem=str(problem) if problem else "",
        gone=sum(found.told.values()),
    )
    return (body[0], problem.status) if problem else body


@blueprint.post("/erasures/<request_id>/approve")
@allow("people.erase", fresh=True)
def approve_erasure(request_id: str) -> ResponseReturnValue:
    """Erase, as the second person, what was shown; it can't be undone."""
    actor, digest = current_actor(), request.form.get("digest", "")[:64]
    return _closed(
        request_id,
        lambda: erase_person(request_id, digest, actor),
        _("Erased. What was counted stays counted, without a name."),
        url_for("people.erasure", request_id=request_id),
    )


@blueprint.post("/erasures/<request_id>/refuse")
@allow("people.erase")
def refuse_erasure(request_id: str) -> ResponseReturnValue:
    """Refuse a wish as the second person, and say why."""
    form = RefuseErasureForm()
    if not form.validate_on_submit():
        return _erasure_page(asked.erasure_request(current_actor(), request_id), form=form)
    actor, reason = current_actor(), form.reason.data
    return _closed(
        request_id,
        lambda: refuse_request(request_id, reason, actor),
        _("Refused."),
        url_for("people.erasures"),
    )


@blueprint.post("/erasures/<request_id>/withdraw")
@allow("people.ask_erasure")
def withdraw_erasure(request_id: str) -> ResponseReturnValue:
    """Take back a wish that was noted."""
    actor = current_actor()
    return _closed(
        request_id,
        lambda: withdraw_request(request_id, actor),
        _("Taken back."),
        url_for("people.erasures"),
    )


def _closed(
    request_id: str, close: Callable[[], object], done: str, onward: str
) -> ResponseReturnValue:
    """End a request, say so and go on; what stands in the way is told on its page."""
    try:
        close()
    except NotFound:
        raise
    except Problem as problem:
        db.session.rollback()
        return _erasure_page(asked.erasure_request(current_actor(), request_id), problem)
    flash(done)
    return redirect(onward, 303)
