"""Meetings of forums in the calendar, for the person who sees the forum. Chapters of the handbook
that tell about forums. Finding forums from every page. Sections on the pages of what actions
change: a workshop, a session of a course, a station and a service. Merging seats in forums when two
people turn out to be one. Columns of this room's tables, sorted by what they hold about a person.
Ids for pictures and measurements of the pages of presence. Forums on Today: meetings, lines to
release, and actions. Words of the audit trail for what is done here: the room, then what happened.
The declaration of forums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from jinja2.filters import do_truncate
from sqlalchemy import ColumnElement, exists, func, literal, select, update
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holding
from kash.attendance.models import RosterEntry
from kash.feature import Feature
from kash.forums import blueprint, views
from kash.forums.commands import forum_commands
from kash.forums.models import (
    Action,
    ActionLink,
    ActionNote,
    AgendaItem,
    AgendaPaper,
    AgendaTemplate,
    Decision,
    DecisionReview,
    Forum,
    ForumMember,
    ForumQuorum,
    ForumTerm,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    NamedLeaf,
    delete_orphans,
    named_keys,
)
from kash.forums.parts import (
    ENGAGEMENTS,
    KINDS,
    MISSING,
    count_actions,
    count_forums,
    find_meetings,
    meetings_named,
    pass_actions_on,
    pass_forums_on,
    remind_of_actions,
)
from kash.forums.queries import meetings
from kash.forums.queries.decisions import (
    ActionLine,
    actions_due,
    actions_without_owner,
    decisions_to_look_at,
    linked_actions,
)
from kash.forums.queries.minutes import minutes_to_read, minutes_to_see_through
from kash.forums.queries.minutes_life import lines_to_release
from kash.forums.queries.series import find_forums, sits_in_a_forum
from kash.forums.rules.meetings import merged_seat
from kash.forums.services.minutes_life import withdraw_person
from kash.forums.stories.queries import ForumSeats
from kash.forums.wording import WORDS
from kash.incidents.models import Occasions
from kash.people.erasure import (
    GOES,
    AlsoCalled,
    Beneath,
    ErasedPerson,
    GoesIfNamed,
    HeldElsewhere,
    about_things,
    free_texts,
    stays,
)
from kash.people.models import Person
from kash.people.queries.search import Reference, joined
from kash.people.sections import StillActive
from kash.people.undo_log import RowChanges, table_of
from kash.platform.database import db, utc_now
from kash.platform.handbook.places import OFFICER, Chapters, peers
from kash.platform.jobs import Chore
from kash.platform.storage import NamedFiles
from kash.platform.web.formats import (
    day_text,
    from_local,
    local_today,
    short_date_text,
    time_text,
    to_local,
)
from kash.platform.web.parts import (
    ActionWords,
    CalendarEntry,
    CalendarQuestion,
    CalendarSource,
    Destination,
    Findable,
    Hit,
    OwnEvents,
    PageSection,
    SampleId,
)
from kash.platform.web.today import MOST_SHOWN, BeginningStep, Need, Panel, TodayLine, Viewer, total
from kash.policy import Actor, Role
from kash.training.models import SessionPlan


def _meetings(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    # A meeting has no trainer, no funder and no venue of the list, and belongs to no one group.
    if question.filters:
        return []
    begins = from_local(question.first, time())
    ends = from_local(question.last + timedelta(days=1), time())
    entries = []
    for meeting in meetings.meetings_between(question.actor, begins, ends):
        local = to_local(meeting.starts_at)
        cancelled = meeting.state == "cancelled"
        entries.append(
            CalendarEntry(
                f"meeting-{meeting.public_id}",
                meeting.forum_name,
                local.date(),
                local.date(),
                local.time(),
                to_local(meeting.starts_at + timedelta(minutes=meeting.minutes)).time(),
                meeting.place,
                url_for("forums.meeting", forum_id=meeting.forum_id, meeting_id=meeting.public_id),
                _("Cancelled") if cancelled else "",
                "bad" if cancelled else "",
                ended=cancelled,
            )
        )
    return entries


CALENDAR = CalendarSource("meeting", _l("Meetings of forums"), _meetings)


CHAPTERS = Chapters(
    {
        "forums": peers(
            "peer-educator#in-a-forum",
            {
                Role.TRAINER: "trainer#forums",
                Role.DIRECTOR: "director#forums",
                Role.MONITORING: "monitoring#how-minutes-are-numbered",
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
                Role.CUSTODIAN: "custodian#custodians",
            },
        )
    }
)


def _forums(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(name, url_for("forums.forum", forum_id=public_id))
        for public_id, name in find_forums(actor, text, limit)
    ]


FOUND = (Findable("forums", _l("Forums"), "forums.see", 50, _forums),)


_TEMPLATE = "forums/linked_section.html"


def _actions_about(kind: str, target: str | None, actor: Actor) -> dict[str, Any] | None:
    """The actions that change this, in the forums that the actor sees; None if there are none."""
    actions = linked_actions(kind, target, actor) if target else []
    return {"actions": actions} if actions else None


def _session(public_id: str, actor: Actor) -> dict[str, Any] | None:
    lineage = db.session.scalar(
        select(SessionPlan.lineage).where(SessionPlan.public_id == public_id)
    )
    return _actions_about("session", lineage, actor)


SECTIONS = (
    PageSection("session", _TEMPLATE, _session),
    *(
        PageSection(kind, _TEMPLATE, partial(_actions_about, kind))
        for kind in ("workshop", "station", "service")
    ),
)


_SEATS = joined("forum_member.person_id", ("forum_id",), merged_seat)


def _move_seats(row_changes: RowChanges, kept: int, gone: int) -> None:
    """One seat in a forum where both have one. What she may say once, an answer to a
    meeting or a conflict of interest, stands as the person who is kept said it."""
    seats = table_of(ForumMember)
    mine = {
        seat["forum_id"]: seat["id"] for seat in row_changes.rows(seats, seats.c.person_id == kept)
    }
    for seat in row_changes.rows(seats, seats.c.person_id == gone):
        if seat["forum_id"] in mine:
            _said_once(row_changes, mine[seat["forum_id"]], seat)
    _SEATS(row_changes, kept, gone)


def _said_once(row_changes: RowChanges, kept: int, gone: Mapping[str, Any]) -> None:
    for model, place in ((MeetingAnswer, "meeting_id"), (ItemConflict, "item_id")):
        table = table_of(model)
        places = [
            answered[place] for answered in row_changes.rows(table, table.c.member_id == kept)
        ]
        row_changes.delete(table, (table.c.member_id == gone["id"]) & table.c[place].in_(places))


SEATS = Reference(
    "forum_member.person_id",
    _l("Seats in forums"),
    _move_seats,
    erased=stays(appears="counted", shown_as=""),
)


# The root of locked minutes holds without the value and its salt.
_WITHDRAWN = {"value": None, "salt": None}


def _count_names(session: Session, gone: ErasedPerson) -> int:
    return (
        session.scalar(
            select(func.count(NamedLeaf.leaf_id))
            .join(ForumMember, ForumMember.id == NamedLeaf.member_id)
            .where(ForumMember.person_id == gone.id)
        )
        or 0
    )


def _withdraw_names(session: Session, gone: ErasedPerson) -> int:
    count = _count_names(session, gone)
    withdraw_person(session, gone.id)
    session.execute(
        update(ForumMember)
        .where(ForumMember.person_id == gone.id, ForumMember.left_on.is_(None))
        .values(left_on=local_today())
    )
    return count


PERSONAL = (
    AlsoCalled("forum_member.shown_as"),
    HeldElsewhere(
        (), _l("Names in locked minutes"), _count_names, _withdraw_names, name="named_leaf"
    ),
    Beneath("forum_term.member_id", GOES),
    Beneath("meeting_answer.member_id", GOES),
    Beneath("item_conflict.member_id", GOES),
    Beneath("minutes_remark.member_id", GOES),
    Beneath("named_leaf.member_id", GOES),
    Beneath("action.owner_id", stays(owner_id=None)),
    Beneath("presence_spell.entry_id", GOES),
    *free_texts(
        "meeting.cancelled_reason",
        "agenda_item.title",
        "agenda_item.minute",
        "agenda_paper.title",
        "action.text",
        "action.outcome",
        "action_note.text",
        "decision.text",
        "decision_review.expected",
        "decision_review.found",
        "minutes_difference.before",
        "minutes_difference.stands",
        "minutes_difference.other",
        "minutes_page.written",
    ),
    GoesIfNamed("minutes_leaf.value", emptied=_WITHDRAWN),
    GoesIfNamed("minutes_erratum.value", emptied=_WITHDRAWN),
    *about_things(
        action="state",
        action_link="kind target",
        action_note="kind",
        agenda_item="kind",
        agenda_paper="kind",
        agenda_template="name language",
        agenda_template_item="kind title",
        decision_review="table_key line conclusion",
        forum="name",
        forum_quorum_group="share",
        internal_line="digest",
        meeting="place letter state",
        minutes_difference="page part",
        minutes_erratum="digest root salt",
        minutes_leaf="kind digest salt about",
        minutes_life="state root",
        minutes_page="page renamed",
        signed_copy="kind",
    ),
)


_MEETING = "/forums/<forum_id>/meetings/<meeting_id>"

SAMPLE_IDS = (
    SampleId(
        f"{_MEETING}/presence/<entry_id>",
        lambda known: (
            select(RosterEntry.public_id)
            .join(Meeting, Meeting.register_id == RosterEntry.register_id)
            .where(Meeting.public_id == known["meeting_id"], RosterEntry.removed_at.is_(None))
            .order_by(RosterEntry.id)
        ),
    ),
    SampleId(
        f"{_MEETING}/items/<item_id>/decisions/<decision_id>",
        lambda known: (
            select(Decision.public_id)
            .join(AgendaItem, AgendaItem.id == Decision.item_id)
            .where(AgendaItem.public_id == known["item_id"])
            .order_by(Decision.id)
        ),
    ),
    SampleId(
        "/forums/<forum_id>/members/<member_id>/terms/<term_id>",
        lambda known: (
            select(ForumTerm.public_id)
            .join(ForumMember, ForumMember.id == ForumTerm.member_id)
            .where(ForumMember.public_id == known["member_id"])
            .order_by(ForumTerm.id)
        ),
    ),
    SampleId(
        "/forums/<forum_id>/quorum/<quorum_id>",
        lambda known: (
            select(ForumQuorum.public_id)
            .join(Forum, Forum.id == ForumQuorum.forum_id)
            .where(Forum.public_id == known["forum_id"])
        ),
    ),
)


def _to_record(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Meeting: %(name)s", name=meeting.forum_name),
            url_for("forums.meeting", forum_id=meeting.forum_id, meeting_id=meeting.public_id),
            _("Register and minutes, then record it as held."),
            key=day_text(meeting.starts_at),
            small=time_text(meeting.starts_at),
            button=_("Write the minutes"),
        )
        for meeting in meetings.meetings_to_record(asked.actor, asked.now)
    ]


def _to_release(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("A line of the minutes waits to be released: %(forum)s", forum=line.forum_name),
            url_for(
                "forums.item",
                forum_id=line.forum_id,
                meeting_id=line.meeting_id,
                item_id=line.item_id,
                _anchor="kept-internal",
            ),
            _("Somebody asked that everybody may read it. A second person decides."),
            key=short_date_text(line.starts_at),
            button=_("Read it and decide"),
        )
        for line in lines_to_release(asked.actor)
    ]


def _circulated(asked: Viewer) -> Sequence[Any]:
    return minutes_to_see_through(asked.actor, asked.now)


def _remarks(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Remarks to settle: %(count)s", count=minutes.open_remarks),
            url_for("forums.meeting", forum_id=minutes.forum_id, meeting_id=minutes.meeting_id),
            _("On the minutes of %(name)s. Each gets an answer.", name=minutes.forum_name),
            key=day_text(minutes.starts_at),
            button=_("Settle them"),
            count=minutes.open_remarks,
        )
        for minutes in asked.once(_circulated)
        if minutes.open_remarks
    ]


def _to_read(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Minutes to read: %(name)s", name=minutes.forum_name),
            url_for("forums.meeting", forum_id=minutes.forum_id, meeting_id=minutes.meeting_id),
            _("You were there. Remark where they should stand otherwise."),
            key=day_text(minutes.starts_at),
            small=_("until %(day)s", day=day_text(minutes.until)) if minutes.until else "",
            button=_("Read"),
        )
        for minutes in minutes_to_read(asked.actor, asked.now)
    ]


def _to_confirm(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Minutes to confirm: %(name)s", name=minutes.forum_name),
            url_for("forums.meeting", forum_id=minutes.forum_id, meeting_id=minutes.meeting_id),
            _("The forum meets today: once it is quorate, it can confirm them."),
            key=day_text(minutes.starts_at),
            button=_("Confirm"),
            button_url=url_for(
                "forums.confirm_minutes", forum_id=minutes.forum_id, meeting_id=minutes.meeting_id
            ),
        )
        for minutes in asked.once(_circulated)
        if minutes.meets_today and not minutes.open_remarks
    ]


def _small(one: ActionLine, asked: Viewer) -> str:
    if one.due_on is None:
        return _("no day set")
    return _("overdue") if one.due_on < asked.day else ""


def _with_whom(one: ActionLine) -> str:
    """Its owner, without the name: lines of both groups stand here together."""
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
            _("Action: %(text)s", text=do_truncate(current_app.jinja_env, action.text, 120)),
            url_for("forums.progress", forum_id=action.forum_id, action_id=action.public_id),
            f"{action.number}, {action.forum_name} · {_with_whom(action)}",
            key=day_text(action.due_on) if action.due_on else "–",
            small=_small(action, asked),
            button=_("Mark done"),
            button_url=url_for(
                "forums.action", forum_id=action.forum_id, action_id=action.public_id, state="done"
            ),
        )
        for action in actions_due(asked.actor, asked.now)
    ]


def _handed_over(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Action: %(text)s", text=do_truncate(current_app.jinja_env, action.text, 120)),
            url_for("forums.progress", forum_id=action.forum_id, action_id=action.public_id),
            _("The person who took this on has left the forum.")
            if action.owner_left
            else _("Nobody has taken this on yet."),
            key=day_text(action.due_on) if action.due_on else "–",
            button=_("Hand over"),
            button_url=url_for(
                "forums.hand_over", forum_id=action.forum_id, action_id=action.public_id
            ),
        )
        for action in actions_without_owner(asked.actor)
    ]


def _looked_at(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Decision: %(text)s", text=do_truncate(current_app.jinja_env, decision.text, 120)),
            url_for("forums.decision", forum_id=decision.forum_id, decision_id=decision.public_id),
            _(
                "Its day has come: it stands on the next agenda of %(forum)s.",
                forum=decision.forum_name,
            ),
            key=day_text(decision.look_on) if decision.look_on else "–",
            button=_("Look again"),
        )
        for decision in decisions_to_look_at(asked.actor, asked.day)
    ]


def _today_meetings(asked: Viewer) -> Sequence[Any]:
    return meetings.next_meetings(asked.actor, asked.now)


def _terms(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Terms of office end: %(name)s", name=name),
            url_for("forums.terms", forum_id=forum_id),
            _("Members: %(count)s. Whose term has ended no longer counts.", count=members),
            key=day_text(first),
            button=_("Look at the terms"),
        )
        for forum_id, name, members, first in meetings.terms_ending(asked.actor, asked.day)
    ]


TODAY = (
    Need("to_record", 140, _to_record, lead=_l("Meetings to record:"), lead_place=70),
    Need("confirm_minutes", 150, _to_confirm),
    Need("remarks", 230, _remarks, count=total),
    Need("lines", 240, _to_release),
    Need("read_minutes", 260, _to_read),
    Need("terms", 250, _terms),
    Need("actions", 270, _actions, lead=_l("Actions to do:"), lead_place=110, most=MOST_SHOWN),
    Need("actions_left", 275, _handed_over, most=MOST_SHOWN),
    Need("decisions", 276, _looked_at, most=MOST_SHOWN),
    Panel("meetings", 20, _today_meetings, "forums/today_meetings.html", "forums.see"),
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


ACTION_WORDS = ActionWords(
    {
        "forums.action_closed": _l("forums: action closed"),
        "forums.action_handed_over": _l("forums: action handed over"),
        "forums.action_linked": _l("forums: action linked"),
        "forums.action_reminded": _l("forums: owners of actions reminded"),
        "forums.action_unlinked": _l("forums: link of an action removed"),
        "forums.note_added": _l("forums: note on an action added"),
        "forums.note_removed": _l("forums: note on an action removed"),
        "forums.action_reopened": _l("forums: action reopened"),
        "forums.agenda_ordered": _l("forums: agenda ordered"),
        "forums.answers_noted": _l("forums: answers to an invitation noted"),
        "forums.appearance_chosen": _l("forums: appearance chosen"),
        "forums.erratum_added": _l("forums: erratum added"),
        "forums.decision_concluded": _l("forums: what became of a decision written down"),
        "forums.decision_reopened": _l("forums: conclusion about a decision taken back"),
        "forums.decision_to_look_at": _l("forums: day to look at a decision again set"),
        "forums.arrival_noted": _l("forums: arrival noted"),
        "forums.conflicts_noted": _l("forums: conflicts of interest noted"),
        "forums.forum_changed": _l("forums: forum changed"),
        "forums.forum_opened": _l("forums: forum opened"),
        "forums.group_arrived": _l("forums: arrival of a group noted"),
        "forums.guest_added": _l("forums: guest added"),
        "forums.difference_settled": _l("forums: difference settled"),
        "forums.invitation_answered": _l("forums: invitation answered"),
        "forums.item_added": _l("forums: item added"),
        "forums.item_removed": _l("forums: item removed"),
        "forums.item_renamed": _l("forums: item renamed"),
        "forums.item_written": _l("forums: item written"),
        "forums.leaf_withdrawn": _l("forums: withdrawn from minutes"),
        "forums.leaving_noted": _l("forums: leaving noted"),
        "forums.line_kept": _l("forums: line kept"),
        "forums.line_released": _l("forums: line released"),
        "forums.meeting_cancelled": _l("forums: meeting cancelled"),
        "forums.meeting_changed": _l("forums: meeting changed"),
        "forums.meeting_held": _l("forums: meeting held"),
        "forums.meeting_planned": _l("forums: meeting planned"),
        "forums.member_added": _l("forums: member added"),
        "forums.member_left": _l("forums: member left"),
        "forums.members_added": _l("forums: members added"),
        "forums.minutes_circulated": _l("forums: minutes circulated"),
        "forums.minutes_locked": _l("forums: minutes confirmed and locked"),
        "forums.minutes_remarked": _l("forums: remark on minutes"),
        "forums.minutes_taken_back": _l("forums: minutes taken back"),
        "forums.paper_added": _l("forums: paper added"),
        "forums.paper_removed": _l("forums: paper removed"),
        "forums.release_asked": _l("forums: release asked"),
        "forums.remark_settled": _l("forums: remark settled"),
        "forums.presence_corrected": _l("forums: times of presence corrected"),
        "forums.quorum_agreed": _l("forums: quorum agreed"),
        "forums.quorum_removed": _l("forums: quorum taken away"),
        "forums.tap_taken_back": _l("forums: arrival or leaving taken back"),
        "forums.signed_copy_kept": _l("forums: signed copy kept"),
        "forums.signed_copy_removed": _l("forums: signed copy removed"),
        "forums.template_added": _l("forums: template added"),
        "forums.template_changed": _l("forums: template changed"),
        "forums.template_removed": _l("forums: template removed"),
        "forums.term_added": _l("forums: term of office added"),
        "forums.term_changed": _l("forums: term of office changed"),
        "forums.term_removed": _l("forums: term of office taken away"),
        "forums.usual_items_added": _l("forums: usual items added"),
        "forums.votes_noted": _l("forums: presence and votes of a decision noted"),
    }
)


def _seated(_since: datetime) -> ColumnElement[bool]:
    return exists().where(ForumMember.person_id == Person.id, ForumMember.left_on.is_(None))


FEATURE = Feature(
    "forums",
    modules=(views,),
    blueprints=(blueprint,),
    commands=(forum_commands,),
    words=WORDS,
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        ENGAGEMENTS,
        CALENDAR,
        Destination(
            "forums.index", _l("Forum"), "forum", "forums.see", 50, phone=True, covers=("/stories",)
        ),
        *TODAY,
        *MISSING,
        *FOUND,
        StillActive(_seated),
        ForumSeats(sits_in_a_forum),
        OwnEvents(meetings.own_meeting_events),
        SampleId("/forums/templates/<template_id>", lambda _: select(AgendaTemplate.public_id)),
        SampleId(
            "/forums/<forum_id>/meetings/<meeting_id>/items/<item_id>/papers/<paper_id>",
            lambda known: (
                select(AgendaPaper.public_id)
                .join(AgendaItem, AgendaItem.id == AgendaPaper.item_id)
                .where(AgendaItem.public_id == known["item_id"])
            ),
        ),
        SampleId(
            "/forums/<forum_id>/actions/<action_id>/notes/<note_id>",
            lambda known: (
                select(ActionNote.public_id)
                .join(Action, Action.id == ActionNote.action_id)
                .where(Action.public_id == known["action_id"], ActionNote.kind != "")
            ),
        ),
        SampleId(
            "/forums/<forum_id>/actions/<action_id>/links/<link_id>",
            lambda known: (
                select(ActionLink.public_id)
                .join(Action, Action.id == ActionLink.action_id)
                .where(Action.public_id == known["action_id"])
            ),
        ),
        SampleId(
            "/forums/<forum_id>/actions/<action_id>/links/new/<kind>",
            lambda _: select(literal("workshop")),
        ),
        SampleId(
            "/forums/<forum_id>/decisions/<decision_id>",
            lambda known: (
                select(Decision.public_id)
                .join(DecisionReview, DecisionReview.decision_id == Decision.id)
                .join(AgendaItem, AgendaItem.id == Decision.item_id)
                .join(Meeting, Meeting.id == AgendaItem.meeting_id)
                .join(Forum, Forum.id == Meeting.forum_id)
                .where(Forum.public_id == known["forum_id"])
                .order_by(DecisionReview.conclusion, DecisionReview.look_on, DecisionReview.id)
            ),
        ),
        *SECTIONS,
        *KINDS,
        Chore("remind_of_actions", lambda: remind_of_actions(utc_now()), minutes=60, at=7),
        Chore("delete_orphaned_forum_files", delete_orphans, minutes=60),
        NamedFiles(named_keys),
        *SAMPLE_IDS,
        Occasions("meeting", _l("Meeting of a forum"), find_meetings, meetings_named),
        SEATS,
        Holding(
            "forums",
            _l("Forums as secretary"),
            count_forums,
            pass_forums_on,
            permission="forums.edit",
        ),
        Holding(
            "actions",
            _l("Open actions"),
            count_actions,
            pass_actions_on,
            permission="forums.see",
            let_go=_l("Nobody yet: the next meeting decides"),
        ),
    ),
)
