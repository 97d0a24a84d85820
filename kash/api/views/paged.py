"""The address of the next page."""

from __future__ import annotations

from flask import request, url_for

from kash.api.schemas.base import PageAsked


def next_page(asked: PageAsked, last: str, *, more: bool) -> str | None:
    """The address of the page after an id, with whatever else was asked for; None on the last."""
    if not more:
        return None
    kept = {name: value for name, value in asked.model_dump().items() if value != ""}
    values = dict(request.view_args or {}) | kept | {"after": last}
    return url_for(str(request.endpoint), **values)
