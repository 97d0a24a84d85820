"""Funders, and the one that an account belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.database import db
from kash.policy import Actor
from kash.workshops.models import Funder


def funder_of(actor: Actor) -> str | None:
    """The public id of the funder that an account belongs to; None if it belongs to none.

    No account is tied to a funder yet, so that nobody who has only this role reads a statement.
    Whoever ties them (two people, one of whom asks) reads the tie here, in one query by
    `actor.account_id`, and nothing else of statements has to change.
    """
    del actor
    return None


def all_funders(session: Session | None = None) -> Sequence[Funder]:
    """All funders by name."""
    return (session or db.session()).scalars(select(Funder).order_by(Funder.name)).all()
