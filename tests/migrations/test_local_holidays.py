"""Days on which a programme said that no court sits are holidays that it added."""

from __future__ import annotations

from datetime import date

from apiflask import APIFlask
from flask_migrate import downgrade
from sqlalchemy import JSON, MetaData, column, insert, select, table

from kash.platform.database import db, utc_now
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.holidays.queries import local_days

from .test_migrations import FOLDER, begin_at, empty_app, to

__all__ = ["empty_app"]


def _settings() -> dict[str, object]:
    kept: dict[str, object] = db.session.scalars(
        select(column("settings", JSON)).select_from(table("programme"))
    ).one()
    db.session.rollback()
    return kept


def test_days_without_court_become_holidays_and_back(empty_app: APIFlask) -> None:
    begin_at("0048")
    tables = MetaData()
    tables.reflect(db.engine, only=["programme"], resolve_fks=False)
    kept = {"court_closed": {"days": ["2027-03-10", "2027-05-17"]}, "retention": {"backups": 40}}
    with db.engine.begin() as connection:
        connection.execute(
            insert(tables.tables["programme"]).values(
                id=1,
                name="Lake",
                neutral_name="Lake",
                zone="Africa/Nairobi",
                languages=["en"],
                default_language="en",
                settings=kept,
                version=1,
                created_at=utc_now(),
            )
        )
    to("head")
    assert local_days() == {date(2027, 3, 10), date(2027, 5, 17)}
    assert {one.name for one in db.session.scalars(select(LocalHoliday))} == {"No court sits"}
    assert _settings() == {"retention": {"backups": 40}}
    downgrade(str(FOLDER), "0048")
    assert _settings() == kept
