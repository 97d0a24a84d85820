"""Pages of a meeting and of its agenda. Members as they are offered where somebody takes an action
on. Pages of terms of office, and of the quorum that a forum agreed on. A forum's year: its
attendance as page, sheet and paper, and the register of its actions."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from flask import Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint, documents, go, wording
from kash.forums.forms import (
    AS_LAST_TIME,
    SHARE_WORDS,
    USUAL_AGENDA,
    CallOffForm,
    ItemForm,
    MeetingForm,
    NewItemForm,
    OfficeTermForm,
    QuorumForm,
)
from kash.forums.models import AgendaItem, Forum, ForumMember, Meeting
from kash.forums.queries import meetings, minutes_life, series
from kash.forums.queries.decisions import (
    action_line,
    ages_of,
    all_actions,
    arising_in,
    owners_shown,
    returning_in,
)
from kash.forums.queries.meetings import (
    MemberTerms,
    any_meeting,
    attendance_of,
    attendance_table,
    member_terms,
    minutes_of,
    number_of,
    quorums_of,
    times_of,
)
from kash.forums.queries.minutes import locked_record, meetings_in_year, papers_of, years_of
from kash.forums.queries.series import forum_to_edit, sees_names, template_choices, template_of
from kash.forums.rules.meetings import TOLD_BEFORE, letters_in, order_is_fixed
from kash.forums.services import agenda as agenda_services
from kash.forums.services import meetings as meetings_services
from kash.forums.services.agenda import add_item
from kash.forums.services.meetings import add_term, agree_quorum, change_meeting, change_term
from kash.people.queries.directory import groups, venue_names
from kash.people.rules.persons import one_group
from kash.platform.database import utc_now
from kash.platform.web import current_actor, download, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.taking import XLSX, noted, table_xlsx
from kash.policy import Actor, allow


@blueprint.route("/<forum_id>/meetings/new", methods=["GET", "POST"])
@allow("forums.edit")
def plan_meeting(forum_id: str) -> ResponseReturnValue:
    """Plan a meeting."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    form = MeetingForm()
    form.offer(template_choices())
    own = template_of(forum.template_id)
    if not form.is_submitted():
        new = not any_meeting(forum)
        form.agenda.data = own or (USUAL_AGENDA if new else AS_LAST_TIME)
    if form.validate_on_submit():
        with form.showing_problems():
            planned = meetings_services.plan_meeting(
                forum_id,
                starts_at=form.starts_at,
                place=form.place.data,
                as_last_time=form.agenda.data == AS_LAST_TIME,
                template=form.template,
                agenda=wording.usual_agenda() if form.agenda.data == USUAL_AGENDA else None,
                minutes=form.length,
                by=actor,
            )
            flash(_("The meeting is planned. Now write its agenda."))
            return go("forums.agenda", meeting_id=planned)
    return page(
        "forums/meeting_edit.html", form=form, forum=forum, meeting=None, venues=venue_names()
    )


