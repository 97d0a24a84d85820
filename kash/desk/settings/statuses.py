"""The marks of a register: what they are called, and what they count."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.attendance.queries.statuses import Status, forget_statuses, status_used, statuses_for
from kash.attendance.queries.statuses import status as status_of
from kash.attendance.rules.marking import ALWAYS_IN_USE, Tone
from kash.attendance.services import statuses as statuses_services
from kash.attendance.services.statuses import StatusDetails, change_status
from kash.attendance.wording import status_word
from kash.desk import blueprint
from kash.platform.web import current_actor, page
from kash.platform.web.forms import BooleanField, radio_field, text_field, whole_number_field
from kash.platform.web.reordering import moved_order
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow

TONES: dict[str, Any] = {
    Tone.GOOD: _l("Green, as for who is there"),
    Tone.WARN: _l("Amber, as for who came late"),
    Tone.BAD: _l("Red, as for who is missing"),
    Tone.QUIET: _l("Grey, as for who gave a reason"),
}


class StatusForm(RowVersionForm):
    """A mark."""

    name = text_field(_l("Name"), most=40)
    letter = text_field(
        _l("Letter"), most=2, description=_l("Stands in the grid and on paper, and is its key.")
    )
    weight = whole_number_field(
        _l("Share of the session that counts, in per cent"), least=0, most=100
    )
    tone = radio_field(_l("Colour"), list(TONES.items()), default=str(Tone.QUIET))
    active = BooleanField(_l("In use"), default=True)


def _values(status: Status) -> dict[str, Any]:
    return {
        "name": status_word(status.code),
        "letter": status.letter,
        "weight": status.weight,
        "tone": status.tone,
        "active": status.active,
        "row_version": status.row_version,
    }


@blueprint.get("/settings/marks")
@allow("settings.see")
def statuses() -> ResponseReturnValue:
    """The marks in their order."""
    return render_template(
        "desk/settings/statuses.html", statuses=statuses_for("workshop", also_retired=True)
    )


@blueprint.route("/settings/marks/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_status() -> ResponseReturnValue:
    """Add a mark of the programme's own."""
    form = StatusForm()
    if form.validate_on_submit():
        with form.showing_problems():
            statuses_services.add_status(form.command(StatusDetails), current_actor())
            flash(_("Saved."))
            return redirect(url_for("desk.statuses"))
    return page("desk/settings/status.html", form=form, status=None, used=False)


@blueprint.route("/settings/marks/<code>", methods=["GET", "POST"])
@allow("settings.edit")
def edit_status(code: str) -> ResponseReturnValue:
    """Change a mark. What it counts stays once anybody was marked so."""
    found = status_of(code)
    form = StatusForm(data=_values(found))
    fixed = code in ALWAYS_IN_USE
    used = status_used(code)
    if fixed or used:
        # What can't change is not asked for.
        del form.weight
    if fixed:
        del form.active
    if form.validate_on_submit():
        unasked = {name: getattr(found, name) for name in ("weight", "active") if name not in form}
        with form.showing_problems():
            change_status(
                code,
                form.command(StatusDetails, **unasked),
                form.row_version_shown,
                current_actor(),
            )
            flash(_("Saved."))
            return redirect(url_for("desk.statuses"))
        if form.changed_meanwhile:
            forget_statuses()
            found = status_of(code)
            form.compare(_values(found))
    return page("desk/settings/status.html", form=form, status=found, used=used)


@blueprint.post("/settings/marks/order")
@allow("settings.edit")
def order_statuses() -> ResponseReturnValue:
    """Put the marks in another order."""
    present = [status.code for status in statuses_for("workshop", also_retired=True)]
    statuses_services.order_statuses(moved_order(present, request.form), current_actor())
    return redirect(url_for("desk.statuses"), code=303)
