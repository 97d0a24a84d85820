"""Pages about what a person agreed to or refused."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, words
from kash.people.consent_texts import TEXTS
from kash.people.documents import consents as documents
from kash.people.forms.consents import ConsentForm
from kash.people.queries.persons import person
from kash.people.queries.postings import MOST_AT_ONCE, movable_people
from kash.people.rules.persons import possible_answers, purposes_for
from kash.people.services.consents import ask_for_forms, record_consent
from kash.platform.web import NotFound, current_actor, download, page, safe_next
from kash.platform.web.missing import after_mending
from kash.platform.web.taking import noted
from kash.policy import allow


@blueprint.get("/<public_id>/consent-form.pdf")
@allow("people.edit")
def consent_form(public_id: str) -> ResponseReturnValue:
    """The form on paper, in the person's language if the programme has it."""
    found = person(current_actor(), public_id, "people.edit")
    return noted(
        download(documents.consent_form(found), name="consent-form.pdf", type="application/pdf")
    )


@blueprint.post("/consent-forms")
@allow("people.edit")
def consent_forms() -> ResponseReturnValue:
    """The forms of those ticked in a list, or of a workshop's people, as one file."""
    actor = current_actor()
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))[:MOST_AT_ONCE]
    # Whoever is out of reach is left out: a workshop's list may name her all the same.
    reached = [one.public_id for one in movable_people(actor, chosen)]
    back = safe_next(request.form.get("back"), url_for("people.index"))
    if not reached:
        flash(_("Tick the people whose forms are to be printed."), "warn")
        return redirect(back, 303)
    return redirect(url_for("jobs.page", public_id=ask_for_forms(reached, actor, back=back)), 303)


@blueprint.route("/<public_id>/consents/<purpose>", methods=["GET", "POST"])
@allow("people.edit")
def consent(public_id: str, purpose: str) -> ResponseReturnValue:
    """Read out the words, record the answer."""
    found = person(current_actor(), public_id, "people.edit")
    if purpose not in purposes_for(police=found.group.is_police):
        raise NotFound
    history = [each for each in found.consents if each.purpose == purpose]
    form = ConsentForm()
    form.offer(possible_answers(history[0].answer if history else None))
    if form.validate_on_submit():
        with form.showing_problems():
            record_consent(public_id, purpose, form.answer.data, current_actor())
            flash(_("Saved."))
            consents = url_for("people.person", public_id=public_id, _anchor="consents")
            return redirect(after_mending(consents))
    return page(
        "people/consent.html",
        form=form,
        person=found,
        purpose=purpose,
        text=TEXTS[purpose],
        history=history,
        words=words,
    )
