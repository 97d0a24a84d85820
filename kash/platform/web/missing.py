"""Missing information: kinds of records that lack something which figures or papers need.

A feature declares each kind with a select of what lacks it, narrowed to what the reader may mend or
answers for. The page counts them all in one query, and shows one kind a page at a time. A reader
who follows a line, mends it and saves comes back to the place where the line stood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import request, url_for
from sqlalchemy import BindParameter, Select

from kash.feature import ShownPart, declared
from kash.policy import Actor

PAGE = "desk.missing_kind"
ARGUMENT = "missing"
_PLACE = re.compile(r"([a-z_]{1,40})\.([A-Z]?)\.([0-9]{1,6})\.([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True)
class OfGroup:
    """The group to which a kind that names people is narrowed."""

    key: int
    letter: str
    is_police: bool


@dataclass(frozen=True)
class Lookout:
    """Lookout of an actor for what is missing, at a moment (or a parameter that stands for it, for
    a query that is kept); of a group for kinds that are shown one group at a time."""

    actor: Actor
    now: datetime | BindParameter[datetime]
    day: date
    group: OfGroup | None = None


@dataclass(frozen=True)
class MissingLine:
    """One record that lacks something: a title that leads to `url`, which is the field itself for a
    person who may mend it; what it belongs to; and since when."""

    title: str
    url: str
    text: str = ""
    since: date | None = None


@dataclass(frozen=True)
class MissingInformation(ShownPart):
    """A kind of thing that is missing. `key` stands in addresses, `about` is the heading over kinds
    of one sort, and `why` says what it is needed for. With `by_group` it names participants.

    `find` answers None to an actor who is shown nothing, else a select with the columns `key` (a
    whole number, unique), `ordered` (what it is put in order by), `mends` (1 if the reader may mend
    it), `asked` (the account that may, by public id) and those of which `line` makes a line. It
    reads nothing itself.
    """

    key: str
    about: Any
    label: Any
    why: Any
    place: int
    find: Callable[[Lookout], Select[Any] | None]
    line: Callable[[Any], MissingLine]
    by_group: bool = False


def kinds_of_missing() -> list[MissingInformation]:
    """All kinds in the order of the page."""
    return sorted(declared(MissingInformation), key=lambda kind: kind.place)


@dataclass(frozen=True)
class ListPlace:
    """A place in the list: a kind, the letter of a group or none, a page and a line on it."""

    kind: str
    letter: str = ""
    page: int = 1
    line: int = 1

    def __str__(self) -> str:
        return f"{self.kind}.{self.letter}.{self.page}.{self.line}"


def read_place(text: str) -> ListPlace | None:
    """The place that a text says; None if it says none."""
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    return ListPlace(match[1], match[2], int(match[3]), int(match[4]))


def leading_back(url: str, place: ListPlace) -> str:
    """An address of a page that knows from which place of the list it was opened."""
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}{ARGUMENT}={place}"))


def place_left() -> ListPlace | None:
    """The place of the list from which the present page was opened; None for any other page."""
    place = read_place(request.args.get(ARGUMENT, ""))
    if place is None or place.kind not in {kind.key for kind in declared(MissingInformation)}:
        return None
    return place


def after_mending(otherwise: str) -> str:
    """Where to go once something was saved: back to the place of the list from which its page was
    opened, else where such a page always leads."""
    return missing_back() or otherwise


def missing_back() -> str:
    """The address of the place of the list from which the present page was opened, "" if it was
    not. The line there is the next one by now, if this one was mended."""
    place = place_left()
    if place is None:
        return ""
    return url_for(
        PAGE,
        kind=place.kind,
        group=place.letter or None,
        page=place.page if place.page > 1 else None,
        _anchor=f"line-{place.line}",
    )
