"""Parts that a test lets the present application have for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from kash.feature import EXTENSION, Declared, Part


@contextmanager
def also_declared(
    *parts: Part, without: type[Part] | tuple[type[Part], ...] = ()
) -> Iterator[None]:
    """Have the application's features bring these parts too, and none of the kinds `without`."""
    before: Declared = current_app.extensions[EXTENSION]
    kept = [part for part in before.parts if not isinstance(part, without)]
    current_app.extensions[EXTENSION] = Declared([*kept, *parts])
    try:
        yield
    finally:
        current_app.extensions[EXTENSION] = before
