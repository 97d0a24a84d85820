"""Further days on which no court sits: holidays that are gazetted, or follow the moon."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.accounts.services.programme import change_settings
from kash.desk import blueprint
from kash.desk.settings.programme import the_programme
from kash.incidents.queries.calendar import CLOSED, court_days, days_in
from kash.incidents.rules.court_days import public_holidays
from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today
from kash.platform.web.forms import long_text_field
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow

MOST_DAYS = 100


class CourtDaysForm(RowVersionForm):
    """The days, one on each line."""

    days = long_text_field(
        _l("No court sits on these days either"),
        most=2000,
        description=_l("One day on each line, as 2027-03-10."),
    )

    def validate_days(self, field: Any) -> None:
        """Each line is a day, and there are not too many."""
        lines = [line.strip() for line in field.data.splitlines() if line.strip()]
        for line in lines:
            try:
                found = date.fromisoformat(line)
            except ValueError:
                raise ValidationError(
                    _("“%(text)s” is not a day. It looks like 2027-03-10.", text=line[:40])
                ) from None
            if not 2000 <= found.year <= 2199:
                raise ValidationError(_("“%(text)s” is too far away.", text=line[:40]))
        if len(lines) > MOST_DAYS:
            raise ValidationError(_("At most %(most)s days.", most=MOST_DAYS))

    @property
    def chosen(self) -> list[str]:
        """The days in order, each once, as they are kept."""
        return sorted({line.strip() for line in self.days.data.splitlines()} - {""})


def _kept() -> dict[str, object]:
    days = "\n".join(day.isoformat() for day in sorted(court_days().closed))
    return {"days": days, "row_version": the_programme().version}


@blueprint.route("/settings/court-days", methods=["GET", "POST"])
@allow("settings.edit")
def court_days_page() -> ResponseReturnValue:
    """Say on which further days no court sits."""
    form = CourtDaysForm(data=_kept())
    if form.validate_on_submit():
        values = {"days": days_in(form.chosen)}
        with form.showing_problems():
            change_settings(current_actor(), "court_days", CLOSED, values, form.row_version_shown)
            flash(_("Saved."))
            return redirect(url_for("desk.settings"))
        if form.changed_meanwhile:
            form.compare(_kept())
    holidays = sorted(public_holidays(local_today().year))
    return page("desk/settings/court_days.html", form=form, holidays=holidays)
