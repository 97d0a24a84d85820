"""Tokens of answer links: short enough for a text message, too many to guess. Links of enrolments
within the transaction of an action: made, and cleared away."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.accounts.services.marks import token_hash
from kash.platform.database import writing
from kash.platform.web.formats import from_local
from kash.workshops.models import AnswerLink, Enrolment, Workshop

# 96 bits in 16 letters, so that the address leaves room for words in one message.
_BYTES = 12


def new_answer_token() -> str:
    """A token for the address of an answer."""
    return secrets.token_urlsafe(_BYTES)


# Of one enrolment: printed, sent, and sent again. Older ones stop working.
MOST_LINKS = 6
# How long after the last day a link still tells that the event is over.
_TELLS_FOR = timedelta(days=30)


def new_answer_link(
    session: Session, workshop: Workshop, enrolment: Enrolment, now: datetime
) -> str:
    """Within another action: make one more link for an enrolment, and return its token."""
    token = new_answer_token()
    session.add(
        AnswerLink(
            enrolment_id=enrolment.id,
            token_hash=token_hash(token),
            made_at=now,
            expires_at=link_ends(workshop),
        )
    )
    session.flush()
    stale = session.scalars(
        select(AnswerLink.id)
        .where(AnswerLink.enrolment_id == enrolment.id)
        .order_by(AnswerLink.id.desc())
        .offset(MOST_LINKS)
    ).all()
    if stale:
        session.execute(delete(AnswerLink).where(AnswerLink.id.in_(stale)))
    return token


def link_ends(workshop: Workshop) -> datetime:
    """When links of a workshop stop telling anything."""
    return from_local(workshop.ends_on, workshop.day_ends_at) + _TELLS_FOR


def move_answer_links(session: Session, workshop: Workshop) -> None:
    """Within an action that changes the days of a workshop: have its links end with them, so that
    nobody's stops working before a workshop that was put off."""
    session.execute(
        update(AnswerLink)
        .where(
            AnswerLink.enrolment_id.in_(
                select(Enrolment.id).where(Enrolment.workshop_id == workshop.id)
            )
        )
        .values(expires_at=link_ends(workshop))
        .execution_options(synchronize_session=False)
    )


def forget_answer_links(now: datetime) -> None:
    """Hourly clean-up: links that tell nothing any more."""
    with writing() as session:
        session.execute(delete(AnswerLink).where(AnswerLink.expires_at <= now))
