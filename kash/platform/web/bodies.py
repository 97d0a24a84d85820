"""Bodies within limits, text that can be shown, and pages that are answered in any case."""

from __future__ import annotations

import io
import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import IO, Any, TypeVar

from flask import Flask, Request, abort, current_app, request
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
    """Declare that a view reads its body itself, as `RAW` or JSON, of at most `most_bytes()` bytes,
    which is called at each request as a setting may say it."""

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


# All of C0 and C1 but tab, line feed and carriage return, and halves of surrogate pairs.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
LARGEST_FORM = 2 * 1024 * 1024
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _texts() -> Iterator[str]:
    yield request.path
    if request.query_string:
        for key, values in request.args.lists():
            yield key
            yield from values
    if request.mimetype in _FORMS:
        for key, values in request.form.lists():
            yield key
            yield from values
        for key, files in request.files.lists():
            yield key
            yield from (file.filename or "" for file in files)


def refuse_nul() -> None:
    """Answer 400 to any NUL character in address, form or file name.

    Raises the Problem for which a body was not waited for, or BodyTooLarge.
    """
    if request.mimetype == _FORMS[0]:
        # Such a form is read whole into memory, whatever MAX_FORM_MEMORY_SIZE says.
        request.max_content_length = LARGEST_FORM
    elif request.mimetype == _FORMS[1]:
        limit_body(LARGEST_FORM)
    elif request.mimetype == RAW:
        limit_raw(LARGEST_FORM)
    refuse_ended()
    if "\x00" in "".join(_texts()):
        abort(400)


def init_input(app: Flask) -> None:
    """Set the size limits and the check for NUL characters."""
    app.config.update(MAX_FORM_MEMORY_SIZE=LARGEST_FORM, MAX_FORM_PARTS=5000)
    app.before_request(refuse_nul)


_NETWORK_OF_ONE = 64


def network_of(address: str) -> str:
    """Network that counts as one address: an IPv4 address, or the /64 that one IPv6 line is given.

    What is no address stands for itself.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, _NETWORK_OF_ONE), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)


_URGENT = "kash_urgent"


def always_answered(view: View) -> View:
    """Declare that a view has threads that no other page takes. It must be quick."""
    setattr(view, _URGENT, True)
    return view


def is_always_answered(app: Flask, endpoint: str) -> bool:
    """True if it is such a view; so are the files that its page needs."""
    return endpoint == "static" or getattr(app.view_functions[endpoint], _URGENT, False)
