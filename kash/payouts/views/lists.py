"""A list: read, approved, turned back, printed."""

from __future__ import annotations

from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.payouts import blueprint, documents
from kash.payouts.approval import APPROVAL
from kash.payouts.models import PayoutList
from kash.payouts.queries.claims import double_claims
from kash.payouts.queries.lists import (
    files_of,
    funder_parts,
    lines_of,
    list_of,
    reconciliations,
    sheets_of,
)
from kash.payouts.queries.rates import latest_table, rates_of
from kash.payouts.queries.reversals import paid_again, reversals_of
from kash.payouts.rules.steps import ListStep, allowed_steps
from kash.payouts.services import lists
from kash.payouts.services.sending import phones_told
from kash.payouts.views.scope import letter_of, organises, staff_workshop
from kash.people.rules.one_group import one_group
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.database import db
from kash.platform.press import RenderError
from kash.platform.web import current_actor, download
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.taking import noted
from kash.policy import allow
from kash.workshops.models import Workshop
from kash.workshops.queries.holding import held_sessions
from kash.workshops.queries.scope import own_workshop


@blueprint.get("/workshops/<public_id>/payouts/lists/<list_id>")
@allow("payouts.see")
def payout_list(public_id: str, list_id: str) -> ResponseReturnValue:
    """A list: who gets what and why, how it stands, and what can be done next."""
    found = staff_workshop(public_id)
    return _list_page(found, list_of(found, list_id), SendBackForm())


def _list_page(
    workshop: Workshop, payout_list: PayoutList, form: SendBackForm, problem: str = ""
) -> ResponseReturnValue:
    actor = current_actor()
    steps = allowed_steps(
        payout_list.state, proposed_by=payout_list.proposed_by, actor=actor.public_id
    )
    as_organiser = organises(workshop)
    decision = APPROVAL.offered(payout_list, actor, as_organiser=as_organiser)
    may = {
        ListStep.APPROVE: decision.approves,
        ListStep.RETURN: decision.returns,
        ListStep.PAY: as_organiser,
    }
    lines, claims = lines_of(payout_list), double_claims(workshop, ())
    table, files = payout_list.table, files_of(payout_list)
    reversals = reversals_of(payout_list)
    again = paid_again(db.session(), payout_list)
    programme = latest_table(None) if table.workshop_id is not None else None
    return render_template(
        "payouts/list.html",
        workshop=workshop,
        list=payout_list,
        # Claims are those of all lists of the workshop: of a group that this one may not have.
        shown=one_group(lines, letter_of, request.values.get("group", ""), beside=claims),
        rates=rates_of(table),
        programme_rates=rates_of(programme) if programme is not None else None,
        sums=reconciliations([payout_list])[payout_list.id],
        funders=funder_parts(workshop, lines),
        sheets=sheets_of(payout_list),
        files=files,
        claims=claims,
        reversals=reversals,
        again=again,
        compares=actor.may("payouts.approve")
        and not any(one.touched_by(actor.public_id) for one in again),
        held=held_sessions(workshop) if payout_list.state != "returned" else (),
        steps={step.value for step in steps if may[step]},
        as_organiser=as_organiser,
        decision=decision,
        names=names_of(
            [
                *payout_list.accounts,
                decision.standing_in,
                *(made.made_by for made in files),
                *(account for one in reversals for account in one.accounts),
            ]
        ),
        phones=phones_told(lines) if decision.approves else None,
        form=form,
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


def _page(found: Workshop, list_id: str) -> ProposalPage[PayoutList]:
    return ProposalPage(
        APPROVAL,
        lambda: list_of(found, list_id),
        partial(_list_page, found),
        url_for("payouts.payout_list", public_id=found.public_id, list_id=list_id),
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/approve")
@allow("payouts.approve")
def approve(public_id: str, list_id: str) -> ResponseReturnValue:
    """Approve what another person proposed."""
    return _page(staff_workshop(public_id), list_id).step(
        lambda one: lists.approve(one, current_actor()),
        lambda _nothing: _("Approved. The trainer can pay it out now."),
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/turn-back")
@allow("payouts.see")
def turn_back(public_id: str, list_id: str) -> ResponseReturnValue:
    """Turn a list back, with what must be put right."""
    workshop = staff_workshop(public_id)
    as_organiser = organises(workshop)
    return _page(workshop, list_id).send_back(
        lambda one, reason: lists.turn_back(
            one, reason, current_actor(), as_organiser=as_organiser
        ),
        _("Sent back. What is due can be proposed again."),
        as_organiser=as_organiser,
    )


@blueprint.get("/workshops/<public_id>/payouts/lists/<list_id>/paper/<sheet_id>.pdf")
@allow("payouts.pay")
def paper(public_id: str, list_id: str, sheet_id: str) -> ResponseReturnValue:
    """The paper list of one group, on which each signs for her money."""
    workshop = own_workshop(public_id, current_actor(), "payouts.pay")
    payout_list = list_of(workshop, list_id)
    sheet = one_or_404(
        next((row for row in sheets_of(payout_list) if row.public_id == sheet_id), None)
    )
    lines = lines_of(payout_list, sheet.letter)
    with FlashedProblems(RenderError):
        content = documents.payment_list(
            workshop, payout_list, sheet, lines, workshop.version.language
        )
        return noted(download(content, name=f"list-{sheet.number}.pdf", type="application/pdf"))
    return redirect(url_for("payouts.payout_list", public_id=public_id, list_id=list_id))
