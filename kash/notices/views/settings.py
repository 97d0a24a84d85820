"""The ways by which messages go out, and whether others can believe them."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.notices import blueprint
from kash.notices.queries.sender import message_counts, sender_check
from kash.notices.services.sender_checks import LONG_AGO, ask_for_check, sender_domain
from kash.notices.views.reports import callback_secret
from kash.notices.words import CHANNEL, RECORD, RECORD_TONE, SHOULD_BE, STATE
from kash.platform.messages import mail_is_set_up, sms_is_set_up
from kash.platform.web import current_actor
from kash.platform.web.public_address import public_address
from kash.policy import allow


@blueprint.get("/settings/messages")
@allow("settings.see")
def settings() -> ResponseReturnValue:
    """Ways out, the sender's domain, the addresses for the gateway, and counts."""
    secret = callback_secret() if current_actor().may("settings.edit") else ""
    address, check = public_address(), sender_check()
    return render_template(
        "notices/settings.html",
        mail=mail_is_set_up(),
        sms=sms_is_set_up(),
        sender=current_app.config["SETTINGS"].mail_from,
        domain=sender_domain(),
        check=check,
        waiting=check is not None and check.checked_at == LONG_AGO,
        record=RECORD,
        tone=RECORD_TONE,
        should_be=SHOULD_BE,
        reports=f"{address}/messages/reports/{secret}" if secret else "",
        stops=f"{address}/messages/stops/{secret}" if secret else "",
        counts=message_counts(),
        channel=CHANNEL,
        state=STATE,
    )


@blueprint.post("/settings/messages/look")
@allow("settings.edit")
def look_again() -> ResponseReturnValue:
    """Have the worker ask for the records again."""
    ask_for_check(by=current_actor())
    flash(_("It is asked for within a minute. Load the page again then."))
    return redirect(url_for("notices.settings"))
