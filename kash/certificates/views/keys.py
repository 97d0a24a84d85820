"""The keys that sign certificates: which there are, and a new one."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.certificates import blueprint
from kash.certificates.forms.keys import ChangeKeyForm
from kash.certificates.queries import keys
from kash.certificates.queries.keys import current_key
from kash.certificates.services import signing
from kash.platform.web import current_actor, page
from kash.policy import allow


@blueprint.get("/certificates/keys")
@allow("certificates.keys")
def signing_keys() -> ResponseReturnValue:
    """Every key, from when to when it signed."""
    return render_template("certificates/keys.html", keys=keys.signing_keys())


@blueprint.route("/certificates/keys/change", methods=["GET", "POST"])
@allow("certificates.keys", fresh=True)
def change_key() -> ResponseReturnValue:
    """Have a new key sign from now on."""
    found = current_key()
    form = ChangeKeyForm(shown=found.public_id if found else "")
    if form.validate_on_submit():
        signing.change_key(form.shown.data, current_actor(), doubted=bool(form.doubted.data))
        flash(_("A new key signs from now on. Paper that was signed before stays as it is."))
        return redirect(url_for("certificates.signing_keys"))
    return page("certificates/key_change.html", form=form)
