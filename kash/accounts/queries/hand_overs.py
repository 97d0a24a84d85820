"""Reads of hand-overs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from kash.accounts.holdings import Held, held_by, holder_of
from kash.accounts.models import Account, HandOver
from kash.accounts.queries.accounts import names_of
from kash.platform.database import db


def held(account: Account) -> list[Held]:
    """Holdings of an account that somebody else must take, and who may."""
    return held_by(db.session(), holder_of(account))


def last_hand_over(account_id: int) -> HandOver | None:
    """The hand-over of when an account was closed last; None if there was none."""
    return db.session.scalar(
        select(HandOver)
        .where(HandOver.account_id == account_id)
        .order_by(HandOver.id.desc())
        .limit(1)
    )


def names_for(lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the successors of a hand-over."""
    return names_of(str(line["to"]) for line in lines if line.get("to"))
