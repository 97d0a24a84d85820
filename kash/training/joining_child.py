"""The child that puts the pages of several PDFs one behind the other.

Run like the cleaner's child, whose limits it shares. The memory that the caller passes on holds a
line of JSON with the sizes, and then the files; it writes the first one with the pages of all.
"""

from __future__ import annotations

import io
import json
import os
import sys
from typing import BinaryIO

from kash.platform.cleaning import child as cleaner


def joined(source: BinaryIO) -> io.BytesIO:
    """The first file, with the pages of all others behind its own."""
    import pikepdf

    sizes = [int(size) for size in json.loads(source.readline())]
    parts = [io.BytesIO(source.read(size)) for size in sizes]
    with pikepdf.open(parts[0]) as whole:
        for part in parts[1:]:
            with pikepdf.open(part) as other:
                whole.pages.extend(other.pages)
        out = io.BytesIO()
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out


def main(arguments: list[str]) -> int:
    """Join what lies in the memory that the caller handed over."""
    megabytes, seconds, descriptor = (int(argument) for argument in arguments[:3])
    cleaner.limit(megabytes, seconds)
    try:
        with os.fdopen(os.dup(descriptor), "rb") as source:
            source.seek(0)
            out = joined(source)
        sys.stdout.buffer.write(out.getbuffer())
        sys.stdout.buffer.flush()
    except MemoryError:
        return cleaner.NO_ROOM
    except Exception:
        # Whatever a library makes of a stranger's file: nothing is known of it.
        return cleaner.UNCLEANABLE
    return cleaner.ENDED_WELL
