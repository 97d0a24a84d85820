"""The folder in which the web processes put their numbers, so that `/metrics` can add them up.

It lies in memory, where a full disk cannot reach it, or else in the data directory.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import stat
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own, looked at before it is used
# For what a web process counts in a year; tried at the start, so that there is room.
_ROOM = 1024 * 1024


def folder_for_numbers(data_dir: Path, memory: Path = SHARED_MEMORY) -> Path | None:
    """A folder of our own for the numbers of the programme kept in `data_dir`, the same each time.

    None if there is room nowhere: then each process counts for itself.
    """
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:24]
    for folder in (memory / f"kash-{name}", data_dir / "metrics"):
        if _is_ours(folder):
            return folder
    return None


def _is_ours(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        # Everybody may make files in shared memory, also of this name.
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return False
        folder.chmod(0o700)
        probe = folder / f"probe-{os.getpid()}"
        with probe.open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, _ROOM)
            finally:
                probe.unlink()
    except OSError:
        return False
    return True


def forget_numbers_at_end(folder: Path) -> None:
    """When this process ends, have it take along what it put into the folder, and the folder if
    nobody else has anything there: also when its start fails."""
    process = os.getpid()

    def forget() -> None:
        # What was forked inherits this, and ends in other ways.
        if os.getpid() != process:
            return
        with contextlib.suppress(OSError):
            for path in folder.glob(f"*_{process}.db"):
                path.unlink()
            folder.rmdir()

    atexit.register(forget)


def clear_numbers(folder: Path | None, *, kept: int | None = None) -> None:
    """Delete what an earlier server counted; all but what the process of the number `kept` has."""
    if folder is None:
        return
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if kept is None or not path.name.endswith(f"_{kept}.db"):
                path.unlink()
        if kept is None:
            folder.rmdir()
