"""Reporting: a custodian's notes of the duty to report bribery, and what is missing of them.

Bribery Act 2016, section 14: a person in a position of authority reports knowledge or suspicion of
bribery to the Ethics and Anti-Corruption Commission within twenty-four hours. Whether that holds
for this programme is for counsel and the programme's written policy; nothing here is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

# What says what became of it, and what only waits.
DECIDED = ("reported", "not_reported")
KINDS = (*DECIDED, "counsel")
# Stands for notes that do not open any more.
DAMAGED = "damaged"


class ReportNote(BaseModel):
    """One decision: reported, with the day, by whom and under which reference; not reported, and
    why; or waiting for counsel. `by` is the account's public id of whoever noted it."""

    model_config = ConfigDict(extra="allow")

    kind: str
    on: date | None = None
    reported_by: str = ""
    reference: str = ""
    reason: str = ""
    by: str = ""
    at: datetime | None = None

    def is_as(self, other: ReportNote) -> bool:
        """True if both say the same, whoever noted it and when."""
        same = {"by": "", "at": None}
        return self.model_copy(update=same) == other.model_copy(update=same)


@dataclass(frozen=True)
class Policy:
    """The programme's written policy on reporting: what it is called, of which day it is, and which
    lawyer wrote or checked it. Empty if none is named."""

    name: str = ""
    dated_on: date | None = None
    checked_by: str = ""

    def as_kept(self) -> dict[str, str]:
        """As the settings keep it."""
        dated = self.dated_on.isoformat() if self.dated_on is not None else ""
        return {"name": self.name, "dated_on": dated, "checked_by": self.checked_by}


def policy_from(kept: Mapping[str, Any]) -> Policy:
    """A policy as it was kept."""
    try:
        dated = date.fromisoformat(str(kept.get("dated_on", "")))
    except ValueError:
        dated = None
    return Policy(str(kept.get("name", "")), dated, str(kept.get("checked_by", "")))


_NOTES = TypeAdapter(list[ReportNote])


def missing_of(note: ReportNote, today: date) -> list[tuple[str, str]]:
    """(field, `enter`, `not_yet` or `reason`) of what a decision lacks."""
    found = []
    if note.kind == "reported":
        if note.on is None:
            found.append(("on", "enter"))
        elif note.on > today:
            found.append(("on", "not_yet"))
        if not note.reported_by:
            found.append(("reported_by", "enter"))
    if note.kind == "not_reported" and not note.reason:
        found.append(("reason", "reason"))
    return found


def is_decided(notes: Sequence[ReportNote]) -> bool:
    """True if the newest note says what became of it, so that nobody is waited for."""
    return bool(notes) and notes[-1].kind in DECIDED


def notes_as_bytes(notes: Sequence[ReportNote]) -> bytes:
    """Notes as they are sealed, the oldest first."""
    return _NOTES.dump_json(list(notes), exclude_defaults=True)


def notes_from(plaintext: bytes) -> list[ReportNote]:
    """Notes as they were sealed. Raises pydantic's ValidationError if they are none."""
    return _NOTES.validate_json(plaintext)
