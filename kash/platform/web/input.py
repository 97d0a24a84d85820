"""Input that may come in. NUL characters are refused everywhere: PostgreSQL cannot store them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from flask import Flask, abort, request

from kash.platform.web.bodies import RAW, limit_body, limit_raw, refuse_ended

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
