"""Pages that leave no trace: who files a report must not be found by what she asked for when.

A request to such a page makes no line in the log, not even if it fails, is counted by no metric and
does not touch the session. Of failures only their number is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, has_request_context, request

View = TypeVar("View", bound=Callable[..., Any])


def leaves_no_trace(view: View) -> View:
    """Declare that requests to a view are neither logged nor counted and touch no session."""
    view.kash_traceless = True  # type: ignore[attr-defined]
    return view


def traceless() -> bool:
    """True if the present request is for a page that leaves no trace."""
    if not has_request_context() or request.endpoint is None:
        return False
    view = current_app.view_functions.get(request.endpoint)
    return bool(getattr(view, "kash_traceless", False))
