"""Words that two members take out of what is kept of a case, such as a name typed by mistake.

Struck is whatever was typed freely, in whole words: in the record, in what came in first, in the
changes since, in what is sealed of evidence, and in unfinished forms. Codes, days, amounts and ids
stay, so that all of it is read as before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel

from kash.incidents.rules.casework import RecordChange
from kash.incidents.rules.filing import FirstAccount, account_from
from kash.people.rules.persons import struck

Part = TypeVar("Part", bound=BaseModel)

# Fields in which somebody writes freely, wherever they stand.
_FREE = frozenset(
    [
        "about_when",
        "asked_for",
        "circumstances",
        "connection",
        "court",
        "description",
        "details",
        "label",
        "narrative",
        "note",
        "place_name",
        "reason",
        "receipt",
        "service_name",
        "service_number",
        "at_station_name",
        "station_name",
        "text",
        "to_whom",
        "unit",
        "uploaded_name",
        "ward",
        "who",
        "why",
        "words",
    ]
)
# Such as are codes or ids elsewhere; a phone's screen and the form of a case have them on top.
_FREE_THERE = frozenset(
    [
        "place",
        "place.place",
        "at_place",
        "number",
        "hours",
        "reach.where",
        "reach.number",
        "reach.hours",
        "reach.code_word",
        "reach.who_answers",
        "follow_ups.to_do",
        "interventions.station",
        "interventions.call_name",
        "interventions.call_phone",
        "persons.code",
        "persons.tries.what",
        "terms.what",
        "questioned_terms.what",
        "court_asks.about",
        "court_asks.language",
        "taking.language",
        "consents.paper",
        "own_words.paper",
    ]
)
_ROW = re.compile(r"(\w+)(?:/[^/]+|-\d+)(?:[/-](\w+))?")


def is_free(path: str) -> bool:
    """True if somebody writes freely at a place, such as "acts.circumstances"."""
    return path in _FREE_THERE or path.rpartition(".")[2] in _FREE


class Redaction:
    """Words that are taken out, and the mark that is left in their place."""

    def __init__(self, words: Collection[str], mark: str = "") -> None:
        self._words, self._mark = words, mark

    def text(self, text: str) -> str:
        """A text without the words, whatever their case and spacing."""
        return struck(text, self._words, self._mark)

    def document(self, value: Any, path: str = "") -> Any:
        """A value, as JSON has it, without the words in what was typed freely."""
        if isinstance(value, str):
            return self.text(value) if is_free(path) else value
        if isinstance(value, list):
            return [self.document(inner, path) for inner in value]
        if isinstance(value, dict):
            return {
                name: self.document(inner, f"{path}.{name}" if path else name)
                for name, inner in value.items()
            }
        return value

    def part(self, part: Part) -> Part:
        """A record, or what lies beside it, without the words."""
        return type(part).model_validate(self.document(_values(part)))

    def stands_in(self, part: BaseModel) -> bool:
        """True if what was typed freely holds one of the words."""
        return bool(self.document(_values(part)) != _values(part))

    def change(self, change: RecordChange) -> RecordChange:
        """A change of a record without the words, in what stood there and what stands there now."""
        places = [
            place.model_copy(
                update={
                    "before": self.document(place.before, path_of(place.place)),
                    "after": self.document(place.after, path_of(place.place)),
                }
            )
            for place in change.places
        ]
        return change.model_copy(update={"why": self.text(change.why), "places": places})

    def account(self, plaintext: bytes) -> FirstAccount | None:
        """A first account without the words; None if it holds none of them. Raises pydantic's
        ValidationError if it is no account."""
        came = account_from(plaintext)
        account = self.part(came.model_copy(update={"screens": {}, "written": ""}))
        account.screens = {name: self._json(text) for name, text in came.screens.items()}
        account.written = self._json(came.written) if came.written else ""
        return None if account == came else account

    def _json(self, text: str) -> str:
        # Letter for letter, unless something is taken out.
        try:
            value = json.loads(text)
        except ValueError:
            return self.text(text)
        left = self.document(value)
        return (
            text if left == value else json.dumps(left, ensure_ascii=False, separators=(",", ":"))
        )


def _values(part: BaseModel) -> Any:
    return part.model_dump(mode="json", exclude_defaults=True, warnings=False)


def path_of(place: str) -> str:
    """Path of a place of a record, or of a field of its form, whichever row it is of: both
    "acts/a1/circumstances" and "acts-0-circumstances" are "acts.circumstances"."""
    match = _ROW.fullmatch(place)
    return ".".join(filter(None, match.groups())) if match else place
