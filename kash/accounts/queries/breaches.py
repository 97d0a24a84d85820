"""Reads of the breach register."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kash.accounts.models import Account, Breach
from kash.accounts.queries.accounts import names_of
from kash.accounts.rules.safety import NoticeClock, breach_clock
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing


@dataclass(frozen=True)
class BreachLine:
    """One entry of the register as a list shows it."""

    public_id: str
    noticed_at: datetime
    by_lock: bool
    affected: Sequence[str]
    clock: NoticeClock
    closed_at: datetime | None


@dataclass(frozen=True)
class BreachNoteLine:
    """A note, opened."""

    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class BreachPage:
    """One entry with its texts opened, and the names of those who acted."""

    line: BreachLine
    what: str
    reason: str
    notes: Sequence[BreachNoteLine]
    account: tuple[str, str] | None
    names: Mapping[str, str]
    opened_at: datetime
    opened_by: str
    notified_at: datetime | None
    notified_by: str | None
    closed_by: str | None
    unfinished: Sequence[str]


def _breach_line(row: Breach, now: datetime) -> BreachLine:
    return BreachLine(
        row.public_id,
        row.noticed_at,
        row.account_id is not None,
        row.affected,
        breach_clock(row.noticed_at, now, row.notified_at, row.closed_at),
        row.closed_at,
    )


def breach_listing(*, closed: bool, now: datetime) -> Listing[BreachLine]:
    """The entries that are open, or those that are closed, the latest first."""
    found = listing(
        select(Breach).where(
            Breach.closed_at.is_not(None) if closed else Breach.closed_at.is_(None)
        ),
        sorts={"noticed": Breach.noticed_at},
        default_sort="noticed",
        default_direction="desc",
        key=Breach.id,
    )
    return found.turned(lambda rows: [_breach_line(row, now) for row in rows])


def open_breaches(now: datetime, most: int = 10) -> list[BreachLine]:
    """Entries that are not closed, the one due first at the beginning."""
    rows = db.session.scalars(
        select(Breach)
        .where(Breach.closed_at.is_(None))
        .order_by(Breach.noticed_at, Breach.id)
        .limit(most)
    )
    return [_breach_line(row, now) for row in rows]


def breach(public_id: str) -> Breach:
    """An entry. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(Breach).where(Breach.public_id == public_id).options(selectinload(Breach.notes))
        )
    )


def breach_what(row: Breach) -> str:
    """Account of a breach, in the words of whoever wrote it."""
    return open_text(row.what_sealed, kind="breach.what", public_id=row.public_id)


def breach_version(row: Breach) -> int:
    """A number that is another one once somebody writes anew what happened or what was affected."""
    return crc32(json.dumps([breach_what(row), row.affected]).encode()) % 10**9


def breach_page(public_id: str, now: datetime) -> BreachPage:
    """An entry with everything that its page shows. Raises NotFound."""
    row = breach(public_id)
    account = (
        db.session.execute(
            select(Account.public_id, Account.name).where(Account.id == row.account_id)
        ).one_or_none()
        if row.account_id is not None
        else None
    )
    acted = [row.opened_by, row.notified_by, row.closed_by, *(note.by for note in row.notes)]
    return BreachPage(
        line=_breach_line(row, now),
        what=breach_what(row),
        reason=open_text(row.reason_sealed, kind="breach.reason", public_id=row.public_id)
        if row.reason_sealed
        else "",
        notes=[
            BreachNoteLine(
                open_text(note.text_sealed, kind="breach.note", public_id=note.public_id),
                note.at,
                note.by,
            )
            for note in row.notes
        ],
        account=(account.public_id, account.name) if account is not None else None,
        names=names_of(acted),
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        notified_at=row.notified_at,
        notified_by=row.notified_by,
        closed_by=row.closed_by,
        unfinished=row.unfinished,
    )
