"""Changes that a list makes to people who are here already, and taking a whole list back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, Table, delete, func, select
from sqlalchemy.orm import Session

from kash.people.lists.previews import Preview
from kash.people.models import (
    Organisation,
    PeopleList,
    PeopleListPerson,
    Person,
    Posting,
)
from kash.people.rules.lists.classing import Outcome, State
from kash.people.services.persons import email_values, note_age, phone_values
from kash.platform.database import Base, new_public_id
from kash.platform.vault import audited, open_text, seal
from kash.platform.vault.audit import Change
from kash.platform.web import NotFound, Problem
from kash.platform.web.formats import to_local
from kash.policy import Actor

_BEFORE = "people.list_before"
_AT_ONCE = 500
# What follows from an age, and changes with it.
_AGE = (
    "age_recorded_on",
    "minor",
    "minor_since",
    "minor_by",
    "minor_seen_at",
    "minor_seen_by",
)


class NotUndone(Problem):
    """Something depends on people of this list, or they were changed since."""

    sentence = _l(
        "This list can no longer be undone: someone in it was enrolled, marked or changed since."
    )


def change_persons(
    change: Change, people_list: PeopleList, preview: Preview, places: Mapping[str, str], by: Actor
) -> list[str]:
    """Fill and replace what was shown, in the people who are here already; their public ids.

    Those in whom nothing changes are noted as people of the list too.
    """
    wanted = {
        each.same_as: (each, preview.fills(each))
        for each in reversed(preview.outcomes)
        if each.state is State.SAME and not each.same_row
    }
    changed = []
    for person in _locked(change.session, list(wanted)):
        each, fills = wanted[person.public_id]
        if not fills:
            change.session.add(
                PeopleListPerson(
                    list_id=people_list.id,
                    person_id=person.id,
                    row=each.number,
                    added=False,
                    row_version=0,
                )
            )
            continue
        before = _fill(change, person, each, fills, places, by)
        person.row_version += 1
        person.changed_at = change.now
        change.session.add(
            PeopleListPerson(
                list_id=people_list.id,
                person_id=person.id,
                row=each.number,
                added=False,
                row_version=person.row_version,
                before=seal(json.dumps(before), kind=_BEFORE, public_id=person.public_id),
            )
        )
        changed.append(person.public_id)
    return changed


def _locked(session: Session, public_ids: Sequence[str]) -> Iterable[Person]:
    for start in range(0, len(public_ids), _AT_ONCE):
        yield from session.scalars(
            select(Person)
            .where(Person.public_id.in_(public_ids[start : start + _AT_ONCE]))
            .order_by(Person.id)
            .with_for_update()
        ).all()


def _written(value: Any) -> Any:
    """A column's value as JSON holds it."""
    if isinstance(value, bytes):
        return ["bytes", base64.b64encode(value).decode()]
    if isinstance(value, datetime):
        return ["moment", value.isoformat()]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    return value


