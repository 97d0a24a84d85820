"""Pictures of designs: each is made once, one at a time on this machine, and kept for a day.

A picture may show signatures and the longest name among somebody's people, so it is kept sealed,
under a keyed hash of everything it was made from.
"""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from kash.platform import storage
from kash.platform.database import utc_now
from kash.platform.vault import SealError, lookup, open_file, seal_file
from kash.platform.web.errors import Problem
from kash.settings import Settings

FOLDER = "design-pictures"
_KIND = "certificates.design_picture"
# The day on which it was made stands on each, so that an older one is never asked for again.
_KEPT = timedelta(days=1)
MOST_KEPT = 60
# By its width a page tells the picture that stands in for one that is being made.
STAND_IN = (1099, 777)


class BeingDrawn(Problem):
    """Something else is being drawn; this comes later."""

    status = 503
    sentence = _l("Another page is being drawn. Try again in a moment.")


@contextmanager
def turn_to_draw() -> Iterator[None]:
    """Draw one thing at a time, for all who ask: each takes a process of its own for a second or
    two.

    Raises BeingDrawn at once, so that no request waits for another's picture.
    """
    settings: Settings = current_app.config["SETTINGS"]
    path = settings.data_dir / "drawing-turn"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingDrawn from None
        yield
    finally:
        # Closing gives the turn away, and so does dying.
        os.close(descriptor)


def made_once(made_from: object, make: Callable[[], bytes]) -> bytes:
    """The picture that is kept of exactly this, or that `make` makes now. Raises BeingDrawn, and
    what `make` raises."""
    key = lookup(repr(made_from), kind=_KIND)
    picture = _kept(key)
    if picture is not None:
        return picture
    with turn_to_draw():
        # A person who had the turn before may have made it.
        picture = _kept(key)
        if picture is None:
            picture = make()
            _keep(key, picture)
    return picture


def _kept(key: str) -> bytes | None:
    try:
        sealed = storage.get(f"{FOLDER}/{key}")
        return b"".join(open_file(io.BytesIO(sealed), kind=_KIND, public_id=key[:16]))
    except (storage.FileMissing, SealError):
        return None


def _keep(key: str, picture: bytes) -> None:
    pieces = seal_file(io.BytesIO(picture), kind=_KIND, public_id=key[:16])
    storage.put(f"{FOLDER}/{key}", b"".join(pieces))
    forget_old_pictures()


def forget_old_pictures() -> None:
    """Delete pictures that are older than a day, and the oldest where there are many."""
    files = sorted(storage.list(FOLDER), key=lambda file: file.changed_at, reverse=True)
    old = utc_now() - _KEPT
    for at, file in enumerate(files):
        if at >= MOST_KEPT or file.changed_at < old:
            storage.delete(file.key)


def stand_in() -> bytes:
    """Picture, as SVG, that stands in the place of one that is being made."""
    width, height = STAND_IN
    words = escape(_("The picture is being made."))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="100%" height="100%" fill="#f4f1ea"/>'
        f'<text x="50%" y="50%" text-anchor="middle" font-family="sans-serif" font-size="40" '
        f'fill="#4a4a4a">{words}</text></svg>'
    ).encode()
