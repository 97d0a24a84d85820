"""The page on which everybody arrives."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from kash.accounts.members.vault_sessions import current_vault
from kash.desk import blueprint
from kash.desk.today import today_for
from kash.platform.database import utc_now
from kash.platform.web import current_actor
from kash.platform.web.formats import to_local
from kash.policy import SIGNED_IN, allow


@blueprint.get("/")
@allow(SIGNED_IN)
def today() -> ResponseReturnValue:
    """Page of what needs the actor today."""
    now = utc_now()
    return render_template(
        "desk/today.html",
        today=today_for(current_actor(), now, current_vault()),
        now=now,
        heading=format_date(to_local(now).date(), "EEEE d MMMM", rebase=False),
    )
