"""Columns of the lists of forums, meetings, decisions and actions, where they are taken away as
tables. Who has an action stands there as on paper. Pages of a forum and of its members. Pages of
agenda templates."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, FormField

from kash.accounts.models import role_name
from kash.forums import blueprint, forms, go
from kash.forums.documents import owner_on_paper
from kash.forums.models import AgendaTemplate
from kash.forums.queries import meetings, series
from kash.forums.queries.decisions import ActionLine, DecisionLine, open_actions
from kash.forums.queries.meetings import meetings_of, next_meetings
from kash.forums.queries.series import (
    AccountHolder,
    forum_to_edit,
    forums_listed,
    member_lines,
    member_to_change,
    people_with_account,
    runs,
    secretaries,
    secretary_of,
    sees_names,
    template_choices,
    template_lines,
    template_of,
)
from kash.forums.rules.meetings import LONGEST_ITEM, PlannedItem
from kash.forums.services import presence as series_services
from kash.forums.wording import CONCLUSION_WORDS, STATE_WORDS
from kash.people.queries.search import FoundPerson, find_people, people_by_number
from kash.people.rules.persons import OneGroup, one_group
from kash.platform.database import utc_now
from kash.platform.web import KashForm, current_actor, page
from kash.platform.web.fields import HiddenField, RowsField, clean_text
from kash.platform.web.formats import local_today
from kash.platform.web.forms import choice_field, text_field, whole_number_field
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import Reach, allow

# Rows of `forums_listed`.
FORUM_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Forum"), lambda row: row[0].name, "#event+name"),
    TableColumn(_l("Members"), lambda row: row.members, "#population+members"),
    TableColumn(_l("Next meeting"), lambda row: row.following, "#date+next"),
    TableColumn(_l("Last meeting"), lambda row: row.last, "#date+last"),
    TableColumn(_l("Open actions"), lambda row: row.still_open, "#activity+num+open"),
)
_MEETING_STATES = {"held": _l("Held"), "cancelled": _l("Cancelled")}
# Rows of `meetings_of`.
MEETING_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Meeting"), lambda row: row[0].starts_at, "#date"),
    TableColumn(_l("Place"), lambda row: row[0].place, "#loc+name"),
    TableColumn(
        _l("State"), lambda row: _MEETING_STATES.get(row[0].state, _l("Planned")), "#status"
    ),
    TableColumn(_l("Items"), lambda row: row.items, "#activity+num"),
    TableColumn(_l("Decisions"), lambda row: row.decisions, "#output+num"),
    TableColumn(_l("Actions"), lambda row: row.actions, "#activity+num+actions"),
)
DECISION_COLUMNS: Sequence[TableColumn[DecisionLine]] = (
    TableColumn(_l("Minute"), lambda line: line.number, "#meta+id"),
    TableColumn(_l("Decision"), lambda line: line.text, "#output"),
    TableColumn(_l("Taken"), lambda line: line.taken_at, "#date"),
    TableColumn(_l("Hoped for"), lambda line: line.expected, "#outcome+expected"),
    TableColumn(_l("Look again on"), lambda line: line.look_on, "#date+review"),
    TableColumn(_l("Conclusion"), lambda line: CONCLUSION_WORDS.get(line.conclusion), "#status"),
    TableColumn(_l("Found"), lambda line: line.found, "#outcome+found"),
)
# An action, and its age.
AgedAction = tuple[ActionLine, Any]
ACTION_COLUMNS: Sequence[TableColumn[AgedAction]] = (
    TableColumn(_l("Minute"), lambda line: line[0].number, "#meta+id"),
    TableColumn(_l("Action"), lambda line: line[0].text, "#activity"),
    TableColumn(_l("Raised"), lambda line: line[0].raised_at, "#date+start"),
    TableColumn(_l("Who"), lambda line: owner_on_paper(line[0]), "#contact"),
    TableColumn(_l("By"), lambda line: line[0].due_on, "#date+due"),
    TableColumn(_l("State"), lambda line: STATE_WORDS[line[0].state], "#status"),
    TableColumn(_l("Closed on"), lambda line: line[0].closed_at, "#date+end"),
    TableColumn(_l("In a sentence"), lambda line: line[0].outcome, "#outcome"),
    TableColumn(_l("Age (days)"), lambda line: line[1].days, "#activity+age+days"),
    TableColumn(_l("Age (meetings)"), lambda line: line[1].meetings, "#activity+age+meetings"),
)


def _forum_form(current: str = "") -> forms.ForumForm:
    """The form, which asks for the secretary only the person who may choose one."""
    form = forms.ForumForm()
    form.template.choices = [("", _("The agenda of the last meeting")), *template_choices()]
    if current_actor().reach("forums.edit") is Reach.ALL:
        form.secretary.choices = secretaries(current)
        if not form.is_submitted():
            form.secretary.data = current
    else:
        del form.secretary
    return form


@blueprint.get("/")
@allow("forums.see")
@offers_table("forums")
def index() -> ResponseReturnValue:
    """The forums within reach."""
    actor, now = current_actor(), utc_now()
    forums = forums_listed(actor, now)
    if is_taken():
        return taken(forums, FORUM_COLUMNS)
    return render_template(
        "forums/index.html", forums=forums, next_meetings=next_meetings(actor, now)
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow("forums.edit")
def add() -> ResponseReturnValue:
    """Open a forum."""
    actor = current_actor()
    form = _forum_form(actor.public_id)
    if form.validate_on_submit():
        chosen = form.secretary.data if "secretary" in form else ""
        with form.showing_problems():
            opened = series_services.open_forum(
                name=form.name.data, secretary=chosen or "", template=form.template.data, by=actor
            )
            flash(_("The forum is open. Now add its members."))
            return go("forums.forum", forum_id=opened)
    return page("forums/edit.html", form=form, forum=None)


@blueprint.get("/<forum_id>")
@allow("forums.see")
@offers_table("meetings")
def forum(forum_id: str) -> ResponseReturnValue:
    """A forum: its members, meetings and open actions."""
    actor = current_actor()
    forum = series.forum(forum_id, actor)
    meetings = meetings_of(forum)
    if is_taken():
        return taken(meetings, MEETING_COLUMNS)
    members = member_lines(forum, actor)
    return render_template(
        "forums/forum.html",
        forum=forum,
        runs=runs(actor, forum.secretary_id),
        secretary=secretary_of(forum)[1],
        names=sees_names(actor),
        members=members,
        shown=one_group(members, attrgetter("letter"), request.args.get("group", "")),
        meetings=meetings,
        actions=open_actions(forum, actor),
        today=local_today(),
    )


@blueprint.route("/<forum_id>/edit", methods=["GET", "POST"])
@allow("forums.edit")
def edit(forum_id: str) -> ResponseReturnValue:
    """Give a forum another name or secretary."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    form = _forum_form(secretary_of(forum)[0])
    if form.validate_on_submit():
        chosen = form.secretary.data if "secretary" in form else ""
        with form.showing_problems():
            series_services.change_forum(
                forum_id,
                name=form.name.data,
                secretary=chosen or "",
                template=form.template.data,
                by=actor,
            )
            flash(_("Saved."))
            return go("forums.forum")
    elif not form.is_submitted():
        form.name.data = forum.name
        form.template.data = template_of(forum.template_id)
    return page("forums/edit.html", form=form, forum=forum)


