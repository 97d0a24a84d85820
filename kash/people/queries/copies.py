"""Reads: the rows that are about a person, and what would become of them if she were erased.
Reads: all that is held about one person, as the copy that she may ask for tells it. Reads: wishes
that somebody be erased, and who must act next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    RowMapping,
    Table,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, joinedload

from kash.feature import declared
from kash.people.erasure import (
    AfterErasure,
    AlsoCalled,
    Beneath,
    ErasedPerson,
    FreeText,
    GoesIfNamed,
    HeldElsewhere,
    OpenedForHer,
    StandsInTheWay,
    Values,
)
from kash.people.models import ErasureRequest, Person
from kash.people.queries.search import Reference, column_of, references
from kash.people.rules.persons import mentions, readable, struck_document
from kash.platform.database import db
from kash.platform.vault import SealError, open_sealed, open_text
from kash.platform.web.account_names import tied_accounts
from kash.platform.web.errors import get_or_404
from kash.policy import Actor, Reach

_AT_ONCE = 500
_DEEPEST = 5


@dataclass(frozen=True)
class RowsAbout:
    """Rows about a person by one foreign key: its name, what they are called, what becomes of them,
    and by how many steps it leads to her."""

    name: str
    label: Any
    erased: AfterErasure
    depth: int

    @property
    def table(self) -> Table:
        """The table of the rows."""
        return column_of(self.name).table

    @property
    def of_account(self) -> bool:
        """True if they are her account or lie under it: where and when she signed in."""
        return "account" in (self.table.name, _target(self.name).table.name)


class RowsOfPeople:
    """All foreign keys by which rows are about a person, with the condition that finds hers."""

    def __init__(self) -> None:
        self._leading: dict[str, list[str]] = {}
        self._declared: list[Reference | Beneath] = [*references(), *declared(Beneath)]
        for reference in self._declared:
            self._leading.setdefault(column_of(reference.name).table.name, []).append(
                reference.name
            )

    @cached_property
    def deepest_first(self) -> list[RowsAbout]:
        """In the order in which rows can go: of two that lean on each other the leaning one first;
        among equals the one that was declared last, as a higher room leans on a lower."""
        rows = [
            RowsAbout(
                reference.name, reference.label, reference.erased, self._depth(reference.name)
            )
            for reference in self._declared
        ]
        rows.reverse()
        return sorted(rows, key=lambda row: -row.depth)

    def _depth(self, name: str, at: int = 1) -> int:
        target = _target(name)
        if target.table.name == "person" or at > _DEEPEST:
            return 1
        return 1 + max(self._depth(key, at + 1) for key in self._leading[target.table.name])

    def hers(self, name: str, person_id: int) -> ColumnElement[bool]:
        """The condition of the rows that are about her by this foreign key."""
        column, target = column_of(name), _target(name)
        if target.table.name == "person":
            return column == person_id
        return column.in_(
            select(target).where(
                or_(*(self.hers(key, person_id) for key in self._leading[target.table.name]))
            )
        )


def _target(name: str) -> Column[Any]:
    (key,) = column_of(name).foreign_keys
    return key.column


def erased_person(session: Session, person: Person, rows: RowsOfPeople) -> ErasedPerson:
    """A person as the rooms are told of her, her contacts opened."""
    names = {person.chosen_name, person.printed_name}
    for called in declared(AlsoCalled):
        column = column_of(called.name)
        for name in rows._leading.get(column.table.name, ()):
            names.update(session.scalars(select(column).where(rows.hers(name, person.id))))
    return ErasedPerson(
        person.id,
        person.public_id,
        tuple(sorted(names - {"", "…"})),
        _opened(person, "phone"),
        _opened(person, "email"),
        tuple(hashed for hashed in (person.phone_lookup, person.email_lookup) if hashed),
    )


def _opened(person: Person, which: str) -> str:
    sealed: bytes | None = getattr(person, f"{which}_sealed")
    if sealed is None:
        return ""
    return open_text(sealed, kind=f"person.{which}", public_id=person.public_id)


Searched = FreeText | GoesIfNamed


class NamedRow(NamedTuple):
    """A row in a text of which a person is named: its keys, and the text without her."""

    keys: Values
    without: Any


def rows_naming(session: Session, text: Searched, gone: ErasedPerson) -> Iterator[NamedRow]:
    """Rows in whose text a person is named; without sealing anew what is sealed."""
    column = column_of(text.name)
    table = column.table
    keys = list(table.primary_key.columns)
    # A text that is sealed says by its whole row for what it was sealed.
    read = [table] if text.kind else [*keys, column]
    rows = session.execute(
        select(*read).where(column.is_not(None)).order_by(*keys).execution_options(yield_per=500)
    )
    for mapping in rows.mappings():
        value = _read(session, text, mapping, mapping[column.name])
        if value is None:
            continue
        without = _without(text, value, gone)
        if without != value:
            yield NamedRow({key.name: mapping[key.name] for key in keys}, without)


def _read(session: Session, text: Searched, row: RowMapping, value: Any) -> Any:
    if not text.kind or not value:
        return value
    try:
        opened = open_sealed(value, kind=text.kind, public_id=text.sealed_for(session, dict(row)))
    except SealError:
        # A damaged text can't be read, so it can't be searched; it is told as it is elsewhere.
        return None
    return readable(opened)


def _without(text: Searched, value: Any, gone: ErasedPerson) -> Any:
    if isinstance(text, FreeText):
        return struck_document(value, gone.names)
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return None if mentions(written, gone.names, gone.phone, gone.email) else value


@dataclass(frozen=True)
class ToldCount:
    """A line of what would become of a person's rows."""

    label: Any
    count: int


