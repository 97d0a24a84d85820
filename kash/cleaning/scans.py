"""Pages of scanned or photographed paper, each drawn anew, with the codes that stand on them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kash.cleaning.child_process import (
    CannotClean,
    CleaningLimits,
    in_memory,
    one_at_a_time,
    output_of,
    started,
)
from kash.cleaning.kinds import FileKind

_CHILD = Path(__file__).with_name("scans_child.py")
_LONGEST_LINE = 4096
SCANS = frozenset({"jpeg", "png", "webp", "pdf"})


@dataclass(frozen=True)
class ScannedPage:
    """One page: its picture as JPEG, upright if a code told how, and what its QR codes say."""

    picture: bytes
    width: int
    height: int
    codes: tuple[str, ...]


def scanned_pages(
    pieces: Iterable[bytes], kind: FileKind, limits: CleaningLimits | None = None
) -> list[ScannedPage]:
    """The pages of a scan, in their order. A PDF is read if each of its pages is a picture.

    Raises CannotClean.
    """
    if kind.code not in SCANS:
        raise CannotClean
    limits = limits or CleaningLimits(seconds=60)
    with one_at_a_time, in_memory(pieces) as descriptor:
        child = started(descriptor, kind, limits, _CHILD)
        try:
            return list(_pages(output_of(child, limits.seconds)))
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def _pages(output: Iterator[bytes]) -> Iterator[ScannedPage]:
    read = b""
    for piece in output:
        read += piece
        while b"\n" in read[:_LONGEST_LINE]:
            line, _, rest = read.partition(b"\n")
            head = json.loads(line)
            if len(rest) < head["bytes"]:
                break
            yield ScannedPage(
                rest[: head["bytes"]], head["width"], head["height"], tuple(head["codes"])
            )
            read = rest[head["bytes"] :]
    if read:
        raise CannotClean
