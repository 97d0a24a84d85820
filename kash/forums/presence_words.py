"""Presence as templates ask for it: beside a meeting, an item, and under each decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kash.attendance.rules.conduct import is_ahead
from kash.forums.models import AgendaItem, Forum, Meeting
from kash.forums.presence_forms import ANSWER_WORDS
from kash.forums.queries.presence import attendance_at, quorum_at
from kash.forums.queries.present_people import (
    answer_counts,
    conflict_count,
    decisions_noted,
    own_answer,
)
from kash.forums.queries.series import runs, sees_names
from kash.forums.rules.presence import TimeThere
from kash.forums.rules.quorum import Quorum
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor


@dataclass(frozen=True)
class PresenceBesideMeeting:
    """Whoever comes, before a meeting; the quorum, while it is held; and, afterwards, the times for
    which it was `quorate`, if a quorum was agreed. `own` is the reader's own answer, None for
    whoever is no member."""

    runs: bool
    by_letter: bool
    invites: bool = False
    own: str | None = None
    answers: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=lambda: ANSWER_WORDS)
    quorum: Quorum | None = None
    quorate: Sequence[TimeThere] = ()
    held_without: bool = False


def meeting_presence(forum: Forum, meeting: Meeting) -> PresenceBesideMeeting:
    """Presence beside a meeting, for the present reader."""
    actor, now = current_actor(), utc_now()
    shown = PresenceBesideMeeting(runs(actor, forum.secretary_id), not sees_names(actor))
    if meeting.state == "cancelled":
        return shown
    if meeting.state == "held":
        there = attendance_at(db.session(), meeting)
        quorate = there.quorate_times(meeting.starts_at) if there.needed else ()
        missed = bool(there.needed) and there.recorded and not quorate
        return replace(shown, quorate=quorate, held_without=missed)
    ahead = is_ahead(meeting.starts_at, now)
    return replace(
        shown,
        invites=True,
        own=own_answer(meeting, actor),
        answers=answer_counts(meeting),
        quorum=None if ahead else quorum_at(meeting, now),
    )


@dataclass(frozen=True)
class PresenceBesideItem:
    """The quorum for an item now, while the meeting is held, and how many declared a conflict of
    interest in it."""

    quorum: Quorum | None
    conflicts: int


def item_presence(meeting: Meeting, item: AgendaItem) -> PresenceBesideItem:
    """Presence beside an item while it is written."""
    now = utc_now()
    running = meeting.state == "planned" and not is_ahead(meeting.starts_at, now)
    return PresenceBesideItem(
        quorum_at(meeting, now, item) if running else None, conflict_count(item)
    )


WORDS = {
    "meeting_presence": meeting_presence,
    "item_presence": item_presence,
    "decisions_noted": decisions_noted,
}
