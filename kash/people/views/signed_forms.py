"""A heap of signed consent forms, noted at once for the people who were ticked."""

from __future__ import annotations

from operator import attrgetter

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, words
from kash.people.forms.consents import SignedFormsForm
from kash.people.queries.postings import MOST_AT_ONCE, movable_people
from kash.people.rules.one_group import one_group
from kash.people.rules.persons import purposes_for
from kash.people.services.signed_forms import FormsMiscounted, NothingSigned, note_signed_forms
from kash.people.views.ticked import asked_group
from kash.platform.web import current_actor, page, safe_next
from kash.policy import allow


@blueprint.post("/consents/signed")
@allow("people.edit")
def signed_forms() -> ResponseReturnValue:
    """Ask what was signed, how many forms there are and where they lie; then note it. Turning to
    the other group notes nothing."""
    actor = current_actor()
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))[:MOST_AT_ONCE]
    # Whoever is out of reach is left out: a workshop's list may name her all the same.
    offered = list(dict.fromkeys([*request.form.getlist("offered"), *chosen]))
    people = movable_people(actor, offered[:MOST_AT_ONCE])
    back = safe_next(request.form.get("back"), url_for("people.index"))
    if not people:
        flash(_("Tick the people who signed."), "warn")
        return redirect(back, 303)
    ticked = {one.public_id for one in people if one.public_id in chosen}
    sent = request.form.get("step") == "save"
    saving = sent and "group" not in request.form
    form = SignedFormsForm() if sent else SignedFormsForm(formdata=None)
    form.offer(purposes_for(police=all(one.police for one in people)))
    problem = ""
    if saving and form.validate_on_submit():
        try:
            noted = note_signed_forms(
                [one.public_id for one in people if one.public_id in ticked],
                form.purposes.data,
                form.forms.data or 0,
                form.kept_at.data,
                actor,
            )
        except FormsMiscounted as wrong:
            form.mark_wrong(form.forms, wrong)
        except NothingSigned as wrong:
            problem = str(wrong)
        else:
            flash(_("Signed forms noted. People: %(count)s.", count=noted.people))
            if noted.left:
                flash(
                    _(
                        "They had refused or withdrawn something of it, which was left as it is."
                        " Record it on their own pages: %(names)s.",
                        names=", ".join(noted.left),
                    ),
                    "warn",
                )
            return redirect(back, 303)
    body, status = page(
        "people/signed_forms.html",
        form=form,
        people=people,
        shown=one_group(people, attrgetter("letter"), asked_group()),
        ticked=ticked,
        back=back,
        words=words,
        problem=problem,
        saving=saving,
        sending=sent,
    )
    return body, 422 if problem else status
