"""Pages that are answered while everything else is busy: whoever is in danger needs no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
_URGENT = "kash_urgent"


def always_answered(view: View) -> View:
    """Declare that a view has threads that no other page takes. It must be quick."""
    setattr(view, _URGENT, True)
    return view


def is_always_answered(app: Flask, endpoint: str) -> bool:
    """True if it is such a view; so are the files that its page needs."""
    return endpoint == "static" or getattr(app.view_functions[endpoint], _URGENT, False)
