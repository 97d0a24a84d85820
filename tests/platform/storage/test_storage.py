"""The same promises on a folder and on S3."""

import errno
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kash.platform import storage
from kash.settings import Settings


@pytest.fixture(scope="session")
def s3_address():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def stored(request, tmp_path, monkeypatch):
    app = Flask(__name__)
    url = f"file://{tmp_path}/a%20folder/files"
    if request.param == "s3":
        import urllib.request

        endpoint = request.getfixturevalue("s3_address")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        reset = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset)
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/kash-files", method="PUT"))
        url = f"s3://kash-files/one/two?endpoint={endpoint}&region=us-east-1&allow_http=true"
    storage.init_storage(app, url)
    with app.app_context():
        yield app


def test_a_file_comes_back_as_it_was_put(stored):
    content = bytes(range(256)) * 12_000
    storage.put("jobs/abc123", content)
    assert storage.get("jobs/abc123") == content
    pieces = list(storage.stream("jobs/abc123"))
    assert b"".join(pieces) == content
    assert len(pieces) > 1


def test_putting_again_replaces(stored):
    storage.put("a/b", b"one")
    storage.put("a/b", b"two")
    assert storage.get("a/b") == b"two"
    storage.put("a/b", b"")
    assert storage.get("a/b") == b""


def test_listing(stored):
    storage.put("jobs/one", b"1")
    storage.put("jobs/two", b"22")
    storage.put("jobsmore/three", b"333")
    assert {found.key: found.size for found in storage.list("jobs")} == {
        "jobs/one": 1,
        "jobs/two": 2,
    }
    assert {found.key for found in storage.list("jobs/")} == {"jobs/one", "jobs/two"}
    assert {found.key for found in storage.list()} == {"jobs/one", "jobs/two", "jobsmore/three"}
    assert list(storage.list("nothing")) == []


def test_what_is_missing_is_said_at_once(stored):
    assert storage.exists("jobs/none") is False
    for read in (storage.get, storage.stream):
        with pytest.raises(storage.FileMissing) as raised:
            read("jobs/none")
        assert "none" not in repr(raised.value)


def test_deleting_twice_is_no_error(stored):
    storage.put("jobs/one", b"1")
    assert storage.exists("jobs/one") is True
    storage.delete("jobs/one")
    storage.delete("jobs/one")
    assert storage.exists("jobs/one") is False
    assert list(storage.list()) == []


WRONG = ["", ".", "..", "../a", "a/../b", "/a", "a/", "a//b", "a\x00b", "a\\b", "a b", "é", "a/.b"]


@pytest.mark.parametrize("key", [*WRONG, "x" * 513])
def test_wrong_keys_are_refused_everywhere(stored, key):
    for call in (storage.get, storage.stream, storage.exists, storage.delete):
        with pytest.raises(storage.WrongKey):
            call(key)
    with pytest.raises(storage.WrongKey):
        storage.put(key, b"x")
    assert list(storage.list()) == []


@given(key=st.text(alphabet="ab./_-\x00 \n", max_size=20))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_key_leaves_the_folder(tmp_path, key):
    app = Flask(__name__)
    home = tmp_path / "files"
    storage.init_storage(app, f"file://{home}")
    with app.app_context():
        try:
            storage.put(key, b"x")
        except storage.StorageError:
            pass
        else:
            assert storage.get(key) == b"x"
            storage.delete(key)
    assert set(tmp_path.iterdir()) <= {home}


def test_the_folder_is_for_its_owner_only(tmp_path):
    app = Flask(__name__)
    storage.init_storage(app, Settings(data_dir=tmp_path).storage_address)
    with app.app_context():
        storage.put("jobs/one", b"1")
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


