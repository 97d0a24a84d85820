"""The paper of a statement: one JSON document, whose bytes are the same whenever it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kash.statements.rules.lines import BY_CODE
from kash.statements.rules.names import Place

FORMAT = "kash-statement-1"
STARRED = "*"


@dataclass(frozen=True)
class PrintedFigure:
    """A figure as it is told: of a line, in a place, with the definition that held. `value` is None
    where it is starred, and where there is no data. `label` names a place that is an id."""

    line: str
    place: Place
    label: str
    value: int | None
    starred: bool
    title: str
    definition: str
    version: int
    inputs: str


def paper(head: dict[str, Any], figures: Sequence[PrintedFigure]) -> str:
    """The document of a statement; `head` says of what it is and when it left."""
    return json.dumps(
        {"format": FORMAT, **head, "figures": [_written(one) for one in figures]},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _written(figure: PrintedFigure) -> dict[str, Any]:
    line = BY_CODE[figure.line]
    return {
        "indicator": line.key,
        "of": line.who,
        "supported": line.supported,
        "weighted": line.weighted,
        "place": dict(figure.place),
        "label": figure.label,
        "value": STARRED if figure.starred else figure.value,
        "title": figure.title,
        "definition": figure.definition,
        "version": figure.version,
        "inputs": figure.inputs,
    }


def digest_of(document: str) -> str:
    """A digest that fixes every letter of a document."""
    return hashlib.sha256(document.encode()).hexdigest()
