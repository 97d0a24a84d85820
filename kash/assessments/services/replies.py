"""Replies to what a phone sent, and holding the people whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.models import RosterEntry


class AnswerReply(StrEnum):
    """Replies to an answer that was sent."""

    KEPT = "kept"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True)
class SentAnswer:
    """An answer as it was sent. `question` is the asked question's public id; `text` is what was
    written in her own words."""

    op_id: str
    question: str
    chosen: tuple[str, ...]
    text: str
    given_at: datetime
    source: str
    device: str = ""


@dataclass(frozen=True)
class Recorded:
    """Outcome of one operation; `new` says that something was written."""

    op_id: str
    reply: AnswerReply
    new: bool = False


def hold_people(session: Session, people: Sequence[int]) -> None:
    """Hold people until the transaction ends: two phones of one are heard one after the other."""
    session.execute(
        select(RosterEntry.id)
        .where(RosterEntry.person_id.in_(people))
        .order_by(RosterEntry.id)
        .with_for_update()
    ).all()
