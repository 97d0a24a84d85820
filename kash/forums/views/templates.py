"""Pages of agenda templates."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, FormField

from kash.forums import blueprint
from kash.forums.forms import without_figures
from kash.forums.models import AgendaTemplate
from kash.forums.queries.meetings import meeting
from kash.forums.queries.series import forum_to_edit
from kash.forums.queries.templates import template, template_lines
from kash.forums.rules.agenda import LONGEST_ITEM, PlannedItem
from kash.forums.services import templates as templates_services
from kash.forums.services.templates import change_template
from kash.platform.web import KashForm, current_actor, page
from kash.platform.web.fields import RowsField
from kash.platform.web.forms import (
    HiddenField,
    choice_field,
    clean_text,
    text_field,
    whole_number_field,
)
from kash.platform.web.language import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow

# Empty lines below those that are written, so that an agenda can grow without script.
_SPARE = 4
_MOST_LINES = 64


class ItemLine(Form):
    """A point of the agenda. One whose title is emptied is left out."""

    title = text_field(
        _l("Item"),
        most=200,
        required=False,
        filters=[clean_text],
        validators=[without_figures],
    )
    minutes = whole_number_field(_l("Time (min)"), least=1, most=LONGEST_ITEM, required=False)
    kind = HiddenField(default="plain")


class TemplateForm(RowVersionForm):
    """An agenda with a name."""

    name = text_field(_l("Name of the agenda"), most=120)
    language = choice_field(_l("Language"), [("", _l("Any")), *LANGUAGES.items()], required=False)
    lines = RowsField(FormField(ItemLine), max_entries=_MOST_LINES)

    def add_spare_lines(self) -> None:
        """Room for more."""
        while len(self.lines) < min(len(self.written()) + _SPARE, _MOST_LINES):
            self.lines.append_entry()

    def written(self) -> list[PlannedItem]:
        """The items as entered."""
        usual = _("Matters arising")
        found = []
        for entry in self.lines:
            line = entry.form
            title = line.title.data
            if not title:
                continue
            arising = line.kind.data == "arising"
            found.append(
                PlannedItem(
                    "" if arising and title == usual else title,
                    line.minutes.data,
                    "arising" if arising else "plain",
                )
            )
        return found


class AgendaNameForm(KashForm):
    """Name of a kept agenda."""

    name = text_field(_l("Name of the agenda"), most=120)


def _lines(found: AgendaTemplate | None) -> Sequence[dict[str, object]]:
    return [
        {
            "title": item.title or _("Matters arising"),
            "minutes": item.minutes,
            "kind": item.kind,
        }
        for item in (found.items if found is not None else ())
    ]


@blueprint.get("/templates")
@allow("forums.edit")
def templates() -> ResponseReturnValue:
    """The agendas that meetings can begin with."""
    return render_template(
        "forums/templates.html", templates=template_lines(), language_names=LANGUAGES
    )


@blueprint.route("/templates/new", methods=["GET", "POST"])
@allow("forums.edit")
def add_template() -> ResponseReturnValue:
    """Write an agenda."""
    form = TemplateForm()
    if form.validate_on_submit():
        with form.showing_problems():
            templates_services.add_template(
                form.name.data, form.language.data, form.written(), current_actor()
            )
            flash(_("Saved."))
            return redirect(url_for("forums.templates"))
    form.add_spare_lines()
    return page("forums/template.html", form=form, template_id=None)


@blueprint.route("/templates/<template_id>", methods=["GET", "POST"])
@allow("forums.edit")
def edit_template(template_id: str) -> ResponseReturnValue:
    """Change an agenda; meetings that began with it stay as they are."""
    found = template(template_id)
    form = TemplateForm(
        data={
            "name": found.name,
            "language": found.language,
            "lines": _lines(found),
            "row_version": found.row_version,
        }
    )
    if form.validate_on_submit():
        with form.showing_problems():
            change_template(
                template_id,
                form.name.data,
                form.language.data,
                form.written(),
                form.row_version_shown,
                current_actor(),
            )
            flash(_("Saved."))
            return redirect(url_for("forums.templates"))
    if form.changed_meanwhile:
        found = template(template_id)
        form.show_row_version(found.row_version)
    form.add_spare_lines()
    return page("forums/template.html", form=form, template_id=template_id, theirs=found)


@blueprint.route("/templates/<template_id>/remove", methods=["GET", "POST"])
@allow("forums.edit")
def remove_template(template_id: str) -> ResponseReturnValue:
    """Delete an agenda, after a question."""
    found = template(template_id)
    if request.method == "POST":
        templates_services.remove_template(template_id, current_actor())
        flash(_("The agenda is deleted. Meetings stay as they are."))
        return redirect(url_for("forums.templates"), code=303)
    return render_template("forums/template_remove.html", template=found)


@blueprint.route("/<forum_id>/meetings/<meeting_id>/template", methods=["GET", "POST"])
@allow("forums.edit")
def keep_agenda(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Keep a meeting's agenda under a name."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    held = meeting(forum, meeting_id)
    form = AgendaNameForm()
    if form.validate_on_submit():
        with form.showing_problems():
            templates_services.keep_agenda(forum_id, meeting_id, name=form.name.data, by=actor)
            flash(_("Saved. New meetings can begin with this agenda."))
            return redirect(url_for("forums.templates"))
    return page("forums/keep_agenda.html", form=form, forum=forum, meeting=held)
