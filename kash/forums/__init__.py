"""Forums: series of meetings in which the programme's groups review their work together.

A forum has members, who choose how they appear, and meetings with an agenda, a register,
minutes, decisions and actions. What is still open comes up again in the next meeting. Minutes go
onto paper that every group reads, so members see of each other what that paper shows and no more.
"""

from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

blueprint = Blueprint("forums", __name__, url_prefix="/forums")


def go(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Redirect to a page of forums; ids that this page has in its address stay the same there."""
    ids = {
        name: value
        for name, value in (request.view_args or {}).items()
        if current_app.url_map.is_endpoint_expecting(endpoint, name)
    }
    return redirect(url_for(endpoint, **ids | values), code=303)
