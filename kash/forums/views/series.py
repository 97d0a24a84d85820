"""Pages of a forum and of its members."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.names import role_name
from kash.forums import blueprint
from kash.forums.forms import MOST_TICKED, AppearanceForm, FindMembersForm, ForumForm
from kash.forums.queries import series
from kash.forums.queries.actions import open_actions
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
)
from kash.forums.queries.templates import template_choices, template_of
from kash.forums.services import series as series_services
from kash.forums.services.series import add_members, change_forum, choose_appearance, open_forum
from kash.forums.tables import FORUM_COLUMNS, MEETING_COLUMNS
from kash.people.queries.search import FoundPerson, find_people, people_by_number
from kash.people.rules.one_group import OneGroup, one_group
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Reach, allow


def _forum_form(current: str = "") -> ForumForm:
    """The form, which asks for the secretary only whoever may choose one."""
    form = ForumForm()
    form.template.choices = [
        ("", _("The agenda of the last meeting")),
        *template_choices(),
    ]
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
    found = forums_listed(actor, now)
    if is_taken():
        return taken(found, FORUM_COLUMNS)
    return render_template(
        "forums/index.html",
        forums=found,
        next_meetings=next_meetings(actor, now),
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
            made = open_forum(
                name=form.name.data,
                secretary=chosen or "",
                template=form.template.data,
                by=actor,
            )
            flash(_("The forum is open. Now add its members."))
            return redirect(url_for("forums.forum", forum_id=made))
    return page("forums/edit.html", form=form, forum=None)


@blueprint.get("/<forum_id>")
@allow("forums.see")
@offers_table("meetings")
def forum(forum_id: str) -> ResponseReturnValue:
    """A forum: its members, meetings and open actions."""
    actor = current_actor()
    found = series.forum(forum_id, actor)
    meetings = meetings_of(found)
    if is_taken():
        return taken(meetings, MEETING_COLUMNS)
    members = member_lines(found, actor)
    return render_template(
        "forums/forum.html",
        forum=found,
        runs=runs(actor, found.secretary_id),
        secretary=secretary_of(found)[1],
        names=sees_names(actor),
        members=members,
        shown=one_group(members, attrgetter("letter"), request.args.get("group", "")),
        meetings=meetings,
        actions=open_actions(found, actor),
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
            change_forum(
                forum_id,
                name=form.name.data,
                secretary=chosen or "",
                template=form.template.data,
                by=actor,
            )
            flash(_("Saved."))
            return redirect(url_for("forums.forum", forum_id=forum_id))
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
    form = FindMembersForm()
    ticked = list(dict.fromkeys(request.form.getlist("people")))[:MOST_TICKED]
    if request.form.get("step") == "add" and ticked:
        return _add(forum_id, ticked)
    matches = None
    turned = request.form.get("group", "")
    # Turning to the other group of those who are offered is no search.
    if (form.names() or not turned) and form.validate_on_submit():
        matches = [one for name in form.names() for one in find_people(actor, name)]
    elif request.form.get("step") == "add":
        form.mark_wrong(form.search, _("Tick somebody first."))
    seated = series.seated(forum)
    kept = people_by_number(actor, ticked)
    shown = {one.public_id for one in kept}
    offered = people_with_account(actor, seated | shown)
    if matches is not None:
        by_id = {one.public_id: one for one in matches if one.public_id not in shown}
        matches = list(by_id.values())
    return page(
        "forums/find_members.html",
        form=form,
        forum=forum,
        kept=kept,
        searched=matches is not None,
        found=len(matches or ()),
        shown=_one_group(offered if matches is None else matches, kept, turned),
        seated=seated,
        role_name=role_name,
    )


def _one_group(
    rows: Sequence[FoundPerson | AccountHolder], kept: Sequence[FoundPerson], turned: str
) -> OneGroup[FoundPerson | AccountHolder]:
    """One group of those found or offered: the one that was `turned` to, else the one shown before
    if it has anybody."""
    letters = {one.letter for one in rows}
    wanted = turned or request.form.get("shown", "")
    if not turned and wanted not in letters:
        wanted = min(letters, default=wanted)
    return one_group(rows, attrgetter("letter"), wanted, beside=kept)


def _add(forum_id: str, ticked: list[str]) -> ResponseReturnValue:
    """Give those who were ticked a seat; then ask how she appears, if it is one."""
    made = add_members(forum_id, ticked, by=current_actor())
    if len(made) == 1 and len(ticked) == 1:
        flash(_("Added. Until they choose otherwise, this member is only counted."))
        return redirect(url_for("forums.appearance", forum_id=forum_id, member_id=made[0]))
    if made:
        flash(
            _(
                "Added: %(count)s. Until they choose otherwise, they are only counted.",
                count=len(made),
            )
        )
    else:
        flash(_("Who was ticked is a member already."), "warn")
    return redirect(url_for("forums.forum", forum_id=forum_id))


@blueprint.route("/<forum_id>/members/<member_id>", methods=["GET", "POST"])
@allow("forums.see")
def appearance(forum_id: str, member_id: str) -> ResponseReturnValue:
    """How a member appears: her own page, and that of who runs the forum."""
    actor = current_actor()
    forum = series.forum(forum_id, actor)
    member = member_to_change(forum, member_id, actor)
    form = AppearanceForm(data={"appears": member.appears, "shown_as": member.shown_as})
    if form.validate_on_submit():
        with form.showing_problems():
            choose_appearance(
                forum_id,
                member_id,
                appears=form.appears.data,
                shown_as=form.shown_as.data,
                by=actor,
            )
            flash(_("Saved."))
            return redirect(url_for("forums.forum", forum_id=forum_id))
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
        return redirect(url_for("forums.forum", forum_id=forum_id))
    return render_template("forums/leave.html", forum=forum, member=member)
