"""Briefs for a mediator, never a case."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents import blueprint
from kash.incidents.forms.mediation import closing_form
from kash.incidents.names import REQUEST_NAMES
from kash.incidents.queries import mediation
from kash.incidents.queries.mediation import ended_briefs, own_brief, own_briefs
from kash.incidents.services import mediation as mediation_services
from kash.incidents.services.mediation import set_own_duty
from kash.people.directory_words import phone_text
from kash.platform.web import current_actor, page
from kash.policy import allow


@blueprint.get("/b")
@allow("incidents.briefs")
def briefs() -> ResponseReturnValue:
    """The actor's own briefs, and whether she can be called."""
    by = current_actor()
    return render_template(
        "incidents/briefs.html",
        briefs=own_briefs(by),
        ended=ended_briefs(by),
        duty=mediation.own_duty(by),
        requests=REQUEST_NAMES,
        phone_text=phone_text,
    )


@blueprint.post("/b/d")
@allow("incidents.briefs")
def own_duty() -> ResponseReturnValue:
    """Say whether one can be called."""
    set_own_duty(current_actor(), active=request.form.get("active") == "1")
    flash(_("Saved."))
    return redirect(url_for("incidents.briefs"), 303)


def _has_ended() -> ResponseReturnValue:
    """Back to the list, which says so: the brief ended while its page was open."""
    return redirect(url_for("incidents.briefs"), 303)


@blueprint.post("/b/<brief_id>/answer")
@allow("incidents.briefs")
def answer_brief(brief_id: str) -> ResponseReturnValue:
    """Say yes or no to what is asked."""
    accepts = request.form.get("answer") == "yes"
    if brief_id in ended_briefs(current_actor()):
        return _has_ended()
    # Of what is refused nothing stays, not even whom to call.
    call = own_brief(current_actor(), brief_id)
    mediation_services.answer_brief(current_actor(), brief_id, accepts=accepts)
    flash(
        _("Thank you. Call the programme if anything is unclear.")
        if accepts
        else _(
            "The programme will ask somebody else."
            " If you can help after all, call %(name)s: %(phone)s.",
            name=call.call_name,
            phone=phone_text(call.call_phone),
        )
    )
    return redirect(url_for("incidents.briefs"), 303)


@blueprint.route("/b/<brief_id>/close", methods=["GET", "POST"])
@allow("incidents.briefs")
def close_brief(brief_id: str) -> ResponseReturnValue:
    """Say how it ended."""
    by = current_actor()
    if brief_id in ended_briefs(by):
        return _has_ended()
    brief = own_brief(by, brief_id)
    form = closing_form(brief.requests, brief.people)
    if form.validate_on_submit():
        mediation_services.close_brief(by, brief_id, form.results())
        flash(_("Thank you. What was asked is deleted here now."))
        return redirect(url_for("incidents.briefs"), 303)
    return page("incidents/brief_close.html", form=form, brief=brief)
