"""Payments that are said not to have arrived: read, approved, sent back; and compared once paid
again."""

from __future__ import annotations

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.payouts import blueprint
from kash.payouts.approval import REVERSAL
from kash.payouts.models import PayoutReversal, ReversalLine
from kash.payouts.queries.lists import list_of
from kash.payouts.queries.reversals import reversal_of
from kash.payouts.services import reversals
from kash.payouts.views.scope import letter_of, organises, staff_workshop
from kash.people.rules.one_group import one_group
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.web import current_actor
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem
from kash.policy import allow
from kash.workshops.models import Workshop

_AT = "/workshops/<public_id>/payouts/lists/<list_id>/reversals/<reversal_id>"


@blueprint.get(_AT)
@allow("payouts.see")
def reversal(public_id: str, list_id: str, reversal_id: str) -> ResponseReturnValue:
    """Payments that are said not to have arrived, each with what is said and why."""
    found = staff_workshop(public_id)
    return _reversal_page(found, reversal_of(list_of(found, list_id), reversal_id), SendBackForm())


def _letter(said: ReversalLine) -> str:
    return letter_of(said.line)


def _reversal_page(
    workshop: Workshop, reversal: PayoutReversal, form: SendBackForm, problem: str = ""
) -> ResponseReturnValue:
    decision = REVERSAL.offered(reversal, current_actor(), as_organiser=organises(workshop))
    names = names_of([*reversal.accounts, decision.standing_in, *reversal.makers])
    return render_template(
        "payouts/reversal.html",
        workshop=workshop,
        list=reversal.of_list,
        reversal=reversal,
        shown=one_group(reversal.lines, _letter, request.values.get("group", "")),
        receipts={said.id: reversals.receipt_of(said) for said in reversal.lines},
        decision=decision,
        returns=decision.returns and reversal.state == "proposed",
        names=names,
        makers=", ".join(names.get(one, _("somebody")) for one in sorted(reversal.makers)),
        form=form,
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


def _page(workshop: Workshop, list_id: str, reversal_id: str) -> ProposalPage[PayoutReversal]:
    return ProposalPage(
        REVERSAL,
        lambda: reversal_of(list_of(workshop, list_id), reversal_id),
        partial(_reversal_page, workshop),
        url_for("payouts.payout_list", public_id=workshop.public_id, list_id=list_id),
    )


@blueprint.post(f"{_AT}/approve")
@allow("payouts.approve")
def approve_reversal(public_id: str, list_id: str, reversal_id: str) -> ResponseReturnValue:
    """Approve that payments did not arrive, as another said."""
    return _page(staff_workshop(public_id), list_id, reversal_id).step(
        lambda row: reversals.approve_reversal(row, current_actor()),
        lambda _nothing: _("Approved. These payments can be made once more."),
    )


@blueprint.post(f"{_AT}/turn-back")
@allow("payouts.see")
def turn_back_reversal(public_id: str, list_id: str, reversal_id: str) -> ResponseReturnValue:
    """Send back that payments did not arrive, with why."""
    workshop = staff_workshop(public_id)
    as_organiser = organises(workshop)
    return _page(workshop, list_id, reversal_id).send_back(
        lambda row, reason: reversals.turn_back_reversal(
            row, reason, current_actor(), as_organiser=as_organiser
        ),
        _("Sent back. The payments stand as before."),
        as_organiser=as_organiser,
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/compared")
@allow("payouts.approve")
def compared(public_id: str, list_id: str) -> ResponseReturnValue:
    """Note that what was paid after a failure was compared."""
    payout_list = list_of(staff_workshop(public_id), list_id)
    lines = request.form.getlist("line")
    if not lines:
        flash(_("Tick the payments that you compared."), "warn")
    with FlashedProblems(Problem):
        reversals.note_compared(payout_list, lines, current_actor())
        if lines:
            flash(_("Saved."))
    return redirect(url_for("payouts.payout_list", public_id=public_id, list_id=list_id))
