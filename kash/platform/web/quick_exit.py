"""Quick exit without a network: the next request of that browser ends what was open.

The script of the leave button sets a cookie, which needs no network; `/leave` itself answers to it
as every other page does. Whoever finds the device within the next minutes is asked to sign in.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request

from kash.platform.web.guard import FRAMEWORK_ENDPOINTS

COOKIE = "left"


def _asked_to_end() -> bool:
    return COOKIE in request.cookies and request.endpoint not in FRAMEWORK_ENDPOINTS


def init_leaving(app: Flask, end_session: Callable[[], None]) -> None:
    """Look for the cookie before anything else looks at the session; goes before the guard."""

    def arrive() -> None:
        if _asked_to_end():
            end_session()

    def depart(answer: Response) -> Response:
        if _asked_to_end():
            answer.delete_cookie(COOKIE, path="/", samesite="Lax")
        return answer

    app.before_request(arrive)
    app.after_request(depart)
