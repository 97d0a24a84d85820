"""Comments end after the time for which the programme keeps what people wrote themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from kash.evaluations.models import EvaluationComment, EvaluationForm, EvaluationQuestion
from kash.platform.database import writing
from kash.platform.web.programme import retention


def delete_old_comments(now: datetime) -> int:
    """Delete comments of forms that were closed that long ago; returns how many went. What was
    counted stays."""
    kept = retention().span("own_words")
    old = (
        select(EvaluationQuestion.id)
        .join(EvaluationQuestion.form)
        .where(EvaluationForm.closed_at < now - kept)
    )
    with writing() as session:
        gone = session.execute(
            delete(EvaluationComment).where(EvaluationComment.question_id.in_(old))
        )
        return int(getattr(gone, "rowcount", 0))
