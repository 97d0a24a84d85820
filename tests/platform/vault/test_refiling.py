"""Another text in the place of a document, put there by whoever cannot open it."""

import pytest
from sqlalchemy import select

from kash.platform.database import db, writing
from kash.platform.vault import (
    DocumentKey,
    NoSuchDocument,
    SealedDocument,
    SealError,
    fetch_one,
    file_document,
    keep_keys,
    open_document,
    refile_document,
)


def test_the_new_text_opens_and_nothing_of_the_old_is_left(both_engines_app, a_member):
    vault = a_member("documentation").vault()
    with writing() as session:
        document = file_document(session, "test", b"first").id
    public_id = db.session.scalar(select(SealedDocument.public_id)) or ""
    old = fetch_one(db.session(), public_id, "test")
    with writing() as session:
        keep_keys(session, vault, [old])
        refile_document(session, document, b"second")
    new = fetch_one(db.session(), public_id, "test")
    assert (new.version, new.form, open_document(vault, new)) == (2, "filed", b"second")
    assert old.body != new.body
    assert db.session.query(DocumentKey).count() == 1
    # Neither the old body under the new key, nor the other way round.
    for body, other in ((old, new), (new, old)):
        mixed = other._replace(body=body.body)
        with pytest.raises(SealError):
            open_document(vault, mixed)


def test_what_was_shredded_takes_no_other_text(both_engines_app, a_member):
    a_member("documentation")
    with pytest.raises(NoSuchDocument), writing() as session:
        refile_document(session, 12345, b"x")
