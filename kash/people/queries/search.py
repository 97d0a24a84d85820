"""The list of people, and finding them by the beginnings of the words of their names. Of what many
people are called no list is counted or put in order as a whole: beyond MOST_FOUND those who were
added last are shown, and the list says that there are more. Who was found by name is put in order
beside any index of names: PostgreSQL trusts it to give the first few soon, and reads half of
everybody where all of one name stand late in it. References to a person, and what becomes of each
when two people turn out to be one, and when a person is erased. Each room declares every foreign
key of its tables that leads to a person: whether its rows simply move to the person who is kept,
or how two rows become one where a person may have only one (`joined`); and what becomes of them
when she is erased. A test reads the schema and fails on one that nobody declared. Tables and
columns are named as `"mark.person_id"`, so that this room knows no higher one. Reads: what two
people have beside each other, and what becomes of it when they are merged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from kash.feature import Part, declared
from kash.people.erasure import AfterErasure
from kash.people.facts import FOUND_BY_TYPING
from kash.people.models import Consent, Group, Organisation, Person, Posting
from kash.people.rules.duplicates import PostedStay, joined_stays
from kash.people.rules.persons import MOST_NAME, OF_POLICE_ALONE, PURPOSES, purposes_for, sort_name
from kash.people.scope import (
    finds_names,
    ids_within_reach,
    named,
    phone_compared,
    reaches,
    sees_names,
    within_reach,
)
from kash.people.search import newest_named, words_of
from kash.people.undo_log import RowChanges
from kash.platform.database import Base, db
from kash.platform.vault import lookup
from kash.platform.web import Listing, listing
from kash.platform.web.lists import FEWER_ROWS, ROWS, asked_for
from kash.platform.web.taking import is_taken
from kash.policy import Actor, Reach

MOST_FOUND = 250
# A person who chooses one of a few who are shown types more of the name rather than look through
# these.
MOST_OFFERED = 200
_MOST_ALIKE = 100
# Of more than so many people a list tells how many only if it is asked to count them.
MOST_COUNTED = 10_000
# The same where somebody reaches some people only, and it is asked of each how she is reached.
MOST_REACHED = 1000
# A person who reaches many finds a first page of them among so many names.
_FIRST_NAMES = 250
Counted = Select[Any] | CompoundSelect[Any]
ANY_PURPOSE = "any"


@dataclass(frozen=True)
class PeopleSearch:
    """Search that narrows a list of people. `text` is a name, a number, or a phone; `unasked` is a
    purpose for which no answer was recorded yet, or ANY_PURPOSE; `facts` are those that were
    chosen."""

    text: str = ""
    group: str = ""
    organisation: str = ""
    unasked: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.text or self.group or self.organisation or self.unasked or self.facts)


@dataclass(frozen=True)
class FoundPerson:
    """Someone found by name: nothing but the name, the group, and whether she is under 18."""

    public_id: str
    chosen_name: str
    group_name: str
    minor: bool = False
    letter: str = ""


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A row of the list of people. Of a person that the actor does not reach, it has the first
    three fields only; `whole` says so, and everything else is empty."""

    public_id: str
    chosen_name: str
    group_name: str
    whole: int = 0
    organisation: str | None = None
    ward: str | None = None
    cadre: str | None = None
    reference: str | None = None
    minor: bool = False
    created_at: datetime | None = None


_OF_ANYONE = 3


def _typed_words(text: str) -> list[str]:
    return words_of(sort_name(text[:MOST_NAME]))


def _called(text: str) -> ColumnElement[bool]:
    """Those whose whole name this is."""
    return Person.sort_name == sort_name(text[:MOST_NAME])


