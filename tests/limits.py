"""Limits of rules, asked where a property of random values hardly ever comes: at the limit and one
step beyond."""

from collections.abc import Callable
from typing import Any


def holds_to(decides: Callable[[Any], bool], last: Any, step: Any) -> bool:
    """True if a decision holds at the last value that it should, and no more a step later."""
    return decides(last) is True and decides(last + step) is False
