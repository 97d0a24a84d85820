"""What is counted lies where a full disk ends no web process."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from kash.platform.operations.numbers import clear_numbers, folder_for_numbers
from kash.platform.web import metrics
from kash.platform.web.metrics import NumbersWithRoom


@pytest.fixture
def memory(tmp_path):
    folder = tmp_path / "shm"
    folder.mkdir()
    return folder


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


def test_numbers_lie_in_memory_in_a_folder_of_their_own(memory, data):
    folder = folder_for_numbers(data, memory)
    assert folder is not None
    assert (folder.parent, folder.stat().st_mode & 0o777, list(folder.iterdir())) == (
        memory,
        0o700,
        [],
    )
    # The same at the next start, so that what a killed server left does not stay in memory.
    assert folder_for_numbers(data, memory) == folder
    assert folder_for_numbers(data.with_name("other"), memory) != folder


@pytest.mark.parametrize("found", ["a link", "somebody else's", "no room", "no memory"])
def test_what_is_not_ours_or_has_no_room_is_not_used(memory, data, monkeypatch, found):
    place = folder_for_numbers(data, memory)
    assert place is not None
    shutil.rmtree(place)
    if found == "a link":
        place.symlink_to(data)
    elif found == "somebody else's":
        place.mkdir()
        owner = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    elif found == "no memory":
        memory.rmdir()
    else:
        _fill(monkeypatch)
    expected = data / "metrics" if found in ("a link", "no memory") else None
    assert folder_for_numbers(data, memory) == expected


def _fill(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "posix_fallocate", full)


def test_what_an_earlier_server_counted_goes_and_ones_own_stays(data):
    for name in ("counter_web-1.db", "counter_12.db", "counter_112.db"):
        (data / name).touch()
    clear_numbers(data, kept=12)
    assert [path.name for path in data.iterdir()] == ["counter_12.db"]
    clear_numbers(data)
    assert not data.exists()
    clear_numbers(None)


def taken(path: Path) -> int:
    """Bytes of the disk that a file has, without its holes."""
    return path.stat().st_blocks * 512


def test_a_file_of_numbers_has_no_hole_in_which_a_full_disk_would_end_the_process(data):
    path = data / "counter_web-1.db"
    numbers = NumbersWithRoom(str(path))
    assert taken(path) >= path.stat().st_size > 0
    for number in range(2000):
        numbers.write_value(f"an endpoint of the site, number {number}", float(number), 0.0)
        assert taken(path) >= path.stat().st_size >= numbers._used
    numbers.close()
    again = NumbersWithRoom(str(path))
    assert [again.read_value(f"an endpoint of the site, number {n}")[0] for n in (7, 1999)] == [
        7.0,
        1999.0,
    ]
    again.close()


def test_without_room_a_number_is_refused_and_those_before_it_stay(data, monkeypatch):
    path = data / "counter_web-1.db"
    numbers = NumbersWithRoom(str(path))
    numbers.write_value("before", 1.0, 0.0)
    _fill(monkeypatch)
    with pytest.raises(OSError, match="full"):
        numbers.write_value("x" * (1 << 16), 1.0, 0.0)
    numbers.write_value("after", 2.0, 0.0)
    assert [numbers.read_value(key)[0] for key in ("before", "after")] == [1.0, 2.0]
    with pytest.raises(OSError, match="full"):
        NumbersWithRoom(str(data / "counter_web-2.db"))


def test_what_cannot_be_counted_is_answered_all_the_same(client, monkeypatch):
    def full(_response: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(metrics, "_add", full)
    assert client.get("/sign-in").status_code == 200
