"""Pages of a meeting and of its agenda."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.documents import (
    attendance_in,
    confirmation_in,
    owner_of,
    paper_languages,
    printed_items,
    text_of,
)
from kash.forums.forms import (
    AS_LAST_TIME,
    USUAL_AGENDA,
    CallOffForm,
    ItemForm,
    MeetingForm,
    NewItemForm,
)
from kash.forums.models import Forum, Meeting
from kash.forums.queries import meetings, series
from kash.forums.queries.actions import action_line, arising_in, owners_shown
from kash.forums.queries.decisions import returning_in
from kash.forums.queries.internal_lines import shown_text
from kash.forums.queries.meetings import (
    any_meeting,
    attendance_of,
    attendance_table,
    minutes_of,
    number_of,
    times_of,
)
from kash.forums.queries.minutes_life import (
    LifeLine,
    confirmed_at,
    earlier_circulated,
    errata_of,
    life_of,
    own_names,
    remarks_on,
    seat_that_was_there,
)
from kash.forums.queries.minutes_record import locked_record
from kash.forums.queries.papers import papers_of
from kash.forums.queries.progress import ages_of
from kash.forums.queries.series import forum, forum_to_edit, sees_names
from kash.forums.queries.templates import template_choices, template_of
from kash.forums.queries.withdrawals import action_states
from kash.forums.rules.agenda import order_is_fixed
from kash.forums.services import agenda as agenda_services
from kash.forums.services import meetings as meetings_services
from kash.forums.services.agenda import add_item
from kash.forums.services.meetings import change_meeting
from kash.forums.services.problems import (
    AgendaFull,
    MeetingAhead,
    StaysOnAgenda,
)
from kash.forums.wording import (
    CONCLUSION_WORDS,
    missing_usual,
    usual_agenda,
    usual_item,
    usual_titles,
)
from kash.people.queries.places import venue_names
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today, to_local
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
            made = meetings_services.plan_meeting(
                forum_id,
                starts_at=form.starts_at,
                place=form.place.data,
                as_last_time=form.agenda.data == AS_LAST_TIME,
                template=form.template,
                agenda=usual_agenda() if form.agenda.data == USUAL_AGENDA else None,
                minutes=form.length,
                by=actor,
            )
            flash(_("The meeting is planned. Now write its agenda."))
            return redirect(url_for("forums.agenda", forum_id=forum_id, meeting_id=made))
    return page(
        "forums/meeting_edit.html", form=form, forum=forum, meeting=None, venues=venue_names()
    )


@blueprint.get("/<forum_id>/meetings/<meeting_id>")
@allow("forums.see")
def meeting(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """A meeting as far as it is for the actor to read: until it is held, members see its agenda."""
    actor, now = current_actor(), utc_now()
    found = forum(forum_id, actor)
    held = meetings.meeting(found, meeting_id)
    runs = series.runs(actor, found.secretary_id)
    life = life_of(held, now)
    if life.locked:
        return locked_page(found, held, life, actor, runs=runs)
    items = minutes_of(held)
    written = runs or held.state == "held"
    actions = {
        action.public_id: action_line(action, item, held, actor)
        for item in items
        for action in item.actions
    }
    carried = arising_in(held, now, actor)
    named = [line for line, _state in carried] + (list(actions.values()) if written else [])
    return render_template(
        "forums/meeting.html",
        forum=found,
        meeting=held,
        runs=runs,
        written=written,
        shown=lambda item, text: shown_text(item, text, whole=runs),
        points=[(item, number_of(item, held)) for item in items],
        clock=times_of(held, items),
        papers=papers_of(held),
        actions=actions,
        carried=carried,
        returning=returning_in(held, now, actor),
        conclusions=CONCLUSION_WORDS,
        ages=ages_of(found, [line for line, _state in carried], now),
        owners=owners_shown(named, request.args.get("group", "")),
        attendance=attendance_table(attendance_of(held), by_letter=not sees_names(actor)),
        begun=to_local(held.starts_at).date() <= local_today(),
        life=life,
        remarks=remarks_on(held, actor, whole=runs) if life.circulated else {},
        remarking=life.takes_remarks and seat_that_was_there(held, actor) is not None,
        confirmed=confirmed_at(held),
        to_confirm=earlier_circulated(held) if runs and held.starts_at <= now else [],
        languages=paper_languages(),
    )


def locked_page(
    found: Forum, held: Meeting, life: LifeLine, actor: Actor, *, runs: bool
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
        items=list(zip(record.items, printed_items(record), strict=True)),
        attendance=attendance_in(record),
        confirmed=confirmation_in(record),
        states=action_states(record),
        errata=errata_of(held),
        own=own_names(held, actor),
        withdrawing=runs and request.args.get("withdraw") == "1",
        languages=paper_languages(),
        text_of=text_of,
        owner_of=owner_of,
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
            return redirect(url_for("forums.meeting", forum_id=forum_id, meeting_id=meeting_id))
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
        return redirect(url_for("forums.meeting", forum_id=forum_id, meeting_id=meeting_id))
    return page("forums/cancel.html", form=form, forum=forum, meeting=meeting)


@blueprint.route("/<forum_id>/meetings/<meeting_id>/hold", methods=["GET", "POST"])
@allow("forums.edit")
def hold_meeting(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Record that a meeting was held, after a question."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    if request.method == "POST":
        with FlashedProblems(MeetingAhead, tone="warn"):
            meetings_services.hold_meeting(forum_id, meeting_id, by=actor)
            flash(_("Recorded as held. The members can read the minutes now."))
        return redirect(url_for("forums.meeting", forum_id=forum_id, meeting_id=meeting_id))
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
            return redirect(
                url_for("forums.agenda", forum_id=forum_id, meeting_id=meeting_id, _anchor="title")
            )
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
        lacking=missing_usual(items) if not order_is_fixed(meeting.state) else [],
    )


@blueprint.post("/<forum_id>/meetings/<meeting_id>/agenda/usual")
@allow("forums.edit")
def add_usual_items(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Put the usual items that are missing onto the agenda, each in its place."""
    with FlashedProblems(AgendaFull, tone="warn"):
        added = agenda_services.add_usual_items(
            forum_id, meeting_id, titles=usual_titles(), known=usual_item, by=current_actor()
        )
        flash(_("Items added: %(count)s", count=added))
    return redirect(url_for("forums.agenda", forum_id=forum_id, meeting_id=meeting_id), code=303)


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
    return redirect(url_for("forums.agenda", forum_id=forum_id, meeting_id=meeting_id))


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
        return redirect(url_for("forums.agenda", forum_id=forum_id, meeting_id=meeting_id))
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
        with FlashedProblems(StaysOnAgenda, tone="warn"):
            agenda_services.remove_item(forum_id, meeting_id, item_id, by=actor)
        return redirect(url_for("forums.agenda", forum_id=forum_id, meeting_id=meeting_id))
    return render_template(
        "forums/item_remove.html",
        forum=forum,
        meeting=meeting,
        item=item,
        papers=len(papers_of(meeting).get(item_id, ())),
    )
