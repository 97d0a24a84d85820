"""Small things that views share: a form's page with its status, and where to go next."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import render_template, request
from wtforms import Form

from kash.platform.web.input import CONTROL_CHARACTERS

_LONGEST_ADDRESS = 2000
_BREAKS = re.compile(rf"[\r\n\t]|{CONTROL_CHARACTERS.pattern}")


def page(template: str, *, form: Form | None = None, **context: Any) -> tuple[str, int]:
    """A rendered page: 422 if its form came back with something to correct, 409 if somebody else
    saved meanwhile, else 200."""
    status = 422 if form is not None and form.errors else 200
    if getattr(form, "changed_meanwhile", False):
        status = 409
    return render_template(template, form=form, **context), status


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
