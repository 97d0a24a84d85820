"""Courses that somebody is to have had before another one."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.platform.web import NotFound, current_actor, page
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import EarlierForm
from kash.workshops.queries.earlier import course_with_needs, other_courses
from kash.workshops.services.earlier import set_earlier_courses


@blueprint.route("/courses/<course_id>/earlier", methods=["GET", "POST"])
@allow("curriculum.edit")
def earlier(course_id: str) -> ResponseReturnValue:
    """Tick the courses that whoever is enrolled in this one is to have had."""
    found = course_with_needs(course_id)
    if found is None:
        raise NotFound
    name, needed = found
    form = EarlierForm(data={"needs": needed})
    form.needs.choices = other_courses(course_id)
    back = url_for("training.course", public_id=course_id)
    if form.validate_on_submit():
        with form.showing_problems():
            set_earlier_courses(course_id, form.needs.data or [], current_actor())
            flash(_("Saved."))
            return redirect(back, code=303)
    return page("workshops/earlier.html", form=form, name=name, back=back)
