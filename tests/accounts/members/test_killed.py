"""Removal, rotation and shredding, with the process killed before each commit: every document still
opens for whoever stays, and everything can be finished."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select, text

from kash.accounts.members.services.members import remove, rotate
from kash.platform.database import db
from kash.platform.vault import (
    Compartment,
    DocumentKey,
    SealedDocument,
    UnknownKey,
    VaultMember,
    audited,
    fetch,
    file_document,
    keep_keys,
    membership,
    open_document,
    open_each,
    shred,
    unfinished_rotations,
)
from tests.accounts.members.killed import do_it_all
from tests.conftest import AMember
from tests.forks import in_fork

Member = Callable[..., AMember]
KIND = "test.case"
BATCH = 4
# Removing, beginning, three batches of ten documents, shredding.
COMMITS = 6


def filed(count: int) -> dict[str, bytes]:
    """New documents, each with what it says."""
    session = db.session()
    said = {
        file_document(session, KIND, what).public_id: what
        for what in (f"what was done, {number}".encode() for number in range(count))
    }
    session.commit()
    return said


def opened(her: AMember) -> dict[str, bytes]:
    """All documents as a member opens them now."""
    vault = her.vault()
    return {
        sealed.place.public_id: plain
        for sealed, plain in open_each(vault, fetch(db.session(), kind=KIND))
        if isinstance(plain, bytes)
    }


def run_until_killed(
    app: APIFlask, her: AMember, gone: AMember, commit: int, to_shred: list[str]
) -> str:
    """Do it all in a process of its own, killed before this commit; what it said."""
    settings = app.config["SETTINGS"]
    given = {
        "folder": str(settings.data_dir),
        "database_url": settings.database_url,
        "batch": BATCH,
        "actor": her.actor.public_id,
        "account_id": her.actor.account_id,
        "session": her.actor.session_id,
        "cookie": her.cookie,
        "commit": commit,
        "remove": gone.public_id,
        "shred": to_shred,
    }
    db.session.remove()
    db.engine.dispose()
    code, said = in_fork(do_it_all, given)
    assert code in (0, -signal.SIGKILL)
    return str(said or "")


@pytest.mark.parametrize("commit", range(COMMITS + 1))
def test_nothing_is_lost_however_it_ends(both_engines_app, a_member, commit, monkeypatch):
    her, gone = a_member("documentation"), a_member("documentation")
    said = filed(10)
    # Some were opened before, so that keys of both forms lie there.
    keep_keys(db.session(), her.vault(), fetch(db.session(), *sorted(said)[:5]))
    db.session.commit()
    stale = gone.vault()
    to_shred = sorted(said)[4:6]

    told = run_until_killed(both_engines_app, her, gone, commit, to_shred)

    assert told == ("done" if commit == COMMITS else "")
    left = {key: what for key, what in said.items() if key not in to_shred}
    assert opened(her) == (left if commit == COMMITS else said)
    removed = db.session.scalars(select(VaultMember.holder)).all() == [her.actor.public_id]
    assert removed is (commit > 0)

    # What is left to do is done now, as by the next who opens the vault.
    monkeypatch.setattr(membership, "_BATCH", BATCH)
    if not removed:
        remove(her.actor, gone.public_id)
    while rotate(her.actor, her.vault, batches=1):
        assert opened(her).items() >= left.items()
    with audited("test.shredded", her.actor) as change:
        shred(change.session, to_shred)
        change.about("keys")
    assert opened(her) == left
    session = db.session()
    assert unfinished_rotations(session) == {}
    rows = session.execute(select(Compartment.generation, Compartment.state)).all()
    assert [tuple(row) for row in rows] == [(2, "current")]
    for sealed in fetch(session, kind=KIND):
        with pytest.raises(UnknownKey):
            open_document(stale, sealed)


def test_what_comes_in_during_a_rotation_opens_too(both_engines_app, a_member, monkeypatch):
    monkeypatch.setattr(membership, "_BATCH", 3)
    her, gone = a_member("documentation"), a_member("documentation")
    before = filed(7)
    remove(her.actor, gone.public_id)
    assert unfinished_rotations(db.session()) == {"case": 7}
    assert rotate(her.actor, her.vault, batches=1) == 4
    meanwhile = filed(2)
    other = a_member("documentation")
    assert rotate(other.actor, other.vault, batches=1) == 1
    assert rotate(her.actor, her.vault, batches=1) == 0
    assert opened(her) == opened(other) == {**before, **meanwhile}


def test_two_who_rotate_at_once_leave_one_new_generation(both_engines_app, a_member):
    her, other, gone = (a_member("documentation") for _ in range(3))
    said = filed(3)
    first, second = her.vault(), other.vault()
    remove(her.actor, gone.public_id)
    looks = iter([first, her.vault])
    assert rotate(her.actor, lambda: _looked(next(looks)), batches=5) == 0
    # The other had looked before the new generation was there.
    assert rotate(other.actor, lambda: second, batches=5) == 0
    assert opened(her) == opened(other) == said
    db.session.rollback()
    assert db.session.scalars(select(Compartment.generation)).all() == [2]


def _looked(at: object) -> object:
    return at() if callable(at) else at


def test_what_was_shredded_is_in_no_file(sqlite_app, a_member):
    her = a_member("documentation")
    said = filed(6)
    gone = sorted(said)[2:4]
    rows = db.session.execute(
        select(SealedDocument.body, DocumentKey.wrapped)
        .join(DocumentKey, DocumentKey.document_id == SealedDocument.id)
        .where(SealedDocument.public_id.in_(gone))
    ).all()
    secrets = [part[20:60] for row in rows for part in row]
    folder = Path(sqlite_app.config["SETTINGS"].data_dir)

    def found() -> int:
        return sum(
            secret in file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file()
            for secret in secrets
        )

    db.session.rollback()
    assert found() >= 4
    with audited("test.shredded", her.actor) as change:
        shred(change.session, gone)
        change.about("keys")
    assert sorted(path.suffix for path in folder.glob("kash.sqlite3*")) != []
    assert found() == 0
    assert opened(her) == {key: what for key, what in said.items() if key not in gone}


@pytest.mark.new_files
@pytest.mark.services
def test_what_was_shredded_is_not_in_the_table(postgresql_app, a_member):
    """Looked for in the files of both tables, as whoever takes the disk would."""
    her = a_member("documentation")
    said = filed(6)
    gone = sorted(said)[2:4]
    rows = db.session.scalars(
        select(DocumentKey.wrapped)
        .join(SealedDocument, DocumentKey.document_id == SealedDocument.id)
        .where(SealedDocument.public_id.in_(gone))
    ).all()
    secrets = [row[20:60] for row in rows]
    db.session.rollback()

    def found() -> int:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
            folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
            path = connection.execute(
                text("SELECT pg_relation_filepath('vault_document_key')")
            ).scalar_one()
        held = (folder / path).read_bytes()
        return sum(secret in held for secret in secrets)

    assert found() == 2
    with audited("test.shredded", her.actor) as change:
        shred(change.session, gone)
        change.about("keys")
    assert found() == 0
    assert opened(her) == {key: what for key, what in said.items() if key not in gone}
