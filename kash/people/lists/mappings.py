"""How a list was matched, remembered for the next one with the same headings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kash.people.models import PeopleListMapping
from kash.people.queries.lists import list_mapping, newest_mapping
from kash.people.rules.lists.headings import FIELDS, LEFT_OUT, normalised
from kash.platform.vault import lookup, open_text, seal
from kash.policy import Actor

_KIND = "people.list_mapping"


@dataclass(frozen=True)
class Mapped:
    """Fields by normalised heading, organisations by written name, and a group's public id."""

    columns: Mapping[str, str] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


def shape_of(headings: Sequence[str]) -> str:
    """Shape of headings: what lists with the same ones, in any order, have in common."""
    words = sorted(plain for heading in headings if (plain := normalised(heading)))
    return lookup("\n".join(words), kind="people.list_shape")


def sealed_mapping(mapped: Mapped, public_id: str) -> bytes:
    """A mapping as it is kept."""
    content = {
        "columns": dict(mapped.columns),
        "stations": dict(mapped.stations),
        "group": mapped.group,
    }
    return seal(json.dumps(content), kind=_KIND, public_id=public_id)


def _opened(row: PeopleListMapping | None) -> Mapped:
    if row is None:
        return Mapped()
    found = Mapped(**json.loads(open_text(row.sealed, kind=_KIND, public_id=row.public_id)))
    fields = {LEFT_OUT, *FIELDS}
    known = {name: value for name, value in found.columns.items() if value in fields}
    return Mapped(known, found.stations, found.group)


def remembered(headings: Sequence[str], actor: Actor) -> tuple[Mapped, bool]:
    """Mapping remembered for these headings, and if the whole list was seen before.

    Where only some headings are known from the actor's last list, these are taken.
    """
    if not any(headings):
        return Mapped(), False
    same = list_mapping(shape_of(headings), actor)
    if same is not None:
        return _opened(same), True
    last = _opened(newest_mapping(actor))
    # Of an other list only what was corrected by hand counts, and what places are called.
    return Mapped(last.columns, last.stations), False