def _read(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, text = value
    if kind == "bytes":
        return base64.b64decode(text)
    return datetime.fromisoformat(text) if kind == "moment" else date.fromisoformat(text)


def _fill(
    change: Change,
    person: Person,
    each: Outcome,
    fills: Sequence[str],
    places: Mapping[str, str],
    by: Actor,
) -> dict[str, Any]:
    row = each.placed.row
    values: dict[str, Any] = {}
    for name in fills:
        if name == "phone":
            values |= phone_values(person.public_id, row.phone, by.public_id)
        elif name == "email":
            values |= email_values(person.public_id, row.email, by.public_id)
        elif name == "birth":
            values |= {"birth_year": row.birth.year, "age_band": row.birth.band}
        elif name != "organisation":
            values[name] = row.fact(name)
    kept = {name: getattr(person, name) for name in (*values, *_AGE)}
    if "printed_name" in values:
        kept["printed_name_confirmed_at"] = person.printed_name_confirmed_at
        person.printed_name_confirmed_at = None
    band = person.age_band
    for name, value in values.items():
        setattr(person, name, value)
    note_age(person, band, by, change.now)
    before: dict[str, Any] = {"columns": {name: _written(value) for name, value in kept.items()}}
    if "organisation" in fills:
        place = each.placed.organisation or places[each.placed.new_station]
        before |= _post(change, person, place)
    return before


def _post(change: Change, person: Person, place: str) -> dict[str, Any]:
    session = change.session
    organisation = session.scalars(
        select(Organisation.id).where(Organisation.public_id == place)
    ).one()
    today = to_local(change.now).date()
    present = session.scalar(select(Posting).where(Posting.person_id == person.id, Posting.is_open))
    ended = ""
    if present is not None:
        present.until = max(today, present.since)
        ended = present.public_id
        session.flush()
    made = Posting(
        public_id=new_public_id(), person_id=person.id, organisation_id=organisation, since=today
    )
    session.add(made)
    return {"posting_added": made.public_id, "posting_ended": ended}


def undo_list(public_id: str, by: Actor) -> None:
    """Take a list back: whom it added goes, what it changed is as before. All, or nothing.

    Raises NotFound, and NotUndone if anything depends on one of the people it added, or one of them
    was changed since.
    """
    with audited("people.list_undone", by) as change:
        session = change.session
        found = session.scalar(
            select(PeopleList)
            .where(PeopleList.public_id == public_id, PeopleList.created_by == by.public_id)
            .with_for_update()
        )
        if found is None or found.state == "waiting":
            raise NotFound
        if found.state == "undone":
            change.nothing()
            return
        entries = session.scalars(
            select(PeopleListPerson).where(PeopleListPerson.list_id == found.id)
        ).all()
        persons = _persons_of(session, entries)
        added = [entry for entry in entries if entry.added]
        touched = [entry for entry in entries if entry.before is not None]
        for entry in touched:
            if persons[entry.person_id].row_version != entry.row_version:
                raise NotUndone
        if depending(session, [entry.person_id for entry in added]):
            raise NotUndone
        for entry in touched:
            if not entry.added:
                _put_back(session, persons[entry.person_id], entry, change)
        _remove(session, added)
        found.state = "undone"
        found.undone_at, found.undone_by = change.now, by.public_id
        change.about(public_id, *(persons[entry.person_id].public_id for entry in touched))
        session.execute(delete(PeopleListPerson).where(PeopleListPerson.list_id == found.id))
        _remove_places(session, found)


def _persons_of(session: Session, entries: Sequence[PeopleListPerson]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    keys = [entry.person_id for entry in entries]
    for start in range(0, len(keys), _AT_ONCE):
        rows = session.scalars(
            select(Person)
            .where(Person.id.in_(keys[start : start + _AT_ONCE]))
            .order_by(Person.id)
            .with_for_update()
        )
        found |= {person.id: person for person in rows}
    return found


def _references(to: Table) -> list[Column[Any]]:
    """Every column of the schema that refers to a table's rows."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is to
    ]


_OWN = frozenset({"posting", "people_list_person"})
# Found by a sweep, and found again by the next.
_FOUND = frozenset({"likely_duplicate", "not_the_same"})


def depending(session: Session, person_ids: Sequence[int]) -> bool:
    """True if anything but their first posting and the list itself refers to these people."""
    person = Base.metadata.tables[Person.__tablename__]
    for column in _references(person):
        if column.table.name in _OWN | _FOUND:
            continue
        for start in range(0, len(person_ids), _AT_ONCE):
            some = person_ids[start : start + _AT_ONCE]
            if session.execute(select(column).where(column.in_(some)).limit(1)).first():
                return True
    for start in range(0, len(person_ids), _AT_ONCE):
        some = person_ids[start : start + _AT_ONCE]
        later = (
            select(Posting.person_id)
            .where(Posting.person_id.in_(some))
            .group_by(Posting.person_id)
            .having((func.count(Posting.id) > 1) | (func.count(Posting.until) > 0))
        )
        again = (
            select(PeopleListPerson.person_id)
            .where(PeopleListPerson.person_id.in_(some))
            .group_by(PeopleListPerson.person_id)
            .having(func.count(PeopleListPerson.id) > 1)
        )
        if session.execute(later.limit(1)).first() or session.execute(again.limit(1)).first():
            return True
    return False


def _put_back(session: Session, person: Person, entry: PeopleListPerson, change: Change) -> None:
    before = json.loads(open_text(entry.before or b"", kind=_BEFORE, public_id=person.public_id))
    added, ended = before.pop("posting_added", ""), before.pop("posting_ended", "")
    for name, value in before["columns"].items():
        setattr(person, name, _read(value))
    if added:
        made = session.scalar(select(Posting).where(Posting.public_id == added))
        if made is None or not made.is_open:
            raise NotUndone
        session.delete(made)
        session.flush()
    if ended:
        present = session.scalar(select(Posting).where(Posting.public_id == ended))
        if present is None:
            raise NotUndone
        present.until = None
    person.row_version += 1
    person.changed_at = change.now


def _remove(session: Session, added: Sequence[PeopleListPerson]) -> None:
    session.flush()
    person = Base.metadata.tables[Person.__tablename__]
    keys = [entry.person_id for entry in added]
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        for found in _references(person):
            if found.table.name in _FOUND:
                session.execute(delete(found.table).where(found.in_(some)))
        for table, column in (
            (Posting, Posting.person_id),
            (PeopleListPerson, PeopleListPerson.person_id),
            (Person, Person.id),
        ):
            session.execute(
                delete(table).where(column.in_(some)).execution_options(synchronize_session=False)
            )


def _remove_places(session: Session, people_list: PeopleList) -> None:
    """Take away the organisations that came with the list and that nothing refers to."""
    table = Base.metadata.tables[Organisation.__tablename__]
    for public_id in people_list.organisations:
        key = session.scalar(select(Organisation.id).where(Organisation.public_id == public_id))
        used = any(
            session.execute(select(column).where(column == key).limit(1)).first()
            for column in _references(table)
        )
        if key is not None and not used:
            session.execute(
                delete(Organisation)
                .where(Organisation.id == key)
                .execution_options(synchronize_session=False)
            )