def test_an_unreachable_bucket_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-value")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = Flask(__name__)
    url = f"s3://bucket?endpoint=http://127.0.0.1:{port}&allow_http=1&region=us-east-1"
    storage.init_storage(app, url)
    with app.app_context(), pytest.raises(storage.StorageUnavailable) as raised:
        storage.put("jobs/one", b"1")
    assert raised.value.__suppress_context__
    assert str(port) not in str(raised.value)


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    app = Flask(__name__)
    storage.init_storage(app, f"file://{tmp_path}/file/x")
    with app.app_context(), pytest.raises(storage.StorageUnavailable):
        storage.put("jobs/one", b"1")


def test_a_file_in_pieces_comes_back_as_one(stored):
    pieces = [bytes([number % 256]) * 70_000 for number in range(200)]
    storage.put("a/b", iter(pieces))
    assert storage.get("a/b") == b"".join(pieces)
    storage.put("a/b", iter([b"short"]))
    assert storage.get("a/b") == b"short"
    storage.put("a/b", iter([]))
    assert storage.get("a/b") == b""


class Interrupted(Exception):
    """What ends an upload from outside."""


def test_what_ends_too_soon_leaves_nothing(stored):
    def pieces() -> Iterator[bytes]:
        for number in range(150):
            yield bytes([number]) * 70_000
        raise Interrupted

    storage.put("a/before", b"was there")
    for key in ("a/new", "a/before"):
        with pytest.raises(Interrupted):
            storage.put(key, pieces())
    assert [found.key for found in storage.list()] == ["a/before"]
    assert storage.get("a/before") == b"was there"


def test_a_folder_needs_no_library_of_buckets(tmp_path):
    """It would take 12 MB in every process that serves a file."""
    script = (
        "import sys; from flask import Flask; from kash.platform import storage; app = Flask('f');"
        "storage.init_storage(app, sys.argv[1]); app.app_context().push();"
        "storage.put('a/b', b'x'); storage.get('a/b'); list(storage.stream('a/b'));"
        "list(storage.list()); storage.delete('a/b'); print('obstore' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, f"file://{tmp_path}/files"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
    )
    assert ran.stdout == "False\n"
    assert list((tmp_path / "files").iterdir()) == []


def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    def refuse(_from: Path, _to: Path) -> None:
        raise OSError(28, "No space left on device", "a/key")

    app = Flask(__name__)
    storage.init_storage(app, f"file://{tmp_path}/files")
    monkeypatch.setattr(Path, "replace", refuse)
    with app.app_context():
        with pytest.raises(storage.StorageUnavailable) as raised:
            storage.put("a/key", [b"x"])
        assert raised.value.__suppress_context__
    assert list((tmp_path / "files").iterdir()) == []


