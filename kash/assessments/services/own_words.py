"""Answers in own words end after the time for which the programme keeps them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from kash.assessments.models import GivenAnswer
from kash.platform.database import writing
from kash.platform.web.programme import retention


def delete_old_words(now: datetime) -> int:
    """Delete what was written in own words that long ago; returns how many texts went. That
    somebody answered stays."""
    kept = retention().span("own_words")
    with writing() as session:
        gone = session.execute(
            update(GivenAnswer)
            .where(GivenAnswer.text_sealed.is_not(None), GivenAnswer.received_at < now - kept)
            .values(text_sealed=None)
        )
        return int(getattr(gone, "rowcount", 0))
