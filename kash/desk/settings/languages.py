"""Languages in which only reports are filed: offered once somebody accepted their words."""

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
from kash.platform.web.forms import text_field
from kash.platform.web.programme import programme_facts
from kash.policy import allow


class ReportingLanguagesForm(KashForm):
    """Acceptance of the words of each language; where nobody accepted them, it is not offered."""

    luo = text_field(
        _l("Dholuo was read and accepted by"),
        most=120,
        required=False,
        description=_l("Somebody who speaks it well. While this is empty it is not offered."),
    )
    edition = HiddenField(default="0")


def accepted_by() -> dict[str, str]:
    """People who accepted the words of each language."""
    facts = programme_facts()
    found = facts.accepted_by if facts is not None else {}
    return {"luo": found.get("luo", "")}


@blueprint.route("/settings/languages", methods=["GET", "POST"])
@allow("settings.edit")
def reporting_languages() -> ResponseReturnValue:
    """Name who accepted the words of a language."""
    form = ReportingLanguagesForm(data={**accepted_by(), "edition": str(the_programme().version)})
    kept: list[tuple[str, str]] | None = None
    if form.validate_on_submit():
        values = {"luo": form.luo.data or ""}
        try:
            change_settings(current_actor(), "languages", "languages", values, edition_shown(form))
        except ProgrammeChangedMeanwhile:
            kept = differences(form, accepted_by(), ("luo",))
            show_again(form, the_programme().version)
        else:
            flash(_("Saved."))
            return redirect(url_for("desk.settings"))
    body, answer = page("desk/settings/languages.html", form=form, kept=kept)
    return body, 409 if kept is not None else answer