_STORES_200_MB = """
import resource, sys
from flask import Flask
from kash.platform import storage

app = Flask("stores")
storage.init_storage(app, sys.argv[1])
with app.app_context():
    storage.put("a/first", iter([b"x"]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    storage.put("a/large", (bytes(65_536) for _ in range(3200)))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_pieces_are_stored_as_they_come_and_never_all_held(tmp_path):
    address = f"file://{tmp_path}/files"
    ran = subprocess.run(
        [sys.executable, "-c", _STORES_200_MB, address],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MALLOC_ARENA_MAX": "2", "PYTHONPATH": os.getcwd()},
    )
    kilobytes = int(ran.stdout)
    assert kilobytes < 50_000
    assert (tmp_path / "files" / "a" / "large").stat().st_size == 3200 * 65_536


def test_what_a_killed_process_left_is_cleared(tmp_path):
    app = Flask(__name__)
    storage.init_storage(app, f"file://{tmp_path}/files")
    with app.app_context():
        storage.put("evidence/one/original", b"whole")
        folder = tmp_path / "files" / "evidence"
        for name, age in (("two", 3), ("three", 0)):
            left = folder / name / "original#1"
            left.parent.mkdir()
            left.write_bytes(b"half")
            os.utime(left, (time.time() - age * 86_400,) * 2)
        assert storage.clear_unfinished(datetime.now(UTC) - timedelta(days=1)) == 1
        assert not (folder / "two" / "original#1").exists()
        assert (folder / "three" / "original#1").exists()
        assert storage.get("evidence/one/original") == b"whole"


@pytest.mark.parametrize("harm", ["the root is gone", "a folder cannot be read", "the disk fails"])
def test_a_folder_that_cannot_be_listed_is_not_taken_for_an_empty_one(tmp_path, monkeypatch, harm):
    """Else a backup without its files would count, and the good ones would be deleted after it."""
    app = Flask(__name__)
    storage.init_storage(app, f"file://{tmp_path}/files")
    root = tmp_path / "files"
    with app.app_context():
        assert list(storage.list()) == list(storage.list("scans")) == []
        storage.put("scans/one/two", b"1")
        if harm == "the root is gone":
            root.rename(tmp_path / "elsewhere")
        else:
            kind, place = {
                "a folder cannot be read": (errno.EACCES, root / "scans" / "one"),
                "the disk fails": (errno.EIO, root),
            }[harm]
            scan = os.scandir

            def refuses(path: str) -> object:
                if Path(path) == place:
                    raise OSError(kind, "refused", path)
                return scan(path)

            monkeypatch.setattr(os, "scandir", refuses)
        with pytest.raises(storage.StorageUnavailable) as raised:
            list(storage.list())
        assert raised.value.__suppress_context__
        with pytest.raises(storage.StorageUnavailable):
            storage.clear_unfinished(datetime.now(UTC))


def test_a_folder_that_goes_while_it_is_listed_is_no_fault(tmp_path):
    app = Flask(__name__)
    storage.init_storage(app, f"file://{tmp_path}/files")
    with app.app_context():
        for key in ("scans/one/a", "scans/two/a", "evidence/b"):
            storage.put(key, b"1")
        listed = storage.list()
        first = next(listed).key
        others = {"scans/one/a", "scans/two/a", "evidence/b"} - {first}
        for key in others:
            storage.delete(key)
        assert list(listed) == []


def _store_anew(app: Flask, key: str, content: bytes) -> None:
    """Bytes in a file's place, past all that knows of its digest."""
    app.extensions["kash_storage"].opened().put(key, content)


def test_a_file_that_was_cut_short_or_altered_is_read_as_damaged(stored):
    content = bytes(range(256)) * 12_000
    pieces = [content[at : at + 70_000] for at in range(0, len(content), 70_000)]
    for given_as in (content, iter(pieces)):
        storage.put("evidence/abc", given_as)
        assert b"".join(storage.stream_whole("evidence/abc")) == content
        for harmed in (content[: len(content) // 2], content[:-1], b"", b"x" + content[1:]):
            _store_anew(stored, "evidence/abc", harmed)
            with pytest.raises(storage.FileDamaged) as damaged:
                list(storage.stream_whole("evidence/abc"))
            assert (damaged.value.folder, damaged.value.args) == ("evidence", ())
            assert b"".join(storage.stream("evidence/abc")) == harmed


def test_a_file_from_before_there_were_digests_has_one_once_it_was_read_whole(stored):
    _store_anew(stored, "scans/abc", b"whole")
    assert list(storage.stream_whole("scans/abc")) == [b"whole"]
    _store_anew(stored, "scans/abc", b"who")
    with pytest.raises(storage.FileDamaged):
        list(storage.stream_whole("scans/abc"))


def test_digests_are_no_files_and_go_with_theirs(stored):
    store = stored.extensions["kash_storage"].opened()
    storage.put("scans/abc", b"one")
    storage.put("jobs/abc", b"made again")
    assert {found.key for found in storage.list()} == {"scans/abc", "jobs/abc"}
    assert {found.key for found in store.listed("")} == {
        "scans/abc", "jobs/abc", "digests/scans/abc",
    }  # fmt: skip
    for act in (storage.get, storage.delete, storage.exists, lambda key: storage.put(key, b"")):
        with pytest.raises(storage.WrongKey):
            act("digests/scans/abc")
    storage.delete("scans/abc")
    assert {found.key for found in store.listed("")} == {"jobs/abc"}
