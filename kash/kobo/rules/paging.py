"""All rows of a form, page by page, or none.

Since 2026 KoboToolbox gives 100 rows a page unless it is asked for more, and never more than 1,000,
whatever was asked for: whoever reads one page only gets a part, and is told nothing. So pages are
followed until there is no next one, and what came must be as many as the server says there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

MOST_A_PAGE = 1_000
MOST_PAGES = 1_000
# No list of people holds more.
MOST_ROWS = 20_000

Row = Mapping[str, Any]
# Given an address, the bytes of the answer.
Fetch = Callable[[str], bytes]


class PagingProblem(Exception):
    """The rows of a form did not come whole; nothing of them is used."""


class NoPage(PagingProblem):
    """An answer is no page of rows: it is not JSON, or parts of it are missing."""


class PageRepeats(PagingProblem):
    """A page leads to one that was read already."""


class LeadsElsewhere(PagingProblem):
    """A page leads to another server, or to something else than rows of this form."""


class FormTooLong(PagingProblem):
    """The form has more rows than one list holds."""


@dataclass
class RowsMissing(PagingProblem):
    """Fewer, or more, rows came than the server says there are."""

    came: int
    said: int


@dataclass(frozen=True)
class Page:
    """One answer: rows, how many there are on all pages, and the address of the next page."""

    count: int
    following: str
    rows: tuple[Row, ...]


@dataclass
class _RowsSoFar:
    """Rows by the server's own number. What came twice is one row: the later one is newer, since
    somebody corrected it between two pages."""

    rows: dict[int, Row] = field(default_factory=dict)
    repeated: int = 0

    def take(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            number = row["_id"]
            self.repeated += number in self.rows
            self.rows[number] = row


@dataclass(frozen=True)
class WholeForm:
    """Rows in the order of the server's numbers, and how many came more than once."""

    rows: tuple[Row, ...]
    repeated: int


def read_page(content: bytes) -> Page:
    """A page as the server wrote it. Raises NoPage."""
    try:
        answer = json.loads(content)
        count, following, rows = answer["count"], answer["next"], answer["results"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoPage from None
    sound = (
        type(count) is int
        and count >= 0
        and (following is None or isinstance(following, str))
        and isinstance(rows, list)
        and all(isinstance(row, dict) and type(row.get("_id")) is int for row in rows)
    )
    if not sound:
        raise NoPage
    return Page(count, following or "", tuple(rows))


def all_rows(first: str, fetch: Fetch) -> WholeForm:
    """Follow the pages from the first address to the last. Raises PagingProblem, and whatever
    `fetch` raises."""
    gathered, seen, address = _RowsSoFar(), set[str](), first
    while True:
        if address in seen or len(seen) >= MOST_PAGES:
            raise PageRepeats
        seen.add(address)
        page = read_page(fetch(address))
        before = len(gathered.rows)
        gathered.take(page.rows)
        if max(page.count, len(gathered.rows)) > MOST_ROWS:
            raise FormTooLong
        if not page.following:
            break
        if len(gathered.rows) == before:
            # A page of nothing new would be followed for ever.
            raise PageRepeats
        address = _next_address(address, page.following)
    if len(gathered.rows) != page.count:
        raise RowsMissing(len(gathered.rows), page.count)
    return WholeForm(
        tuple(gathered.rows[number] for number in sorted(gathered.rows)), gathered.repeated
    )


def _next_address(here: str, following: str) -> str:
    address = urljoin(here, following)
    mine, other = urlsplit(here), urlsplit(address)
    # A server behind a proxy may write `http` in its own links: the token never goes that way.
    same_name = mine.hostname == other.hostname and mine.path == other.path
    if not same_name or (mine.port != other.port and other.port is not None):
        raise LeadsElsewhere
    return other._replace(scheme=mine.scheme, netloc=mine.netloc).geturl()
