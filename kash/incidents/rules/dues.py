"""Dues of a case: referrals without an outcome, terms that nobody has kept yet."""

from __future__ import annotations

from datetime import date

from kash.incidents.rules.record import Record, Referral, Term


def is_open(part: Referral | Term) -> bool:
    """True if something is still to be done about it."""
    if isinstance(part, Referral):
        return not part.outcome
    return part.fulfilled_on is None


def is_overdue(part: Referral | Term, today: date) -> bool:
    """True if its last day has passed and it is still open."""
    return is_open(part) and part.due_on is not None and part.due_on < today


def due_days(record: Record) -> list[date]:
    """The days on which a term or a referral of a case is due and not yet done."""
    parts: list[Referral | Term] = [*record.terms, *record.referrals]
    return [part.due_on for part in parts if part.due_on is not None and is_open(part)]
