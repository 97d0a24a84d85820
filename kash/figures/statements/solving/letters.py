"""Questions to the solver's child and its answers, as JSON between two processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kash.figures.statements.rules import Asked, Name, Range, Remainder, Told


def name_read(written: Any) -> Name:
    """A name as it was written, which is as a list of its parts."""
    indicator, funder, place = written
    return Name(indicator, funder, tuple((dimension, value) for dimension, value in place))


def told_written(told: Told) -> list[Any]:
    """Names with their values."""
    return [[name, value] for name, value in sorted(told.items())]


def told_read(written: Any) -> dict[Name, int | None]:
    """Names with their values, as they were written."""
    return {name_read(name): value for name, value in written}


def ranges_written(ranges: Mapping[Asked, Range] | None) -> list[Any] | None:
    """Ranges of figures and of differences; none if there is no solution."""
    if ranges is None:
        return None
    return [
        [[asked] if isinstance(asked, Name) else list(asked), found.low, found.high]
        for asked, found in ranges.items()
    ]


def ranges_read(written: Any) -> dict[Asked, Range] | None:
    """Ranges as they were written."""
    if written is None:
        return None
    return {_asked(names): Range(low, high) for names, low, high in written}


def _asked(names: Any) -> Asked:
    found = [name_read(name) for name in names]
    return found[0] if len(found) == 1 else Remainder(*found)
