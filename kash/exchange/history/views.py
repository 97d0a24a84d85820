"""The form of an export. Pages of earlier trainings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from kash.exchange.history import blueprint
from kash.exchange.history.queries import own_import, own_imports, people_called, trainings_of
from kash.exchange.history.rules import (
    DAY_FIRST,
    MONTH_FIRST,
    MOST_BYTES,
    UnreadableExport,
    decoded,
)
from kash.exchange.history.services import (
    FILE_FAULTS,
    LENGTHS,
    ROW_FAULTS,
    EarlierPreview,
    bring_in,
    look_through,
    take_back,
)
from kash.people.models import Group
from kash.people.queries.directory import groups
from kash.people.rules.persons import MOST_NAME
from kash.people.sections import SectionRow
from kash.platform.database import db
from kash.platform.web import KashForm, current_actor, go, page
from kash.platform.web.bodies import takes_file, too_large
from kash.platform.web.errors import Problem
from kash.platform.web.formats import day_text
from kash.platform.web.forms import choice_field, long_text_field
from kash.policy import Actor, allow


class EarlierTrainingsForm(KashForm):
    """An export as a file or, once it was shown, as text; `shown` is the digest of what was.
    `order` is what was said of its days, `kept` what was chosen on other pages of its names."""

    group = choice_field(_l("Group"), required=True)
    file = FileField(_l("CSV file of trainings"))
    text = long_text_field(_l("Or paste its text"), most=MOST_BYTES)
    order = choice_field(
        _l("Days of this file"),
        [("", ""), (DAY_FIRST, _l("Day first")), (MONTH_FIRST, _l("Month first"))],
        required=False,
    )
    shown = HiddenField()
    kept = HiddenField()

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [(group.public_id, group.name) for group in groups]

    def chosen(self, sent: MultiDict[str, str]) -> dict[str, str]:
        """The person who was chosen for each name (by key), on this page and on others; "" for
        nobody."""
        try:
            content = json.loads(self.kept.data or "{}")
        except (ValueError, RecursionError):
            content = {}
        chosen = {
            key: choice
            for key, choice in (content.items() if isinstance(content, dict) else ())
            if isinstance(choice, str)
        }
        return chosen | {key: sent.get(key, "") for key in sent.getlist("named")}

    def content(self) -> str:
        """The export, which lies in memory only. Raises BodyTooLarge and a Problem."""
        if not (self.file.data and self.file.data.filename):
            return self.text.data or ""
        content = bytes(self.file.data.read())
        if len(content) > MOST_BYTES:
            raise too_large(MOST_BYTES)
        try:
            return decoded(content)
        except UnreadableExport as fault:
            raise Problem(FILE_FAULTS[fault.why], field="file", status=422) from None


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
