"""Choices that a person made for a list that waits: kept sealed, because they hold names and
phones."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from kash.platform.vault import open_text, seal

_KIND = "people.list_choices"
# What may be chosen for a station that is not known: added with the list, or left empty.
ADD, NONE = "add", "none"


@dataclass
class Choices:
    """Sheet and header row are None until corrected; columns map a column's place to a field.
    `looked` are columns whose guess somebody looked at and left. `capitals` says that names in
    capitals are written as names; `persons` are rows that look like nobody's and are somebody's.

    `decisions`, `edits` and `takes` are by row. `seen` are the people whom a row was shown beside
    when it was decided: a decision holds among them, and is asked for again if there is another.
    `known` are the people whom rows were stored as before, in an earlier version, by public id.
    """

    file_name: str = ""
    sheet: int | None = None
    header: int | None = None
    group: str = ""
    columns: dict[int, str] = field(default_factory=dict)
    stations: dict[str, str] = field(default_factory=dict)
    decisions: dict[int, str] = field(default_factory=dict)
    edits: dict[int, dict[str, str]] = field(default_factory=dict)
    takes: dict[int, list[str]] = field(default_factory=dict)
    seen: dict[int, list[str]] = field(default_factory=dict)
    looked: list[int] = field(default_factory=list)
    capitals: bool = False
    persons: list[int] = field(default_factory=list)
    known: dict[int, str] = field(default_factory=dict)

    @property
    def pasted(self) -> bool:
        """True of rows that came without a file."""
        return not self.file_name

    @property
    def shape(self) -> tuple[object, ...]:
        """Choices that decide how the file as a whole is read; the rest is about single rows."""
        return (
            *(self.sheet, self.header, self.group, self.columns, self.stations),
            *(self.capitals, self.persons),
        )

    def own_rows(self, other: Choices) -> set[int]:
        """The rows of which these say something else than others do."""
        return {
            number
            for mine, theirs in (
                (self.decisions, other.decisions),
                (self.edits, other.edits),
                (self.takes, other.takes),
                (self.seen, other.seen),
            )
            for number in {*mine, *theirs}
            if mine.get(number) != theirs.get(number)
        }

    def forget_rows(self) -> None:
        """Another sheet or header row: what was chosen below it counts no longer."""
        self.columns, self.decisions, self.edits, self.takes, self.seen = {}, {}, {}, {}, {}
        self.persons, self.looked = [], []


def sealed_choices(choices: Choices, public_id: str) -> bytes:
    """Choices as they are kept with the list of this public id."""
    return seal(json.dumps(asdict(choices)), kind=_KIND, public_id=public_id)


def opened_choices(blob: bytes, public_id: str) -> Choices:
    """Choices as they were kept."""
    return choices_from(json.loads(open_text(blob, kind=_KIND, public_id=public_id)))


def choices_from(given: dict[str, Any]) -> Choices:
    """Choices as JSON holds them."""
    for name in ("columns", "decisions", "edits", "takes", "seen", "known"):
        given[name] = {int(key): value for key, value in given.get(name, {}).items()}
    return Choices(**given)
