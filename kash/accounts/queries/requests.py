"""Requests that take a second person: which wait, who may agree, and what their owner is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select

from kash.accounts.models import Account, AccountBacking, AccountNotice, AccountRequest, Invitation
from kash.accounts.queries.accounts import (
    accounts_with_role,
    backing_of,
    names_of,
    standing_in_requests,
)
from kash.accounts.requests import content_of, digest_of, part_of
from kash.accounts.rules import (
    OPEN_STATES,
    SETTLED_AFTER,
    TOLD_OF,
    RequestKind,
    RequestState,
    standing,
)
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.platform.web.lists import Listing, listing
from kash.policy import GRANTS, SYSTEM, Actor, Reach, Role

MOST_WAITING = 100


@dataclass(frozen=True)
class RequestLine:
    """One request. `name` is the person it concerns, `account_id` her public id if she has an
    account.

    `held` and `roles` are what she is and would be, `person` is the participant that the account
    would belong. `standing` is the actor's own; `changed` says
    that the account is no longer as it was, `overdue` that nobody decided in time.
    """

    public_id: str
    kind: RequestKind
    state: RequestState
    name: str
    account_id: str
    asked_by: str
    asked_by_id: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str
    decided_by_id: str
    decided_at: datetime | None
    standing: Standing
    overdue: bool
    changed: bool
    reason: str
    answer: str
    email: str
    language: str
    held: Sequence[str]
    roles: Sequence[str]
    person: str = ""
    opened: datetime | None = None
    code: str = field(default="", repr=False)

    @property
    def waits(self) -> bool:
        """True if somebody can still decide."""
        return self.state is RequestState.WAITING and not self.overdue

    @property
    def to_fetch(self) -> bool:
        """True if it was agreed to, and the link is not fetched yet."""
        return self.state is RequestState.AGREED and not self.overdue


class Second(NamedTuple):
    """Somebody with the role to agree: her name, whether she may, and from when on."""

    name: str
    standing: Standing
    settled: datetime


def _requests() -> Select[AccountRequest, Account]:
    return select(AccountRequest, Account).outerjoin(
        Account, Account.id == AccountRequest.account_id
    )


def _lines(rows: Sequence[Any], actor: Actor, now: datetime) -> list[RequestLine]:
    if not rows:
        return []
    askers = {request.asked_by for request, _account in rows}
    names = names_of({*askers, *(request.decided_by for request, _account in rows)})
    stands = standing_in_requests(db.session(), actor.public_id, askers, now)
    return [_line(request, account, actor, stands, names, now) for request, account in rows]


def _line(
    request: AccountRequest,
    account: Account | None,
    actor: Actor,
    stands: Callable[..., Standing],
    names: Mapping[str, str],
    now: datetime,
) -> RequestLine:
    content = content_of(request)
    concerned = account.public_id if account is not None else ""
    state = RequestState(request.state)
    return RequestLine(
        public_id=request.public_id,
        kind=RequestKind(request.kind),
        state=state,
        name=account.name if account is not None else str(content.get("name", "")),
        account_id=concerned,
        asked_by=names.get(request.asked_by, ""),
        asked_by_id=request.asked_by,
        asked_at=request.asked_at,
        expires_at=request.expires_at,
        decided_by=names.get(request.decided_by, ""),
        decided_by_id=request.decided_by,
        decided_at=request.decided_at,
        standing=stands(asked_by=request.asked_by, concerned=concerned),
        overdue=state in OPEN_STATES and request.expires_at <= now,
        changed=state in OPEN_STATES
        and request.digest != digest_of(request.kind, content, account),
        reason=part_of(request, "reason"),
        answer=part_of(request, "answer"),
        email=str(content.get("email", "")),
        language=str(content.get("language", "")),
        held=[role.role for role in account.roles] if account is not None else [],
        roles=[str(role) for role in content.get("roles", ())],
        person=str(content.get("person", "")),
        opened=account.created_at if account is not None else None,
        # For the second person alone: who asked has the link.
        code=part_of(request, "code") if request.decided_by == actor.public_id else "",
    )


def requests_for(actor: Actor) -> tuple[list[RequestLine], list[RequestLine]]:
    """Requests that the actor may agree to now, and those that were agreed to for her and have a
    link to make; the oldest first. Nothing for who may not decide."""
    if actor.reach("accounts.agree") is not Reach.ALL:
        return [], []
    now = utc_now()
    own = AccountRequest.asked_by == actor.public_id
    rows = db.session.execute(
        _requests()
        .where(
            or_(
                and_(AccountRequest.state == str(RequestState.WAITING), ~own),
                and_(AccountRequest.state == str(RequestState.AGREED), own),
            ),
            AccountRequest.expires_at > now,
        )
        .order_by(AccountRequest.id)
        .limit(MOST_WAITING)
    ).all()
    lines = _lines(rows, actor, now)
    return (
        [line for line in lines if line.waits and line.standing is Standing.MAY],
        [line for line in lines if line.to_fetch],
    )


def request_listing(actor: Actor, *, closed: bool) -> Listing[RequestLine]:
    """Requests that are open, or those that are over, the newest first."""
    now = utc_now()
    open_ones = AccountRequest.state.in_([*map(str, OPEN_STATES)]) & (
        AccountRequest.expires_at > now
    )
    lines = listing(
        select(AccountRequest).where(~open_ones if closed else open_ones),
        sorts={"asked": AccountRequest.asked_at},
        default_sort="asked",
        default_direction="desc",
        key=AccountRequest.id,
    )
    return lines.turned(lambda rows: _with_accounts(rows, actor, now))


def _with_accounts(
    rows: Sequence[AccountRequest], actor: Actor, now: datetime
) -> list[RequestLine]:
    wanted = [request.account_id for request in rows if request.account_id is not None]
    accounts = {
        account.id: account
        for account in db.session.scalars(select(Account).where(Account.id.in_(wanted)))
    }
    return _lines(
        [(request, accounts.get(request.account_id or 0)) for request in rows], actor, now
    )


def request_by_id(actor: Actor, public_id: str) -> RequestLine:
    """One request, also a closed one. Raises NotFound."""
    rows = db.session.execute(_requests().where(AccountRequest.public_id == public_id)).all()
    if not rows or actor.reach("accounts.agree") is not Reach.ALL:
        raise NotFound
    return _lines(rows, actor, utc_now())[0]


def opening_waits(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The condition of openings of records that wait for a second person, of her own account."""
    return and_(
        AccountRequest.account_id == actor.account_id,
        AccountRequest.kind == str(RequestKind.OPENING),
        AccountRequest.state == str(RequestState.WAITING),
        AccountRequest.expires_at > now,
    )


