"""Requests to read who somebody is, and a custodian's decision."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.members import blueprint, queries
from kash.members.errors import AlreadyDecided, CannotDecide
from kash.members.forms import IdentityDecisionForm
from kash.members.services.identity_requests import decide, may_decide, read_reason
from kash.members.vault_sessions import current_vault, require_vault
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.policy import allow


@blueprint.get("/u")
@allow("vault.open")
def identity_requests() -> ResponseReturnValue:
    """Requests that wait for a custodian, and one's own with the time that is left."""
    lines = queries.identity_request_lines(current_actor())
    return render_template(
        "members/identity_requests.html",
        waiting=[line for line in lines if line.state == "waits" and not line.mine],
        own=[line for line in lines if line.mine],
        decides=current_actor().may("vault.unseal"),
    )


@blueprint.route("/u/<public_id>", methods=["GET", "POST"])
@allow("vault.unseal", fresh=True)
@require_vault(compartment="identity")
def identity_request(public_id: str) -> ResponseReturnValue:
    """Read why somebody asks, and give the key for an hour or refuse."""
    by, vault = current_actor(), current_vault()
    line = queries.identity_request_line(by, public_id)
    form = IdentityDecisionForm()
    decision = request.form.get("decision")
    if vault is not None and form.validate_on_submit() and decision in ("grant", "refuse"):
        with FlashedProblems(AlreadyDecided, CannotDecide, tone="warn"):
            decide(by, vault, public_id, grant=decision == "grant")
            flash(
                _("You have agreed. It can be read for one hour.")
                if decision == "grant"
                else _("You have refused. Nothing was opened.")
            )
        return redirect(url_for("members.identity_requests"), code=303)
    away, reason = line.mine, ""
    if vault is not None and line.state == "waits" and not away:
        away = not may_decide(by, vault, public_id)
        reason = "" if away else read_reason(by, vault, public_id)
    return page("members/identity_request.html", form=form, line=line, reason=reason, away=away)
