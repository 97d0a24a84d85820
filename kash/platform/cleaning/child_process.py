"""The caller's side of the child that cleans: under limits of time and memory, by memory alone."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from kash.platform.cleaning.kinds import KINDS, FileKind
from kash.platform.confinement import NoAnswer, answer_of, ended, in_memory, start

_LONGEST_NAME = 16
_LONGEST_LINE = 1024 * 1024
# What is cleaned lies whole in memory, twice: once and no more in each process.
one_at_a_time = threading.BoundedSemaphore(1)
# Whoever waits for her turn keeps a thread of the site meanwhile.
_PATIENCE_SECONDS = 5.0


class CannotClean(Exception):
    """No cleaned copy was made. Says nothing of the file."""

    def __init__(self) -> None:
        super().__init__("no cleaned copy was made")


class CleaningBusy(Exception):
    """Another file is being cleaned for so long that this one was not waited for."""

    def __str__(self) -> str:
        return str(
            _l(
                "Another file is being cleaned at the moment, and nothing of this one was kept. "
                "Try again in a minute."
            )
        )


@contextmanager
def turn() -> Iterator[None]:
    """One's turn to clean, within the block. Raises CleaningBusy."""
    if not one_at_a_time.acquire(timeout=_PATIENCE_SECONDS):
        raise CleaningBusy
    try:
        yield
    finally:
        one_at_a_time.release()


@dataclass(frozen=True)
class CleaningLimits:
    """How long a child may take and how much address space it may hold."""

    seconds: int = 120
    megabytes: int = 1536


@contextmanager
def cleaned(
    pieces: Iterable[bytes], kind: FileKind, limits: CleaningLimits | None = None
) -> Iterator[tuple[FileKind, Iterator[bytes]]]:
    """The kind of a file's cleaned copy, and its pieces, within the block.

    Raises CleaningBusy, and CannotClean, while the pieces are read at the latest: use nothing
    before the last.
    """
    if not kind.cleaner:
        raise CannotClean
    limits = limits or CleaningLimits()
    with turn(), in_memory(pieces) as descriptor:
        child = started("kash.platform.cleaning.child", descriptor, kind, limits)
        try:
            output = output_of(child, limits)
            name, rest = _first_line(output)
            if name not in KINDS:
                raise CannotClean
            yield KINDS[name], _all(rest, output)
        finally:
            ended(child)


def started(
    module: str, descriptor: int, kind: FileKind, limits: CleaningLimits
) -> subprocess.Popen[bytes]:
    """A confined child that reads the file in this memory. Raises CannotClean."""
    bounds = (limits.megabytes, limits.seconds, descriptor)
    described = (kind.cleaner, kind.code, kind.container)
    try:
        return start(module, [*bounds, *described], descriptors=[descriptor])
    except NoAnswer:
        raise CannotClean from None


def output_of(child: subprocess.Popen[bytes], limits: CleaningLimits) -> Iterator[bytes]:
    """All that the child writes, to its end. Raises CannotClean if it did not end well."""
    try:
        yield from answer_of(child, limits.seconds, limits.megabytes * 1024 * 1024)
    except NoAnswer:
        raise CannotClean from None


def _first_line(output: Iterator[bytes]) -> tuple[str, bytes]:
    read = b""
    while b"\n" not in read:
        read += next(output, b"\n")
        if len(read) > _LONGEST_LINE:
            raise CannotClean
    line, _, rest = read.partition(b"\n")
    return line[:_LONGEST_NAME].decode("ascii", "replace"), rest


def _all(rest: bytes, output: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from output
