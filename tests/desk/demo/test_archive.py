"""The sample, in which every room has something, moves to the other engine and is the same."""

import shutil

import pyrage

from kash.application import create_app
from kash.exchange.archive.reading_in import import_archive
from kash.exchange.archive.writing_out import write_archive
from kash.platform.database import db
from kash.platform.operations.archive import Lock
from kash.platform.vault import verify
from kash.settings import Settings

IDENTITY = pyrage.x25519.Identity.generate()


def test_every_table_and_file_is_the_same_after_a_move(sample, empty_database, tmp_path):
    # Of such a lock any identity that fits opens what follows its armour.
    lock = Lock(b"", str(IDENTITY.to_public()))
    path = tmp_path / "archive.age"
    with sample.app.app_context():
        contents = write_archive(path, lock=lock, with_key=True)
    empty = [name for name, one in contents.tables.items() if not one.rows]
    assert len(empty) < len(contents.tables) / 3
    place = tmp_path / "after"
    place.mkdir(mode=0o700)
    shutil.copyfile(empty_database, place / "kash.sqlite3")
    settings = Settings(data_dir=place)
    _made_at, brought, _moved = import_archive(settings, path, [IDENTITY])
    assert brought == contents
    app = create_app(settings)
    with app.app_context():
        assert verify(db.session()).sound
        db.engine.dispose()
