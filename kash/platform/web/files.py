"""Files that go to one person at once."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response


def download(content: bytes | Iterable[bytes], *, name: str, type: str) -> Response:
    """A file to keep. `name` is neutral: it stays visible on the phone it was saved to."""
    response = Response(content, mimetype=type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
