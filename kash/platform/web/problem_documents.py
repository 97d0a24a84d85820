"""Errors for programs: a document as RFC 9457 describes it (`application/problem+json`)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _l

MIMETYPE = "application/problem+json"
PLACE = "/api/"
# What is asked by people says on its page what to do; a program is told what was wrong.
_SENTENCES: dict[int, Any] = {
    400: _l("This could not be read."),
    401: _l("A token is needed here."),
    403: _l("This token does not reach this."),
    404: _l("There is nothing here, or this token does not reach it."),
    405: _l("This address does not take this method."),
    408: _l("This took too long to arrive, and nothing of it was kept."),
    409: _l("Somebody else changed this first. Read it again, and then send your change."),
    413: _l("This is too large. Send it in parts."),
    415: _l("Send JSON, and say so in Content-Type."),
    422: _l("Something in this is not as it should be."),
    429: _l("Too many requests. Wait a minute and go on."),
    500: _l("Something broke on our side."),
    503: _l("The server is busy. Wait a minute and send this again."),
    507: _l("There is no room left on the server's disk, so nothing was saved."),
}


def is_for_programs(path: str) -> bool:
    """True if whoever asks for this path is a program."""
    return path.startswith(PLACE)


def problem_document(
    status: int, sentence: str = "", title: str = "", *, code: str = "", **more: Any
) -> Response:
    """The document for a status. `code` is a fixed word by which a program tells this error from
    others; `more` stands beside."""
    found = sentence or str(_SENTENCES.get(status, _SENTENCES[400 if status < 500 else 500]))
    told = {
        "type": f"urn:kash:problem:{code}" if code else "about:blank",
        "title": title or _phrase(status),
        "status": status,
        "detail": found,
    }
    return Response(json.dumps(told | more), status=status, content_type=MIMETYPE)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
