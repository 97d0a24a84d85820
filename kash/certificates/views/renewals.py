"""Renewals of a workshop: after it as a refresher, or by decision."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.queries.registers import slots_still_open
from kash.certificates import blueprint
from kash.certificates.forms.history import DecisionForm, RenewalForm
from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import candidates
from kash.certificates.queries.renewals import renewals_here
from kash.certificates.services import renewing
from kash.people.rules.one_group import one_group
from kash.platform.web import Problem, current_actor
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.formats import local_today
from kash.platform.web.public_address import says_address
from kash.policy import allow
from kash.tracks.queries.tracks import all_names
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop


@blueprint.get("/workshops/<public_id>/certificates/renewals")
@allow("certificates.propose")
def renewals(public_id: str) -> ResponseReturnValue:
    """Whose certificates can be renewed here."""
    found = own_workshop(public_id, current_actor(), "certificates.propose")
    return _page(found, RenewalForm(), DecisionForm())


def _page(
    workshop: Workshop,
    refresher: RenewalForm,
    decision: DecisionForm,
    problem: str = "",
    chosen: frozenset[str] | None = None,
) -> ResponseReturnValue:
    today = local_today()
    here = renewals_here(workshop, candidates(workshop), today)
    open_registers = slots_still_open(workshop.register_id)
    listed = [*([] if open_registers else here.ready), *here.lacking, *here.by_decision]
    return render_template(
        "certificates/renewals.html",
        workshop=workshop,
        here=here,
        known=all_names() if here.judged else None,
        open_registers=open_registers,
        shown=one_group(list(dict.fromkeys(listed)), _letter, request.values.get("group", "")),
        decision=decision,
        problem=problem,
        # Who is ready for it is renewed unless somebody decides otherwise.
        chosen={one.public_id for one in here.ready} if chosen is None else chosen,
        today=today,
    ), 409 if problem else 422 if decision.errors or refresher.errors else 200


def _left(workshop: Workshop, chosen: frozenset[str], *, by_decision: bool) -> frozenset[str]:
    """Ticks in the section of the page whose button was not pressed."""
    here = renewals_here(workshop, candidates(workshop), local_today())
    offered = here.ready if by_decision else here.by_decision
    if by_decision and slots_still_open(workshop.register_id):
        offered = []
    return chosen.intersection(one.public_id for one in offered)


def _letter(one: Certificate) -> str:
    return one.person.group.letter


@blueprint.post("/workshops/<public_id>/certificates/renewals")
@allow("certificates.propose")
@says_address
def propose_renewals(public_id: str) -> ResponseReturnValue:
    """Propose renewals of those who were ticked; turning to the other group keeps the ticks."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "certificates.propose")
    by_decision = request.form.get("basis") == "decision"
    refresher = RenewalForm()
    decision = DecisionForm()
    chosen = frozenset(request.form.getlist("certificate"))
    if "group" in request.form:
        # Turning to the other group proposes nothing yet.
        return _page(workshop, refresher, decision, chosen=chosen)
    form = decision if by_decision else refresher
    if not form.validate_on_submit():
        return _page(workshop, refresher, decision, chosen=chosen)
    reason = decision.reason.data if by_decision else ""
    with CaughtProblem(Problem) as caught:
        batch_id = renewing.propose_renewals(workshop, chosen, local_today(), actor, reason=reason)
        return _proposed(public_id, batch_id, chosen, by_decision=by_decision)
    workshop = own_workshop(public_id, actor, "certificates.propose")
    return _page(workshop, refresher, decision, caught.sentence, chosen)


def _proposed(
    public_id: str, batch_id: str, chosen: frozenset[str], *, by_decision: bool
) -> ResponseReturnValue:
    flash(_("Proposed. Another person must approve it now."))
    workshop = own_workshop(public_id, current_actor(), "certificates.propose")
    left = _left(workshop, chosen, by_decision=by_decision)
    if left:
        flash(_("The other ticks on this page are not proposed yet. They stand as you set them."))
        return _page(workshop, RenewalForm(), DecisionForm(), chosen=left)
    return redirect(url_for("certificates.batch", public_id=public_id, batch_id=batch_id))
