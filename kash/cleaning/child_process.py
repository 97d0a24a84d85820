"""The caller's side of the child that cleans: under limits of time and memory, by memory alone."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kash.cleaning.kinds import KINDS, FileKind

_CHILD = Path(__file__).with_name("child.py")
_ENDED_WELL = 0
_PIECE = 256 * 1024
_LONGEST_NAME = 16
# What is cleaned lies whole in memory, twice: once and no more in each process.
one_at_a_time = threading.BoundedSemaphore(1)


class CannotClean(Exception):
    """No cleaned copy was made. Says nothing of the file."""

    def __init__(self) -> None:
        super().__init__("no cleaned copy was made")


@dataclass(frozen=True)
class CleaningLimits:
    """How long a child may take and how much address space it may hold."""

    seconds: int = 120
    megabytes: int = 1536


@contextmanager
def in_memory(pieces: Iterable[bytes]) -> Iterator[int]:
    """A descriptor of memory that holds these pieces, for the length of the block."""
    descriptor = os.memfd_create("kash", os.MFD_CLOEXEC)
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def cleaned(
    pieces: Iterable[bytes], kind: FileKind, limits: CleaningLimits | None = None
) -> Iterator[tuple[FileKind, Iterator[bytes]]]:
    """The kind of a file's cleaned copy, and its pieces, within the block.

    Raises CannotClean, while the pieces are read at the latest: use nothing before the last.
    """
    if not kind.cleaner:
        raise CannotClean
    limits = limits or CleaningLimits()
    with one_at_a_time, in_memory(pieces) as descriptor:
        child = started(descriptor, kind, limits)
        try:
            output = output_of(child, limits.seconds)
            name, rest = _first_line(output)
            if name not in KINDS:
                raise CannotClean
            yield KINDS[name], _all(rest, output)
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def started(
    descriptor: int, kind: FileKind, limits: CleaningLimits, program: Path = _CHILD
) -> subprocess.Popen[bytes]:
    """A child that reads the file in this memory. Raises CannotClean."""
    try:
        return subprocess.Popen(
            [
                *(sys.executable, "-s", "-P", str(program)),
                *(str(limits.megabytes), str(limits.seconds), str(descriptor)),
                *(kind.cleaner, kind.code, kind.container),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
            cwd="/",
            env={
                "LANG": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1",
                # One arena: address space is what is limited.
                "MALLOC_ARENA_MAX": "1",
            },
        )
    except OSError:
        raise CannotClean from None


def output_of(child: subprocess.Popen[bytes], patience: float) -> Iterator[bytes]:
    """What the child writes, to its end. Raises CannotClean if it did not end well, or in time.

    The time that the caller takes between two pieces does not count.
    """
    assert child.stdout is not None  # noqa: S101 - for the type: it was asked for
    poll = select.poll()
    poll.register(child.stdout, select.POLLIN)
    while True:
        began = time.monotonic()
        ready = poll.poll(max(patience, 0) * 1000)
        patience -= time.monotonic() - began
        if not ready:
            child.send_signal(signal.SIGKILL)
            raise CannotClean
        piece = os.read(child.stdout.fileno(), _PIECE)
        if not piece:
            break
        yield piece
    if child.wait() != _ENDED_WELL:
        raise CannotClean


def _first_line(output: Iterator[bytes]) -> tuple[str, bytes]:
    read = b""
    while b"\n" not in read:
        read += next(output, b"\n")
        if len(read) > _LONGEST_NAME + _PIECE:
            raise CannotClean
    line, _, rest = read.partition(b"\n")
    return line[:_LONGEST_NAME].decode("ascii", "replace"), rest


def _all(rest: bytes, output: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from output
