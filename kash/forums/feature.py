"""The declaration of forums."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, func, literal, select

from kash.accounts.holdings import Holding
from kash.feature import Feature
from kash.forums import blueprint, views
from kash.forums.calendar import CALENDAR
from kash.forums.chapters import CHAPTERS
from kash.forums.commands import forum_commands
from kash.forums.engagements import ENGAGEMENTS
from kash.forums.hits import FOUND
from kash.forums.linked_sections import SECTIONS
from kash.forums.merging import SEATS
from kash.forums.missing import MISSING
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
    Meeting,
)
from kash.forums.occasions import find_meetings, meetings_named
from kash.forums.offboarding import count_actions, count_forums, pass_actions_on, pass_forums_on
from kash.forums.personal import PERSONAL
from kash.forums.presence_words import WORDS
from kash.forums.queries.events import own_meeting_events
from kash.forums.queries.series import sits_in_a_forum
from kash.forums.reminders import KINDS, remind_of_actions
from kash.forums.sample_ids import SAMPLE_IDS
from kash.forums.stored_files import delete_orphans, named_keys
from kash.forums.today import TODAY
from kash.forums.trail_words import ACTION_WORDS
from kash.incidents.occasions import Occasions
from kash.people.models import Person
from kash.people.quiet import StillActive
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.storage import NamedFiles
from kash.platform.web.navigation import Destination
from kash.platform.web.own_events import OwnEvents
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine, in_use
from kash.stories.audiences import ForumSeats


def _templates(_now: datetime) -> Select[Any]:
    return select(func.count(AgendaTemplate.id))


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
        Destination("forums.index", _l("Forums"), "forum", "forums.see", 50, phone=True),
        *TODAY,
        *MISSING,
        *FOUND,
        SettingLine(
            "work",
            30,
            "forums.templates",
            _l("Agenda templates"),
            "forum",
            in_use,
            _templates,
            always=True,
        ),
        StillActive(_seated),
        ForumSeats(sits_in_a_forum),
        OwnEvents(own_meeting_events),
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
