"""Pages about the groups that the programme brings together."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.forms.groups import GroupForm
from kash.people.queries import organisations
from kash.people.services import groups as groups_services
from kash.people.services.groups import change_group
from kash.platform.web import current_actor, page
from kash.platform.web.errors import one_or_404
from kash.policy import allow


@blueprint.get("/groups")
@allow("settings.see")
def groups() -> ResponseReturnValue:
    """The groups that the programme brings together."""
    return render_template("people/groups.html", groups=organisations.groups())


@blueprint.route("/groups/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_group() -> ResponseReturnValue:
    """Add a group."""
    return _edit_group(GroupForm(), None)


@blueprint.route("/groups/<public_id>/edit", methods=["GET", "POST"])
@allow("settings.edit")
def edit_group(public_id: str) -> ResponseReturnValue:
    """Change a group's name or letter."""
    found = one_or_404(
        next((group for group in organisations.groups() if group.public_id == public_id), None)
    )
    form = GroupForm()
    if not form.is_submitted():
        form.name.data, form.letter.data = found.name, found.letter
        form.is_police.data = found.is_police
    return _edit_group(form, public_id)


def _edit_group(form: GroupForm, public_id: str | None) -> ResponseReturnValue:
    if form.validate_on_submit():
        name, letter = form.name.data, form.letter.data
        police = bool(form.is_police.data)
        with form.showing_problems():
            if public_id is None:
                groups_services.add_group(name, letter, is_police=police, by=current_actor())
            else:
                change_group(public_id, name, letter, is_police=police, by=current_actor())
            flash(_("Saved."))
            return redirect(url_for("people.groups"))
    return page("people/group.html", form=form, public_id=public_id)
