"""Refusals by their sentence; pages of errors, which are alike for many addresses, drawn once."""

import re
from contextlib import AbstractContextManager

import pytest
from apiflask import APIFlask
from flask import request
from flask.typing import ResponseReturnValue

from kash.platform.web import errors
from kash.platform.web.errors import Problem

# For each browser and room by each method: where a page of refusal was drawn.
Drawn = set[tuple[str | None, ...]]
# The pages of errors, each by what it says, to whom and in which room.
Kept = dict[tuple[object, ...], ResponseReturnValue]


def draw_refusals_once(app: APIFlask, drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have a page of refusal be empty where the guard has refused the same browser before in the
    same room; the endpoints whose view is called, as they are: whatever the guard refuses has read
    no address."""
    called: list[str] = []
    error_page = errors.error_page

    def drawn_once(status: int, *given: object, **more: object) -> ResponseReturnValue:
        where = (request.cookies.get("session"), request.blueprint, request.method)
        if status == 403 and not called:
            if where in drawn:
                return "", status
            drawn.add(where)
        return error_page(status, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(errors, "error_page", drawn_once)
    dispatch = app.dispatch_request

    def noting() -> ResponseReturnValue:
        called.append(request.endpoint or "")
        return dispatch()

    monkeypatch.setattr(app, "dispatch_request", noting)
    return called


def keep_error_pages(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a page of an error that says the same, to the same browser in the same room, be the one
    that was drawn there first; what cannot be taken and is shown again is drawn each time."""
    error_page = errors.error_page

    def drawn_once(
        status: int, sentence: str = "", heading: str = "", **more: object
    ) -> ResponseReturnValue:
        if more:
            return error_page(status, sentence, heading, **more)  # type: ignore[arg-type]
        said = (status, str(sentence), str(heading))
        asked = (request.cookies.get("session"), request.blueprint, request.method)
        how = (request.headers.get("X-Requested-With"), request.mimetype)
        if (key := (*said, *asked, *how)) in kept:
            return kept[key]
        answer = error_page(status, sentence, heading)
        if isinstance(answer, tuple):
            kept[key] = answer
        return answer

    monkeypatch.setattr(errors, "error_page", drawn_once)


def refuses(words: str) -> AbstractContextManager[pytest.ExceptionInfo[Problem]]:
    """The block ends with a refusal whose sentence has these words."""
    return pytest.raises(Problem, match=re.escape(words))
