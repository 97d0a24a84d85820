"""How many looks at phones and e-mails are usual in a day."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.services.programme import change_settings
from kash.desk import blueprint
from kash.desk.settings.programme import the_programme
from kash.platform.web import current_actor, page
from kash.platform.web.forms import whole_number_field
from kash.platform.web.programme import CONTACT_LOOKS, contact_looks_a_day
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow


class ContactsForm(RowVersionForm):
    """How many looks an account has in a day without a reason."""

    looks_a_day = whole_number_field(
        _l("Looks in a day"),
        least=CONTACT_LOOKS.least,
        most=CONTACT_LOOKS.most,
        description=_l("Each phone or e-mail that is shown is one look."),
    )


def _kept() -> dict[str, int]:
    return {"looks_a_day": contact_looks_a_day(), "row_version": the_programme().version}


@blueprint.route("/settings/contacts", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def contacts() -> ResponseReturnValue:
    """Change how many looks are usual; whoever needs more says why, and a director is told."""
    form = ContactsForm(data=_kept())
    if form.validate_on_submit():
        values = {"looks_a_day": form.looks_a_day.data}
        with form.showing_problems():
            change_settings(current_actor(), "contacts", "contacts", values, form.row_version_shown)
            flash(_("Saved."))
            return redirect(url_for("desk.settings"))
        if form.changed_meanwhile:
            form.compare(_kept())
    return page("desk/settings/contacts.html", form=form, bounds=CONTACT_LOOKS)
