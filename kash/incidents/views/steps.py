"""Steps of a case, who has it, who must not, and its end."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents import blueprint, names, wording
from kash.incidents.errors import CaseChangedMeanwhile
from kash.incidents.forms.casework import AssignForm, ShredForm, StepForm, closing_form
from kash.incidents.queries.calendar import court_days
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.officers import decides_alone, may_work, officers
from kash.incidents.queries.outside import outside_contact
from kash.incidents.queries.second_member import seconds
from kash.incidents.rules.clocks import clocks_of
from kash.incidents.rules.custodian_only import for_custodian
from kash.incidents.rules.mediation_gate import standing_of
from kash.incidents.rules.minors import unprotected
from kash.incidents.rules.record import Record
from kash.incidents.rules.second_member import SHRED
from kash.incidents.rules.still_open import OpenThing, what_is_open
from kash.incidents.rules.workflow import STEPS, Refusal, closing_outcomes, refusal_of
from kash.incidents.services import assignment
from kash.incidents.services.assignment import declare_conflict
from kash.incidents.services.second_member import OnHold, ProposedAlready, ask
from kash.incidents.services.workflow import StepRefused, take_step
from kash.incidents.views.case_context import load_case, require_vault
from kash.incidents.views.second_member import asked
from kash.platform.database import db
from kash.platform.web import KashForm, NotFound, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.formats import zone
from kash.policy import Role, allow


def says_open(one: OpenThing, record: Record) -> str:
    """All that is open, and of whom."""
    codes = {person.id: person.code for person in record.persons}
    whom = ", ".join(codes[person] for person in one.persons if person in codes)
    what = str(wording.CLOCK_NAMES[one.clock] if one.clock else wording.OPEN_NAMES[one.kind])
    return f"{what}: {whom}" if whom else what


@blueprint.route("/<reference>/s/<step:verb>", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def step(reference: str, verb: str) -> ResponseReturnValue:
    """Take a case one step on, or back."""
    actor, vault, case = load_case(reference)
    if verb not in wording.STEP_NAMES:
        raise NotFound
    shape = closing_form(case.record) if verb == "close" else StepForm
    form = shape(version=str(case.version), urgent=case.record.urgent)
    standing = standing_of(case.record)
    outcomes = [(one, wording.OUTCOME_NAMES[one]) for one in closing_outcomes(case.state, standing)]
    at_risk = unprotected(case.record) if verb == "close" else []
    clocks = clocks_of(case.record, zone(), court_days())
    open_things = what_is_open(case.record, clocks) if verb == "close" else []
    form.fit(verb, outcomes, asks_why=bool(at_risk))
    why = refusal_of(
        verb,
        case.state,
        by=actor.public_id,
        filed_by=case.record.filing.author,
        triaged_by=case.record.triage.by,
        alone=decides_alone(actor.public_id, case.seen),
        unprotected=bool(at_risk),
        custodian=Role.CUSTODIAN in actor.roles,
        outcome=outcomes[0][0] if outcomes else "",
        reason="-",
        standing=standing,
        still_open=bool(open_things),
    )
    shuts = (
        Refusal.STATE,
        Refusal.SAME_PERSON,
        Refusal.NOT_WANTED,
        Refusal.CHILD_CUSTODIAN,
        Refusal.STILL_OPEN,
        Refusal.ASK_FIRST,
    )
    refused = str(StepRefused(why)) if why in shuts else ""
    if not refused and form.validate_on_submit() and form.say_all_endings():
        changed = CaughtProblem(CaseChangedMeanwhile)
        with changed, form.showing_problems(StepRefused, OnHold):
            state = take_step(
                reference,
                verb,
                by=actor,
                vault=vault,
                version=form.version_shown,
                reason=form.reason.data,
                outcome=form.outcome.data if "outcome" in form else "",
                urgent=form.urgent.data if "urgent" in form else None,
                endings=form.endings,
            )
            flash(_("Now: %(state)s.", state=names.STATE_NAMES[state]))
            return redirect(url_for("incidents.case", reference=reference), 303)
        if not form.errors:
            # Then it was not refused, but somebody else saved meanwhile.
            form.form_errors.append(f"{changed.sentence} " + _("Look at it again, then go on."))
            form.version.data = str(open_case(actor, vault, reference).version)
    return page(
        "incidents/step.html",
        form=form,
        case=case,
        verb=verb,
        refused=refused,
        asks_reason=STEPS[verb].asks_reason or bool(at_risk),
        unprotected=[one.code for one in at_risk],
        codes={one.id: one.code for one in case.record.persons},
        gate_shut=standing.gate_shut,
        not_agreed=case.state == "resolved" and not standing.agreed,
        open_things=[(says_open(one, case.record), one) for one in open_things],
        ask_first=why is Refusal.ASK_FIRST,
        says=wording,
        words=names,
    )


@blueprint.route("/<reference>/a", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def assign(reference: str) -> ResponseReturnValue:
    """Give the case to somebody who may work on it, or to nobody."""
    actor, vault, case = load_case(reference)
    form = AssignForm(account=case.record.assigned_to)
    free = may_work(officers(), case.seen)
    form.account.choices = [
        ("", _("Nobody yet")),
        *((one.public_id, one.name) for one in free),
    ]
    if form.validate_on_submit():
        try:
            assignment.assign(reference, form.account.data, by=actor, vault=vault)
        except NotFound:
            form.mark_wrong(form.account, _("This officer cannot work on this case."))
        else:
            flash(_("Saved."))
            return redirect(url_for("incidents.case", reference=reference), 303)
    return page("incidents/assign.html", form=form, case=case)


@blueprint.route("/<reference>/k", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def declare(reference: str) -> ResponseReturnValue:
    """Say "I must not work on this"."""
    actor, vault, case = load_case(reference)
    form = KashForm()
    if form.validate_on_submit():
        declare_conflict(reference, by=actor, vault=vault)
        flash(_("You do not see that case any more. The others are told that you are kept away."))
        return redirect(url_for("incidents.index"), 303)
    alone = len(may_work(officers(), case.seen)) < 2
    return page(
        "incidents/declare.html",
        form=form,
        case=case,
        alone=alone,
        only_custodian=for_custodian(case.seen) if alone else None,
        outside=outside_contact(),
    )


@blueprint.route("/<reference>/x", methods=["GET", "POST"])
@allow("incidents.edit", fresh=True)
@require_vault
def shred(reference: str) -> ResponseReturnValue:
    """Ask that a closed case ends for good."""
    actor, vault, case = load_case(reference)
    form = ShredForm(reference)
    if case.state != "closed":
        return render_template("incidents/shred.html", form=None, case=case), 409
    if form.validate_on_submit():
        with form.showing_problems(OnHold, ProposedAlready):
            ask(actor, vault, reference, SHRED, form.reason.data)
            return asked(reference)
    return page(
        "incidents/shred.html",
        form=form,
        case=case,
        nobody=not seconds(db.session(), actor.public_id, case.seen),
    )
