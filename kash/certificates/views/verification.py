"""Anyone may check a serial, and learns status, title and date."""

from __future__ import annotations

import hashlib

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.certificates import blueprint, queries
from kash.certificates.forms import (
    REVOCATION_NAMES,
    VerifyForm,
)
from kash.certificates.rules import Standing, read_serial
from kash.database import utc_now
from kash.policy import ANYONE, allow
from kash.vault import lookup
from kash.web import page
from kash.web.language import language_code


@blueprint.route("/verify", methods=["GET", "POST"])
@allow(ANYONE)
def verify() -> ResponseReturnValue:
    """Anyone may check a serial, and learns status, title and date, and whether a name matches."""
    form = VerifyForm()
    answer = None
    if form.validate_on_submit():
        if read_serial(form.serial.data or "") is None:
            form.serial.errors = [
                _("This is not a whole serial. It has 12 letters and digits, in three groups.")
            ]
        else:
            address = hashlib.sha256(
                lookup(request.remote_addr or "", kind="address").encode()
            ).hexdigest()
            if not queries.admitted(address, utc_now()):
                return render_template(
                    "certificates/verify.html", form=form, answer=None, throttled=True
                ), 429
            answer = queries.verified(form.serial.data or "", form.name.data or "")
    return page(
        "certificates/verify.html",
        form=form,
        answer=answer,
        throttled=False,
        Standing=Standing,
        as_of=utc_now(),
        reason_class=REVOCATION_NAMES.get(answer.revoked_class, "") if answer else "",
        language=language_code(),
    )
