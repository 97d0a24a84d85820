"""The press's child: reads one request, answers with PDFs or plates, ends.

Run by `kash.platform.confinement`, without the web application, a database, a network or
any file but libraries and fonts. What it reads and writes is described in `child_process`.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import select
import struct
import sys
from typing import Any, BinaryIO


def converse(questions: BinaryIO, answers: BinaryIO) -> None:
    """Read a request, answer in frames: documents or plates, and at last an end or an error."""

    def send(kind: bytes, payload: bytes = b"") -> None:
        answers.write(struct.pack(">cQ", kind, len(payload)))
        answers.write(payload)
        answers.flush()

    from kash.platform.press.typesetting import limits

    try:
        logging.getLogger("weasyprint").propagate = False
        logging.getLogger("weasyprint").addHandler(logging.NullHandler())
        gc.disable()
        # Loaded before the request is there, and before anything that strangers wrote.
        from kash.platform.press.typesetting import plate_making, typesetter

        ready = {}
        if not select.select([questions], [], [], 0)[0]:
            ready[plate_making.STYLESHEET] = plate_making.warm_typesetter()
        request = json.loads(questions.read())
        limits.limit(*request["limits"])
        stylesheet = request["stylesheet"]
        _answer(request, ready.get(stylesheet) or typesetter.Typesetter(stylesheet), send)
        send(b"Z")
    except BaseException as error:  # what stops the layout engine at once is no Exception
        # The reason could quote the page; it stays here.
        send(b"E", limits.reason(error))


def _answer(request: dict[str, Any], typesetter: Any, send: Any) -> None:
    from kash.platform.press.pdf_parts import packed
    from kash.platform.press.typesetting.plate_making import make_plate

    if "document" in request:
        send(b"D", typesetter.document(request["document"], request["background"]))
        return
    for number, page in enumerate(request["pages"], 1):
        send(b"D", packed(make_plate(typesetter, page)))
        if number % 25 == 0:
            gc.collect()


def main(_arguments: list[str]) -> int:
    """Answer the one request that comes."""
    # A library that prints must not reach the pipe that carries the frames.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        converse(sys.stdin.buffer, pipe)
    except MemoryError:
        # There was no room left even to say so. The parent reads this signal as "too large".
        os.abort()
    return 0
