"""The page of encrypted submissions: the key for a form's settings, and a file brought in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.members.vault_sessions import current_vault, require_vault
from kash.exchange.kobo import sealed_forms
from kash.exchange.kobo.forms import SubmissionsForm
from kash.exchange.kobo.services.marks import (
    SUBMISSIONS_MOST_BYTES,
    bring_submissions,
    make_key,
    present_key,
)
from kash.exchange.kobo.words import NOT_OPENED
from kash.platform.web import current_actor, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.errors import one_or_404
from kash.platform.web.language import language_code
from kash.policy import allow


@sealed_forms.route("/", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
@takes_file(SUBMISSIONS_MOST_BYTES)
def index() -> ResponseReturnValue:
    """The present key, and a file of submissions to be opened and filed."""
    vault = one_or_404(current_vault())
    form = SubmissionsForm()
    if form.validate_on_submit():
        with form.showing_problems():
            brought = bring_submissions(form.content(), current_actor(), vault, language_code())
            return render_template("kobo/brought.html", brought=brought, words=NOT_OPENED)
    return page(
        "kobo/submissions.html", form=form, key=present_key(), most_bytes=SUBMISSIONS_MOST_BYTES
    )


@sealed_forms.post("/key")
@allow("incidents.edit")
@require_vault
def new_key() -> ResponseReturnValue:
    """Make a key to which phones encrypt from now on."""
    make_key(current_actor())
    flash(_("Made. Put it into the settings of the form, and give the form out anew."))
    return redirect(url_for("sealed_forms.index"), 303)