def _some_called(text: str, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """A select of the ids of some of them: however many there are, they look alike in a list."""
    return select(Person.id).where(_called(text), *conditions).limit(_MOST_ALIKE)


def _in_group(public_id: str) -> ColumnElement[bool]:
    chosen = select(Group.id).where(Group.public_id == public_id).scalar_subquery()
    return Person.group_id == chosen


def _posted_to(public_id: str) -> ColumnElement[bool]:
    there = aliased(Posting)
    return Person.id.in_(
        select(there.person_id)
        .join(Organisation, Organisation.id == there.organisation_id)
        .where(there.is_open, Organisation.public_id == public_id)
    )


def _not_asked(purpose: str) -> ColumnElement[bool]:
    """People without any answer for a purpose, or for any one of them, as far as
    their group is asked for it."""
    officers = Person.group_id.in_(select(Group.id).where(Group.is_police))
    if purpose in PURPOSES:
        answered = select(Consent.id).where(
            Consent.person_id == Person.id, Consent.purpose == purpose
        )
        return (
            and_(officers, ~answered.exists()) if purpose in OF_POLICE_ALONE else ~answered.exists()
        )
    return or_(_lacks(purposes_for(police=False)), and_(officers, _lacks(PURPOSES)))


def _lacks(purposes: Sequence[str]) -> ColumnElement[bool]:
    """True if an answer to one of these purposes was never recorded."""
    answered = select(func.count(Consent.purpose.distinct())).where(
        Consent.person_id == Person.id, Consent.purpose.in_(purposes)
    )
    return answered.scalar_subquery() < len(purposes)


def _narrowed(mine: ColumnElement[bool], search: PeopleSearch) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.group:
        conditions.append(_in_group(search.group))
    if search.organisation:
        conditions += [mine, _posted_to(search.organisation)]
    if search.unasked:
        conditions += [mine, _not_asked(search.unasked)]
    for name, value in search.facts.items():
        conditions += [mine, getattr(Person, name) == value]
    return conditions


def _rows(whole: ColumnElement[bool], organisation: Any) -> Select[Any]:
    return select(
        Person.public_id,
        Person.chosen_name,
        Group.name.label("group_name"),
        case((whole, 1), else_=0).label("whole"),
        organisation.label("organisation"),
        Person.ward,
        Person.cadre,
        Person.reference,
        Person.minor,
        Person.created_at,
    ).join(Person.group)


def _shown(row: Any) -> ListedPerson:
    """A row as the actor may see it. The condition of reach is asked once for each row, and not
    once for each column, of which SQLite would make as many lists of everyone in reach."""
    return ListedPerson(*row) if row.whole else ListedPerson(*row[:_OF_ANYONE])


def _listed(
    whole: ColumnElement[bool],
    conditions: Sequence[ColumnElement[bool]],
    counted: Counted | None = None,
    most_counted: int | None = None,
) -> Listing[ListedPerson]:
    rows = (
        _rows(whole, Organisation.name)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.is_open))
        .outerjoin(Organisation, Organisation.id == Posting.organisation_id)
        .where(*conditions)
    )
    # Everyone has one group, and one open posting at most: neither adds to the number.
    counted = select(Person.id).where(*conditions) if counted is None else counted
    return _page(
        rows,
        whole,
        counted,
        name=Person.sort_name,
        organisation=Organisation.name,
        most_counted=most_counted,
    )


def _one_of(ids: Collection[int]) -> ColumnElement[bool]:
    # Handing each of so many over as a parameter of its own takes longer than finding them.
    these = bindparam("these", list(ids), type_=Integer, expanding=True, literal_execute=True)
    return Person.id.in_(these)


def _found(
    whole: ColumnElement[bool], ids: Collection[int], counted: Counted | None = None
) -> Listing[ListedPerson]:
    """The list of people who were found already: no index of names is walked through for their
    order, and no table of postings read for a few hundred of them. `counted` are all of them, where
    these are the first page alone."""
    organisation = (
        select(Organisation.name)
        .join(Posting, Posting.organisation_id == Organisation.id)
        .where(Posting.person_id == Person.id, Posting.is_open)
        .correlate(Person)
        .scalar_subquery()
    )
    rows = _rows(whole, organisation).where(_one_of(ids))
    name = Person.sort_name.concat("")
    if counted is None:
        return _page(
            rows, whole, len(ids), name=name, organisation=organisation, per_page=FEWER_ROWS
        )
    return _page(
        rows, whole, counted, name=name, organisation=organisation, most_counted=MOST_REACHED
    )


def _in_reach(actor: Actor, mine: ColumnElement[bool]) -> Listing[ListedPerson]:
    """The list of those that an actor reaches who does not reach everybody. The first page by name
    is looked for among the first names, as gathering all in reach takes longer the more they are;
    of the person who reaches few it isn't found there, and these are soon gathered."""
    counted = ids_within_reach(actor, "people.see")
    wanted = asked_for(_sorts(true(), Person.sort_name, Organisation.name), "name")
    if (wanted.page, wanted.sort, wanted.direction) == (1, "name", "asc") and not is_taken():
        first = _first_in_reach(actor)
        if len(first) == ROWS:
            return _found(true(), first, counted)
    return _listed(true(), [mine], counted, most_counted=MOST_REACHED)


def _first_in_reach(actor: Actor) -> Sequence[int]:
    names = (
        select(Person.id, Person.sort_name)
        .where(named())
        .order_by(Person.sort_name, Person.id)
        .limit(_FIRST_NAMES)
        .subquery()
    )
    first = (
        select(Person.id)
        .join(names, names.c.id == Person.id)
        .where(within_reach(actor, "people.see", few=True))
        .order_by(names.c.sort_name, names.c.id)
        .limit(ROWS)
    )
    return db.session.scalars(first).all()