@blueprint.route("/<forum_id>/members/new", methods=["GET", "POST"])
@allow("forums.edit")
def find_member(forum_id: str) -> ResponseReturnValue:
    """Find people by name, tick them and add them together. What is typed is posted, so that no
    address holds a name; who was ticked stays ticked while one looks for the next."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    form = forms.FindMembersForm()
    ticked = list(dict.fromkeys(request.form.getlist("people")))[: forms.MOST_TICKED]
    if request.form.get("step") == "add" and ticked:
        return _add(forum_id, ticked)
    matches = None
    turned = request.form.get("group", "")
    # Turning to the other group of those who are offered is no search.
    if (form.names() or not turned) and form.validate_on_submit():
        matches = [person for name in form.names() for person in find_people(actor, name)]
    elif request.form.get("step") == "add":
        form.mark_wrong(form.search, _("Tick somebody first."))
    seated = series.seated(forum)
    chosen = people_by_number(actor, ticked)
    shown = {person.public_id for person in chosen}
    offered = people_with_account(actor, seated | shown)
    if matches is not None:
        by_id = {person.public_id: person for person in matches if person.public_id not in shown}
        matches = list(by_id.values())
    return page(
        "forums/find_members.html",
        form=form,
        forum=forum,
        kept=chosen,
        searched=matches is not None,
        found=len(matches or ()),
        shown=_one_group(offered if matches is None else matches, chosen, turned),
        seated=seated,
        role_name=role_name,
    )


def _one_group(
    rows: Sequence[FoundPerson | AccountHolder], kept: Sequence[FoundPerson], turned: str
) -> OneGroup[FoundPerson | AccountHolder]:
    """One group of those found or offered: the one that was `turned` to, else the one shown before
    if it has anybody."""
    letters = {person.letter for person in rows}
    wanted = turned or request.form.get("shown", "")
    if not turned and wanted not in letters:
        wanted = min(letters, default=wanted)
    return one_group(rows, attrgetter("letter"), wanted, beside=kept)


def _add(forum_id: str, ticked: list[str]) -> ResponseReturnValue:
    """Give those who were ticked a seat; then ask how she appears, if it is one."""
    seats = series_services.add_members(forum_id, ticked, by=current_actor())
    if len(seats) == 1 and len(ticked) == 1:
        flash(_("Added. Until they choose otherwise, this member is only counted."))
        return go("forums.appearance", member_id=seats[0])
    if seats:
        flash(
            _(
                "Added: %(count)s. Until they choose otherwise, they are only counted.",
                count=len(seats),
            )
        )
    else:
        flash(_("Who was ticked is a member already."), "warn")
    return go("forums.forum")


@blueprint.route("/<forum_id>/members/<member_id>", methods=["GET", "POST"])
@allow("forums.see")
def appearance(forum_id: str, member_id: str) -> ResponseReturnValue:
    """How a member appears: her own page, and that of who runs the forum."""
    actor = current_actor()
    forum = series.forum(forum_id, actor)
    member = member_to_change(forum, member_id, actor)
    form = forms.AppearanceForm(data={"appears": member.appears, "shown_as": member.shown_as})
    if form.validate_on_submit():
        with form.showing_problems():
            series_services.choose_appearance(
                forum_id,
                member_id,
                appears=form.appears.data,
                shown_as=form.shown_as.data,
                by=actor,
            )
            flash(_("Saved."))
            return go("forums.forum")
    return page(
        "forums/appearance.html",
        form=form,
        forum=forum,
        member=member,
        runs=runs(actor, forum.secretary_id),
    )


@blueprint.route("/<forum_id>/members/<member_id>/leave", methods=["GET", "POST"])
@allow("forums.edit")
def end_membership(forum_id: str, member_id: str) -> ResponseReturnValue:
    """A member leaves, after a question."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    member = member_to_change(forum, member_id, actor)
    if request.method == "POST":
        series_services.end_membership(forum_id, member_id, by=actor)
        flash(_("The membership has ended."))
        return go("forums.forum")
    return render_template("forums/leave.html", forum=forum, member=member)


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
        validators=[forms.without_figures],
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
        items = []
        for entry in self.lines:
            line = entry.form
            title = line.title.data
            if not title:
                continue
            arising = line.kind.data == "arising"
            items.append(
                PlannedItem(
                    "" if arising and title == usual else title,
                    line.minutes.data,
                    "arising" if arising else "plain",
                )
            )
        return items


