"""Tokens that read people, marks or certificates before are known with the last day."""

from __future__ import annotations

from datetime import UTC, datetime

from apiflask import APIFlask
from sqlalchemy import delete, insert, select

from kash.exchange.api.models import ApiToken, ApiTokenScope
from kash.platform.database import db

from .test_migrations import begin_at, empty_app, fill, tables_now, to

__all__ = ["empty_app"]
_EARLY, _LATE = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_the_last_day_on_which_a_token_gave_rows_is_kept(empty_app: APIFlask) -> None:
    begin_at("0102")
    with db.engine.begin() as connection:
        fill(connection, tables_now(connection))
        first, second = sorted(connection.scalars(select(ApiToken.id)))
        connection.execute(delete(ApiTokenScope))
        for token, scope, used in (
            (first, "people.read", _EARLY),
            (first, "attendance.read", _LATE),
            (second, "indicators.read", _LATE),
            (second, "people.read", None),
        ):
            connection.execute(
                insert(ApiTokenScope).values(token_id=token, scope=scope, last_used_at=used)
            )
    to("0101")
    rows = db.session.execute(select(ApiToken.id, ApiToken.rows_until).order_by(ApiToken.id)).all()
    assert [tuple(row) for row in rows] == [(first, _LATE), (second, None)]
