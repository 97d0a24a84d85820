"""Values in addresses of the sample, by variant of a page, and how one is found."""

from __future__ import annotations

from sqlalchemy import Select

from kash.platform.database import db

# By variant: what one route shows of different rows.
Choices = dict[str, str]
# What stands in the arguments before.
Known = dict[str, str]
# Of nothing, where a row is made for the pictures only and none are taken.
NOTHING = "0" * 16


def one_of(statement: Select[str]) -> str:
    """The first that a statement finds."""
    return db.session.scalars(statement.limit(1)).one()


def prepared_one(statement: Select[str]) -> str:
    """A row that is made for the pictures only; where none are taken, an id of nothing."""
    return db.session.scalars(statement.limit(1)).one_or_none() or NOTHING
