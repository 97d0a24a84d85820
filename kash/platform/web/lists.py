"""Lists of fifty rows: which page, in which order, and the addresses of the others; and all rows
where the list is taken away as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, overload

from flask import request, url_for
from sqlalchemy import CompoundSelect, Select, func, select
from sqlalchemy.sql.operators import desc_op

from kash.platform.database import db
from kash.platform.web.taking import is_taken

ROWS = 50
# Of rows that take work each, or are chosen among by who types more, a page holds fewer.
FEWER_ROWS = 20
_ROWS_OF_A_TABLE = 1000
_MOST_PAGES = 1_000_000
Row = TypeVar("Row")
Made = TypeVar("Made")


class AllRows(Sequence[Row]):
    """All rows of a list that is taken away, read anew and some at a time as a caller goes through
    them. Asking how many they are, or for one of them, reads them all."""

    def __init__(self, batches: Callable[[], Iterator[Sequence[Row]]]) -> None:
        self._batches = batches

    def __iter__(self) -> Iterator[Row]:
        for batch in self._batches():
            yield from batch

    def __len__(self) -> int:
        return sum(map(len, self._batches()))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return list(self)[place]

    def turned(self, make: Callable[[Sequence[Row]], Iterable[Made]]) -> AllRows[Made]:
        """All of what is made of them, some at a time too."""
        return AllRows(lambda: (list(make(batch)) for batch in self._batches()))


@dataclass(frozen=True)
class ListRequest:
    """Request of a page of a list, from the address. Anything unreadable is as if not asked for."""

    page: int
    sort: str
    direction: str


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of a list. Pages count from 1; there is always one, perhaps empty.

    `beyond` says that there are more than `total`, which are not counted.
    """

    rows: Sequence[Row]
    page: int
    pages: int
    total: int
    sort: str = ""
    direction: str = "asc"
    beyond: bool = False

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def turned(self, make: Callable[[Sequence[Row]], Iterable[Made]]) -> Listing[Made]:
        """The same list of what is made of its rows. `make` is given those of the page, or some at
        a time of all that are taken away, and may ask the database about them."""
        rows = self.rows
        lines = rows.turned(make) if isinstance(rows, AllRows) else list(make(rows))
        return replace(self, rows=lines)  # type: ignore[arg-type, return-value]

    def url_for(self, **changes: Any) -> str:
        """This list's address with another page, sort or direction."""
        values: dict[str, Any] = dict(request.view_args or {})
        values |= {name: request.args.getlist(name) for name in request.args}
        values |= {"page": self.page, "sort": self.sort, "direction": self.direction}
        values |= changes
        shown = {name: value for name, value in values.items() if value not in ("", None)}
        if shown.get("page") == 1:
            del shown["page"]
        # Names in the query must not be taken for url_for's own arguments.
        plain = {name: value for name, value in shown.items() if not name.startswith("_")}
        return url_for(str(request.endpoint), **plain)


def asked_for(
    sorts: Mapping[str, Any], default_sort: str, default_direction: str = "asc"
) -> ListRequest:
    """Page that the request asks for, sorted by one of these, and in which direction."""
    given = request.values
    text = given.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
    sort = given.get("sort", "")
    if sort not in sorts:
        sort, direction = default_sort, default_direction
    else:
        direction = "asc"
    direction = {"asc": "asc", "desc": "desc"}.get(given.get("direction", ""), direction)
    return ListRequest(min(max(number, 1), _MOST_PAGES), sort, direction)


