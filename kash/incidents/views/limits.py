"""Page of a case on who is held and what came of each limit of time."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents import blueprint, wording
from kash.incidents.forms.casework import WhyForm
from kash.incidents.forms.limits import LimitsForm, TryForm, limits_form
from kash.incidents.queries.calendar import court_days
from kash.incidents.queries.second_member import seconds
from kash.incidents.rules.acts import ARRESTS, EXPOSURES
from kash.incidents.rules.clocks import clocks_of, who_is_held
from kash.incidents.rules.record import Person, Record
from kash.incidents.rules.second_member import NOT_KNOWN
from kash.incidents.rules.still_open import may_be_given_up
from kash.incidents.rules.workflow import OVER
from kash.incidents.services.cases import note_opening
from kash.incidents.services.limits import ask_not_known, note_try, tell_what_came
from kash.incidents.views.case_context import load_case, require_vault
from kash.incidents.views.second_member import asked
from kash.platform.database import db, utc_now
from kash.platform.web import page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local, zone
from kash.policy import allow


@blueprint.route("/<reference>/j/<person>", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def limits(reference: str, person: str) -> ResponseReturnValue:
    """Say what came of somebody's limits of time, or note a try to hear of her."""
    actor, vault, case = load_case(reference)
    tried = TryForm() if "what" in request.form else TryForm(formdata=None)
    why = WhyForm() if "reason" in request.form else WhyForm(formdata=None)
    form = LimitsForm()
    form.today = to_local(utc_now()).date()
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif "what" in request.form:
        if tried.validate():
            with tried.showing_problems():
                what, heard = tried.what.data, bool(tried.heard.data)
                note_try(actor, vault, reference, person, what, heard=heard)
                return _saved(reference, person)
    elif "reason" in request.form:
        if why.validate():
            with why.showing_problems():
                ask_not_known(actor, vault, reference, person, why.reason.data)
                return asked(reference)
    elif form.validate():
        with form.showing_problems():
            tell_what_came(actor, vault, reference, form.said(person), form.row_version_shown)
            return _saved(reference, person)
        if form.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
            form.show_row_version(case.version)
    record = case.record
    found = one_or_404(_person(record, person))
    if request.method == "GET" or {"what", "reason"} & set(request.form):
        form = limits_form(found, case.version)
    acts, now = {act.code for act in record.acts}, utc_now()
    answer, status = page(
        "incidents/limits.html",
        form=form,
        tried=tried,
        why=why,
        case=case,
        person=found,
        says=wording,
        now=now,
        clocks=[
            one
            for one in clocks_of(record, zone(), court_days())
            if person in one.persons and case.state not in OVER
        ],
        held=found in who_is_held(record),
        over=case.state in OVER,
        asks_court=bool(found.arrested_at or ARRESTS & acts or record.filing.held),
        asks_medicine=bool(found.exposed_at or EXPOSURES & acts),
        told_at=wording.told_at,
        may_give_up=may_be_given_up(found),
        waits=next(
            (one for one in record.proposals if (one.act, one.about) == (NOT_KNOWN, person)),
            None,
        ),
        nobody=not seconds(db.session(), actor.public_id, case.seen),
        names=account_names({one.by for one in found.tries}),
    )
    return answer, 409 if form.changed_meanwhile else 422 if tried.errors or why.errors else status


def _person(record: Record, person: str) -> Person | None:
    return next((one for one in record.persons if one.id == person), None)


def _saved(reference: str, person: str) -> ResponseReturnValue:
    flash(_("Saved."))
    return redirect(url_for("incidents.limits", reference=reference, person=person), 303)
