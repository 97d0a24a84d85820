"""The people behind a cell of a table, one group at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from kash.people.models import Group, Person
from kash.platform.database import db

# So many keys go into one statement.
_MOST_KEYS = 30_000


@dataclass(frozen=True)
class BehindCell:
    """The groups of the people behind a cell with how many there are, the one that is shown, and
    its people as a select of name, public id, cadre and ward."""

    counts: dict[str, int]
    letter: str
    people: Select[Any]

    def number(self, letter: str) -> str:
        """How many a group has, as it stands beside its letter."""
        return str(self.counts[letter])


def behind(people: Collection[int], wanted: str) -> BehindCell:
    """People by their keys, one group at a time: the wanted one, or the first that has any. One
    query."""
    keys = sorted(people)[:_MOST_KEYS]
    rows = db.session.execute(
        select(Group.letter, func.count())
        .join(Person, Person.group_id == Group.id)
        .where(Person.id.in_(keys))
        .group_by(Group.letter)
        .order_by(Group.letter)
    )
    counts = {row[0]: row[1] for row in rows}
    letter = wanted if wanted in counts else next(iter(counts), "")
    statement: Any = (
        select(Person.chosen_name, Person.public_id, Person.cadre, Person.ward)
        .join(Group, Group.id == Person.group_id)
        .where(Person.id.in_(keys), Group.letter == letter)
    )
    return BehindCell(counts, letter, statement)
