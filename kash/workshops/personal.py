"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kash.people.erasure import (
    GOES,
    Beneath,
    FreeText,
    GoesIfNamed,
    StandsInTheWay,
    Values,
    about_things,
    free_texts,
)
from kash.platform.web.formats import local_today
from kash.workshops.models import Enrolment, SessionRecord, Workshop


def _record_and_step(session: Session, row: Values) -> str:
    """Place for which the words on a step are sealed."""
    record = session.scalar(
        select(SessionRecord.public_id).where(SessionRecord.id == row["record_id"])
    )
    return f"{record}-{row['lineage']}"


def _expected(session: Session, person_id: int) -> bool:
    seats = exists().where(
        Enrolment.person_id == person_id,
        Enrolment.state.in_(("invited", "confirmed", "waiting")),
        Enrolment.workshop_id == Workshop.id,
        Workshop.state == "planned",
        Workshop.ends_on >= local_today(),
    )
    return bool(session.scalar(select(seats)))


PERSONAL = (
    Beneath("answer_link.enrolment_id", GOES),
    StandsInTheWay(
        _l("This person has a seat in a workshop that is still to come. Take the seat back."),
        _expected,
    ),
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
