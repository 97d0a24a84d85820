"""The audit trail, as far as it may be read without keys of the vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kash.accounts.queries.accounts import names_of
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.vault.queries import known_actions, newest_entries, told_by_day
from kash.platform.vault.redaction import by_day, subjects_shown
from kash.platform.web.action_words import other_actors
from kash.platform.web.formats import from_local, zone
from kash.platform.web.lists import Listing, listing


@dataclass(frozen=True)
class AuditLine:
    """One entry of the audit trail, with the name of whoever acted if it was an account.

    `subjects` are ids, none of anything that is sealed in the vault. It has no number: a gap
    between two numbers would tell when something was done that is told by day only.
    """

    at: datetime
    actor: str
    name: str
    action: str
    subjects: tuple[str, ...]


def audit_listing(*, actor: str = "", action: str = "") -> Listing[AuditLine]:
    """The audit trail, the newest first; of one actor, or of one kind of action."""
    statement = newest_entries(actor=actor or None, action=action or None)
    found = listing(
        statement, sorts={"seq": AuditEntry.seq}, default_sort="seq", default_direction="desc"
    )
    return found.turned(_lines)


def _lines(entries: Sequence[AuditEntry]) -> list[AuditLine]:
    names = names_of(entry.actor for entry in entries)
    names |= other_actors(entry.actor for entry in entries if entry.actor not in names)
    return [
        AuditLine(
            entry.at,
            entry.actor,
            names.get(entry.actor, ""),
            entry.action,
            subjects_shown(entry.action, entry.subjects),
        )
        for entry in entries
    ]


@dataclass(frozen=True)
class AuditDayLine:
    """How often an account did something on a day, of what is told by day only."""

    day: date
    actor: str
    name: str
    action: str
    count: int


def audit_by_day(month: date, *, actor: str = "") -> list[AuditDayLine]:
    """Lines of the trail on what mediators did in a month (its first day, in the programme's zone),
    counted by day."""
    following = (month + timedelta(days=31)).replace(day=1)
    told = told_by_day(
        db.session(), from_local(month, time()), from_local(following, time()), actor=actor or None
    )
    names = names_of(who for _at, who, _action in told)
    return [
        AuditDayLine(line.day, line.actor, names.get(line.actor, ""), line.action, line.count)
        for line in by_day(told, zone())
    ]


def audit_actions() -> Sequence[str]:
    """Every kind of action that the trail holds."""
    return known_actions(db.session())
