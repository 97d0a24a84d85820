"""Forums on Today: meetings, lines to release, and actions."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from jinja2.filters import do_truncate
from sqlalchemy import exists

from kash.forums.models import Forum
from kash.forums.queries.actions import ActionLine, actions_due, actions_without_owner
from kash.forums.queries.decisions import decisions_to_look_at
from kash.forums.queries.internal_lines import lines_to_release
from kash.forums.queries.meetings import MeetingLine, meetings_to_record, next_meetings
from kash.forums.queries.minutes_waiting import (
    MinutesToSee,
    minutes_to_read,
    minutes_to_see_through,
)
from kash.forums.queries.terms import terms_ending
from kash.platform.web.beginning import BeginningStep
from kash.platform.web.formats import day_text, short_date_text, time_text
from kash.platform.web.today import MOST_SHOWN, Need, Panel, TodayLine, Viewer, total
from kash.policy import Role


def _to_record(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Meeting: %(name)s", name=one.forum_name),
            url_for("forums.meeting", forum_id=one.forum_id, meeting_id=one.public_id),
            _("Register and minutes, then record it as held."),
            key=day_text(one.starts_at),
            small=time_text(one.starts_at),
            button=_("Write the minutes"),
        )
        for one in meetings_to_record(asked.actor, asked.now)
    ]


def _to_release(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("A line of the minutes waits to be released: %(forum)s", forum=one.forum_name),
            url_for(
                "forums.item",
                forum_id=one.forum_id,
                meeting_id=one.meeting_id,
                item_id=one.item_id,
                _anchor="kept-internal",
            ),
            _("Somebody asked that everybody may read it. A second person decides."),
            key=short_date_text(one.starts_at),
            button=_("Read it and decide"),
        )
        for one in lines_to_release(asked.actor)
    ]


def _circulated(asked: Viewer) -> Sequence[MinutesToSee]:
    return minutes_to_see_through(asked.actor, asked.now)


def _remarks(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Remarks to settle: %(count)s", count=one.open_remarks),
            url_for("forums.meeting", forum_id=one.forum_id, meeting_id=one.meeting_id),
            _("On the minutes of %(name)s. Each gets an answer.", name=one.forum_name),
            key=day_text(one.starts_at),
            button=_("Settle them"),
            count=one.open_remarks,
        )
        for one in asked.once(_circulated)
        if one.open_remarks
    ]


def _to_read(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Minutes to read: %(name)s", name=one.forum_name),
            url_for("forums.meeting", forum_id=one.forum_id, meeting_id=one.meeting_id),
            _("You were there. Remark where they should stand otherwise."),
            key=day_text(one.starts_at),
            small=_("until %(day)s", day=day_text(one.until)) if one.until else "",
            button=_("Read"),
        )
        for one in minutes_to_read(asked.actor, asked.now)
    ]


def _to_confirm(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Minutes to confirm: %(name)s", name=one.forum_name),
            url_for("forums.meeting", forum_id=one.forum_id, meeting_id=one.meeting_id),
            _("The forum meets today: once it is quorate, it can confirm them."),
            key=day_text(one.starts_at),
            button=_("Confirm"),
            button_url=url_for(
                "forums.confirm_minutes", forum_id=one.forum_id, meeting_id=one.meeting_id
            ),
        )
        for one in asked.once(_circulated)
        if one.meets_today and not one.open_remarks
    ]


def _small(one: ActionLine, asked: Viewer) -> str:
    if one.due_on is None:
        return _("no day set")
    return _("overdue") if one.due_on < asked.day else ""


def _with_whom(one: ActionLine) -> str:
    """With whom it is, without the name: lines of both groups stand here together."""
    if one.own:
        return _("given to you")
    if one.owner and one.owner != one.owner_name:
        return _("with %(name)s", name=one.owner)
    if one.owner_group:
        return _("with %(name)s", name=_("Group %(letter)s", letter=one.owner_group))
    return _("with nobody yet")


def _actions(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Action: %(text)s", text=do_truncate(current_app.jinja_env, one.text, 120)),
            url_for("forums.progress", forum_id=one.forum_id, action_id=one.public_id),
            f"{one.number}, {one.forum_name} · {_with_whom(one)}",
            key=day_text(one.due_on) if one.due_on else "–",
            small=_small(one, asked),
            button=_("Mark done"),
            button_url=url_for(
                "forums.action", forum_id=one.forum_id, action_id=one.public_id, state="done"
            ),
        )
        for one in actions_due(asked.actor, asked.now)
    ]


def _handed_over(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Action: %(text)s", text=do_truncate(current_app.jinja_env, one.text, 120)),
            url_for("forums.progress", forum_id=one.forum_id, action_id=one.public_id),
            _("Whoever took this on has left the forum."),
            key=day_text(one.due_on) if one.due_on else "–",
            button=_("Hand over"),
            button_url=url_for("forums.hand_over", forum_id=one.forum_id, action_id=one.public_id),
        )
        for one in actions_without_owner(asked.actor)
    ]


def _looked_at(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Decision: %(text)s", text=do_truncate(current_app.jinja_env, one.text, 120)),
            url_for("forums.decision", forum_id=one.forum_id, decision_id=one.public_id),
            _("Its day has come: it stands on the next agenda of %(forum)s.", forum=one.forum_name),
            key=day_text(one.look_on) if one.look_on else "–",
            button=_("Look again"),
        )
        for one in decisions_to_look_at(asked.actor, asked.day)
    ]


def _meetings(asked: Viewer) -> Sequence[MeetingLine]:
    return next_meetings(asked.actor, asked.now)


def _terms(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Terms of office end: %(name)s", name=one.forum_name),
            url_for("forums.terms", forum_id=one.forum_id),
            _("Members: %(count)s. Whose term has ended no longer counts.", count=one.members),
            key=day_text(one.first),
            button=_("Look at the terms"),
        )
        for one in terms_ending(asked.actor, asked.day)
    ]


TODAY = (
    Need("to_record", 140, _to_record, lead=_l("Meetings to record:"), lead_place=70),
    Need("confirm_minutes", 150, _to_confirm),
    Need("remarks", 230, _remarks, count=total),
    Need("lines", 240, _to_release),
    Need("read_minutes", 260, _to_read),
    Need("terms", 250, _terms),
    Need(
        "actions",
        270,
        _actions,
        lead=_l("Actions to see to:"),
        lead_place=110,
        most=MOST_SHOWN,
    ),
    Need("actions_left", 275, _handed_over, most=MOST_SHOWN),
    Need("decisions", 276, _looked_at, most=MOST_SHOWN),
    Panel("meetings", 20, _meetings, "forums/today_meetings.html", "forums.see"),
    BeginningStep(
        "forum",
        _l("Open the forum"),
        _l("Its members, meetings and minutes."),
        "forums.index",
        {Role.DIRECTOR: 60},
        lambda: exists().where(Forum.id.is_not(None)),
        at_once=("forums.edit", "forums.add"),
    ),
)
