"""Reads for the review of all access. Reads of the breach register. Links that were not used yet,
accounts with a password only, and accounts of peer educators that are tied to no participant, as
the person who invites sees to. The passkeys of an account. Where accounts are signed in, and which
of it nobody has said yes to. The audit trail, as far as it may be read without keys of the
vault."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zlib import crc32

from flask import current_app
from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, not_, or_, select
from sqlalchemy.orm import selectinload

from kash.accounts.models import (
    AccessReview,
    Account,
    AccountRequest,
    AccountRole,
    Breach,
    Invitation,
    Passkey,
    Programme,
    SignedInSession,
)
from kash.accounts.queries.accounts import Lent, delegations_among, names_of
from kash.accounts.rules import (
    OPENINGS_SINCE,
    SESSION_IDLE,
    SESSION_LONGEST,
    UNUSED_AFTER,
    NoticeClock,
    Opening,
    RequestKind,
    RequestState,
    Site,
    breach_clock,
    is_unused,
    openings,
    review_is_due,
    site_of,
)
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, open_text
from kash.platform.vault.queries import (
    by_day,
    known_actions,
    newest_entries,
    subjects_shown,
    told_by_day,
)
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import from_local, zone
from kash.platform.web.lists import Listing, listing
from kash.platform.web.parts import other_actors
from kash.policy import Actor, Role


class AccessLine(NamedTuple):
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
    opened = _openings_of([account.public_id for account in accounts], now - OPENINGS_SINCE)
    reviews = _last_reviews([account.id for account in accounts])
    lent = delegations_among([account.id for account in accounts], now)
    names = names_of(review.by for review in reviews.values())
    lines = []
    for account in accounts:
        review = reviews.get(account.id)
        lines.append(
            AccessLine(
                public_id=account.public_id,
                name=account.name,
                roles=[role.role for role in account.roles],
                second_step=account.has_second_step,
                paused=account.paused_at is not None,
                last_seen=account.last_seen_at,
                created=account.created_at,
                unused=is_unused(account.last_seen_at, account.created_at, now),
                openings=openings(opened.get(account.public_id, ())),
                lends=[loan for loan in lent if loan.absent_id == account.public_id],
                stands_in=[loan for loan in lent if loan.stand_in_id == account.public_id],
                reviewed_at=review.at if review is not None else None,
                reviewed_by=names.get(review.by, "") if review is not None else "",
            )
        )
    return lines


def _openings_of(public_ids: Sequence[str], since: datetime) -> dict[str, list[tuple[str, int]]]:
    counted: dict[str, list[tuple[str, int]]] = {}
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
    if not account_ids:
        return {}
    latest = (
        select(func.max(AccessReview.id))
        .where(or_(AccessReview.account_id.in_(account_ids), AccessReview.account_id.is_(None)))
        .group_by(AccessReview.account_id)
    )
    newest = {
        review.account_id: review
        for review in db.session.scalars(select(AccessReview).where(AccessReview.id.in_(latest)))
    }
    last: dict[int, AccessReview] = {}
    for account_id in account_ids:
        reviews = [newest[key] for key in (account_id, None) if key in newest]
        if reviews:
            last[account_id] = max(reviews, key=lambda review: review.id)
    return last


def last_review() -> AccessReview | None:
    """When all access was reviewed last, and who did it."""
    return db.session.scalar(
        select(AccessReview)
        .where(AccessReview.account_id.is_(None))
        .order_by(AccessReview.id.desc())
        .limit(1)
    )


def review_reminder(now: datetime | None = None) -> Row[datetime | None, datetime] | None:
    """When all access was looked at `last`, never if empty, if it should be looked at again; one
    query."""
    last = (
        select(func.max(AccessReview.at)).where(AccessReview.account_id.is_(None)).scalar_subquery()
    )
    dates = db.session.execute(select(last.label("last"), Programme.created_at)).one_or_none()
    due = dates is not None and review_is_due(dates[0], dates[1], now or utc_now())
    return dates if due else None


class BreachLine(NamedTuple):
    """One entry of the register as a list shows it."""

    public_id: str
    noticed_at: datetime
    by_lock: bool
    affected: Sequence[str]
    clock: NoticeClock
    closed_at: datetime | None


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
    lines = listing(
        select(Breach).where(
            Breach.closed_at.is_not(None) if closed else Breach.closed_at.is_(None)
        ),
        sorts={"noticed": Breach.noticed_at},
        default_sort="noticed",
        default_direction="desc",
        key=Breach.id,
    )
    return lines.turned(lambda rows: [_breach_line(entry, now) for entry in rows])


def open_breaches(now: datetime, most: int = 10) -> list[BreachLine]:
    """Entries that are not closed, the one due first at the beginning."""
    rows = db.session.scalars(
        select(Breach)
        .where(Breach.closed_at.is_(None))
        .order_by(Breach.noticed_at, Breach.id)
        .limit(most)
    )
    return [_breach_line(breach_row, now) for breach_row in rows]


def breach(public_id: str) -> Breach:
    """An entry. Raises NotFound."""
    return get_or_404(db.session, Breach, public_id, options=(selectinload(Breach.notes),))


def breach_what(row: Breach) -> str:
    """Account of a breach, in the words of the person who wrote it."""
    return open_text(row.what_sealed, kind="breach.what", public_id=row.public_id)


def breach_version(row: Breach) -> int:
    """A number that is another one once somebody writes anew what happened or what was affected."""
    return crc32(json.dumps([breach_what(row), row.affected]).encode()) % 10**9


def breach_page(public_id: str, now: datetime) -> dict[str, Any]:
    """An entry with everything that its page shows: its texts opened, and the names of those who
    acted. Raises NotFound."""
    entry = breach(public_id)
    account = select(Account.public_id, Account.name).where(Account.id == entry.account_id)
    reason = entry.reason_sealed
    return {
        "line": _breach_line(entry, now),
        "what": breach_what(entry),
        "reason": open_text(reason, kind="breach.reason", public_id=public_id) if reason else "",
        "notes": [
            {
                "text": open_text(note.text_sealed, kind="breach.note", public_id=note.public_id),
                "at": note.at,
                "by": note.by,
            }
            for note in entry.notes
        ],
        "account": db.session.execute(account).one_or_none() if entry.account_id else None,
        "names": names_of(
            [entry.opened_by, entry.notified_by, entry.closed_by, *(n.by for n in entry.notes)]
        ),
        "opened_at": entry.opened_at,
        "opened_by": entry.opened_by,
        "notified_at": entry.notified_at,
        "notified_by": entry.notified_by,
        "closed_by": entry.closed_by,
        "unfinished": entry.unfinished,
    }


def housekeeping(now: datetime) -> Any:
    """Counts of what is to be seen to: `invitations` that wait, accounts `without_second_step`, and
    those of peer educators that are `untied` to a participant; one query."""
    waiting = (
        select(func.count(Invitation.id))
        .where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > now,
        )
        .scalar_subquery()
    )
    bare = (
        select(func.count(Account.id))
        .where(Account.active.is_(True), Account.totp_sealed.is_(None), not_(Account.has_passkey))
        .scalar_subquery()
    )
    untied = (
        select(func.count(Account.id))
        .where(
            Account.active.is_(True),
            Account.person_id.is_(None),
            # Whose tie waits for a second person is seen to already.
            ~exists().where(
                AccountRequest.account_id == Account.id,
                AccountRequest.kind == str(RequestKind.OPENING),
                AccountRequest.state == str(RequestState.WAITING),
                AccountRequest.expires_at > now,
            ),
            Account.roles.any(AccountRole.role.in_([Role.PEER, Role.POLICE_PEER])),
        )
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            waiting.label("invitations"), bare.label("without_second_step"), untied.label("untied")
        )
    ).one()


def site() -> Site | None:
    """The site that passkeys are made for, None where there can be none."""
    return site_of(current_app.config["SETTINGS"].public_url)


def passkeys_of(account_id: int) -> Sequence[Passkey]:
    """An account's passkeys, the oldest first."""
    return db.session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    ).all()