def _page(
    rows: Select[Any],
    whole: ColumnElement[bool],
    counted: Counted | int,
    *,
    name: Any,
    organisation: Any,
    most_counted: int | None = None,
    per_page: int = ROWS,
) -> Listing[ListedPerson]:
    page = listing(
        rows,
        sorts=_sorts(whole, name, organisation),
        default_sort="name",
        key=Person.id,
        per_page=per_page,
        counted=counted,
        most_counted=MOST_COUNTED if most_counted is None else most_counted,
    )
    return page.turned(lambda some: [_shown(person_row) for person_row in some])


def _sorts(whole: ColumnElement[bool], name: Any, organisation: Any) -> dict[str, Any]:
    def shown(column: Any) -> Any:
        return case((whole, column), else_=null())

    return {
        "name": name,
        "group": (Group.position, name),
        "station": (func.coalesce(shown(organisation), ""), name),
        "added": shown(Person.created_at),
    }


def people(actor: Actor, search: PeopleSearch, phone: str | None = None) -> Listing[ListedPerson]:
    """The people that this actor may see in a list.

    Without a search these are the people in reach. A search for a name finds anyone if the actor
    may find people; `whole` is false for a row of which only name and group may be shown, and
    everything else of it is then empty. Numbers and stations are searched within reach only, and
    phones only where they are open. `phone` is the search text as a number in E.164, if it is one.
    Where more than MOST_FOUND are called so, those are listed who were added last, and those whose
    whole name was typed: nobody can type more of it.
    """
    mine = within_reach(actor, "people.see")
    conditions = _narrowed(mine, search)
    anyone = finds_names(actor) if search.text else sees_names(actor)
    conditions.append(named() if anyone else mine)
    # Who is listed only because she is in reach needs not be asked again.
    whole = mine if anyone else true()
    if not search:
        if not anyone and Reach.ALL not in reaches(actor, "people.see"):
            return _in_reach(actor, mine)
        return _listed(whole, conditions, select(Person.id).where(named()))
    if not search.text:
        return _listed(whole, conditions)
    # Those who are found are few, and asked about one by one.
    one_by_one = within_reach(actor, "people.see", few=True)
    whole = one_by_one if anyone else true()
    words = _typed_words(search.text)
    newest = newest_named(db.session(), words, conditions, most=MOST_FOUND + 1) if words else []
    if len(newest) > MOST_FOUND:
        exactly = db.session.scalars(_some_called(search.text, conditions))
        listed = list(dict.fromkeys([*exactly, *newest]))[:MOST_FOUND]
        return replace(_found(whole, listed), beyond=True)
    facts = [getattr(Person, fact.name) == search.text for fact in FOUND_BY_TYPING]
    facts.append(Person.public_id == search.text.lower())
    if phone is not None:
        same_phone = Person.phone_lookup == lookup(phone, kind="phone")
        facts.append(and_(same_phone, phone_compared(actor)))
    newest += db.session.scalars(
        select(Person.id).where(one_by_one, or_(*facts), *conditions).limit(MOST_FOUND)
    )
    return _found(whole, set(newest))


def people_by_number(actor: Actor, public_ids: Sequence[str]) -> list[FoundPerson]:
    """Those of these people that an actor may find, by name; one query."""
    if not public_ids:
        return []
    statement = (
        select(Person.public_id, Person.chosen_name, Group.name, Person.minor, Group.letter)
        .join(Person.group)
        .where(Person.public_id.in_(public_ids))
        .order_by(Person.sort_name, Person.id)
    )
    if not finds_names(actor):
        statement = statement.where(within_reach(actor, "people.see"))
    return [FoundPerson(*person_row) for person_row in db.session.execute(statement)]


def find_people(actor: Actor, text: str, limit: int = 20) -> list[FoundPerson]:
    """People by name for the person who may find them, never more than `limit`.

    Those whose whole name was typed come first, as nobody can type more of it; of more than
    MOST_OFFERED others only those are looked at who were added last.
    """
    words = _typed_words(text)
    if not words:
        return []
    conditions = [] if finds_names(actor) else [within_reach(actor, "people.see")]
    looked_at = newest_named(db.session(), words, conditions, most=MOST_OFFERED)
    looked_at += db.session.scalars(_some_called(text, conditions))
    rows = db.session.execute(
        select(Person.public_id, Person.chosen_name, Group.name, Person.minor, Group.letter)
        .join(Person.group)
        .where(_one_of(looked_at))
        .order_by(_called(text).desc(), Person.sort_name, Person.id)
        .limit(limit)
    )
    return [FoundPerson(*person_row) for person_row in rows]


