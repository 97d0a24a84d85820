"""The solver's child: reads one question from memory, answers it on a pipe, ends.

Run by `kash.platform.confinement`. The parent never loads the solver, so that the processes that
answer requests stay small.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any, BinaryIO

_MEGABYTES, _SECONDS = 1024, 60


def answer_to(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question: the ranges of what was told of each period, or what to tell
    of one."""
    from kash.figures.statements.rules import Contradiction, choose
    from kash.figures.statements.solving.solver import (
        ranges_of,
        ranges_written,
        told_read,
        told_written,
    )

    if "periods" in question:
        told = {period: told_read(written) for period, written in question["periods"].items()}
        return {period: ranges_written(ranges_of(tables)) for period, tables in told.items()}
    counts = {
        name: count for name, count in told_read(question["counts"]).items() if count is not None
    }
    try:
        return {"told": told_written(choose(told_read(question["told"]), counts, ranges_of))}
    except Contradiction:
        return {"told": None}


def answer(questions: BinaryIO, answers: BinaryIO) -> None:
    """Read the question to its end and write the answer."""
    answers.write(json.dumps(answer_to(json.loads(questions.read()))).encode("ascii"))
    answers.flush()


def main(arguments: list[str]) -> int:
    """Answer the question in the memory of this descriptor."""
    space = _MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 2))
    # Each thread of the algebra would reserve room of its own.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # The solver prints its licence.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout.flush()
    with os.fdopen(int(arguments[0]), "rb") as questions:
        questions.seek(0)
        answer(questions, pipe)
    return 0
