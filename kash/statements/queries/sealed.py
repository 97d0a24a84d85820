"""The sealed part of a frozen figure: how many there truly were, and who they are."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from kash.platform.vault import lookup, open_sealed, seal
from kash.statements.models import FrozenFigure

_PEOPLE = "statement.people"
_INPUTS = "statement_inputs"


@dataclass(frozen=True)
class SealedPeople:
    """People of a figure by public id, and how many there were on the day of freezing, None without
    data: who is erased since is no longer among them, and counts."""

    count: int | None
    people: frozenset[str] = field(default=frozenset(), repr=False)


def sealed_people(figure: FrozenFigure) -> SealedPeople:
    """The sealed part of a figure. Raises SealError."""
    kept = json.loads(open_sealed(figure.people_sealed, kind=_PEOPLE, public_id=figure.public_id))
    return SealedPeople(kept["count"], frozenset(kept["people"]))


def seal_people(figure: FrozenFigure, count: int | None, people: Collection[str]) -> None:
    """Seal them, for a figure that has its public id."""
    content = json.dumps({"count": count, "people": sorted(people)})
    figure.people_sealed = seal(content, kind=_PEOPLE, public_id=figure.public_id)


def inputs_digest(figure: str, count: int | None, people: Collection[str]) -> str:
    """A digest of who was counted and how many in a figure (public id), under a key: without one
    whoever has the paper would try few people until it fits.

    It is of this figure alone. Of equal figures it would be equal, and so tell what a star stands
    for by a number beside it.
    """
    return lookup(json.dumps([figure, count, *sorted(people)]), kind=_INPUTS)
