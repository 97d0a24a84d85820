"""The page by which whoever gets mails ends them, without an account. Looking changes nothing."""

from __future__ import annotations

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from kash.notices import blueprint
from kash.notices.services.saying import STOP_PATH
from kash.notices.services.stopping import message_of_token, stop_by_token
from kash.platform.web import NotFound
from kash.policy import ANYONE, allow

_LONGEST = 100


@blueprint.get(f"{STOP_PATH}/<token>")
@allow(ANYONE)
def stop(token: str) -> ResponseReturnValue:
    """A button, and nothing of whose mail it was."""
    if len(token) > _LONGEST or message_of_token(token) is None:
        raise NotFound
    return render_template("notices/stop.html", token=token)


@blueprint.post(f"{STOP_PATH}/<token>")
@allow(ANYONE)
def stop_now(token: str) -> ResponseReturnValue:
    """End them: by the button, or by a mail program's own."""
    if len(token) > _LONGEST or not stop_by_token(token):
        raise NotFound
    return render_template("notices/stopped.html")


def take_without_token(app: Flask) -> None:
    """Have mail programs and gateways post, who were never shown a form."""
    for name in ("stopping.stop_now", "reports.report", "reports.stopped"):
        app.extensions["csrf"].exempt(f"kash.notices.views.{name}")
