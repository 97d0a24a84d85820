"""Turn of web processes to be replaced: one at a time, so that all others go on answering."""

from __future__ import annotations

import fcntl
import os
import sys

from gunicorn.workers import gthread  # type: ignore[import-untyped] # it has none


class Turn:
    """Turn that processes take which are forked after it was made.

    Locks of its kind are a process's own and go with it, however it ends.
    """

    def __init__(self) -> None:
        self._file = os.memfd_create("turn")

    def take(self) -> bool:
        """True if this process has the turn, now or already; False while another has it."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class ReplacedWorker(gthread.ThreadWorker):
    """Gunicorn's worker of threads, which ends in its turn. `turn` is set before it is forked."""

    turn: Turn
    replaced = False

    @property
    def max_requests(self) -> int:
        """The number of answers after which this process ends.

        There is no such number while another process is ending: what is on its way may take half
        an hour, and if both waited for theirs, nobody would answer.
        """
        if self.nr < self._most_answers:
            return self._most_answers
        self.replaced = self.replaced or self.turn.take()
        return self._most_answers if self.replaced else sys.maxsize

    @max_requests.setter
    def max_requests(self, most: int) -> None:
        self._most_answers = most
