"""Kinds of work that only the tests ask for."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from kash.platform.jobs import JobKind, JobResult, Progress


class TooFewSeats(Exception):
    """An error of ours, with a sentence."""

    sentence = "There are not enough seats."

    def __str__(self) -> str:
        return self.sentence


def make_file(progress: Progress, *, pages: int) -> JobResult:
    for page in range(pages):
        progress.report(page, pages)
    progress.report(pages, pages)
    return JobResult(name="document.pdf", content_type="application/pdf", content=b"%PDF" * pages)


def make_pieces(progress: Progress, *, pieces: int, breaks_at: int = -1) -> JobResult:
    """A file of so many pieces of 64 KB, made while they are stored."""

    def made() -> Iterator[bytes]:
        for piece in range(pieces):
            progress._next_write = 0
            progress.report(piece, pieces)
            for call in Step.between:
                call(piece)  # type: ignore[operator]
            if piece == breaks_at:
                raise TooFewSeats
            yield bytes([piece]) * 65_536
        progress.report(pieces, pieces)

    return JobResult(name="files.zip", content_type="application/zip", content=made())


def do_nothing(progress: Progress) -> None:
    return None


def fail_with_a_sentence(progress: Progress) -> None:
    raise TooFewSeats


def fail_with_a_value(progress: Progress, *, person: str) -> None:
    raise ValueError(f"Achieng Odhiambo {person}")


class Step:
    """What stepwise work does between its steps, set by a test."""

    between: ClassVar[list[object]] = []


def go_stepwise(progress: Progress, *, steps: int) -> None:
    for step in range(steps):
        progress._next_write = 0
        progress.report(step, steps)
        for call in Step.between:
            call(step)  # type: ignore[operator]


def send_a_mail(progress: Progress) -> None:
    for call in Step.between:
        call(0)  # type: ignore[operator]


def go_slowly(progress: Progress, *, seconds: float) -> JobResult:
    until = time.monotonic() + seconds
    tenths = round(seconds * 10)
    for step in range(tenths):
        progress.report(step, tenths)
        time.sleep(max(0.0, min(0.1, until - time.monotonic())))
    return JobResult(name="list.txt", content_type="text/plain", content=b"made")


def go_slowly_once(progress: Progress, *, seconds: float) -> JobResult:
    return go_slowly(progress, seconds=seconds)


def wait_at_the_gate(progress: Progress, *, gate: str) -> JobResult:
    while not Path(gate).exists():
        progress.report(0, 1)
        time.sleep(0.05)
    return JobResult(name="list.txt", content_type="text/plain", content=b"made")


def do_something_heavy(progress: Progress) -> None:
    return None


def do_something_heavy_once(progress: Progress) -> None:
    return None


KINDS = (
    JobKind("test.file", make_file),
    JobKind("test.pieces", make_pieces),
    JobKind("test.nothing", do_nothing),
    JobKind("test.typed", fail_with_a_sentence),
    JobKind("test.broken", fail_with_a_value),
    JobKind("test.steps", go_stepwise),
    JobKind("test.patient", send_a_mail, patient=True),
    JobKind("test.slow", go_slowly, resumable=True),
    JobKind("test.slow_once", go_slowly_once),
    JobKind("test.gate", wait_at_the_gate, resumable=True),
    JobKind("test.heavy", do_something_heavy, resumable=True, heavy=True),
    JobKind("test.heavy_once", do_something_heavy_once, heavy=True),
)
