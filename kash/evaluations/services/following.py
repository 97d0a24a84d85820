"""Evaluations of single days, which move along with their workshop."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.evaluations.models import EvaluationForm
from kash.workshops.models import Workshop


def follow(session: Session, workshop: Workshop, moved: timedelta) -> None:
    """Move the forms of its days that are not closed; what was told of a day stays told of it."""
    forms = select(EvaluationForm).where(
        EvaluationForm.workshop_id == workshop.id,
        EvaluationForm.day.is_not(None),
        EvaluationForm.state != "closed",
    )
    for form in session.scalars(forms.with_for_update()):
        if form.day is not None:
            form.day += moved
