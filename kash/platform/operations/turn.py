"""Turn of web processes to be replaced: one at a time, so that all others go on answering."""

from __future__ import annotations

import fcntl
import os


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
