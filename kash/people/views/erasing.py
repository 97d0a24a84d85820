"""Erasing somebody: asked for by one, or by herself, and approved by another who was shown what
goes."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.forms.erasing import AskErasureForm, RefuseErasureForm
from kash.people.models import ErasureRequest, Person
from kash.people.queries import erasures as asked
from kash.people.queries.erasing import ErasurePreview, erasure_preview
from kash.people.queries.persons import person
from kash.people.services.erasing import (
    ask_erasure,
    erase_person,
    refuse_request,
    withdraw_request,
)
from kash.people.words import GROUNDS
from kash.platform.database import db
from kash.platform.web import KashForm, NotFound, Problem, current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import local_today
from kash.policy import allow


@blueprint.route("/<public_id>/erase", methods=["GET", "POST"])
@allow("people.ask_erasure", fresh=True)
def erase(public_id: str) -> ResponseReturnValue:
    """See what would go, and ask that it goes; where that was done, see how it stands."""
    actor = current_actor()
    found = person(actor, public_id, "people.ask_erasure")
    waits = asked.waiting_wish(actor, found) if request.method == "GET" else None
    if waits is not None:
        return redirect(url_for("people.erasure", request_id=waits))
    if actor.person_id == found.id:
        return _erase_oneself(public_id, found)
    form = AskErasureForm()
    if not form.is_submitted():
        form.asked_on.data = local_today()
    elif form.validate() and form.asked_on.data is not None:
        with form.showing_problems():
            made = ask_erasure(public_id, form.asked_on.data, form.grounds.data, actor)
            flash(_("Asked. It waits for a second person."))
            return redirect(url_for("people.erasure", request_id=made), 303)
        found = person(actor, public_id, "people.ask_erasure")
    return page("people/erase.html", form=form, person=found, shown=_preview(found))


def _erase_oneself(public_id: str, found: Person) -> ResponseReturnValue:
    """Ask it for oneself, which needs no grounds and counts from today."""
    actor, form = current_actor(), KashForm()
    if form.validate_on_submit():
        with form.showing_problems():
            made = ask_erasure(public_id, local_today(), "wish", actor)
            flash(_("Asked. It waits for a second person."))
            return redirect(url_for("people.erasure", request_id=made), 303)
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
        names=account_names({one.asked_by for one in requests}),
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
