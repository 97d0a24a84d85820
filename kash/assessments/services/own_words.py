"""Answers in own words end after the time for which the programme keeps them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from kash.assessments.models import GivenAnswer, PracticeAnswer
from kash.platform.database import writing
from kash.platform.web.programme import retention


def delete_old_words(now: datetime) -> int:
    """Delete what was written in own words that long ago, in tests and about practice; returns how
    many texts went. That somebody answered stays."""
    kept = retention().span("own_words")
    with writing() as session:
        answers = session.execute(
            update(GivenAnswer)
            .where(GivenAnswer.text_sealed.is_not(None), GivenAnswer.received_at < now - kept)
            .values(text_sealed=None)
        )
        practice = session.execute(
            update(PracticeAnswer)
            .where(PracticeAnswer.text_sealed.is_not(None), PracticeAnswer.given_at < now - kept)
            .values(text_sealed=None)
        )
        return sum(int(getattr(one, "rowcount", 0)) for one in (answers, practice))
