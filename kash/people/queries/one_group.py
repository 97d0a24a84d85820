"""Lists of people or of what is theirs, one group at a time, that are too long to be read whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, func, select

from kash.people.models import Group
from kash.people.rules.one_group import OneGroup
from kash.platform.database import db
from kash.platform.web.lists import ROWS, Listing, listing

# Of more rows than these it is only told that there are more.
MOST_COUNTED = 1000

OfGroup = Callable[[int], Select[Any]]


def group_keys() -> dict[str, int]:
    """The keys of all groups by their letters."""
    rows = db.session.execute(select(Group.letter, Group.id).order_by(Group.letter))
    return dict(rows.all())


def group_counts(of_group: OfGroup, most: int = MOST_COUNTED) -> dict[str, int]:
    """How many rows each group has that has any, by letter, none counted beyond `most` + 1.
    `of_group` makes a select of a group's rows by its key; two queries."""
    return _counts(of_group, group_keys(), most)


def _counts(of_group: OfGroup, keys: Mapping[str, int], most: int) -> dict[str, int]:
    if not keys:
        return {}
    numbers = db.session.execute(
        select(*(_number(of_group(key), most) for key in keys.values()))
    ).one()
    return {letter: int(number) for letter, number in zip(keys, numbers, strict=True) if number}


def _number(rows: Select[Any], most: int) -> Any:
    some = rows.order_by(None).limit(most + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def listed_by_group(
    of_group: OfGroup,
    wanted: str,
    *,
    sorts: Callable[[bool], Mapping[str, Any]],
    default_sort: str,
    default_direction: str = "asc",
    key: Any,
    counted: OfGroup | None = None,
    most: int = MOST_COUNTED,
    page: int | None = None,
    per_page: int = ROWS,
) -> tuple[Listing[Any], OneGroup[Any]]:
    """The page that the request asks for, of the wanted group or of the first one that has rows,
    and how many each group has; four queries at most.

    `sorts` is told whether they are few, which are found before they are put in order: whoever
    walked through an index in that order would look at everybody for them. `counted` is a plainer
    select of as many rows; `page` is that of a form which doesn't ask as addresses do.
    """
    keys = group_keys()
    counts = _counts(counted or of_group, keys, most)
    letter = wanted if wanted in counts else next(iter(counts), "")
    if not letter:
        return Listing((), 1, 1, 0), OneGroup("", (), {})
    few = counts[letter] <= most
    rows = listing(
        of_group(keys[letter]),
        sorts=sorts(few),
        default_sort=default_sort,
        default_direction=default_direction,
        key=key,
        counted=counts[letter] if few else (counted or of_group)(keys[letter]),
        most_counted=most,
        beyond=not few,
        page=page,
        per_page=per_page,
    )
    return rows, OneGroup(letter, rows.rows, counts, most=most)
