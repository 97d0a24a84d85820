"""Reads for the review of all access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import selectinload

from kash.accounts.models import AccessReview, Account, AccountRole, Programme
from kash.accounts.queries.accounts import names_of
from kash.accounts.queries.delegations import Lent, delegations_among
from kash.accounts.rules.safety import (
    OPENINGS_SINCE,
    UNUSED_AFTER,
    Opening,
    is_unused,
    openings,
    review_is_due,
)
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.lists import Listing, listing


@dataclass(frozen=True)
class AccessLine:
    """One account: what it may do, and what it took out of the system of late."""

    public_id: str
    name: str
    roles: Sequence[str]
    second_step: bool
    paused: bool
    last_seen: datetime | None
    created: datetime
    unused: bool
    openings: Mapping[Opening, int]
    lends: Sequence[Lent]
    stands_in: Sequence[Lent]
    reviewed_at: datetime | None
    reviewed_by: str


@dataclass(frozen=True)
class AccessFilter:
    """Filter of accounts: a role, and one of "unused", "password", "unreviewed"."""

    role: str = ""
    only: str = ""


ONLY = ("unused", "password", "unreviewed")


def _reviewed(account_id: Any) -> Any:
    """The time of the last review that covered an account, as part of a select."""
    return (
        select(func.max(AccessReview.at))
        .where(or_(AccessReview.account_id == account_id, AccessReview.account_id.is_(None)))
        .correlate(Account)
        .scalar_subquery()
    )


def _accounts(wanted: AccessFilter, now: datetime) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [Account.active.is_(True)]
    if wanted.role:
        conditions.append(
            Account.id.in_(select(AccountRole.account_id).where(AccountRole.role == wanted.role))
        )
    if wanted.only == "unused":
        conditions.append(
            func.coalesce(Account.last_seen_at, Account.created_at) < now - UNUSED_AFTER
        )
    elif wanted.only == "password":
        conditions += [Account.totp_sealed.is_(None), Account.has_passkey.is_(False)]
    elif wanted.only == "unreviewed":
        conditions.append(_reviewed(Account.id).is_(None))
    return select(Account).where(*conditions)


def access_listing(wanted: AccessFilter, now: datetime) -> Listing[AccessLine]:
    """Accounts in use with what a review looks at; as many queries for one row as for fifty."""
    page = listing(
        _accounts(wanted, now).options(selectinload(Account.roles)),
        sorts={
            "name": func.lower(Account.name),
            "seen": func.coalesce(Account.last_seen_at, Account.created_at),
        },
        default_sort="name",
        key=Account.id,
    )
    lines = _access_lines(page.rows, now)
    return Listing(lines, page.page, page.pages, page.total, page.sort, page.direction)


def all_access_lines(wanted: AccessFilter, now: datetime, most: int = 5000) -> list[AccessLine]:
    """The same without pages, by name, for a table to keep."""
    accounts = db.session.scalars(
        _accounts(wanted, now)
        .options(selectinload(Account.roles))
        .order_by(func.lower(Account.name), Account.id)
        .limit(most)
    ).all()
    lines: list[AccessLine] = []
    for start in range(0, len(accounts), 200):
        lines += _access_lines(accounts[start : start + 200], now)
    return lines


def access_line(account: Account, now: datetime) -> AccessLine:
    """The same of one account."""
    return _access_lines([account], now)[0]


def _access_lines(accounts: Sequence[Account], now: datetime) -> list[AccessLine]:
    opened = _openings_of([one.public_id for one in accounts], now - OPENINGS_SINCE)
    reviews = _last_reviews([one.id for one in accounts])
    lent = delegations_among([one.id for one in accounts], now)
    names = names_of(review.by for review in reviews.values())
    lines = []
    for one in accounts:
        review = reviews.get(one.id)
        lines.append(
            AccessLine(
                public_id=one.public_id,
                name=one.name,
                roles=[row.role for row in one.roles],
                second_step=one.has_second_step,
                paused=one.paused_at is not None,
                last_seen=one.last_seen_at,
                created=one.created_at,
                unused=is_unused(one.last_seen_at, one.created_at, now),
                openings=openings(opened.get(one.public_id, ())),
                lends=[each for each in lent if each.absent_id == one.public_id],
                stands_in=[each for each in lent if each.stand_in_id == one.public_id],
                reviewed_at=review.at if review is not None else None,
                reviewed_by=names.get(review.by, "") if review is not None else "",
            )
        )
    return lines


def _openings_of(public_ids: Sequence[str], since: datetime) -> dict[str, list[tuple[str, int]]]:
    counted: dict[str, list[tuple[str, int]]] = {}
    if not public_ids:
        return counted
    rows = db.session.execute(
        select(AuditEntry.actor, AuditEntry.action, func.count())
        .where(AuditEntry.actor.in_(public_ids), AuditEntry.at >= since)
        .group_by(AuditEntry.actor, AuditEntry.action)
    )
    for actor, action, count in rows:
        counted.setdefault(actor, []).append((action, count))
    return counted


def _last_reviews(account_ids: Sequence[int]) -> dict[int, AccessReview]:
    """The last review of each account, of itself or of all."""
    newest: dict[int | None, AccessReview] = {}
    latest = (
        select(AccessReview.account_id, func.max(AccessReview.id).label("last"))
        .where(
            or_(AccessReview.account_id.in_(account_ids), AccessReview.account_id.is_(None))
            if account_ids
            else false()
        )
        .group_by(AccessReview.account_id)
        .subquery()
    )
    for row in db.session.scalars(
        select(AccessReview).join(latest, and_(AccessReview.id == latest.c.last, true()))
    ):
        newest[row.account_id] = row
    everybody = newest.get(None)
    found: dict[int, AccessReview] = {}
    for account_id in account_ids:
        candidates = [one for one in (newest.get(account_id), everybody) if one is not None]
        if candidates:
            found[account_id] = max(candidates, key=lambda one: one.id)
    return found


def last_review() -> AccessReview | None:
    """When all access was reviewed last, and by whom."""
    return db.session.scalar(
        select(AccessReview)
        .where(AccessReview.account_id.is_(None))
        .order_by(AccessReview.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class ReviewReminder:
    """When all access was looked at last; never, if empty."""

    last: datetime | None


def review_reminder(now: datetime | None = None) -> ReviewReminder | None:
    """A reminder if all access should be looked at again; one query."""
    last = (
        select(func.max(AccessReview.at)).where(AccessReview.account_id.is_(None)).scalar_subquery()
    )
    row = db.session.execute(select(last, Programme.created_at)).one_or_none()
    if row is None or not review_is_due(row[0], row[1], now or utc_now()):
        return None
    return ReviewReminder(row[0])
