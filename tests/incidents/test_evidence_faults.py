"""What a killed process leaves of evidence, how it is cleared, and the same promises on S3."""

import hashlib
import io
import os
import signal
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from apiflask import APIFlask

from kash.incidents.queries.cases import open_case
from kash.incidents.services import evidence as evidence_chores
from kash.incidents.services.evidence import (
    Received,
    add_evidence,
    delete_orphans,
    export_original,
    show_copy,
)
from kash.platform import storage
from kash.platform.database import utc_now
from kash.settings import Settings
from tests.conftest import AMember
from tests.forks import in_fork
from tests.incidents.filed_cases import PAPER, filed, may_leave, removed
from tests.incidents.killed import add_file
from tests.incidents.test_evidence import documents, file_of, stored
from tests.platform.cleaning import samples

MOST = 64 * 1024 * 1024


@pytest.fixture
def member(sqlite_app, a_member):
    return a_member("documentation")


def killed(app: APIFlask, member: AMember, reference: str, stop: str) -> None:
    """Have another process add a file, which is killed where it stops."""
    folder = app.config["SETTINGS"].data_dir
    settings = Settings(data_dir=folder, secret_key_file=folder / "server.key", log_level="error")
    private = member.vault().private.private_bytes_raw()
    code, _said = in_fork(add_file, settings, member.actor.public_id, private, reference, stop)
    assert code == -signal.SIGKILL


def on_disk(app: APIFlask) -> list[Path]:
    folder = app.config["SETTINGS"].data_dir / "files" / "evidence"
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("stop", ["streaming", "filing", "committing"])
def test_a_process_that_is_killed_leaves_no_half_evidence(sqlite_app, member, stop, monkeypatch):
    reference = filed(may_leave())
    killed(sqlite_app, member, reference, stop)
    case = open_case(member.actor, member.vault(), reference)
    assert case.record.evidence == []
    assert case.record.timeline == []
    assert documents() == 0
    left = on_disk(sqlite_app)
    assert len(left) == 1
    assert b"Achieng" not in left[0].read_bytes()
    assert stored() == [] if stop == "streaming" else len(stored()) == 1
    # An upload that runs now looks the same, so it is spared for a day.
    delete_orphans()
    assert on_disk(sqlite_app) == left
    later = utc_now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(evidence_chores, "utc_now", lambda: later)
    delete_orphans()
    assert on_disk(sqlite_app) == []


def test_clearing_orphans_touches_nothing_else(member, monkeypatch):
    reference = filed(may_leave())
    kept = add_evidence(
        member.actor, member.vault(), reference, Received(), io.BytesIO(samples.jpeg()), MOST
    )
    storage.put("programme/logo.png", b"a picture")
    storage.put("evidence/0000000000000000/original", b"left")
    storage.put("evidence/0000000000000000/cleaned", b"left")
    later = utc_now() + timedelta(days=2)
    monkeypatch.setattr(evidence_chores, "utc_now", lambda: later)
    delete_orphans()
    assert stored() == [
        f"evidence/{kept}/cleaned",
        f"evidence/{kept}/original",
        "programme/logo.png",
    ]


def test_another_upload_works_after_one_was_killed(sqlite_app, member):
    reference = filed(may_leave())
    killed(sqlite_app, member, reference, "streaming")
    content = samples.png()
    document = add_evidence(
        member.actor, member.vault(), reference, Received(), io.BytesIO(content), MOST
    )
    assert file_of(member, reference, document).original.size == len(content)


# --- S3 ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def s3_server():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def in_a_bucket(sqlite_app, s3_server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    urllib.request.urlopen(urllib.request.Request(f"{s3_server}/kash-files", method="PUT"))
    before = dict(sqlite_app.extensions)
    storage.init_storage(
        sqlite_app,
        f"s3://kash-files/{time.time_ns()}?endpoint={s3_server}&region=us-east-1&allow_http=true",
    )
    yield
    sqlite_app.extensions.update(before)


def large() -> bytes:
    return samples.jpeg() + os.urandom(11 * 1024 * 1024)


def test_a_bucket_holds_what_a_folder_does(in_a_bucket, member):
    reference, content = filed(may_leave()), large()
    document = add_evidence(
        member.actor, member.vault(), reference, Received(), io.BytesIO(content), MOST
    )
    assert stored() == [f"evidence/{document}/cleaned", f"evidence/{document}/original"]
    handed = export_original(member.actor, member.vault(), reference, document, PAPER, "")
    assert hashlib.sha256(b"".join(handed.pieces)).digest() == hashlib.sha256(content).digest()
    shown = show_copy(member.actor, member.vault(), reference, document)
    assert len(b"".join(shown.pieces)) == shown.size
    removed(reference, member, document)
    assert stored() == []


def test_a_line_that_breaks_leaves_nothing_in_a_bucket(in_a_bucket, member):
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            if not found:
                raise BrokenPipeError
            return found

    body: IO[Any] = Breaks(large())
    with pytest.raises((BrokenPipeError, storage.StorageError)):
        add_evidence(member.actor, member.vault(), filed(may_leave()), Received(), body, MOST)
    assert stored() == []
    assert documents() == 0
