"""Pages of scanned or photographed paper, each drawn anew, with the codes that stand on them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kash.platform.cleaning.child_process import (
    CannotClean,
    CleaningLimits,
    output_of,
    started,
    turn,
)
from kash.platform.cleaning.kinds import FileKind
from kash.platform.confinement import ended, in_memory

_LONGEST_LINE = 4096
_LONGEST_SIDE = 10_000
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

    Raises CannotClean and CleaningBusy.
    """
    if kind.code not in SCANS:
        raise CannotClean
    limits = limits or CleaningLimits(seconds=60)
    with turn(), in_memory(pieces) as descriptor:
        child = started("kash.platform.cleaning.scans_child", descriptor, kind, limits)
        try:
            return list(_pages(output_of(child, limits)))
        finally:
            ended(child)


def _pages(output: Iterator[bytes]) -> Iterator[ScannedPage]:
    read = b""
    for piece in output:
        read += piece
        while b"\n" in read[:_LONGEST_LINE]:
            line, _, rest = read.partition(b"\n")
            length, page = _described(line)
            if len(rest) < length:
                break
            yield replace(page, picture=rest[:length])
            read = rest[length:]
    if read:
        raise CannotClean


def _described(line: bytes) -> tuple[int, ScannedPage]:
    """How many bytes a page's picture has, and the page without it. The line is checked: what wrote
    it has read a stranger's file."""
    try:
        told = json.loads(line)
        length, width, height = (int(told[name]) for name in ("bytes", "width", "height"))
        codes = tuple(str(code) for code in told["codes"])
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise CannotClean from None
    if min(length, width, height) <= 0 or max(width, height) > _LONGEST_SIDE:
        raise CannotClean
    return length, ScannedPage(b"", width, height, codes)
