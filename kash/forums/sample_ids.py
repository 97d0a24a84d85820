"""Ids for pictures and measurements of the pages of presence."""

from __future__ import annotations

from sqlalchemy import select

from kash.attendance.models import RosterEntry
from kash.forums.models import (
    AgendaItem,
    Decision,
    Forum,
    ForumMember,
    ForumQuorum,
    ForumTerm,
    Meeting,
)
from kash.platform.web.sample_ids import SampleId

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