def _pages(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def listing(
    statement: Select[Any],
    *,
    sorts: Mapping[str, Any],
    default_sort: str,
    default_direction: str = "asc",
    key: Any = None,
    per_page: int = ROWS,
    counted: Select[Any] | CompoundSelect[Any] | int | None = None,
    most_counted: int | None = None,
    beyond: bool = False,
    searched: bool = False,
    page: int | None = None,
) -> Listing[Any]:
    """The page of a select that the request asks for, in two queries or, if `searched`, one; all of
    its rows, read when they are gone through, where the list is taken away as a table.

    `sorts` maps what the address may say to a column or a tuple of columns. `key`, a unique column,
    settles the order of equal rows. A page past the end is the last page. Rows are objects if one
    thing is selected, else tuples. `counted` is a plainer select of as many rows, where there is
    one (the joins that shown columns need are dear when the whole list is counted), or their
    number, where it is known. No more than `most_counted` are, unless the page that is asked for
    lies behind them, or the address asks for all by `counted=all`; `beyond` says that it is known
    that there are more. With `searched` rows are counted
    while they are found: telling whether a text is in a row takes longer than reading it, and would
    be done twice. `page` is for a form that says in its own way which one it wants.
    """
    wanted = asked_for(sorts, default_sort, default_direction)
    if page is not None:
        wanted = replace(wanted, page=min(max(page, 1), _MOST_PAGES))
    chosen = sorts[wanted.sort]
    columns = list(chosen) if isinstance(chosen, (tuple, list)) else [chosen]
    if key is not None:
        columns.append(key)
    turned = [_ordered(column, wanted.direction == "desc") for column in columns]
    ordered = statement.order_by(None).order_by(*turned)
    if is_taken():
        return Listing(AllRows(lambda: _some_at_a_time(ordered)), 1, 1, 0)
    ordered = ordered.limit(per_page)
    if searched and not isinstance(counted, int):
        fetched = _found_and_counted(ordered.offset((wanted.page - 1) * per_page))
        if fetched is not None or wanted.page == 1:
            rows, total = fetched or ((), 0)
            pages = _pages(total, per_page)
            return Listing(rows, wanted.page, pages, total, wanted.sort, wanted.direction)
    if counted is None:
        counted = statement
    if most_counted is not None:
        enough = wanted.page * per_page
        beyond = beyond and enough <= most_counted
        most_counted = max(most_counted, enough)
        if request.values.get("counted") == "all":
            most_counted, beyond = None, False
    if beyond and most_counted is not None:
        total = most_counted
    else:
        total, beyond = _counted(counted, key, most_counted)
    # More than are counted have a next page.
    pages = _pages(total + beyond, per_page)
    number = min(wanted.page, pages)
    result = db.session.execute(ordered.offset((number - 1) * per_page))
    rows = (
        result.scalars().unique().all()
        if len(statement.column_descriptions) == 1
        else result.unique().all()
    )
    return Listing(rows, number, pages, total, wanted.sort, wanted.direction, beyond)


def _ordered(column: Any, falling: bool) -> Any:
    """A column as it is ordered by; one that falls where others rise is turned round."""
    if getattr(column, "modifier", None) is desc_op:
        column, falling = column.element, not falling
    return column.desc() if falling else column.asc()


def _some_at_a_time(statement: Select[Any]) -> Iterator[Sequence[Any]]:
    alone = len(statement.column_descriptions) == 1
    rows = db.session.execute(statement, execution_options={"yield_per": _ROWS_OF_A_TABLE})
    return rows.scalars().partitions() if alone else rows.partitions()


def _counted(
    counted: Select[Any] | CompoundSelect[Any] | int, key: Any, most: int | None
) -> tuple[int, bool]:
    """How many rows a select has, of which the key alone is read, and whether there are more than
    the `most` that are counted."""
    if isinstance(counted, int):
        return counted, False
    if isinstance(counted, Select):
        counted = counted.order_by(None)
        if key is not None:
            counted = counted.with_only_columns(key, maintain_column_froms=True)
    if most is not None:
        counted = counted.limit(most + 1)
    total = db.session.scalar(select(func.count()).select_from(counted.subquery())) or 0
    return (total, False) if most is None else (min(total, most), total > most)


def _found_and_counted(statement: Select[Any]) -> tuple[Sequence[Any], int] | None:
    """The rows of a page and how many there are on all pages; nothing if the page is empty."""
    counted = db.session.execute(statement.add_columns(func.count().over())).unique().all()
    if not counted:
        return None
    alone = len(statement.column_descriptions) == 1
    return [line[0] if alone else line[:-1] for line in counted], counted[0][-1]


def paged(rows: Sequence[Row], *, per_page: int = ROWS) -> Listing[Row]:
    """The page of a list held in memory that the request asks for; all of it where it is taken away
    as a table."""
    if is_taken():
        return Listing(rows, 1, 1, len(rows))
    wanted = asked_for({}, "")
    pages = _pages(len(rows), per_page)
    number = min(wanted.page, pages)
    start = (number - 1) * per_page
    return Listing(rows[start : start + per_page], number, pages, len(rows))
