"""People without any entry for long, and who came to nothing: whether they are kept is
asked about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, not_

from kash.feature import Part, declared
from kash.people.models import Consent, Person
from kash.people.scope import named


@dataclass(frozen=True)
class StillActive(Part):
    """A condition on persons, told a moment, that says who came to something since then."""

    since: Callable[[datetime], ColumnElement[bool]]


def quiet(since: datetime) -> ColumnElement[bool]:
    """The persons without any entry, and who came to nothing, since that moment."""
    return and_(
        named(),
        Person.changed_at < since,
        Person.created_at < since,
        ~exists().where(Consent.person_id == Person.id, Consent.recorded_at >= since),
        *(not_(part.since(since)) for part in declared(StillActive)),
    )
