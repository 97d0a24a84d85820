"""The queue's library without the stores that are not used here.

It loads the clients of Valkey and PostgreSQL wherever they are installed: 15 MB that a server whose
queue is a file would carry for nothing.
"""

from __future__ import annotations

import importlib
import sys

_CLIENTS = ("redis", "psycopg")


def load_library() -> None:
    """Load huey; clients that nobody has loaded yet it takes as not installed."""
    unused: list[str] = [name for name in _CLIENTS if name not in sys.modules]
    for name in unused:
        sys.modules[name] = None  # type: ignore[assignment] # what `import` takes as missing
    try:
        importlib.import_module("huey")
    finally:
        for name in unused:
            del sys.modules[name]


def load_valkey() -> None:
    """Have huey find the client of Valkey after all."""
    if importlib.import_module("huey.storage").Redis is None:
        # In the order in which each takes its classes from the one before.
        for name in ("huey.storage", "huey.api", "huey"):
            importlib.reload(importlib.import_module(name))
