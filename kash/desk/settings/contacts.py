"""How many looks at phones and e-mails are usual in a day."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from kash.accounts.errors import ProgrammeChangedMeanwhile
from kash.accounts.services.programme import change_settings
from kash.desk import blueprint
from kash.desk.settings.editions import differences, edition_shown, show_again
from kash.desk.settings.programme import the_programme
from kash.platform.web import KashForm, current_actor, page
from kash.platform.web.forms import whole_number_field
from kash.platform.web.programme import CONTACT_LOOKS, contact_looks_a_day
from kash.policy import allow


class ContactsForm(KashForm):
    """How many looks an account has in a day without a reason."""

    looks_a_day = whole_number_field(
        _l("Looks in a day"),
        least=CONTACT_LOOKS.least,
        most=CONTACT_LOOKS.most,
        description=_l("Each phone or e-mail that is shown is one look."),
    )
    edition = HiddenField(default="0")


@blueprint.route("/settings/contacts", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def contacts() -> ResponseReturnValue:
    """Change how many looks are usual; whoever needs more says why, and a director is told."""
    shown = {"looks_a_day": contact_looks_a_day()}
    form = ContactsForm(data={**shown, "edition": str(the_programme().version)})
    kept: list[tuple[str, str]] | None = None
    if form.validate_on_submit():
        values = {"looks_a_day": form.looks_a_day.data}
        try:
            change_settings(current_actor(), "contacts", "contacts", values, edition_shown(form))
        except ProgrammeChangedMeanwhile:
            kept = differences(form, {"looks_a_day": contact_looks_a_day()}, ("looks_a_day",))
            show_again(form, the_programme().version)
        else:
            flash(_("Saved."))
            return redirect(url_for("desk.settings"))
    body, answer = page("desk/settings/contacts.html", form=form, kept=kept, bounds=CONTACT_LOOKS)
    return body, 409 if kept is not None else answer
