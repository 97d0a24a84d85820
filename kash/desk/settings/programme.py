"""The programme's names, its zone and its languages."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.accounts.models import Programme
from kash.accounts.queries.accounts import programme
from kash.accounts.services.programme import change_programme
from kash.desk import blueprint
from kash.desk.setup_form import check_zone
from kash.platform.web import current_actor, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.forms import SeveralField, choice_field, required, text_field
from kash.platform.web.language import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow


class ProgrammeForm(RowVersionForm):
    """Decisions of a programme about itself."""

    name = text_field(_l("Name"), most=120)
    neutral_name = text_field(
        _l("Neutral name"),
        most=60,
        description=_l(
            "Stands in titles and on paper. It should not tell what the programme does."
        ),
    )
    zone = text_field(_l("Time zone"), most=64, validators=[check_zone])
    languages = SeveralField(
        _l("Languages"),
        choices=list(LANGUAGES.items()),
        coerce=str,
        validators=[required(_l("Choose at least one language."))],
    )
    default_language = choice_field(_l("Usual language"), list(LANGUAGES.items()))

    def validate_default_language(self, chosen: Any) -> None:
        """The usual language is one of the programme's."""
        if chosen.data not in (self.languages.data):
            raise ValidationError(_("Choose one of the languages above."))


def the_programme() -> Programme:
    """The programme. Raises NotFound before it is set up."""
    return one_or_404(programme())


def _values(found: Programme) -> dict[str, Any]:
    return {
        "name": found.name,
        "neutral_name": found.neutral_name,
        "zone": found.zone,
        "default_language": found.default_language,
        "row_version": found.version,
    }


@blueprint.route("/settings/programme", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def edit_programme() -> ResponseReturnValue:
    """Change the programme's names, zone and languages."""
    found = the_programme()
    form = ProgrammeForm(data=_values(found), languages=found.languages)
    if form.validate_on_submit():
        usual = form.default_language.data
        others = [code for code in form.languages.data if code != usual]
        with form.showing_problems():
            change_programme(
                current_actor(),
                name=form.name.data,
                neutral_name=form.neutral_name.data,
                zone=form.zone.data,
                languages=[usual, *others],
                version=form.row_version_shown,
            )
            flash(_("Saved."))
            return redirect(url_for("desk.settings"))
        if form.changed_meanwhile:
            form.compare(_values(the_programme()))
    return page("desk/settings/programme.html", form=form)
