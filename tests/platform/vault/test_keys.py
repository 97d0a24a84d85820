"""The server's key file."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kash.platform.vault.keys import (
    KeyFileError,
    add_sealing_key,
    load_or_create_keys,
    new_keys,
    read_keys,
)
from kash.platform.vault.sealing import open_vault
from kash.settings import Settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_first_start_makes_a_private_file_in_private_folders(tmp_path):
    path = tmp_path / "one" / "two" / "server.key"
    made = load_or_create_keys(path)
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)
    assert load_or_create_keys(path) == made
    assert list(path.parent.iterdir()) == [path]


def test_many_first_starts_at_once_agree(tmp_path):
    path = tmp_path / "server.key"
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: load_or_create_keys(path), range(64)))
    assert all(one == keys[0] for one in keys)


@pytest.mark.parametrize("wrong", [0o640, 0o604, 0o666, 0o700 | 0o010])
def test_a_file_others_can_read_stops_start_up_in_one_line(tmp_path, wrong):
    path = tmp_path / "server.key"
    load_or_create_keys(path)
    path.chmod(wrong)
    with pytest.raises(KeyFileError) as caught:
        load_or_create_keys(path)
    assert str(caught.value) == (
        f"The key file {path} can be read by others (mode {wrong:o}): chmod 600 it."
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": 2}',
        b'{"format": 1, "root": "AAAA", "current": "00", "sealing": {}}',
        b'{"format": 1, "root": 5, "current": "00", "sealing": []}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_stops_start_up_and_is_kept(tmp_path, content):
    path = tmp_path / "server.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError) as caught:
        load_or_create_keys(path)
    assert str(caught.value) == f"The key file {path} is damaged: put back a copy of it."
    assert path.read_bytes() == content


def test_a_folder_in_its_place_stops_start_up(tmp_path):
    with pytest.raises(KeyFileError) as caught:
        load_or_create_keys(tmp_path)
    assert str(caught.value) == f"The key file {tmp_path} is not a file."


def test_a_pipe_in_its_place_stops_start_up_without_waiting(tmp_path):
    path = tmp_path / "server.key"
    os.mkfifo(path, 0o600)
    with pytest.raises(KeyFileError):
        load_or_create_keys(path)


def test_a_missing_file_beside_an_audit_trail_is_no_first_start(tmp_path):
    settings = Settings(data_dir=tmp_path)
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "0123456789abcdef.jsonl").touch()
    with pytest.raises(KeyFileError) as caught:
        open_vault(settings)
    assert str(settings.key_file) in str(caught.value)
    assert not settings.key_file.exists()


def test_purposes_have_keys_of_their_own():
    keys = new_keys()
    derived = [keys.derived(purpose) for purpose in ("audit", "lookup", "flask", "other")]
    assert len({*derived, keys.root, *keys.sealing.values()}) == 6
    assert {len(key) for key in derived} == {32}
    assert keys.flask_secret == keys.derived("flask").hex()
    assert keys.derived("audit") == keys.derived("audit")


def test_a_new_sealing_key_leaves_the_others(tmp_path):
    path = tmp_path / "server.key"
    before = load_or_create_keys(path)
    after = add_sealing_key(path)
    assert after == read_keys(path)
    assert (after.root, mode(path)) == (before.root, 0o600)
    assert set(after.sealing) == {before.current, after.current}
    assert after.sealing[before.current] == before.sealing[before.current]


def test_keys_do_not_show_in_their_representation():
    keys = new_keys()
    shown = repr(keys)
    assert keys.root.hex() not in shown
    assert repr(keys.root) not in shown
    assert all(repr(key) not in shown for key in keys.sealing.values())


def test_new_keys_made_at_once_are_all_kept(tmp_path):
    path = tmp_path / "server.key"
    load_or_create_keys(path)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: add_sealing_key(path).current, range(16)))
    kept = read_keys(path)
    assert set(made) < set(kept.sealing)
    assert len(kept.sealing) == 17
    assert kept.current in made
    assert list(tmp_path.iterdir()) == [path]