_MOST_IDS = 500

Row = Mapping[str, Any]
# Told the row of the person who is kept and that of the other; says what changes in the first.
Join = Callable[[Row, Row], dict[str, Any]]
# Does all that is to be done; told the row_changes, the id that is kept and the id that goes.
Move = Callable[[RowChanges, int, int], None]
# Raises the Problem that forbids merging the person who is kept with the one that goes.
Forbid = Callable[[Session, int, int], None]


@dataclass(frozen=True)
class Reference(Part):
    """A foreign key to a person. `label` names its rows, as "Marks"; without one they are not told
    of, and nothing is lost with them. Without `move` its rows simply move. `erased` says what
    becomes of them when she is erased."""

    name: str
    label: Any = ""
    move: Move | None = None
    forbid: Forbid | None = None
    erased: AfterErasure = field(kw_only=True)

    @property
    def column(self) -> Column[Any]:
        """The column that refers to `person.id`."""
        return column_of(self.name)

    def carry_over(self, row_changes: RowChanges, kept: int, gone: int) -> None:
        """Do with its rows what is to be done when `gone` turns out to be `kept`."""
        if self.move is not None:
            self.move(row_changes, kept, gone)
            return
        column = self.column
        row_changes.update(column.table, column == gone, {column.name: kept})


def column_of(name: str) -> Column[Any]:
    """The column of a name such as "mark.person_id"."""
    table, column = name.split(".")
    return Base.metadata.tables[table].columns[column]


def references() -> Sequence[Reference]:
    """All that is declared, in the order of the features."""
    return declared(Reference)


def joined(name: str, within: Collection[str], join: Join) -> Move:
    """A move for a table in which a person may have one row for each value of `within`.

    Where both have one, that of the person who is kept stays, changed by what `join` says; whatever
    refers to the other row refers to it from then on.
    """

    def move(row_changes: RowChanges, kept: int, gone: int) -> None:
        column = column_of(name)
        table = column.table
        mine = {
            tuple(values[column_name] for column_name in within): values
            for values in row_changes.rows(table, column == kept)
        }
        for values in row_changes.rows(table, column == gone):
            other = mine.get(tuple(values[column_name] for column_name in within))
            if other is not None:
                changes = join(other, values)
                row_changes.replace(table, values["id"], other["id"])
                if changes:
                    row_changes.update(table, table.c.id == other["id"], changes)
        row_changes.update(table, column == gone, {column.name: kept})

    return move


def dependents(
    session: Session, person_ids: Collection[int], excluding: Collection[str] = ()
) -> dict[str, int]:
    """Counts of what refers to these persons, as {label in the reader's language: number of rows}.

    Only what there is at all; `excluding` names columns that do not count, as "posting.person_id".
    """
    ids = sorted(person_ids)
    dependent_rows: dict[str, int] = {}
    for reference in references():
        if reference.name in excluding or not reference.label:
            continue
        column = reference.column
        for some in _in_parts(ids):
            number = session.scalar(
                select(func.count()).select_from(_table(column)).where(column.in_(some))
            )
            if number:
                label = str(reference.label)
                dependent_rows[label] = dependent_rows.get(label, 0) + number
    return dependent_rows


def _table(column: Column[Any]) -> Table:
    return column.table


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _MOST_IDS):
        yield ids[start : start + _MOST_IDS]


class JoinedPosting(NamedTuple):
    """A posting as it will stand. `changed` says that it was joined or ends earlier."""

    organisation: str
    since: date
    until: date | None
    changed: bool


def joined_postings(person: Person, gone: Person) -> list[JoinedPosting]:
    """The postings that the one who is kept will have, the latest first."""
    rows = [
        *sorted(person.postings, key=lambda posting: posting.id),
        *sorted(gone.postings, key=lambda posting: posting.id),
    ]
    names = {posting.organisation_id: posting.organisation.name for posting in rows}
    before = {posting.id: posting.until for posting in rows}
    joined = joined_stays(
        [
            PostedStay(posting.id, posting.organisation_id, posting.since, posting.until)
            for posting in rows
        ]
    )
    return [
        JoinedPosting(names[stay.place], stay.since, stay.until, stay.until != before[stay.key])
        for stay in reversed(joined)
    ]


def what_moves(gone: Person) -> dict[str, int]:
    """Counts of what moves from the one who goes, as {label: number}."""
    return dependents(db.session(), [gone.id])
