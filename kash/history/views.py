"""Pages of earlier trainings."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.history import blueprint
from kash.history.forms import EarlierTrainingsForm
from kash.history.queries import own_import, own_imports, trainings_of
from kash.history.rules import MOST_BYTES
from kash.history.services import bring_in, look_through, take_back
from kash.history.words import LENGTHS, ROW_FAULTS
from kash.people.queries.organisations import groups
from kash.people.sections import SectionRow
from kash.platform.database import db
from kash.platform.web import current_actor, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.formats import day_text
from kash.policy import Actor, allow


@blueprint.route("/", methods=["GET", "POST"])
@allow("history.bring")
@takes_file(MOST_BYTES, as_text=True)
def index() -> ResponseReturnValue:
    """Choose an export, look at what it would bring, and save that."""
    actor = current_actor()
    form = EarlierTrainingsForm()
    form.offer(groups())
    preview = None
    if form.validate_on_submit():
        with form.showing_problems():
            text = form.content()
            preview = look_through(text, form.group.data, actor)
            if form.shown.data:
                number = bring_in(text, form.group.data, form.shown.data, request.form, actor)[1]
                flash(_("Saved. Earlier trainings: %(number)s", number=number))
                return redirect(url_for("history.index"), 303)
    return page(
        "history/index.html",
        form=form,
        preview=preview,
        imports=own_imports(actor),
        faults=ROW_FAULTS,
        most_bytes=MOST_BYTES,
    )


@blueprint.route("/<public_id>/take-back", methods=["GET", "POST"])
@allow("history.bring")
def undo(public_id: str) -> ResponseReturnValue:
    """Take back all of one file."""
    actor = current_actor()
    own_import(db.session(), actor, public_id)
    if request.method == "POST":
        take_back(public_id, actor)
        flash(_("Taken back."))
        return redirect(url_for("history.index"), 303)
    return render_template("history/undo.html", public_id=public_id)


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """Earlier trainings of a person for her page; no section where there are none."""
    rows = []
    for one in trainings_of(person_id, actor):
        length = (
            str(LENGTHS[one.length_unit]) % {"number": f"{one.length.normalize():f}"}
            if one.length is not None and one.length_unit
            else ""
        )
        part = _("as a trainer") if one.as_trainer else ""
        rows.append(
            SectionRow(
                key=day_text(one.first_day),
                key_small=str(one.first_day.year),
                text=one.title,
                small=" · ".join(filter(None, (part, length, one.place, one.organiser))),
            )
        )
    return rows or None
