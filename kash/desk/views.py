"""The page on which everybody arrives."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from kash.accounts.names import ASKED_NAMES, clock_text
from kash.accounts.services.notices import notice_text
from kash.database import utc_now
from kash.desk import blueprint
from kash.desk.today import MOST_SHOWN, today_for
from kash.members.opening import current_vault
from kash.policy import SIGNED_IN, allow
from kash.web import current_actor
from kash.web.account_names import account_names
from kash.web.formats import to_local


@blueprint.get("/")
@allow(SIGNED_IN)
def today() -> ResponseReturnValue:
    """Page of what needs the actor today."""
    now = utc_now()
    day = to_local(now).date()
    found = today_for(current_actor(), now, current_vault())
    return render_template(
        "desk/today.html",
        today=found,
        looked=account_names({one.account for one in found.contacts.looks}),
        day=day,
        heading=format_date(day, "EEEE d MMMM", rebase=False),
        most=MOST_SHOWN,
        clock_text=clock_text,
        asked_names=ASKED_NAMES,
        notice_text=notice_text,
    )
