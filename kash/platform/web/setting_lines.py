"""Lines of the settings: features declare what can be set of theirs, and what holds now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask_babel import gettext as _
from sqlalchemy import Select

from kash.feature import Part


def in_use(count: int) -> str:
    """A number of things, in words."""
    return _("In use: %(count)s", count=count)


@dataclass(frozen=True)
class SettingLine(Part):
    """One thing that can be set: where, what it is called, and what holds now.

    What it `says` is told the number that `count` selects, which all lines ask for in one
    statement. `always` tells what holds also to who may not go there; of a page that is not there,
    or not open to whoever looks, there is else no line.
    """

    section: Literal["programme", "work", "safety"]
    place: int
    endpoint: str
    label: Any
    icon: str
    says: Callable[[int], str]
    count: Callable[[datetime], Select[Any]] | None = None
    always: bool = False
