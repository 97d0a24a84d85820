"""Reads of Today and the settings that no other room asks for. Reads of what is missing: how many
of each kind, in one query, and the lines of one. Columns of lists in the settings, where they are
taken away as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, bindparam, func, select

from kash.people.models import Group, Person, Zone
from kash.people.scope import within_reach
from kash.people.sections import quiet
from kash.platform.database import UtcDateTime, db
from kash.platform.vault import audited
from kash.platform.web import Listing, NotFound, listing
from kash.platform.web.account_names import account_names
from kash.platform.web.lists import FEWER_ROWS
from kash.platform.web.metrics import counted
from kash.platform.web.missing import (
    ListPlace,
    Lookout,
    MissingInformation,
    OfGroup,
    kinds_of_missing,
    leading_back,
)
from kash.platform.web.taking import TableColumn
from kash.policy import Actor

# A person who is asked to decide about each does not go through more at once.
MOST_QUIET = 1_000


def own_public_id(person_id: int) -> str | None:
    """The public id of the participant that an account belongs to."""
    return db.session.scalar(select(Person.public_id).where(Person.id == person_id))


def _quiet_ids(since: datetime, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of those who were quiet longest, one more than are told."""
    return (
        select(Person.id)
        .where(quiet(since), *conditions)
        .order_by(Person.changed_at, Person.id)
        .limit(MOST_QUIET + 1)
    )


def quiet_count(since: datetime) -> int:
    """How many have been quiet since then, at most one more than MOST_QUIET; names nobody."""
    return db.session.scalar(select(func.count()).select_from(_quiet_ids(since).subquery())) or 0


def quiet_people(actor: Actor, since: datetime) -> Listing[Any]:
    """Rows of public_id, name, group_name and changed_at of quiet people within reach; of more than
    MOST_QUIET those who were quiet longest."""
    ids = list(db.session.scalars(_quiet_ids(since, within_reach(actor, "people.see"))))
    listed = Person.id.in_(ids[:MOST_QUIET])
    statement: Any = (
        select(
            Person.public_id,
            Person.chosen_name.label("name"),
            Group.name.label("group_name"),
            Person.changed_at,
        )
        .join(Group, Group.id == Person.group_id)
        .where(listed)
    )
    page = listing(
        statement,
        sorts={"name": Person.sort_name, "changed": Person.changed_at},
        default_sort="name",
        key=Person.id,
        counted=select(Person.id).where(listed),
    )
    return replace(page, beyond=len(ids) > MOST_QUIET)


# Of more lines than these it is only told that there are more.
MOST_COUNTED = 1000
# A table holds no more lines than can be worked down.
MOST_EXPORTED = 5000
_NOW = bindparam("now", type_=UtcDateTime())


@dataclass(frozen=True)
class CountedKind:
    """A kind with the number of lines that the reader has of it, of one group where it names
    people. `beyond` says that there are more than `count`."""

    kind: MissingInformation
    letter: str
    count: int
    beyond: bool


@dataclass(frozen=True)
class LineToMend:
    """A line as the page shows it: `url` leads to the field and back to this place, and `ask` is
    who may mend it, empty if the reader may do it herself."""

    title: str
    text: str
    since: date | None
    url: str
    ask: str = ""


def _groups() -> list[OfGroup]:
    rows = db.session.execute(
        select(Group.id, Group.letter, Group.is_police).order_by(Group.position, Group.letter)
    )
    return [OfGroup(*row) for row in rows]


def counted_kinds(actor: Actor, now: datetime, today: date) -> list[CountedKind]:
    """All kinds of which the reader has lines; three queries, however many kinds there are, and
    two while nothing is written: that nobody lacks a thing is known only by looking at everybody.
    """
    kinds, counting = _counting(actor, today, tuple(_groups()))
    if not kinds:
        return []
    counts = counted(
        ("missing", actor.public_id, actor.roles, actor.stands_in, actor.off, today),
        lambda: tuple(db.session.execute(counting, {_NOW.key: now}).one()),
    )
    return [
        CountedKind(kind, letter, min(count, MOST_COUNTED), count > MOST_COUNTED)
        for (kind, letter), count in zip(kinds, counts, strict=True)
        if count
    ]


