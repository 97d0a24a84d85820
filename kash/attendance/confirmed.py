"""Following registers that are confirmed as a whole. A room above that keeps facts made of them
declares how they are written, in the transaction that confirmed the last slot or changed anything
that counts afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.attendance.models import Slot
from kash.feature import Part, declared


@dataclass(frozen=True)
class FollowsConfirming(Part):
    """A room that keeps facts made of registers (by their keys); `follow` writes them anew."""

    follow: Callable[[Session, int, datetime], None]


def let_facts_follow(session: Session, register_id: int, now: datetime) -> None:
    """Have facts follow a register, if all of its slots are confirmed; one query, and theirs."""
    session.flush()
    slots, confirmed = session.execute(
        select(func.count(), func.count(Slot.confirmed_at)).where(Slot.register_id == register_id)
    ).one()
    if slots and slots == confirmed:
        for part in declared(FollowsConfirming):
            part.follow(session, register_id, now)