@dataclass(frozen=True)
class FoundInTexts:
    """Texts that name a person, what is held of her elsewhere, and others of the same name, which
    would be struck out of these texts too; found by looking through all that was ever written.
    The digest is of all that would go or stay, beneath her and in texts."""

    texts: int
    elsewhere: Sequence[ToldCount]
    called_so: int
    digest: str


@dataclass(frozen=True)
class ErasurePreview:
    """Everything that would go or stay without her, and what stands in the way. Rows beneath her
    are counted by their indexes; `looked` is None where nobody asked to look through texts."""

    goes: Sequence[ToldCount]
    stays: Sequence[ToldCount]
    in_the_way: Sequence[Any]
    looked: FoundInTexts | None


def erasure_preview(session: Session, person: Person, *, look: bool) -> ErasurePreview:
    """Preview of all that is held about a person, as if she were erased; with texts in which she is
    named if it is to `look` through them, which takes as long as there are texts."""
    rows = RowsOfPeople()
    counts: list[tuple[str, int]] = []
    goes: dict[str, int] = {}
    stays: dict[str, int] = {}
    for reference in rows.deepest_first:
        number = session.scalar(
            select(func.count())
            .select_from(reference.table)
            .where(rows.hers(reference.name, person.id))
        )
        counts.append((reference.name, number or 0))
        if number and reference.label:
            lines = goes if reference.erased.goes else stays
            lines[str(reference.label)] = lines.get(str(reference.label), 0) + number
    return ErasurePreview(
        goes=[ToldCount(*line) for line in goes.items()],
        stays=[ToldCount(*line) for line in stays.items()],
        in_the_way=in_the_way(session, person.id),
        looked=_look(session, person, rows, counts) if look else None,
    )


def _look(
    session: Session, person: Person, rows: RowsOfPeople, beneath: Sequence[tuple[str, int]]
) -> FoundInTexts:
    gone = erased_person(session, person, rows)
    searched: list[Searched] = [*declared(FreeText), *declared(GoesIfNamed)]
    named = [(text.name, sum(1 for _row in rows_naming(session, text, gone))) for text in searched]
    elsewhere = [
        ToldCount(held_elsewhere.label, held_elsewhere.count(session, gone))
        for held_elsewhere in declared(HeldElsewhere)
    ]
    called_so = session.scalar(
        select(func.count(Person.id)).where(
            Person.sort_name == person.sort_name, Person.id != person.id
        )
    )
    versions = json.dumps([person.row_version, sorted([*beneath, *named])])
    return FoundInTexts(
        texts=sum(number for _name, number in named),
        elsewhere=[part for part in elsewhere if part.count],
        called_so=called_so or 0,
        digest=hashlib.sha256(versions.encode()).hexdigest(),
    )


def in_the_way(session: Session, person_id: int) -> list[Any]:
    """Sentences on what must be settled before a person can be erased."""
    return [
        stands_in_the_way.sentence
        for stands_in_the_way in declared(StandsInTheWay)
        if stands_in_the_way.found(session, person_id)
    ]


# What tells somebody nothing of herself: keys of rows and phones, hashes, and who typed it in.
_TECHNICAL = frozenset(
    {"id", "public_id", "op_id", "device", "device_sequence", "device_time", "row_version"}
    | {"sort_name", "expected_version", "version", "claim", "batch"}
)
_ENDINGS = ("_by", "_hash", "_lookup", "_digest", "_key")
# To others, rows about two people would tell of the one what is kept of the other, and a wish to be
# erased is for the person who noted it and the person who decides.
_HERS_ALONE = frozenset({"likely_duplicate", "erasure_request"})
_NAMING = ("chosen_name", "public_title", "title", "name", "label", "starts_at", "day", "purpose")

Told = dict[str, Any]


