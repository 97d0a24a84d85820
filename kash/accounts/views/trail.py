"""The audit trail: who did what, and whether the chain is whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.queries.trail import audit_actions, audit_by_day, audit_listing
from kash.accounts.tables import TRAIL_COLUMNS
from kash.platform.database import db
from kash.platform.vault import head_code, verify
from kash.platform.web.action_words import action_text, actor_text
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow

# No trail is older than this.
_FIRST_YEAR = 2020


@blueprint.get("/audit")
@allow("audit.see")
@offers_table("trail", names=True)
def trail() -> ResponseReturnValue:
    """The entries, the newest first."""
    actor = request.args.get("actor", "")[:16]
    action = request.args.get("action", "")[:64]
    found = audit_listing(actor=actor, action=action)
    if is_taken():
        return taken(found, TRAIL_COLUMNS)
    return render_template(
        "accounts/trail.html",
        entries=found,
        actions=[("", _("All actions"))]
        + [(found, action_text(found)) for found in audit_actions()],
        actor_shown=actor,
        action=action,
        action_text=action_text,
        actor_text=actor_text,
        code=head_code(),
    )


@blueprint.get("/audit/days")
@allow("audit.see")
def trail_by_day() -> ResponseReturnValue:
    """Trail of what mediators did in a month, counted by day: a moment or an order would tie each
    to a case."""
    actor = request.args.get("actor", "")[:16]
    this = local_today().replace(day=1)
    month = min(_month_asked(), this)
    return render_template(
        "accounts/trail_by_day.html",
        lines=audit_by_day(month, actor=actor),
        month=month,
        before=(month - timedelta(days=1)).replace(day=1) if month.year > _FIRST_YEAR else None,
        following=(month + timedelta(days=31)).replace(day=1) if month < this else None,
        actor_shown=actor,
        action_text=action_text,
        actor_text=actor_text,
    )


def _month_asked() -> date:
    """The month in the address, the present one if there is none to be read."""
    try:
        asked = datetime.strptime(request.args.get("month", "")[:7], "%Y-%m").date()
    except ValueError:
        return local_today().replace(day=1)
    return max(asked, date(_FIRST_YEAR, 1, 1))


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
