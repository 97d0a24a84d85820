"""A leaver's hand-over: who takes what, then the account is closed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.errors import LastAdministrator, LastKeyHolder
from kash.accounts.holdings import Held, holding_label
from kash.accounts.models import Account
from kash.accounts.queries import hand_overs
from kash.accounts.queries.accounts import account, names_of
from kash.accounts.queries.hand_overs import last_hand_over, names_for
from kash.accounts.revocations import (
    revocation_label,
    revocation_outcome,
    revocation_warnings,
    revocations,
)
from kash.accounts.services import offboarding
from kash.accounts.services.offboarding import LET_GO, NobodyChosen
from kash.platform.web import NotFound, current_actor
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import one_or_404
from kash.policy import allow


@blueprint.route("/accounts/<public_id>/hand-over", methods=["GET", "POST"])
@allow("accounts.manage", fresh=True)
def hand_over(public_id: str) -> ResponseReturnValue:
    """Hand over what somebody holds: who takes it, then everything at once."""
    found = account(public_id)
    if not found.active:
        raise NotFound
    held = hand_overs.held(found)
    chosen = {one.holding.key: request.form.get(one.holding.key, "")[:16] for one in held}
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems = _unchosen(held, chosen)
        if not problems:
            with CaughtProblem(NobodyChosen, LastAdministrator, LastKeyHolder) as caught:
                offboarding.hand_over(current_actor(), public_id, chosen)
                flash(_("Everything is handed over, and the account is closed."))
                return redirect(url_for("accounts.handed_over", public_id=public_id), code=303)
            kind = caught.problem.kind if isinstance(caught.problem, NobodyChosen) else ""
            problems = {kind: caught.sentence}
            held = hand_overs.held(account(public_id))
    return render_template(
        "accounts/hand_over.html",
        account=account(public_id),
        held=held,
        chosen=chosen,
        problems=problems,
        let_go=LET_GO,
        steps=[one.label for one in revocations()],
        warnings=revocation_warnings(public_id),
    ), 422 if problems else 200


def _unchosen(held: list[Held], chosen: dict[str, str]) -> dict[str, str]:
    """All kinds for which nobody who may take them was chosen, so that all are said at once."""
    return {
        one.holding.key: str(NobodyChosen(one.holding.key))
        for one in held
        if chosen[one.holding.key] not in one.successors
        and not (one.holding.let_go and chosen[one.holding.key] == LET_GO)
    }


@blueprint.get("/accounts/<public_id>/handed-over")
@allow("accounts.see")
def handed_over(public_id: str) -> ResponseReturnValue:
    """Paper of a hand-over: who took over what."""
    found: Account = account(public_id)
    kept = one_or_404(last_hand_over(found.id))
    names = names_for(kept.lines) | names_of([kept.by])
    return render_template(
        "accounts/handed_over.html",
        account=found,
        kept=kept,
        names=names,
        holding_label=holding_label,
        step_label=revocation_label,
        outcome=revocation_outcome,
    )
