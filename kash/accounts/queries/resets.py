"""Requests to take a second step off, and who may decide them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from kash.accounts.models import Account, SecondStepReset
from kash.accounts.queries.accounts import names_of
from kash.database import db, utc_now
from kash.policy import Actor, Reach
from kash.vault import open_text
from kash.web.errors import NotFound


@dataclass(frozen=True)
class ResetLine:
    """One request. `mine` is what the actor herself asked for, or what concerns her account; `own`
    is what she asked for. `withdrawn` is what was taken back by who asked."""

    public_id: str
    account_id: str
    name: str
    asked_by: str
    reason: str
    asked_at: datetime
    expires_at: datetime
    outcome: str
    mine: bool
    own: bool
    withdrawn: bool


def _waiting(now: datetime) -> Select[SecondStepReset, str, str]:
    return (
        select(SecondStepReset, Account.public_id, Account.name)
        .join(Account, Account.id == SecondStepReset.account_id)
        .where(SecondStepReset.outcome == "", SecondStepReset.expires_at > now)
    )


def _lines(rows: Sequence[Any], actor: Actor) -> list[ResetLine]:
    names = names_of(row[0].asked_by for row in rows)
    return [
        ResetLine(
            public_id=reset.public_id,
            account_id=account_id,
            name=name,
            asked_by=names.get(reset.asked_by, ""),
            reason=open_text(
                reset.reason_sealed, kind="second_step_reset.reason", public_id=reset.public_id
            ),
            asked_at=reset.asked_at,
            expires_at=reset.expires_at,
            outcome=reset.outcome,
            mine=actor.public_id in (reset.asked_by, account_id),
            own=actor.public_id == reset.asked_by,
            withdrawn=bool(reset.outcome) and reset.decided_by == reset.asked_by,
        )
        for reset, account_id, name in rows
    ]


def waiting_resets(actor: Actor) -> list[ResetLine]:
    """What waits for a second person, the oldest first; nothing for who may not decide."""
    if actor.reach("accounts.approve_reset") is not Reach.ALL:
        return []
    rows = db.session.execute(_waiting(utc_now()).order_by(SecondStepReset.id).limit(100)).all()
    return _lines(rows, actor)


def waiting_reset_of(account_id: int) -> str | None:
    """The public id of what waits for one account."""
    return db.session.scalar(
        select(SecondStepReset.public_id).where(
            SecondStepReset.account_id == account_id,
            SecondStepReset.outcome == "",
            SecondStepReset.expires_at > utc_now(),
        )
    )


def reset(actor: Actor, public_id: str) -> ResetLine:
    """One request, also a closed one. Raises NotFound."""
    rows = db.session.execute(
        select(SecondStepReset, Account.public_id, Account.name)
        .join(Account, Account.id == SecondStepReset.account_id)
        .where(SecondStepReset.public_id == public_id)
    ).all()
    if not rows or actor.reach("accounts.approve_reset") is not Reach.ALL:
        raise NotFound
    return _lines(rows, actor)[0]
