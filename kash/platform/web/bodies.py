"""How bodies arrive: wholly in memory, and no larger than their page takes.

The form parser would else spool a file to a plain temporary file, and what people bring in are
names and phones.

The server gives a request to a thread once all of it has come (`operations/patient_worker.py`). One
that it waits for no longer is given on with its head alone and the field `ENDED`, so that whoever
sent it is told on a page of this site, in her language. Anybody may send that field: she is then
refused.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem

MEGABYTE = 1024 * 1024
View = TypeVar("View", bound=Callable[..., Any])
_MOST, _MOST_RAW = "kash_most_bytes", "kash_most_raw_bytes"
_AS_TEXT = "kash_as_text"
# A body that is a file itself, and is read piece by piece by its view.
RAW = "application/octet-stream"


class BodyTooLarge(Problem):
    """The body is larger than this page takes; nothing of it was read."""

    status = 413
    # That of its page.
    sentence = ""


class TooSlow(Problem):
    """The body came so slowly that it was not waited for."""

    status = 408
    sentence = _l(
        "This took too long to arrive, and nothing of it was kept. "
        "Try again where the network is better."
    )


class TooManyAtOnce(Problem):
    """So many bodies were coming from one address that this one gave way."""

    status = 429
    heading = _l("Too much at once")
    sentence = _l(
        "Too much is being sent from your network at once, and nothing of this was kept. "
        "Wait a minute and try again."
    )


class NoRoomNow(Problem):
    """Large bodies of others took all the memory that there is for them."""

    status = 503
    sentence = _l(
        "Others are sending large files at the moment, and nothing of this was kept. "
        "Wait a few minutes and try again."
    )


ENDED = "Kash-Ended"
_ENDINGS: dict[str, type[Problem]] = {
    str(kind.status): kind for kind in (BodyTooLarge, TooSlow, TooManyAtOnce, NoRoomNow)
}


def refuse_ended() -> None:
    """Tell why a body was not waited for. Raises the Problem that it is."""
    ending = _ENDINGS.get(request.headers.get(ENDED, ""))
    if ending is not None:
        raise ending


class InMemoryRequest(Request):
    """A request whose files lie in memory only; their size is limited before they are read."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def takes_file(most_bytes: int, *, as_text: bool = False) -> Callable[[View], View]:
    """Declare that a view takes a file, of at most so many bytes; with `as_text` also one that is
    pasted into a field of its form."""

    def declare(view: View) -> View:
        setattr(view, _MOST, most_bytes)
        setattr(view, _AS_TEXT, as_text)
        return view

    return declare


def limit_body(beside: int) -> None:
    """Limit a multipart body to the file that its view takes, and `beside` bytes for the rest.

    Raises BodyTooLarge if the request says itself that it is larger.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, _MOST, 0)
    if getattr(view, _AS_TEXT, False):
        request.max_form_memory_size = most + beside
    _limit(most, beside)


def takes_raw(most_bytes: Callable[[], int]) -> Callable[[View], View]:
    """Declare that a view reads a body of the type `RAW` itself, of at most so many bytes."""

    def declare(view: View) -> View:
        setattr(view, _MOST_RAW, most_bytes)
        return view

    return declare


def limit_raw(beside: int) -> None:
    """Limit a raw body to what its view reads, and `beside` bytes for what comes before the file.

    Raises BodyTooLarge if the request says itself that it is larger.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, _MOST_RAW, None)
    if most is not None:
        _limit(most(), beside)


def most_bytes_of(app: Flask, endpoint: str | None, beside: int) -> int:
    """How large a body may be that is sent to an endpoint, whatever its type."""
    view = app.view_functions.get(endpoint or "")
    raw = getattr(view, _MOST_RAW, None)
    with app.app_context():
        return max(getattr(view, _MOST, 0), raw() if raw else 0) + beside


def too_large(most_bytes: int) -> BodyTooLarge:
    """Error for a file that is larger than so many bytes."""
    return BodyTooLarge(
        _("This file is larger than %(most)s MB. Nothing was read.", most=most_bytes // MEGABYTE)
    )


def _limit(most: int, beside: int) -> None:
    request.max_content_length = most + beside
    if (request.content_length or 0) > most + beside:
        raise too_large(most) if most else BodyTooLarge
