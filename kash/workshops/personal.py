"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.erasure import (
    GOES,
    Beneath,
    FreeText,
    GoesIfNamed,
    Values,
    about_things,
    free_texts,
)
from kash.workshops.models import SessionRecord


def _record_and_step(session: Session, row: Values) -> str:
    """Place for which the words on a step are sealed."""
    record = session.scalar(
        select(SessionRecord.public_id).where(SessionRecord.id == row["record_id"])
    )
    return f"{record}-{row['lineage']}"


PERSONAL = (
    Beneath("answer_link.enrolment_id", GOES),
    *free_texts(
        "workshop.title",
        "workshop.cancelled_reason",
        "workshop_session.title",
    ),
    FreeText("session_record.notes_sealed", kind="session.notes"),
    FreeText("session_record.next_time_sealed", kind="session.next_time"),
    GoesIfNamed(
        "step_left_out.words_sealed",
        kind="session.left_out",
        emptied={"words_sealed": None},
        sealed_for=_record_and_step,
    ),
    *about_things(
        enrolment="state history",
        funder="name",
        funding="budget_code",
        objective_reached="lineage reached",
        step_left_out="lineage reason",
        workshop="state",
    ),
)
