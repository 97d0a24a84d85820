"""The caller's side: starts confined children, hands them files by memory, reads their answers."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_THRESHOLD = Path(__file__).with_name("threshold.py")
_FONTS = ("HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
_PIECE = 256 * 1024


class NoAnswer(Exception):
    """A child could not be started, took too long, said too much, or ended badly.

    `code` is how it ended, negative for a signal; None if it was ended from here. Says nothing of
    the file. `late` says that it took too long.
    """

    def __init__(self, code: int | None = None, *, late: bool = False) -> None:
        super().__init__("a child gave no answer")
        self.code = code
        self.late = late


def start(
    module: str,
    arguments: Sequence[object] = (),
    *,
    asked: bool = False,
    descriptors: Sequence[int] = (),
    fonts: bool = False,
) -> subprocess.Popen[bytes]:
    """A child that runs `main(arguments)` of this module, confined. Raises NoAnswer.

    It writes to a pipe; `asked` gives it one to read from, and of this process it has nothing else
    but these descriptors. `fonts` tells it where this user's own fonts lie.
    """
    try:
        return subprocess.Popen(
            [
                *(sys.executable, "-s", "-P", str(_THRESHOLD), module),
                *(str(argument) for argument in arguments),
            ],
            stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # What a library says of a file could quote it.
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
            cwd="/",
            env=_environment(fonts),
        )
    except OSError:
        raise NoAnswer from None


def _environment(fonts: bool) -> dict[str, str]:
    """No key, no address of a database: nothing of ours but where fonts are."""
    fonts_named = {name: os.environ[name] for name in _FONTS if fonts and name in os.environ}
    return fonts_named | {
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # One arena: address space is what is limited, and each thread would reserve its own.
        "MALLOC_ARENA_MAX": "1",
    }


def ended(child: subprocess.Popen[bytes]) -> int:
    """How a child ended, which is ended now if it hasn't; nothing of it is left."""
    child.kill()
    code = child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    return code


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


def answer_of(child: subprocess.Popen[bytes], patience: float, most: int) -> Iterator[bytes]:
    """All that a child writes, to its end. Raises NoAnswer if it did not end well, in time and
    bounds.

    `most` is in bytes. The time that the caller takes between two pieces does not count.
    """
    assert child.stdout is not None  # noqa: S101 - for the type: it was asked for
    poll = select.poll()
    poll.register(child.stdout, select.POLLIN)
    while True:
        began = time.monotonic()
        ready = poll.poll(max(patience, 0) * 1000)
        patience -= time.monotonic() - began
        if not ready:
            raise NoAnswer(late=True)
        piece = os.read(child.stdout.fileno(), _PIECE)
        if not piece:
            break
        most -= len(piece)
        if most < 0:
            raise NoAnswer
        yield piece
    if code := how_ended(child, patience):
        raise NoAnswer(code)


def how_ended(child: subprocess.Popen[bytes], patience: float) -> int:
    """The code of a child that has said all, negative for a signal. Raises NoAnswer if it stays."""
    try:
        return child.wait(max(patience, 1))
    except subprocess.TimeoutExpired:
        raise NoAnswer(late=True) from None


def answered(
    module: str,
    arguments: Sequence[object],
    content: bytes,
    *,
    seconds: float,
    most: int,
    fonts: bool = False,
) -> bytes:
    """Run a module in a confined child that reads the content of a file; returns all that it
    answers, at most so many bytes, within so many seconds. Raises NoAnswer.

    The child's first argument is the descriptor of the memory that holds the content.
    """
    with in_memory([content]) as descriptor:
        child = start(module, [descriptor, *arguments], descriptors=[descriptor], fonts=fonts)
        try:
            return b"".join(answer_of(child, seconds, most))
        finally:
            ended(child)
