"""Signed copies of minutes."""

from __future__ import annotations

from sqlalchemy import select

from kash.forums.models import Meeting, SignedCopy
from kash.platform.database import db


def signed_copy_of(meeting: Meeting) -> SignedCopy | None:
    """The signed copy of a meeting's minutes; None if none was kept."""
    return db.session.scalar(select(SignedCopy).where(SignedCopy.meeting_id == meeting.id))