def copy_of(
    session: Session, person: Person, *, hers: bool, contacts: bool
) -> dict[str, list[Told]]:
    """{what it is: its rows}. What is sealed is opened for herself alone, her `contacts` only if
    nobody else could be behind her account; and nobody else is told of her account, as when she
    signed in would say when she reported something."""
    rows = RowsOfPeople()
    opened = (
        {opened_for_her.name: opened_for_her for opened_for_her in declared(OpenedForHer)}
        if hers
        else {}
    )
    own = select(Person.__table__).where(Person.id == person.id)
    tables: dict[str, list[Told]] = {}
    for mapping in session.execute(own).mappings():
        told = _told(session, Person.__table__.columns, dict(mapping))
        for which in ("phone", "email"):
            sealed = mapping[f"{which}_sealed"]
            if sealed is not None and contacts:
                told[which] = open_text(
                    sealed, kind=f"person.{which}", public_id=mapping["public_id"]
                )
        tables["person"] = [told]
    for reference in reversed(rows.deepest_first):
        table = reference.table
        if not hers and (table.name in _HERS_ALONE or reference.of_account):
            continue
        lines = tables.setdefault(table.name, [])
        for mapping in session.execute(
            select(table).where(rows.hers(reference.name, person.id))
        ).mappings():
            told = _told(session, table.columns, dict(mapping))
            for column in table.columns:
                way = opened.get(f"{table.name}.{column.name}")
                if way is not None and mapping[column.name] is not None:
                    told[column.name.removesuffix("_sealed")] = _copies_opened(
                        session, way, dict(mapping)
                    )
            if told and told not in lines:
                lines.append(told)
    return {name: lines for name, lines in tables.items() if lines}


def _copies_opened(session: Session, way: OpenedForHer, row: Mapping[str, Any]) -> str:
    sealed = row[way.name.partition(".")[2]]
    try:
        return open_text(sealed, kind=way.kind, public_id=way.sealed_for(session, dict(row)))
    except SealError:
        return ""


def _told(session: Session, columns: Any, row: Mapping[str, Any]) -> Told:
    return dict(_cells(session, columns, row))


def told_columns(columns: Iterable[Column[Any]]) -> Iterator[tuple[str, Column[Any]]]:
    """Columns that are told as they are, or by the name of what they lead to; each with the name
    under which it is told."""
    for column in columns:
        if column.name in _TECHNICAL or column.name.endswith(_ENDINGS):
            continue
        if isinstance(column.type, LargeBinary):
            continue
        if not column.foreign_keys or _naming(column) is not None:
            yield column.name.removesuffix("_id"), column


def _cells(session: Session, columns: Any, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, column in told_columns(columns):
        value = row[column.name]
        if value in (None, ""):
            continue
        naming = _naming(column)
        if naming is not None:
            (led,) = column.foreign_keys
            value = session.scalar(select(naming).where(led.column == value))
        if value is not None:
            yield name, value


def _naming(column: Column[Any]) -> Column[Any] | None:
    """The column that names what a column leads to; None if it leads to nothing that is named."""
    for led in column.foreign_keys:
        table = led.column.table
        if table.name not in ("person", "account"):
            return next((table.columns[name] for name in _NAMING if name in table.columns), None)
    return None


def decidable(actor: Actor) -> ColumnElement[bool]:
    """The wishes to be erased on which an actor may decide: of those noted by somebody who does not
    stand behind her, nor she behind that one."""
    if actor.reach("people.erase") is not Reach.ALL:
        return false()
    return ErasureRequest.asked_by.not_in(tied_accounts(actor.public_id))


def may_decide(actor: Actor, found: ErasureRequest) -> bool:
    """True if an actor may decide on a wish at hand."""
    wish = select(ErasureRequest.id).where(ErasureRequest.id == found.id, decidable(actor))
    return db.session.scalar(wish) is not None


def withdrawable(actor: Actor) -> ColumnElement[bool]:
    """The wishes that an actor may take back: her own, and all for who may note one of anybody."""
    if actor.reach("people.ask_erasure") is Reach.ALL:
        return true()
    return ErasureRequest.asked_by == actor.public_id


def _seen(actor: Actor) -> ColumnElement[bool]:
    if actor.reach("people.erasures") is Reach.ALL:
        return true()
    return ErasureRequest.asked_by == actor.public_id


def erasure_requests(actor: Actor, limit: int = 100) -> Sequence[ErasureRequest]:
    """Wishes that an actor may read: what waits first, the most urgent before."""
    return db.session.scalars(
        select(ErasureRequest)
        .options(joinedload(ErasureRequest.person).joinedload(Person.group))
        .where(_seen(actor))
        .order_by(
            (ErasureRequest.state != "waiting"), ErasureRequest.due_on, ErasureRequest.id.desc()
        )
        .limit(limit)
    ).all()


def waiting_wish(actor: Actor, person: Person) -> str | None:
    """The wish (public id) about a person that waits, if an actor may read it."""
    return db.session.scalar(
        select(ErasureRequest.public_id).where(
            ErasureRequest.person_id == person.id, ErasureRequest.state == "waiting", _seen(actor)
        )
    )


def erasure_request(actor: Actor, public_id: str) -> ErasureRequest:
    """One wish that an actor may read. Raises NotFound."""
    return get_or_404(
        db.session,
        ErasureRequest,
        public_id,
        _seen(actor),
        options=(joinedload(ErasureRequest.person).joinedload(Person.group),),
    )
