"""Meetings as places where a case came up: found by a forum's open name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Select, func, select

from kash.forums.models import Forum, Meeting
from kash.incidents.occasions import Occasion
from kash.platform.database import db
from kash.platform.web.formats import month_text, short_date_text
from kash.policy import Actor, Reach

MOST_FOUND = 10


def _meetings() -> Select[*tuple[Any, ...]]:
    return select(
        Meeting.public_id, Meeting.starts_at, Forum.name, Forum.public_id.label("forum")
    ).join(Forum, Forum.id == Meeting.forum_id)


def find_meetings(words: str, by: Actor) -> Sequence[Occasion]:
    """Meetings of forums whose names hold all the words, the newest first."""
    query = _meetings()
    for word in words.split()[:8]:
        query = query.where(func.lower(Forum.name).contains(word.lower(), autoescape=True))
    query = query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(MOST_FOUND)
    return [_occasion(meeting, by) for meeting in db.session.execute(query)]


def meetings_named(public_ids: Collection[str], by: Actor) -> Sequence[Occasion]:
    """Meetings by their public ids."""
    query = _meetings().where(Meeting.public_id.in_(public_ids))
    return [_occasion(meeting, by) for meeting in db.session.execute(query)]


def _occasion(row: Any, by: Actor) -> Occasion:
    reads = by.reach("forums.see") is Reach.ALL
    url = url_for("forums.meeting", forum_id=row.forum, meeting_id=row.public_id) if reads else ""
    title = f"{row.name}, {month_text(row.starts_at)}"
    return Occasion(row.public_id, title, short_date_text(row.starts_at), url)
