"""Columns of this room's tables, sorted by what they hold about a person; and the people of frozen
figures."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.erasure import ErasedPerson, HeldElsewhere, about_things, free_texts
from kash.people.models import PersonMerge
from kash.statements.models import FrozenFigure
from kash.statements.queries.sealed import SealedPeople, seal_people, sealed_people

_AT_ONCE = 500


def _counting(
    session: Session, subject: ErasedPerson
) -> Iterator[tuple[FrozenFigure, SealedPeople, frozenset[str]]]:
    """Figures that count a person, with all whom they count and those of them who are this one:
    people who turned out to be the same stand there as they were called then."""
    merged = select(PersonMerge.gone).where(
        PersonMerge.kept_id == subject.id, PersonMerge.undone_at.is_(None)
    )
    ids = {subject.public_id, *session.scalars(merged)}
    figures = session.scalars(
        select(FrozenFigure).order_by(FrozenFigure.id).execution_options(yield_per=_AT_ONCE)
    )
    for figure in figures:
        sealed = sealed_people(figure)
        if hers := sealed.people & ids:
            yield figure, sealed, frozenset(hers)


def _count(session: Session, subject: ErasedPerson) -> int:
    return sum(1 for _one in _counting(session, subject))


def _erase(session: Session, subject: ErasedPerson) -> int:
    """Leave numbers and papers as they were, without her among those who were counted."""
    found = list(_counting(session, subject))
    for figure, sealed, hers in found:
        seal_people(figure, sealed.count, sealed.people - hers)
    return len(found)


PERSONAL = (
    HeldElsewhere(
        ("frozen_figure.people_sealed",), _l("Figures frozen for funders"), _count, _erase
    ),
    *free_texts("statement.returned_reason"),
    *about_things(
        statement="period digest document head_code ranges state approved_for",
        frozen_figure="line place label title definition inputs",
    ),
)
