"""The rule for certificates becomes a track, and what was issued keeps its share."""

from __future__ import annotations

from datetime import UTC, datetime

from apiflask import APIFlask
from flask_migrate import downgrade
from sqlalchemy import MetaData, insert, select, text, update

from kash.certificates.models import CertificateBatch, CertificateRule
from kash.certificates.tracks.models import Track, TrackVersion
from kash.platform.database import db

from .test_migrations import FOLDER, begin_at, empty_app, fill, tables_now, to

__all__ = ["empty_app"]
# A first rule, the same for longer, a milder one, and the first share once more.
SHARES = (80, 80, 60, 80)


def _as_before() -> MetaData:
    """Two batches with a certificate each, by the first rule and by the third; and a track that is
    called as that of the rule will be."""
    begin_at("0049")
    with db.engine.begin() as connection:
        found = tables_now(connection)
        fill(connection, found)
        rule, batch = found.tables["certificate_rule"], found.tables["certificate_batch"]
        row = dict(connection.execute(select(rule).where(rule.c.id == 1)).mappings().one())
        for key, share in enumerate(SHARES, 1):
            named = {"public_id": f"rule{key:012}", "version": key, "least_share": share}
            made = datetime(2026, 1, key, tzinfo=UTC)
            values = {**row, **named, "id": key, "created_by": f"{key:016}", "created_at": made}
            if key <= 2:
                connection.execute(update(rule).where(rule.c.id == key).values(values))
            else:
                connection.execute(insert(rule).values(values))
        connection.execute(update(batch).where(batch.c.id == 2).values(rule_id=3))
        if connection.dialect.name == "postgresql":
            # Rows were written with their keys, so that the next ones are not counted on yet.
            for name in ("track", "track_version"):
                counted = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 10)"
                connection.execute(text(counted))
        track = found.tables["track"]
        connection.execute(
            update(track).where(track.c.id == 1).values(name="Certificate of a workshop")
        )
    return found


def test_the_rule_becomes_a_track_with_its_history(empty_app: APIFlask) -> None:
    _as_before()
    to("head")
    standard = db.session.query(Track).filter_by(certifies=True).one()
    assert (standard.name, standard.course_id) == ("Certificate of a workshop 2", None)
    written = [(one.number, one.tree, one.published_by) for one in standard.versions[::-1]]
    assert written == [
        (number, {"all": [{"is": "workshop", "share": share}]}, f"{rule:016}")
        for number, share, rule in ((1, 80, 1), (2, 60, 3), (3, 80, 4))
    ]
    rules = db.session.query(CertificateRule).order_by(CertificateRule.version).all()
    assert [(one.least_share, one.requires.number) for one in rules] == [
        (80, 1),
        (80, 1),
        (60, 2),
        (80, 3),
    ]
    batches = db.session.query(CertificateBatch).order_by(CertificateBatch.id).all()
    assert [one.rule.least_share for one in batches] == [80, 60]
    assert [one.version_id for batch in batches for one in batch.certificates] == [None, None]


def test_the_rule_goes_back_to_what_it_was(empty_app: APIFlask) -> None:
    _as_before()
    to("head")
    db.session.remove()
    downgrade(str(FOLDER), "0049")
    with db.engine.connect() as connection:
        shares = text("SELECT least_share FROM certificate_rule ORDER BY id")
        assert tuple(connection.execute(shares).scalars()) == SHARES
        names = connection.execute(text("SELECT id FROM track ORDER BY id")).scalars().all()
        assert names == [1, 2]
    to("head")
    assert db.session.query(TrackVersion).join(Track).filter(Track.certifies).count() == 3


def test_without_a_rule_there_is_no_track_yet(empty_app: APIFlask) -> None:
    begin_at("0049")
    to("head")
    assert db.session.query(Track).count() == 0
