"""Funders, to whom statements are made."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kash.platform.database import db
from kash.workshops.models import Funder


def all_funders() -> Sequence[Funder]:
    """All funders by name."""
    return db.session.scalars(select(Funder).order_by(Funder.name)).all()