def openings_of(actor: Actor, now: datetime) -> list[RequestLine]:
    """Openings of records that wait for a second person, of the actor's own account."""
    return _lines(
        db.session.execute(_requests().where(opening_waits(actor, now))).all(), actor, now
    )


def lately_alone(now: datetime) -> ColumnElement[bool]:
    """The condition of invitations and links that one person made alone in the last seven days."""
    return and_(
        Invitation.request_id == "",
        Invitation.brought_by.not_in(["", SYSTEM.public_id]),
        Invitation.created_at > now - SETTLED_AFTER,
    )


def made_alone(now: datetime) -> list[tuple[Invitation, str | None, str]]:
    """Invitations to roles that see records or are tied to participants, and links for new
    passwords, that somebody made alone in the last seven days, the newest first; each with whose
    link it is and who made it."""
    rows = db.session.execute(
        select(Invitation, Account.public_id)
        .outerjoin(Account, Account.id == Invitation.account_id)
        .where(lately_alone(now))
        .order_by(Invitation.id.desc())
        .limit(MOST_WAITING)
    ).all()
    names = names_of(link.brought_by for link, _account in rows)
    return [
        (link, account, names.get(link.brought_by, ""))
        for link, account in rows
        if account is not None or not TOLD_OF.isdisjoint(map(Role, link.roles))
    ]


def open_requests_of(account_id: int) -> Sequence[AccountRequest]:
    """Open requests about one account."""
    return db.session.scalars(
        select(AccountRequest)
        .where(
            AccountRequest.account_id == account_id,
            AccountRequest.state.in_([*map(str, OPEN_STATES)]),
            AccountRequest.expires_at > utc_now(),
        )
        .order_by(AccountRequest.id)
    ).all()


def link_waits(public_id: str) -> bool:
    """True if the link that a request led to can still be used."""
    return (
        db.session.scalar(
            select(Invitation.id).where(
                Invitation.request_id == public_id,
                Invitation.used_at.is_(None),
                Invitation.expires_at > utc_now(),
            )
        )
        is not None
    )


def possible_seconds(line: RequestLine) -> list[Second]:
    """Everybody else whose role lets her agree, with whether she may: those who may come first."""
    now = utc_now()
    accounts = [
        account
        for account in accounts_with_role(*GRANTS["accounts.agree"])
        if account.public_id not in (line.asked_by_id, line.account_id)
    ]
    backing = backing_of(
        db.session(), [line.asked_by_id, *(account.public_id for account in accounts)]
    )
    seconds = [
        Second(
            account.name,
            standing(
                account.public_id,
                account.settled_at,
                asked_by=line.asked_by_id,
                concerned=line.account_id,
                backing=backing,
                now=now,
            ),
            account.settled_at + SETTLED_AFTER,
        )
        for account in accounts
    ]
    return sorted(seconds, key=lambda second: second.standing is not Standing.MAY)


def those_behind(account: Account) -> list[str]:
    """The names of those who brought an account in or gave it power."""
    ids = db.session.scalars(
        select(AccountBacking.by)
        .where(AccountBacking.account_id == account.id)
        .order_by(AccountBacking.at)
    ).all()
    names = names_of(ids)
    return [names[behind] for behind in ids if behind in names]


def unseen_notices(account_id: int | None) -> Sequence[AccountNotice]:
    """Notices about an account that its owner has not noted as seen, the oldest first."""
    return db.session.scalars(
        select(AccountNotice)
        .where(AccountNotice.account_id == account_id, AccountNotice.seen_at.is_(None))
        .order_by(AccountNotice.id)
        .limit(20)
    ).all()
