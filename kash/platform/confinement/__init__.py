"""Confinement: what reads others' files does so in a process that has nothing to lose.

A photo, a recording, a scan, a workbook or a design is taken apart by large libraries, and a file
can be made so that it takes over the process that reads it. So each is read by a child that is
started anew, without the server's memory, variables and open files; it gives up its user, files,
networks and system calls ("threshold.py") before it loads anything, and ends with its answer. What
it answers is bounded, and is data that the caller checks.
"""

from kash.platform.confinement.children import (
    NoAnswer,
    answer_of,
    answered,
    ended,
    how_ended,
    in_memory,
    start,
)
from kash.platform.confinement.state import Confinement, confinement
