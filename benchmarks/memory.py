"""Memory that processes hold, as Linux tells it, in MB (10⁶ bytes)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_KILOBYTE = 1024
_MEGABYTE = 1_000_000


def resident_mb(processes: Iterable[int | str]) -> float:
    """Resident memory of a group of processes, by their numbers, each shared page counted once.

    By the proportional set size: a page that n processes share counts one n-th in each.
    """
    return sum(_megabytes(process, "Pss:") for process in processes)


def unshared_mb(process: int | str = "self") -> float:
    """Resident memory of a process that no other has.

    Taken from what a group of processes holds, it leaves what the group without that process holds.
    """
    return _megabytes(process, "Private_Clean:", "Private_Dirty:")


def _megabytes(process: int | str, *names: str) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        # It has ended, and holds nothing.
        return 0.0
    fields = (line.split() for line in lines)
    kilobytes = sum(int(size) for name, size, *_unit in fields if name in names)
    return kilobytes * _KILOBYTE / _MEGABYTE
