"""Commands at a terminal: what stands in their way is told in a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def told_at_terminal(*kinds: type[Exception]) -> Iterator[None]:
    """A block in which a command acts: an exception of these kinds is told by its sentence alone,
    with exit code 1. Raises Problem."""
    try:
        yield
    except kinds as problem:
        raise click.ClickException(str(problem)) from None
