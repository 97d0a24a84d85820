"""Following a workshop that is moved. A room above that keeps days of it declares how they move
along, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class FollowsWorkshop(Part):
    """A room that keeps days of a workshop; `follow` moves them by as much as its first day."""

    follow: Callable[[Session, Workshop, timedelta], None] = field()


def let_follow(session: Session, workshop: Workshop, moved: timedelta) -> None:
    """Let everything that keeps days of a workshop move along with it."""
    for part in declared(FollowsWorkshop):
        part.follow(session, workshop, moved)
