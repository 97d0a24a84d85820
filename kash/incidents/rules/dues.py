"""What is still due in a case: referrals without an outcome, terms that nobody has kept yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kash.incidents.rules.record import Record, Referral, Term


@dataclass(frozen=True)
class Due:
    """A referral or a term that is open, by its id in the record, with its last day."""

    what: Literal["referral", "term"]
    id: str
    kind: str
    due_on: date


def is_open(part: Referral | Term) -> bool:
    """Whether something is still to be done about it."""
    if isinstance(part, Referral):
        return not part.outcome
    return part.fulfilled_on is None


def is_overdue(part: Referral | Term, today: date) -> bool:
    """Whether its last day has passed and it is still open."""
    return is_open(part) and part.due_on is not None and part.due_on < today


def dues(record: Record) -> list[Due]:
    """Whatever is open and has a last day, the earliest first."""
    parts: list[Referral | Term] = [*record.referrals, *record.terms]
    found = [
        Due("referral" if isinstance(part, Referral) else "term", part.id, part.kind, part.due_on)
        for part in parts
        if is_open(part) and part.due_on is not None
    ]
    return sorted(found, key=lambda due: (due.due_on, due.what, due.id))


def overdue(record: Record, today: date) -> list[Due]:
    """What should have been done before today."""
    return [due for due in dues(record) if due.due_on < today]
