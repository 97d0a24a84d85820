"""Small things that views share: a form's page with its status, a file, and where to go next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from kash.platform.web.bodies import CONTROL_CHARACTERS

_LONGEST_ADDRESS = 2000
_BREAKS = re.compile(rf"[\r\n\t]|{CONTROL_CHARACTERS.pattern}")


def page(template: str, *, form: Form | None = None, **context: Any) -> tuple[str, int]:
    """A rendered page: 422 if its form came back with something to correct, 409 if somebody else
    saved meanwhile, else 200."""
    status = 422 if form is not None and form.errors else 200
    if getattr(form, "changed_meanwhile", False):
        status = 409
    return render_template(template, form=form, **context), status


def go(endpoint: str, told: str = "", **values: Any) -> ResponseReturnValue:
    """Redirect to a page, with a sentence on it; ids that this page has in its address stay the
    same there. An endpoint with a dot before it is one of this blueprint."""
    whole = f"{request.blueprint}{endpoint}" if endpoint.startswith(".") else endpoint
    ids = {
        name: value
        for name, value in (request.view_args or {}).items()
        if current_app.url_map.is_endpoint_expecting(whole, name)
    }
    if told:
        flash(told)
    return redirect(url_for(whole, **ids | values), code=303)


def safe_next(address: str | None, default: str = "/") -> str:
    """`address` if it is a plain path on this site, else `default`.

    Browsers read a backslash as a slash and skip control characters, so neither is let through.
    """
    if not address or len(address) > _LONGEST_ADDRESS or not address.startswith("/"):
        return default
    if "\\" in address or address.startswith("//") or _BREAKS.search(address):
        return default
    try:
        parts = urlsplit(address)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else address


def this_address() -> str:
    """Where to come back to: this page, or after a refused form the page that showed it."""
    if request.method in ("GET", "HEAD"):
        query = request.query_string.decode("ascii", "ignore")
        return request.path + ("?" + query if query else "")
    rule = request.url_rule
    return request.path if rule is not None and "GET" in (rule.methods or ()) else "/"


def download(content: bytes | Iterable[bytes], *, name: str, type: str) -> Response:
    """A file to keep. `name` is neutral: it stays visible on the phone it was saved to."""
    response = Response(content, mimetype=type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