def own_passkey(by: Actor, public_id: str) -> Passkey:
    """One of the actor's own passkeys. Raises NotFound."""
    return get_or_404(db.session, Passkey, public_id, Passkey.account_id == by.account_id)


def passkey_by_key(credential_key: str) -> tuple[Passkey, Account] | None:
    """The passkey with this hash, and whose it is."""
    passkey = db.session.execute(
        select(Passkey, Account)
        .join(Account, Account.id == Passkey.account_id)
        .where(Passkey.credential_key == credential_key)
    ).one_or_none()
    return None if passkey is None else (passkey[0], passkey[1])


def open_sessions(account_id: int) -> Sequence[SignedInSession]:
    """Where an account is signed in, the last used first."""
    now = utc_now()
    return db.session.scalars(
        select(SignedInSession)
        .where(
            SignedInSession.account_id == account_id,
            SignedInSession.ended_at.is_(None),
            SignedInSession.last_seen_at > now - SESSION_IDLE,
            SignedInSession.created_at > now - SESSION_LONGEST,
        )
        .order_by(SignedInSession.last_seen_at.desc(), SignedInSession.id.desc())
        .limit(200)
    ).all()


# New devices of an account of which it has not said whether they are its own. Every page asks for
# one while any waits: it is put together once, which takes longer than asking it.
_UNANSWERED = (
    select(SignedInSession)
    .where(
        SignedInSession.account_id == bindparam("account"),
        SignedInSession.unfamiliar.is_(True),
        SignedInSession.answered_at.is_(None),
        SignedInSession.public_id != bindparam("present"),
    )
    .order_by(SignedInSession.created_at, SignedInSession.id)
    .limit(1)
)


def unanswered_device(account_id: int, present: str) -> SignedInSession | None:
    """The oldest new device of an account that waits for an answer, other than the present one."""
    return db.session.scalars(_UNANSWERED, {"account": account_id, "present": present}).first()


class AuditLine(NamedTuple):
    """One entry of the audit trail, with the name of the person who acted if it was an account.

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
    lines = listing(
        statement, sorts={"seq": AuditEntry.seq}, default_sort="seq", default_direction="desc"
    )
    return lines.turned(_lines)


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


def audit_by_day(month: date, *, actor: str = "") -> list[dict[str, Any]]:
    """Lines of the trail on what mediators did in a month (its first day, in the programme's zone),
    counted by day: the day, who did what, and how often."""
    following = (month + timedelta(days=31)).replace(day=1)
    told = told_by_day(
        db.session(), from_local(month, time()), from_local(following, time()), actor=actor or None
    )
    names = names_of(who for _at, who, _action in told)
    return [
        {
            "day": line.day,
            "actor": line.actor,
            "name": names.get(line.actor, ""),
            "action": line.action,
            "count": line.count,
        }
        for line in by_day(told, zone())
    ]


def audit_actions() -> Sequence[str]:
    """Every kind of action that the trail holds."""
    return known_actions(db.session())
