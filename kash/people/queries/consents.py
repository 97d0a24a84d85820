"""What people agreed to and refused."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.models import Consent


def newest_answers(session: Session, person_id: int) -> list[tuple[str, str]]:
    """(purpose, answer) of a person in the order in which they were recorded."""
    rows = session.execute(
        select(Consent.purpose, Consent.answer)
        .where(Consent.person_id == person_id)
        .order_by(Consent.id)
    )
    return [(row.purpose, row.answer) for row in rows]
