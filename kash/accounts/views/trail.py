"""The audit trail: who did what, and whether the chain is whole."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint, queries
from kash.accounts.names import action_text
from kash.database import db
from kash.policy import allow
from kash.vault import head_code, verify


@blueprint.get("/audit")
@allow("audit.see")
def trail() -> ResponseReturnValue:
    """The entries, the newest first."""
    actor = request.args.get("actor", "")[:16]
    action = request.args.get("action", "")[:64]
    return render_template(
        "accounts/trail.html",
        entries=queries.audit_listing(actor=actor, action=action),
        actions=[("", _("All actions"))]
        + [(found, action_text(found)) for found in queries.audit_actions()],
        actor_shown=actor,
        action=action,
        action_text=action_text,
        code=head_code(),
    )


@blueprint.post("/audit/verify")
@allow("audit.verify")
def verify_trail() -> ResponseReturnValue:
    """Check the whole chain and its mirror."""
    found = verify(db.session())
    if found.sound:
        flash(_("The trail is whole. Entries checked: %(count)s.", count=found.entries))
    else:
        flash(_("The trail was changed. Tell whoever runs the machine: flask audit verify."), "bad")
    return redirect(url_for("accounts.trail"), code=303)
