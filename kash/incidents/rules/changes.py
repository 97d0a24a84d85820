"""Changes of a record, place by place: kept sealed with who made each, when, and why.

A place is named as in `writing`: "narrative", "happening.begun_on", or "acts/a1/code". What has
ids of its own is compared field by field, other things as wholes. What only ever grows, and says
itself who and when (the timeline, comments, what is wanted), is not kept a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kash.incidents.rules.record import Record

KIND = "incident.changes"
# Beyond so many bytes another document is begun, so that saving never takes longer.
ENOUGH = 120_000
LONGEST_REASON = 500
_LEFT_OUT = frozenset(
    {
        "edition",
        "paper_reference",
        "timeline",
        "comments",
        "choices",
        "court_asks",
        "holds",
        "proposals",
        "member_answers",
        "removed_evidence",
        "earlier_identities",
        "taken_out",
        "accounts_given",
        "own_words",
        "first_accounts",
        "sealed_changes",
        # Custodians' own, who alone may know of it.
        "duty_note",
        "duty_waits",
        "was_questioned",
        "decided_on",
    }
)
# What tells the entries of a list apart that are kept as wholes.
_WHOLE = {"evidence": "document", "links": "id"}


class ChangedPlace(BaseModel):
    """One place: what stood there and what stands there now, as JSON has it; None for nothing."""

    model_config = ConfigDict(extra="allow")

    place: str
    before: Any = None
    after: Any = None


class RecordChange(BaseModel):
    """Change of a record by one save. `by` is an account's public id; empty for what was only taken
    over: an answer of a mediator, or what was taken back by its receipt."""

    model_config = ConfigDict(extra="allow")

    by: str = ""
    at: datetime
    why: str = ""
    places: list[ChangedPlace] = Field(default_factory=list)


_CHANGES = TypeAdapter(list[RecordChange])


def asks_why(record: Record) -> bool:
    """True if this record is changed for a reason only: it was verified by what it said."""
    return record.verification.outcome == "verified"


def values_of(record: Record) -> dict[str, Any]:
    """Every place of a record that is not empty, with its value as JSON has it."""
    found: dict[str, Any] = {}
    for name, value in record.model_dump(exclude_defaults=True, warnings=False).items():
        if name not in _LEFT_OUT:
            found |= dict(_flat(name, value))
    found.pop("filing.screens", None)
    return {place: _plain(value) for place, value in found.items()}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield f"{name}.{inner}", each
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value):
            if name in _WHOLE or "id" not in one:
                yield f"{name}/{one.get(_WHOLE.get(name, ''), number)}", dict(one)
                continue
            yield f"{name}/{one['id']}/id", one["id"]
            for inner, each in one.items():
                yield f"{name}/{one['id']}/{inner}", each
    else:
        yield name, value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # To the minute, as a page shows it: else each save of a form would change the seconds.
        return value.astimezone(UTC).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ChangedPlace]:
    """The places at which two records differ, in the order of the newer one, then what went."""
    return [
        ChangedPlace(place=place, before=before.get(place), after=after.get(place))
        for place in dict.fromkeys([*after, *before])
        if before.get(place) != after.get(place)
    ]


def as_bytes(changes: list[RecordChange]) -> bytes:
    """Changes as they are sealed, the oldest first."""
    return _CHANGES.dump_json(changes, exclude_defaults=True)


def changes_from(plaintext: bytes) -> list[RecordChange]:
    """Changes as they were sealed. Raises pydantic's ValidationError if they are none."""
    return _CHANGES.validate_json(plaintext)
