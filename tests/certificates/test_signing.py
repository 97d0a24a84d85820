"""Certificates are signed as they are issued; keys change, and what they signed stays good."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from kash.certificates import documents
from kash.certificates.models import Certificate, PublishedTitle, SigningKey
from kash.certificates.queries.certificates import find_certificate
from kash.certificates.queries.issuing import certificates_of
from kash.certificates.rules.issuing import hashed_name, month_of, title_id_of
from kash.certificates.services.designs import (
    KeyChangedMeanwhile,
    change_key,
    private_half,
    sign,
    sign_earlier,
)
from kash.platform.database import db, utc_now
from kash.platform.vault.models import AuditEntry
from tests.certificates.reading import is_signed_by, read_claim, read_qr_text

from .conftest import ALL, MOST

pytestmark = pytest.mark.usefixtures("both_engines_app")


def keys() -> list[SigningKey]:
    db.session.rollback()
    return list(db.session.scalars(select(SigningKey).order_by(SigningKey.id)))


@pytest.fixture
def issued(ready):
    ready.confirm(ALL, MOST)
    return certificates_of(ready.batch(ready.issued()))


@pytest.mark.any_engine
def test_what_is_issued_is_signed(ready, issued):
    (key,) = keys()
    salts = set()
    for one in issued:
        assert one.payload is not None
        assert is_signed_by(one.payload, key.public_key)
        claim = read_claim(one.payload)
        assert claim.key_id.hex() == key.key_id
        assert claim.serial == one.serial
        assert claim.title_id == title_id_of(one.public_title)
        assert (claim.issued, claim.expires) == (month_of(one.issued_on), 0)
        assert claim.name_hash == hashed_name(one.printed_name, claim.salt)
        salts.add(claim.salt)
    assert len(salts) == len(issued) == 2
    titles = {row.title_id: row.title for row in db.session.scalars(select(PublishedTitle))}
    assert titles == {title_id_of(issued[0].public_title).hex(): issued[0].public_title}
    _design, entries = documents.design_and_entries(ready.batch(issued[0].batch.public_id), issued)
    assert [read_qr_text(entry.qr) for entry in entries] == [one.payload for one in issued]


@pytest.mark.any_engine
def test_a_new_key_takes_over_and_the_old_one_stays_published(ready, issued):
    payload = issued[0].payload
    (first,) = keys()
    made = change_key(first.public_id, ready.director)
    old, new = keys()
    assert (old.public_id, old.state, old.doubted) == (first.public_id, "retired", False)
    assert (new.public_id, new.state, new.until) == (made, "current", None)
    # The old private half is gone for good, the new one signs.
    assert old.private_sealed is None
    assert old.until == new.since
    public = private_half(new).public_key().public_bytes_raw()
    assert public == new.public_key != old.public_key
    with pytest.raises(ValueError, match="retired"):
        private_half(old)
    again = find_certificate(ready.director, issued[0].serial or "")
    assert again is not None
    assert again.payload == payload
    assert is_signed_by(again.payload, old.public_key)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subjects) == (
        "certificates.key_changed",
        [old.public_id, new.public_id],
    )


@pytest.mark.any_engine
def test_a_key_is_changed_as_it_was_shown(ready, issued):
    (first,) = keys()
    change_key(first.public_id, ready.director, doubted=True)
    with pytest.raises(KeyChangedMeanwhile):
        change_key(first.public_id, ready.director)
    assert [key.doubted for key in keys()] == [True, False]


@pytest.mark.any_engine
def test_certificates_of_before_are_signed_by_the_chore(ready, issued):
    for one in issued:
        one.payload = None
    db.session.commit()
    sign_earlier()
    sign_earlier()
    db.session.rollback()
    (key,) = keys()
    for one in db.session.scalars(select(Certificate).where(Certificate.serial.is_not(None))):
        assert is_signed_by(one.payload, key.public_key)
    assert entries("certificates.signed") == 1


def entries(action: str) -> int:
    return len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all())


@pytest.mark.any_engine
def test_what_was_printed_is_never_signed_anew(ready, issued):
    before = [one.payload for one in issued]
    sign(db.session(), issued, utc_now() + timedelta(days=1))
    assert [one.payload for one in issued] == before
    proposed = Certificate(printed_name="A", public_title="B", minutes=1)
    with pytest.raises(ValueError, match="issued"):
        sign(db.session(), [proposed], utc_now())
    db.session.rollback()


def test_two_processes_agree_on_the_first_key(both_engines_app):
    start = Barrier(2)

    def at_once() -> None:
        with both_engines_app.app_context():
            start.wait()
            sign_earlier()
            db.session.remove()

    threads = [Thread(target=at_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys()) == 1
