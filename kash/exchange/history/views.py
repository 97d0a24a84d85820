"""Pages of earlier trainings."""

from __future__ import annotations

import json
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.exchange.history import blueprint
from kash.exchange.history.forms import EarlierTrainingsForm
from kash.exchange.history.queries import (
    own_import,
    own_imports,
    people_called,
    trainings_of,
)
from kash.exchange.history.rules import MOST_BYTES
from kash.exchange.history.services import (
    LENGTHS,
    ROW_FAULTS,
    EarlierPreview,
    bring_in,
    look_through,
    take_back,
)
from kash.people.queries.directory import groups
from kash.people.rules.persons import MOST_NAME
from kash.people.sections import SectionRow
from kash.platform.database import db
from kash.platform.web import current_actor, go, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.formats import day_text
from kash.policy import Actor, allow

# As many names as are looked through at once on a phone.
_NAMES_ON_PAGE = 25


@blueprint.route("/", methods=["GET", "POST"])
@allow("history.bring")
@takes_file(MOST_BYTES, as_text=True)
def index() -> ResponseReturnValue:
    """Choose an export, look at each name of it, see how much would be saved, and save that."""
    actor = current_actor()
    form = EarlierTrainingsForm()
    form.offer(groups())
    preview = None
    if form.validate_on_submit():
        with form.showing_problems():
            text, group, order = form.content(), form.group.data, form.order.data or ""
            chosen = form.chosen(request.form)
            preview = look_through(text, group, actor, chosen, order)
            if form.shown.data and "back" not in request.form:
                number = bring_in(text, group, form.shown.data, chosen, actor, order)[1]
                return go("history.index", _("Saved. Earlier trainings: %(number)s", number=number))
    return page(
        "history/index.html",
        form=form,
        preview=preview,
        shown=_names_shown(preview, actor) if preview else None,
        confirming=bool(preview) and not form.errors and "confirm" in request.form,
        imports=own_imports(actor),
        faults=ROW_FAULTS,
        most_bytes=MOST_BYTES,
    )


def _names_shown(preview: EarlierPreview, actor: Actor) -> dict[str, Any]:
    """A page of the names of a file, those first that fit several people. `others` are people who
    were looked for beside a name, `sought` what was typed for that; `kept` is what was chosen on
    all pages otherwise than it would be by itself."""
    names = sorted(preview.names, key=lambda one: (len(one.people) < 2, not one.people))
    pages = max(1, -(-len(names) // _NAMES_ON_PAGE))
    asked = request.form.get("page_to") or request.form.get("page_number", "")
    number = min(max(int(asked) if asked.isascii() and asked.isdigit() else 1, 1), pages)
    on_page = names[(number - 1) * _NAMES_ON_PAGE : number * _NAMES_ON_PAGE]
    sought = {
        name.key: request.form.get(f"sought-{name.key}", "").strip()[:MOST_NAME] for name in on_page
    }
    return {
        "names": on_page,
        "number": number,
        "pages": pages,
        "others": {
            key: people_called(db.session(), actor, preview.group, text)
            for key, text in sought.items()
            if text
        },
        "sought": sought,
        "kept": json.dumps(
            {
                name.key: name.chosen.public_id if name.chosen else ""
                for name in preview.names
                if name.chosen != name.by_itself
            }
        ),
    }


@blueprint.route("/<public_id>/take-back", methods=["GET", "POST"])
@allow("history.bring")
def undo(public_id: str) -> ResponseReturnValue:
    """Take back all of one file."""
    actor = current_actor()
    own_import(db.session(), actor, public_id)
    if request.method == "POST":
        take_back(public_id, actor)
        return go("history.index", _("Taken back."))
    return render_template("history/undo.html", public_id=public_id)


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """Earlier trainings of a person for her page; no section where there are none."""
    rows = []
    for training in trainings_of(person_id, actor):
        length = (
            str(LENGTHS[training.length_unit]) % {"number": f"{training.length.normalize():f}"}
            if training.length is not None and training.length_unit
            else ""
        )
        part = _("as a trainer") if training.as_trainer else ""
        rows.append(
            SectionRow(
                key=day_text(training.first_day),
                key_small=str(training.first_day.year),
                text=training.title,
                small=" · ".join(filter(None, (part, length, training.place, training.organiser))),
            )
        )
    return rows or None