@lru_cache(maxsize=8)
def _counting(
    actor: Actor, today: date, groups: Sequence[OfGroup]
) -> tuple[list[tuple[MissingInformation, str]], Select[Any]]:
    """Kinds of which an actor may have lines, with the letter of a group where they name people,
    and the query that counts them as of `_NOW`. It says nothing of what is stored, so that it is
    put together once for her and a day: that takes longer than asking it."""
    kinds: list[tuple[MissingInformation, str]] = []
    counts = []
    for kind in kinds_of_missing():
        within: Sequence[OfGroup | None] = groups if kind.by_group else [None]
        for group in within:
            lines = kind.find(Lookout(actor, _NOW, today, group))
            if lines is not None:
                kinds.append((kind, group.letter if group else ""))
                counts.append(_count_of(lines))
    return kinds, select(*counts)


def _count_of(found: Select[Any]) -> Any:
    some = found.with_only_columns(found.selected_columns["key"], maintain_column_froms=True)
    limited = some.order_by(None).limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()


def the_kind(key: str) -> MissingInformation:
    """A kind by its key. Raises NotFound."""
    kind = next((kind for kind in kinds_of_missing() if kind.key == key), None)
    if kind is None:
        raise NotFound
    return kind


def _select(
    kind: MissingInformation, letter: str, actor: Actor, now: datetime, today: date
) -> Select[Any]:
    group = None
    if kind.by_group:
        group = next((group for group in _groups() if group.letter == letter), None)
        if group is None:
            raise NotFound
    lines = kind.find(Lookout(actor, now, today, group))
    if lines is None:
        raise NotFound
    return lines


def lines_of(
    kind: MissingInformation,
    letter: str,
    actor: Actor,
    now: datetime,
    today: date,
    number: CountedKind | None,
) -> Listing[LineToMend]:
    """A page of the lines of a kind that the request asks for; four queries at most. `number` is
    how many it has, None for none. Raises NotFound for who has nothing to do with it."""
    statement = _select(kind, letter, actor, now, today)
    columns = statement.selected_columns
    beyond = number is not None and number.beyond
    page = listing(
        statement,
        sorts={"order": columns["ordered"]},
        default_sort="order",
        key=columns["key"],
        per_page=FEWER_ROWS,
        counted=None if beyond else number.count if number else 0,
        most_counted=MOST_COUNTED,
        beyond=beyond,
    )
    return Listing(
        _shown(kind, letter, page.rows, page.page),
        page.page,
        page.pages,
        page.total,
        beyond=page.beyond,
    )


def all_lines(
    kind: MissingInformation, letter: str, actor: Actor, now: datetime, today: date
) -> list[LineToMend]:
    """The lines of a kind for a table, MOST_EXPORTED at most. Raises NotFound."""
    statement = _select(kind, letter, actor, now, today)
    columns = statement.selected_columns
    rows = db.session.execute(
        statement.order_by(columns["ordered"], columns["key"]).limit(MOST_EXPORTED)
    ).all()
    return _shown(kind, letter, rows, 1)


def number_of_lines(
    kind: MissingInformation, letter: str, actor: Actor, now: datetime, today: date
) -> CountedKind:
    """How many lines such a table has, or of how many more than are counted. Raises NotFound."""
    _select(kind, letter, actor, now, today)
    kinds = {(one.kind.key, one.letter): one for one in counted_kinds(actor, now, today)}
    return kinds.get((kind.key, letter), CountedKind(kind, letter, 0, beyond=False))


def note_table(by: Actor) -> None:
    """Keep that the actor took a table of what is missing with her."""
    with audited("records.missing_exported", by) as change:
        change.about("programme")


def _shown(
    kind: MissingInformation, letter: str, rows: Sequence[Any], page: int
) -> list[LineToMend]:
    names = account_names({row.asked for row in rows if not row.mends and row.asked})
    shown = []
    for number, row in enumerate(rows, 1):
        line = kind.line(row)
        url = leading_back(line.url, ListPlace(kind.key, letter, page, number))
        ask = "" if row.mends else names.get(row.asked, "")
        shown.append(LineToMend(line.title, line.text, line.since, url, ask))
    return shown


ZONE_KINDS: dict[str, Any] = {
    "county": _l("County"),
    "sub_county": _l("Sub-county"),
    "ward": _l("Ward"),
    "other": _l("Another area"),
}
ZONE_COLUMNS: Sequence[TableColumn[Zone]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#adm3+name"),
    TableColumn(_l("Kind"), lambda one: ZONE_KINDS[one.kind], "#adm+type"),
    TableColumn(_l("Lies in"), lambda one: one.within.name if one.within else "", "#adm2+name"),
    TableColumn(_l("In use"), lambda one: one.active, "#status"),
)
# Rows of `quiet_people`.
QUIET_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.name, "#beneficiary+name"),
    TableColumn(_l("Group"), lambda row: row.group_name, "#beneficiary+type"),
    TableColumn(_l("Last change"), lambda row: row.changed_at, "#date+changed"),
)
