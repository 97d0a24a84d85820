"""Languages in which only reports are filed: offered once somebody accepted their words."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.services.programme import change_settings
from kash.desk import blueprint
from kash.desk.settings.programme import the_programme
from kash.platform.web import current_actor, page
from kash.platform.web.forms import text_field
from kash.platform.web.programme import programme_facts
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow


class ReportingLanguagesForm(RowVersionForm):
    """Acceptance of the words of each language; where nobody accepted them, it is not offered."""

    luo = text_field(
        _l("Dholuo was read and accepted by"),
        most=120,
        required=False,
        description=_l("Somebody who speaks it well. While this is empty it is not offered."),
    )


def accepted_by() -> dict[str, str]:
    """People who accepted the words of each language."""
    facts = programme_facts()
    found = facts.accepted_by if facts is not None else {}
    return {"luo": found.get("luo", "")}


def _kept() -> dict[str, object]:
    return {**accepted_by(), "row_version": the_programme().version}


@blueprint.route("/settings/languages", methods=["GET", "POST"])
@allow("settings.edit")
def reporting_languages() -> ResponseReturnValue:
    """Name who accepted the words of a language."""
    form = ReportingLanguagesForm(data=_kept())
    if form.validate_on_submit():
        values = {"luo": form.luo.data}
        with form.showing_problems():
            change_settings(
                current_actor(), "languages", "languages", values, form.row_version_shown
            )
            flash(_("Saved."))
            return redirect(url_for("desk.settings"))
        if form.changed_meanwhile:
            form.compare(_kept())
    return page("desk/settings/languages.html", form=form)
