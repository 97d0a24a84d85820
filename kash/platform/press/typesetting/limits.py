"""The bounds that the child puts on itself."""

from __future__ import annotations

import errno
import re
import resource

_NO_ROOM = re.compile("failed to map segment|cannot allocate memory", re.IGNORECASE)


class PageOverflowError(Exception):
    """A page that must be one ran over onto another."""


def limit(megabytes: int, seconds: float) -> None:
    """Bound this process. The processor limit ends it even when its parent is gone."""
    space = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    processor = int(seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 2))


def out_of_memory(error: BaseException) -> bool:
    """True if an allocation was refused, also where a library says so in its own way."""
    # The interpreter's own error is of C code that got no room and didn't say so.
    if isinstance(error, MemoryError | SystemError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return isinstance(error, ImportError | OSError) and bool(_NO_ROOM.search(str(error)))


def reason(error: BaseException) -> bytes:
    """Why a page was not set, as one of the words that the parent knows."""
    if isinstance(error, PageOverflowError):
        return b"pages"
    if type(error).__name__ == "PictureTooLargeError" or out_of_memory(error):
        return b"memory"
    return b"failed"
