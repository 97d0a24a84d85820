"""Days of payees who stand on no register, which move along with their workshop."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.payouts.models import Payee
from kash.workshops.models import Workshop


def follow(session: Session, workshop: Workshop, moved: timedelta) -> None:
    """Move the days of drivers and others, who would be due nothing on days without a session."""
    payees = select(Payee).where(Payee.workshop_id == workshop.id)
    for payee in session.scalars(payees.with_for_update()):
        payee.days = [(date.fromisoformat(day) + moved).isoformat() for day in payee.days]
