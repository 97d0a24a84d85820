"""Faults that stop a command, in one line for whoever typed it, in place of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from kash.feature import Part
from kash.platform.faults import Fault, fault_of


@dataclass(frozen=True)
class StartLine(Part):
    """A line that is printed once the server listens; an empty one is not."""

    line: Callable[[], str]


_LINES = {
    Fault.NO_ROOM: "There is no room on the disk. Nothing was done.",
    Fault.DAMAGED: "The database is damaged: see docs/operator.md, If the database is damaged.",
    Fault.NO_ANSWER: "The database does not answer",
    Fault.BUSY: "The database was busy with somebody else. Nothing was done: try again.",
}
_LONGEST_REASON = 200


def line_of(error: BaseException) -> str | None:
    """The line that tells of a fault of the machine; None for any other error."""
    fault = fault_of(error)
    if fault is None:
        return None
    line = _LINES[fault]
    return f"{line}: {_reason(error)}" if fault is Fault.NO_ANSWER else line


def _reason(error: BaseException) -> str:
    """Reason that the driver gives. Of the address it repeats the host and the user, and no
    password."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines() or [""]
    return said[0][:_LONGEST_REASON]


def tell_known_faults_in_a_line() -> None:
    """From now on, have an error that nobody catches end the command with its line."""
    sys.excepthook = _tell


def _tell(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    line = line_of(error)
    if line is None:
        sys.__excepthook__(kind, error, traceback)
    else:
        print(line, file=sys.stderr)