class AgendaNameForm(KashForm):
    """Name of a kept agenda."""

    name = text_field(_l("Name of the agenda"), most=120)


def _lines(found: AgendaTemplate | None) -> Sequence[dict[str, object]]:
    return [
        {"title": item.title or _("Matters arising"), "minutes": item.minutes, "kind": item.kind}
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
            series_services.add_template(
                form.name.data, form.language.data, form.written(), current_actor()
            )
            flash(_("Saved."))
            return go("forums.templates")
    form.add_spare_lines()
    return page("forums/template.html", form=form, template_id=None)


@blueprint.route("/templates/<template_id>", methods=["GET", "POST"])
@allow("forums.edit")
def edit_template(template_id: str) -> ResponseReturnValue:
    """Change an agenda; meetings that began with it stay as they are."""
    template = series.template(template_id)
    form = TemplateForm(
        data={
            "name": template.name,
            "language": template.language,
            "lines": _lines(template),
            "row_version": template.row_version,
        }
    )
    if form.validate_on_submit():
        with form.showing_problems():
            series_services.change_template(
                template_id,
                form.name.data,
                form.language.data,
                form.written(),
                form.row_version_shown,
                current_actor(),
            )
            flash(_("Saved."))
            return go("forums.templates")
    if form.changed_meanwhile:
        template = series.template(template_id)
        form.show_row_version(template.row_version)
    form.add_spare_lines()
    return page("forums/template.html", form=form, template_id=template_id, theirs=template)


@blueprint.route("/templates/<template_id>/remove", methods=["GET", "POST"])
@allow("forums.edit")
def remove_template(template_id: str) -> ResponseReturnValue:
    """Delete an agenda, after a question."""
    template = series.template(template_id)
    if request.method == "POST":
        series_services.remove_template(template_id, current_actor())
        flash(_("The agenda is deleted. Meetings stay as they are."))
        return go("forums.templates")
    return render_template("forums/template_remove.html", template=template)


@blueprint.route("/<forum_id>/meetings/<meeting_id>/template", methods=["GET", "POST"])
@allow("forums.edit")
def keep_agenda(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Keep a meeting's agenda under a name."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    form = AgendaNameForm()
    if form.validate_on_submit():
        with form.showing_problems():
            series_services.keep_agenda(forum_id, meeting_id, name=form.name.data, by=actor)
            flash(_("Saved. New meetings can begin with this agenda."))
            return go("forums.templates")
    return page("forums/keep_agenda.html", form=form, forum=forum, meeting=meeting)
