"""What a child answers that a file has taken over is not believed, and breaks nothing."""

from collections.abc import Iterator

import pytest

from kash.platform import cleaning as scans
from kash.platform.cleaning import KINDS, CannotClean, CleaningLimits, cleaned
from kash.platform.confinement import children

GOOD = b'{"bytes":3,"width":5,"height":7,"codes":["K1"]}\nabc'


def test_a_page_is_read_from_its_line():
    (page,) = scans._pages(iter([GOOD]))
    assert (page.picture, page.width, page.height, page.codes) == (b"abc", 5, 7, ("K1",))


@pytest.mark.parametrize(
    "answer",
    [
        b"word\n",
        b"[" * 4_000 + b"\n",
        b"[]\n",
        b'{"bytes":-3,"width":5,"height":7,"codes":[]}\nabc',
        b'{"bytes":3,"width":"x","height":7,"codes":[]}\nabc',
        b'{"bytes":3,"width":5,"height":7,"codes":7}\nabc',
        b'{"bytes":1e400,"width":5,"height":7,"codes":[]}\nabc',
        b'{"bytes":3,"width":5,"height":70000000000,"codes":[]}\nabc',
        b'{"bytes":4,"width":5,"height":7,"codes":[]}\nabc',
        GOOD + b"more",
        b"x" * 10_000,
    ],
)
def test_a_page_that_is_none_is_refused(answer):
    with pytest.raises(CannotClean):
        list(scans._pages(iter([answer])))


@pytest.mark.parametrize("code", ["os._exit(9)", "os.kill(os.getpid(), 9)", "print('x' * 2**21)"])
def test_a_reader_that_dies_or_floods_is_said_as_ever(code, monkeypatch):
    start = children.start

    def hostile(_module: str, _arguments: object, **given: object) -> object:
        run = f"import os, sys\n{code}\nsys.stdout.flush()"
        return start("timeit", ["-n", "1", "-r", "1", "-s", run, "pass"], **given)

    def pieces() -> Iterator[bytes]:
        yield b"\xff\xd8\xff"

    monkeypatch.setattr("kash.platform.cleaning.start", hostile)
    limits = CleaningLimits(seconds=20, megabytes=1)
    with pytest.raises(CannotClean), cleaned(pieces(), KINDS["jpeg"], limits) as (_kind, made):
        list(made)
    with pytest.raises(CannotClean):
        scans.scanned_pages(pieces(), KINDS["jpeg"], limits)
