"""A day that somebody claims in two workshops."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.payouts import blueprint
from kash.payouts.forms import SettleForm
from kash.payouts.queries.claims import double_claims
from kash.payouts.queries.drafts import draft, drafted_claims
from kash.payouts.queries.rates import table_for
from kash.payouts.services import claims
from kash.payouts.services.claims import BOTH, HERE, THERE
from kash.payouts.views.scope import organises, staff_workshop
from kash.platform.web import Forbidden, Problem, current_actor, page
from kash.platform.web.errors import one_or_404
from kash.policy import allow


@blueprint.route(
    "/workshops/<public_id>/payouts/claims/<person_id>/<day>/<other_id>", methods=["GET", "POST"]
)
@allow("payouts.see")
def settle(public_id: str, person_id: str, day: str, other_id: str) -> ResponseReturnValue:
    """Say which workshop pays the day, or why both do."""
    workshop = staff_workshop(public_id)
    if not (organises(workshop) or current_actor().may("payouts.approve")):
        raise Forbidden
    table = table_for(workshop.id)
    rows = draft(workshop, table) if table is not None else []
    claim = one_or_404(
        next(
            (
                one
                for one in double_claims(workshop, drafted_claims(workshop, rows))
                if (one.person, one.day.isoformat(), one.other) == (person_id, day, other_id)
            ),
            None,
        )
    )
    form = SettleForm()
    choices = [
        (BOTH, _("Both, for a reason")),
        (THERE, _("The other workshop: %(title)s", title=claim.other_title)),
    ]
    if current_actor().may("payouts.approve"):
        choices.insert(1, (HERE, _("This workshop: %(title)s", title=workshop.title)))
    form.keeps.choices = choices
    problem = ""
    if form.validate_on_submit():
        try:
            claims.settle(
                workshop,
                person=person_id,
                day=date.fromisoformat(day),
                other=other_id,
                keeps=form.keeps.data,
                reason=form.reason.data,
                by=current_actor(),
            )
        except Problem as refused:
            problem = str(refused)
        else:
            flash(_("Settled."))
            return redirect(url_for("payouts.workshop", public_id=public_id))
    content, status = page(
        "payouts/settle.html",
        form=form,
        workshop=workshop,
        claim=claim,
        names=names_of([claim.settled.settled_by] if claim.settled is not None else []),
        problem=problem,
    )
    return content, 409 if problem else status
