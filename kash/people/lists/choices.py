"""What a person chose for a list that waits: kept sealed, because it holds names and phones."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from kash.vault import open_text, seal

_KIND = "people.list_choices"
# What may be chosen for a station that is not known: added with the list, or left empty.
ADD, NONE = "add", "none"


@dataclass
class Choices:
    """Sheet and header row are None until corrected; columns map a column's place to a field.

    `decisions`, `edits` and `takes` are by row. `seen` is what the rows were when last shown, so
    that a change meanwhile can be told.
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

    def forget_rows(self) -> None:
        """Another sheet or header row: what was chosen below it counts no longer."""
        self.columns, self.decisions, self.edits, self.takes = {}, {}, {}, {}


def sealed_choices(choices: Choices, public_id: str) -> bytes:
    """Choices as they are kept with the list of this public id."""
    return seal(json.dumps(asdict(choices)), kind=_KIND, public_id=public_id)


def opened_choices(blob: bytes, public_id: str) -> Choices:
    """Choices as they were kept."""
    given: dict[str, Any] = json.loads(open_text(blob, kind=_KIND, public_id=public_id))
    for name in ("columns", "decisions", "edits", "takes"):
        given[name] = {int(key): value for key, value in given[name].items()}
    return Choices(**given)
