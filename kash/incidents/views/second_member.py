"""Pages of the second member: what waits for her, deciding, and holds."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, names, wording
from kash.incidents.forms.casework import HoldForm, SecondForm, WhyForm
from kash.incidents.queries.cases import Case, open_cases
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.second_member import seconds, standings
from kash.incidents.rules.parts import MemberProposal
from kash.incidents.rules.second_member import (
    NOT_KNOWN,
    REDACT,
    REMOVE,
    REPLACE,
    SHRED,
    lifts_alone,
    proposed,
)
from kash.incidents.sections import CaseAction, Entry
from kash.incidents.services.cases import note_opening, note_search
from kash.incidents.services.evidence import remove_evidence
from kash.incidents.services.identities import replace_identity
from kash.incidents.services.limits import agree_not_known
from kash.incidents.services.redacting import redact
from kash.incidents.services.second_member import (
    AnotherDecides,
    DecidedMeanwhile,
    OnHold,
    ProposedAlready,
    agree_to_hold,
    hold,
    lift,
    refuse,
)
from kash.incidents.services.shredding import Shredded, shred_case
from kash.incidents.views.case_context import load_case, require_vault, the_vault
from kash.platform.approvals.rules import Standing
from kash.platform.database import db
from kash.platform.vault import OpenVault
from kash.platform.web import current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import paged
from kash.policy import Actor, allow

ENTRY = Entry(_l("Second member"), "incidents.seconds_list", 29, "incidents.see")
HOLD = CaseAction(
    _l("Hold it"),
    "incidents.hold_case",
    90,
    lambda case, actor: not any(lifts_alone(one, actor.public_id) for one in case.record.holds),
)


def asked(reference: str) -> ResponseReturnValue:
    """Back to the case, where what was asked for stands."""
    flash(_("Asked. A second member finds it on Today, and decides."))
    return redirect(url_for("incidents.case", reference=reference), 303)


@blueprint.route("/2", methods=["GET", "POST"])
@allow("incidents.see")
@require_vault
def seconds_list() -> ResponseReturnValue:
    """Everything on which a second member decides, the oldest first; and a button for what was
    shredded, which stands there until whoever asked for it says that she has seen it."""
    actor, vault = current_actor(), the_vault()
    if request.method == "POST":
        note_search(actor, vault, [], shredded_read=request.form.get("seen", "").split())
        return redirect(url_for("incidents.seconds_list"), 303)
    cases, _damaged = open_cases(actor, vault)
    waiting = sorted(
        ((case, one) for case in cases for one in case.record.proposals),
        key=lambda found: (found[1].at, found[0].reference),
    )
    shredded = opened_box(db.session()).shredded_for.get(actor.public_id, {})
    new = [one.sealed for one in cases if one.sealed.form != "kept"]
    note_search(actor, vault, new)
    answers = [
        (case.reference, one)
        for case in cases
        for one in case.record.member_answers
        if one.by == actor.public_id
    ]
    listing = paged(waiting)
    return page(
        "incidents/seconds.html",
        listing=listing,
        shredded=shredded,
        answers=answers,
        acts=wording.ACT_NAMES,
        names=account_names(
            {one.by for _case, one in listing.rows} | {one.second for _case, one in answers}
        ),
        me=actor.public_id,
    )


@blueprint.route("/<reference>/2/<proposal>", methods=["GET", "POST"])
@allow("incidents.see", fresh=True)
@require_vault
def second(reference: str, proposal: str) -> ResponseReturnValue:
    """Agree to what another member asked for, refuse it, or take back one's own."""
    actor, vault, case = load_case(reference)
    found = proposed(case.record, proposal)
    if found is None:
        # The button was pressed twice, or another was first.
        flash(str(DecidedMeanwhile()), "warn")
        return redirect(url_for("incidents.case", reference=reference), 303)
    stands = standings(db.session(), actor.public_id, [found.by])[found.by]
    form = SecondForm()
    if stands is not Standing.MAY:
        # There is nothing to choose: she can only refuse, or take back what is hers.
        del form.answer
    if form.validate_on_submit():
        with form.showing_problems(OnHold, AnotherDecides, DecidedMeanwhile):
            if "answer" in form and form.answer.data == "agree":
                return _agree(actor, vault, reference, found)
            refuse(actor, vault, reference, proposal, form.reason.data)
            flash(_("It is not done, and the case says why."))
            return redirect(url_for("incidents.case", reference=reference), 303)
    else:
        note_opening(actor, vault, case)
    return page(
        "incidents/second.html",
        form=form,
        case=case,
        found=found,
        own=stands is Standing.ASKED,
        may_agree=stands is Standing.MAY,
        refused=str(AnotherDecides()),
        about=_about(case, found),
        act=wording.ACT_NAMES[found.act],
        words=names,
        names=account_names({found.by}),
        nobody=stands is Standing.ASKED and not seconds(db.session(), found.by, case.seen),
    )