@blueprint.get("/<forum_id>/meetings/<meeting_id>")
@allow("forums.see")
def meeting(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """A meeting as far as it is for the actor to read: until it is held, members see its agenda."""
    actor, now = current_actor(), utc_now()
    forum = series.forum(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    runs = series.runs(actor, forum.secretary_id)
    life = minutes_life.life_of(meeting, now)
    if life.locked:
        return locked_page(forum, meeting, life, actor, runs=runs)
    items = minutes_of(meeting)
    written = runs or meeting.state == "held"
    actions = {
        action.public_id: action_line(action, item, meeting, actor)
        for item in items
        for action in item.actions
    }
    carried = arising_in(meeting, now, actor)
    named = [line for line, _state in carried] + (list(actions.values()) if written else [])
    return render_template(
        "forums/meeting.html",
        forum=forum,
        meeting=meeting,
        runs=runs,
        written=written,
        shown=lambda item, text: minutes_life.shown_text(item, text, whole=runs),
        points=[(item, number_of(item, meeting)) for item in items],
        clock=times_of(meeting, items),
        papers=papers_of(meeting),
        actions=actions,
        carried=carried,
        returning=returning_in(meeting, now, actor),
        conclusions=wording.CONCLUSION_WORDS,
        ages=ages_of(forum, [line for line, _state in carried], now),
        owners=owners_shown(named, request.args.get("group", "")),
        attendance=attendance_table(attendance_of(meeting), by_letter=not sees_names(actor)),
        begun=to_local(meeting.starts_at).date() <= local_today(),
        life=life,
        remarks=minutes_life.remarks_on(meeting, actor, whole=runs) if life.circulated else {},
        remarking=life.takes_remarks
        and minutes_life.seat_that_was_there(meeting, actor) is not None,
        confirmed=minutes_life.confirmed_at(meeting),
        to_confirm=minutes_life.earlier_circulated(meeting)
        if runs and meeting.starts_at <= now
        else [],
        languages=documents.paper_languages(),
        **documents.results_of(meeting, [item.title for item in items]),
    )


def locked_page(
    found: Forum, held: Meeting, life: minutes_life.LifeLine, actor: Actor, *, runs: bool
) -> ResponseReturnValue:
    """A meeting whose minutes are locked, from their leaves."""
    record = locked_record(held)
    return render_template(
        "forums/locked.html",
        forum=found,
        meeting=held,
        life=life,
        runs=runs,
        record=record,
        items=list(zip(record.items, documents.printed_items(record), strict=True)),
        attendance=documents.attendance_in(record),
        confirmed=documents.confirmation_in(record),
        states=minutes_life.action_states(record),
        errata=minutes_life.errata_of(held),
        own=minutes_life.own_names(held, actor),
        withdrawing=runs and request.args.get("withdraw") == "1",
        languages=documents.paper_languages(),
        text_of=documents.text_of,
        owner_of=documents.owner_of,
        **documents.results_of(held, [item.head["title"] for item in record.items]),
    )


@blueprint.route("/<forum_id>/meetings/<meeting_id>/edit", methods=["GET", "POST"])
@allow("forums.edit")
def edit_meeting(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Move a meeting to another day, time or place."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    form = MeetingForm(data=_saved(meeting))
    del form.agenda
    if form.validate_on_submit():
        with form.showing_problems():
            change_meeting(
                forum_id,
                meeting_id,
                starts_at=form.starts_at,
                place=form.place.data,
                minutes=form.length,
                row_version=form.row_version_shown,
                by=actor,
            )
            flash(_("Saved."))
            return go("forums.meeting")
    if form.changed_meanwhile:
        forum = forum_to_edit(forum_id, actor)
        meeting = meetings.meeting(forum, meeting_id)
        form.compare(_saved(meeting))
    return page(
        "forums/meeting_edit.html", form=form, forum=forum, meeting=meeting, venues=venue_names()
    )


def _saved(meeting: Meeting) -> dict[str, object]:
    local = to_local(meeting.starts_at)
    return {
        "day": local.date(),
        "time": local.time(),
        "minutes": meetings.slot_of(meeting).minutes,
        "place": meeting.place,
        "row_version": meeting.row_version,
    }


@blueprint.route("/<forum_id>/meetings/<meeting_id>/cancel", methods=["GET", "POST"])
@allow("forums.edit")
def cancel_meeting(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Call a meeting off with a reason."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    form = CallOffForm()
    if form.validate_on_submit():
        meetings_services.cancel_meeting(forum_id, meeting_id, reason=form.reason.data, by=actor)
        flash(_("The meeting is cancelled."))
        return go("forums.meeting")
    return page("forums/cancel.html", form=form, forum=forum, meeting=meeting)


@blueprint.route("/<forum_id>/meetings/<meeting_id>/hold", methods=["GET", "POST"])
@allow("forums.edit")
def hold_meeting(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Record that a meeting was held, after a question."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    if request.method == "POST":
        with FlashedProblems(tone="warn"):
            meetings_services.hold_meeting(forum_id, meeting_id, by=actor)
            flash(_("Recorded as held. The members can read the minutes now."))
        return go("forums.meeting")
    return render_template(
        "forums/hold.html",
        forum=forum,
        meeting=meeting,
        unmarked=sum(1 for line in attendance_of(meeting) if line.status is None),
    )


@blueprint.route("/<forum_id>/meetings/<meeting_id>/agenda", methods=["GET", "POST"])
@allow("forums.edit")
def agenda(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Arrange the agenda; a post adds an item at its end."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    form = NewItemForm()
    if form.validate_on_submit():
        with form.showing_problems():
            add_item(
                forum_id,
                meeting_id,
                title=form.title.data,
                minutes=form.minutes.data,
                by=actor,
                item_id=form.key.data,
            )
            return go("forums.agenda", _anchor="title")
    items = minutes_of(meeting)
    return page(
        "forums/agenda.html",
        form=form,
        forum=forum,
        meeting=meeting,
        fixed=order_is_fixed(meeting.state),
        points=[(item, number_of(item, meeting)) for item in items],
        carried=arising_in(meeting, utc_now(), actor),
        clock=times_of(meeting, items),
        papers=papers_of(meeting),
        lacking=wording.missing_usual(items) if not order_is_fixed(meeting.state) else [],
    )


@blueprint.post("/<forum_id>/meetings/<meeting_id>/agenda/usual")
@allow("forums.edit")
def add_usual_items(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Put the usual items that are missing onto the agenda, each in its place."""
    with FlashedProblems(tone="warn"):
        added = agenda_services.add_usual_items(
            forum_id,
            meeting_id,
            titles=wording.usual_titles(),
            known=wording.usual_item,
            by=current_actor(),
        )
        flash(_("Items added: %(count)s", count=added))
    return go("forums.agenda")


@blueprint.post("/<forum_id>/meetings/<meeting_id>/agenda/order")
@allow("forums.edit")
def order_items(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Give the items another order: one press without script, the whole order with it."""
    agenda_services.order_items(
        forum_id,
        meeting_id,
        order=request.form.getlist("order"),
        up=request.form.get("up", ""),
        down=request.form.get("down", ""),
        by=current_actor(),
    )
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    return go("forums.agenda")


@blueprint.route("/<forum_id>/meetings/<meeting_id>/items/<item_id>/title", methods=["GET", "POST"])
@allow("forums.edit")
def rename_item(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Give an item another title."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    item = meetings.item(meeting, item_id)
    usual = "" if item.title else _("Matters arising")
    form = ItemForm(data={"title": item.title or usual, "minutes": item.minutes})
    if form.validate_on_submit():
        agenda_services.rename_item(
            forum_id,
            meeting_id,
            item_id,
            # Left as it is it goes on by its usual name in the reader's language.
            title="" if form.title.data == usual else form.title.data,
            minutes=form.minutes.data,
            by=actor,
        )
        flash(_("Saved."))
        return go("forums.agenda")
    return page("forums/item_title.html", form=form, forum=forum, meeting=meeting, item=item)


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/items/<item_id>/remove", methods=["GET", "POST"]
)
@allow("forums.edit")
def remove_item(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Take an item off the agenda, after a question."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    item = meetings.item(meeting, item_id)
    if request.method == "POST":
        with FlashedProblems(tone="warn"):
            agenda_services.remove_item(forum_id, meeting_id, item_id, by=actor)
        return go("forums.agenda")
    return render_template(
        "forums/item_remove.html",
        forum=forum,
        meeting=meeting,
        item=item,
        papers=len(papers_of(meeting).get(item_id, ())),
    )


def owner_choices(item: AgendaItem, members: Iterable[ForumMember]) -> list[tuple[str, str]]:
    """The present members, and the person who left but still owns an action of this item."""
    everyone = {member.public_id: member for member in members}
    for action in item.actions:
        if action.owner is not None:
            everyone.setdefault(action.owner.public_id, action.owner)
    return [
        (key, f"{member.person.chosen_name} ({member.person.group.letter})")
        for key, member in everyone.items()
    ]


@blueprint.get("/<forum_id>/terms")
@allow("forums.edit")
def terms(forum_id: str) -> ResponseReturnValue:
    """The members' offices and terms, one group at a time; ended ones are marked."""
    forum = forum_to_edit(forum_id, current_actor())
    members = member_terms(forum, local_today())
    return page(
        "forums/presence_terms.html",
        forum=forum,
        shown=one_group(members, attrgetter("letter"), request.args.get("group", "")),
        today=local_today(),
        soon=TOLD_BEFORE,
    )


def _member(forum: Forum, member_id: str) -> MemberTerms:
    members = member_terms(forum, local_today())
    return one_or_404(next((member for member in members if member.member == member_id), None))


@blueprint.route("/<forum_id>/members/<member_id>/terms", methods=["GET", "POST"])
@allow("forums.edit")
def member_terms_page(forum_id: str, member_id: str) -> ResponseReturnValue:
    """The terms of one member; a post adds one."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    member = _member(forum, member_id)
    form = OfficeTermForm()
    if form.validate_on_submit():
        with form.showing_problems():
            add_term(forum_id, member_id, form.details, by=actor, term_id=form.key.data)
            flash(_("Saved."))
            return go("forums.terms", group=member.letter)
        forum = forum_to_edit(forum_id, actor)
    return page(
        "forums/presence_member.html",
        form=form,
        forum=forum,
        member=member,
        today=local_today(),
        changed=None,
    )


@blueprint.route("/<forum_id>/members/<member_id>/terms/<term_id>", methods=["GET", "POST"])
@allow("forums.edit")
def term(forum_id: str, member_id: str, term_id: str) -> ResponseReturnValue:
    """Change a term."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    member = _member(forum, member_id)
    chosen = one_or_404(next((dates for key, dates in member.terms if key == term_id), None))
    form = OfficeTermForm(
        data={"office": chosen.office, "begins_on": chosen.begins_on, "ends_on": chosen.ends_on}
    )
    if form.validate_on_submit():
        with form.showing_problems():
            change_term(forum_id, member_id, term_id, form.details, by=actor)
            flash(_("Saved."))
            return go("forums.terms", group=member.letter)
        forum = forum_to_edit(forum_id, actor)
    return page(
        "forums/presence_member.html",
        form=form,
        forum=forum,
        member=member,
        today=local_today(),
        changed=term_id,
    )


@blueprint.post("/<forum_id>/members/<member_id>/terms/<term_id>/remove")
@allow("forums.edit")
def remove_term(forum_id: str, member_id: str, term_id: str) -> ResponseReturnValue:
    """Take away a term that was entered by mistake."""
    meetings_services.remove_term(forum_id, member_id, term_id, by=current_actor())
    flash(_("The term is taken away."))
    return go("forums.member_terms_page")


@blueprint.route("/<forum_id>/quorum", methods=["GET", "POST"])
@allow("forums.edit")
def quorum(forum_id: str) -> ResponseReturnValue:
    """The quorum of each group, with the day from which it holds; a post agrees on another."""
    actor, today = current_actor(), local_today()
    forum = forum_to_edit(forum_id, actor)
    agreed = quorums_of(forum, today)
    names = {group.letter: group.name for group in groups()}
    letters = list(names)
    now = next((quorum for quorum in agreed if quorum["holds"]), None)
    typed: dict[str, object] = {"holds_from": today}
    for letter, rule in (now["needed"] if now else {}).items():
        typed[f"share_{letter}"], typed[f"least_{letter}"] = str(rule.share), rule.least or None
    form = QuorumForm.for_groups(letters, data=typed)
    if form.validate_on_submit():
        with form.showing_problems():
            agree_quorum(forum_id, holds_from=form.day, needed=form.needed(letters), by=actor)
            flash(_("Saved."))
            return go("forums.quorum")
        forum = forum_to_edit(forum_id, actor)
    return page(
        "forums/presence_quorum.html",
        form=form,
        forum=forum,
        names=names,
        agreed=agreed,
        share_words=SHARE_WORDS,
    )


@blueprint.post("/<forum_id>/quorum/<quorum_id>/remove")
@allow("forums.edit")
def remove_quorum(forum_id: str, quorum_id: str) -> ResponseReturnValue:
    """Take away a quorum that was entered by mistake."""
    meetings_services.remove_quorum(forum_id, quorum_id, by=current_actor())
    flash(_("The quorum is taken away."))
    return go("forums.quorum")


def _year(years: list[int]) -> int:
    """The year that the address names, if the forum met in it; else the newest."""
    wanted = request.args.get("year", "")
    newest = years[0] if years else local_today().year
    return (
        int(wanted) if wanted.isdecimal() and wanted.isascii() and int(wanted) in years else newest
    )


@blueprint.get("/<forum_id>/attendance")
@allow("forums.see")
def year(forum_id: str) -> ResponseReturnValue:
    """The attendance of a year, by group. A person who is shown stands on paper, as in minutes."""
    forum = series.forum(forum_id, current_actor())
    years = years_of(forum)
    shown = _year(years)
    meetings = meetings_in_year(forum, shown)
    return render_template(
        "forums/year.html",
        forum=forum,
        year=shown,
        years=years,
        meetings=meetings,
        letters=letters_in(meetings),
    )


@blueprint.get("/<forum_id>/attendance.xlsx")
@allow("forums.see")
def year_sheet(forum_id: str) -> Response:
    """The attendance of a year as a sheet."""
    forum = series.forum(forum_id, current_actor())
    shown = _year(years_of(forum))
    rows = documents.attendance_rows(meetings_in_year(forum, shown))
    return noted(download(table_xlsx(rows), name=f"attendance-{shown}.xlsx", type=XLSX))


@blueprint.get("/<forum_id>/attendance.pdf")
@allow("forums.see")
def year_paper(forum_id: str) -> Response:
    """The attendance of a year as PDF."""
    forum = series.forum(forum_id, current_actor())
    shown = _year(years_of(forum))
    paper = documents.attendance_paper(forum, shown, meetings_in_year(forum, shown), utc_now())
    return noted(download(paper, name=f"attendance-{shown}.pdf", type="application/pdf"))


@blueprint.get("/<forum_id>/actions.pdf")
@allow("forums.see")
def actions_register(forum_id: str) -> Response:
    """The register of actions as PDF, as the actor may read it."""
    actor = current_actor()
    forum = series.forum(forum_id, actor)
    paper = documents.actions_paper(forum, all_actions(forum, actor, local_today()), utc_now())
    return noted(download(paper, name="actions.pdf", type="application/pdf"))
