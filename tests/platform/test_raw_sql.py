"""Statements on the driver's own connection, on both engines."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from kash.platform.database import (
    BulkInsert,
    RawQuery,
    db,
    is_postgresql,
    moment_from,
    moment_text,
    writing,
)
from kash.platform.vault.models import AuditSubject

ODD = ['"', "\\", "{a,b}", "a'b", "%s", ":name", "", "NULL", "é\n"]
_ECHO = RawQuery(
    "SELECT value, {one} FROM {many:text} AS given",
    postgresql="SELECT given.unnest, CAST({one} AS text) FROM {many:text} AS given",
)
_SUBJECTS = BulkInsert("audit_subject", ("subject", "seq"), ("text", "int"))


def test_values_arrive_as_they_are(both_engines_app):
    connection = db.session.connection()
    for odd in ODD:
        assert [tuple(row) for row in _ECHO.rows(connection, one=odd, many=ODD)] == [
            (each, odd) for each in ODD
        ]
    assert list(_ECHO.rows(connection, one="", many=[])) == []


def test_moments_are_kept_as_models_keep_them(both_engines_app):
    connection = db.session.connection()
    on_postgresql = is_postgresql(connection)
    moment = datetime(2026, 11, 25, 23, 30, 5, 7, tzinfo=timezone(timedelta(hours=3)))
    kept = moment_text(moment, on_postgresql=on_postgresql)
    assert moment_from(kept) == moment
    assert moment_from(kept).tzinfo is UTC
    assert moment_from(None) is None
    if not on_postgresql:
        assert kept == "2026-11-25 20:30:05.000007"


def test_rows_are_written_or_none_of_them_is(both_engines_app):
    with writing() as session:
        _SUBJECTS.write(session.connection(), [])
        _SUBJECTS.write(session.connection(), [(odd, 1) for odd in ODD])
    assert set(db.session.scalars(select(AuditSubject.subject).filter_by(seq=1))) == set(ODD)
    for rows in ([("new", 1), (ODD[0], 1)], [(ODD[1], 1)]):
        with pytest.raises(IntegrityError) as told, writing() as session:
            _SUBJECTS.write(session.connection(), rows)
        assert told.value.params is None
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(AuditSubject)) == len(ODD)


def test_what_a_driver_refuses_is_told_as_everywhere(both_engines_app):
    wrong = RawQuery("SELECT nonsense FROM nowhere WHERE nonsense = {one}")
    with pytest.raises(DBAPIError) as told:
        wrong.rows(db.session.connection(), one="secret")
    assert "secret" not in str(told.value)
    db.session.rollback()
    assert list(_ECHO.rows(db.session.connection(), one="", many=["a"]))
