"""Taking back workshops that were planned by a proposal, as though they had never been planned:
only those that nobody touched since. What anybody did with one stays, and it is said why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import Column, Select, delete, select
from sqlalchemy.orm import Session

from kash.attendance.models import Register, Slot
from kash.platform.database import Base
from kash.workshops.models import Enrolment, Facilitator, Workshop, WorkshopSession


class Touched(StrEnum):
    """Reasons for which a workshop is not taken back."""

    BEGUN = "begun"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    PEOPLE = "people"
    USED = "used"


# What planning makes with a workshop, and taking it back takes away.
_OWN = {table.__tablename__ for table in (Workshop, WorkshopSession, Facilitator, Register, Slot)}


def touched(
    session: Session, workshops: Sequence[Workshop], today: date, beside: Iterable[str] = ()
) -> dict[int, Touched]:
    """Reasons for which these workshops (by key) stay where they are, each with the gravest;
    a workshop that nobody touched is not in it.

    Every foreign key of any table is asked, so that a room which a later version adds is asked
    too; `beside` are tables whose rows do not count. A query for each, however many workshops.
    """
    found: dict[int, Touched] = {}
    for one in workshops:
        if one.starts_on <= today:
            found[one.id] = Touched.BEGUN
        elif one.state == "cancelled":
            found[one.id] = Touched.CANCELLED
    asked = [one.id for one in workshops if one.id not in found]
    used = {
        key
        for statement in _references(asked, {*_OWN, *beside})
        for key in session.scalars(statement)
    }
    with_people = set(
        session.scalars(select(Enrolment.workshop_id).where(Enrolment.workshop_id.in_(asked)))
    )
    for one in workshops:
        if one.id in with_people:
            found.setdefault(one.id, Touched.PEOPLE)
        elif one.id in used:
            found.setdefault(one.id, Touched.USED)
        elif one.row_version != 1:
            found.setdefault(one.id, Touched.CHANGED)
    return found


def _references(workshops: Sequence[int], but: set[str]) -> Iterator[Select[int]]:
    """A select of the keys of these workshops for each foreign key that leads to them, to their
    registers, their slots or their sessions."""
    paths: Mapping[str, Select[int]] = {
        "workshop": select(Workshop.id),
        "register": select(Workshop.id),
        "slot": select(Workshop.id).join(Slot, Slot.register_id == Workshop.register_id),
        "workshop_session": select(Workshop.id).join(
            WorkshopSession, WorkshopSession.workshop_id == Workshop.id
        ),
    }
    keys = {
        "workshop": Workshop.id,
        "register": Workshop.register_id,
        "slot": Slot.id,
        "workshop_session": WorkshopSession.id,
    }
    for column, target in _foreign_keys(but):
        if target in paths:
            yield (
                paths[target]
                .join(column.table, column == keys[target])
                .where(Workshop.id.in_(workshops))
                .distinct()
            )


def _foreign_keys(but: set[str]) -> Iterator[tuple[Column[int], str]]:
    for table in Base.metadata.sorted_tables:
        if table.name not in but:
            for key in table.foreign_keys:
                yield key.parent, key.column.table.name


def take_away(session: Session, workshops: Sequence[int], registers: Sequence[int]) -> None:
    """Within another action: take workshops away that nobody touched (by key), with their sessions,
    teams and registers."""
    session.execute(delete(WorkshopSession).where(WorkshopSession.workshop_id.in_(workshops)))
    session.execute(delete(Facilitator).where(Facilitator.workshop_id.in_(workshops)))
    session.execute(delete(Workshop).where(Workshop.id.in_(workshops)))
    session.execute(delete(Slot).where(Slot.register_id.in_(registers)))
    session.execute(delete(Register).where(Register.id.in_(registers)))