def _agree(
    actor: Actor, vault: OpenVault, reference: str, found: MemberProposal
) -> ResponseReturnValue:
    if found.act == SHRED:
        done = shred_case(reference, by=actor, vault=vault, proposal=found.id)
        _tell_shredded(done)
        return redirect(url_for("incidents.index", show="all"), 303)
    if found.act == REMOVE:
        remove_evidence(actor, vault, reference, found.id)
        flash(_("Removed. Its keys and its files are gone; its hashes and custody stay."))
    elif found.act == REPLACE:
        replace_identity(actor, vault, reference, found.id)
        flash(_("Replaced. The old one stays sealed as an earlier version."))
    elif found.act == NOT_KNOWN:
        agree_not_known(actor, vault, reference, found.id)
        flash(_("Agreed. She no longer counts as held."))
    elif found.act == REDACT:
        redact(actor, vault, reference, found.id)
        flash(_("Taken out, with a mark where it stood. The case says when, who did it and why."))
    else:
        agree_to_hold(actor, vault, reference, found.id)
        flash(_("Agreed."))
    return redirect(url_for("incidents.case", reference=reference), 303)


def _tell_shredded(done: Shredded) -> None:
    flash(
        _("The case is shredded. Sealed documents that are gone: %(count)s.", count=done.documents)
    )
    if done.left:
        flash(
            _("Some of its files could not be deleted yet. Without keys nobody opens them."), "warn"
        )


def _about(case: Case, found: MemberProposal) -> str:
    """Name of what a proposal is about."""
    record = case.record
    codes = [one.code for one in record.persons if one.id == found.about]
    pieces = [
        f"{one.number}. {one.label}".strip()
        for one in record.evidence
        if one.document == found.about
    ]
    holds = [one.reason for one in record.holds if one.id == found.about]
    return next(iter([*codes, *pieces, *holds]), "")


# --- Holds ------------------------------------------------------------------------------------


@blueprint.route("/<reference>/y", methods=["GET", "POST"])
@allow("incidents.see")
@require_vault
def hold_case(reference: str) -> ResponseReturnValue:
    """Hold a case."""
    actor, vault, case = load_case(reference)
    form = HoldForm()
    if form.validate_on_submit():
        with form.showing_problems(ProposedAlready):
            reason, details = form.reason.data, form.details.data
            if hold(actor, vault, reference, reason, paper=form.paper.data, details=details):
                flash(_("It is held from this moment."))
                return redirect(url_for("incidents.case", reference=reference), 303)
            return asked(reference)
    return page(
        "incidents/hold.html",
        form=form,
        case=case,
        nobody=not seconds(db.session(), actor.public_id, case.seen),
    )


@blueprint.route("/<reference>/y/<hold_id>", methods=["GET", "POST"])
@allow("incidents.see")
@require_vault
def lift_hold(reference: str, hold_id: str) -> ResponseReturnValue:
    """Lift one's own hold, or ask a second member to end another."""
    actor, vault, case = load_case(reference)
    found = one_or_404(next((one for one in case.record.holds if one.id == hold_id), None))
    form = WhyForm()
    if form.validate_on_submit():
        with form.showing_problems(ProposedAlready):
            if lift(actor, vault, reference, hold_id, form.reason.data):
                flash(_("The hold is lifted."))
                return redirect(url_for("incidents.case", reference=reference), 303)
            return asked(reference)
    return page(
        "incidents/hold_end.html",
        form=form,
        case=case,
        found=found,
        alone=lifts_alone(found, actor.public_id),
        nobody=not seconds(db.session(), actor.public_id, case.seen),
    )
