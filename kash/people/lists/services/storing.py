"""Changes that a list makes to people who are here already, and taking a whole list back.
Additions of a list: people and organisations. Storing a list: exactly what was shown, in one
transaction, or nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.people.facts import GATHERED
from kash.people.lists import renewing
from kash.people.lists.choices import Choices, opened_choices, sealed_choices
from kash.people.lists.files import ReadFile, sealed_mapping, shape_of
from kash.people.lists.pages import report_of
from kash.people.lists.previews import Preview, mapping_of
from kash.people.lists.queries import people_revision, person_numbers
from kash.people.lists.renewing import renewed
from kash.people.lists.rules.classing import Outcome, State
from kash.people.lists.rules.rows import gathered
from kash.people.models import (
    Group,
    Organisation,
    PeopleList,
    PeopleListMapping,
    PeopleListPerson,
    Person,
    Posting,
)
from kash.people.queries.persons import AT_ONCE, chunks
from kash.people.services.persons import (
    PersonDetails,
    email_values,
    made_person,
    note_age,
    phone_values,
)
from kash.platform.database import Base, db, new_public_id, utc_now, writing
from kash.platform.vault import audited, open_text, seal
from kash.platform.vault.audit import Change
from kash.platform.web import NotFound, Problem
from kash.platform.web.formats import local_today, to_local
from kash.policy import Actor

_BEFORE = "people.list_before"
# What follows from an age, and changes with it.
_AGE = ("age_recorded_on", "minor", "minor_since", "minor_by", "minor_seen_at", "minor_seen_by")


_NOT_UNDONE = _l(
    "This list can no longer be undone: somebody in it was enrolled, marked or changed since."
)


def change_persons(
    change: Change, people_list: PeopleList, preview: Preview, places: Mapping[str, str], by: Actor
) -> list[str]:
    """Fill and replace what was shown, in the people who are here already; their public ids.

    Those who stay as they are are noted as people of the list too.
    """
    wanted = {
        outcome.same_as: (outcome, preview.fills(outcome))
        for outcome in reversed(preview.outcomes)
        if outcome.state is State.SAME and not outcome.same_row
    }
    changed = []
    for person in _locked(change.session, Person.public_id, wanted):
        outcome, fills = wanted[person.public_id]
        entry = PeopleListPerson(
            list_id=people_list.id,
            person_id=person.id,
            row=outcome.number,
            added=False,
            row_version=0,
        )
        change.session.add(entry)
        if fills:
            before = json.dumps(_fill(change, person, outcome, fills, places, by))
            person.row_version += 1
            person.changed_at = change.now
            entry.row_version = person.row_version
            entry.before = seal(before, kind=_BEFORE, public_id=person.public_id)
            changed.append(person.public_id)
    return changed


def _locked(session: Session, key: Any, values: Iterable[Any]) -> Iterable[Person]:
    for some in chunks(values):
        yield from session.scalars(
            select(Person).where(key.in_(some)).order_by(Person.id).with_for_update()
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
    outcome: Outcome,
    fills: Sequence[str],
    places: Mapping[str, str],
    by: Actor,
) -> dict[str, Any]:
    person_row = outcome.placed.row
    values: dict[str, Any] = {}
    for name in fills:
        if name == "phone":
            values |= phone_values(person.public_id, person_row.phone, by.public_id)
        elif name == "email":
            values |= email_values(person.public_id, person_row.email, by.public_id)
        elif name == "birth":
            values |= {"birth_year": person_row.birth.year, "age_band": person_row.birth.band}
        elif name in GATHERED:
            values[name] = gathered(getattr(person, name), person_row.fact(name))
        elif name != "organisation":
            values[name] = person_row.fact(name)
    former = {name: getattr(person, name) for name in (*values, *_AGE)}
    if "printed_name" in values:
        former["printed_name_confirmed_at"] = person.printed_name_confirmed_at
        person.printed_name_confirmed_at = None
    band = person.age_band
    for name, value in values.items():
        setattr(person, name, value)
    note_age(person, band, by, change.now)
    before: dict[str, Any] = {"columns": {name: _written(value) for name, value in former.items()}}
    if "organisation" in fills:
        place = outcome.placed.organisation or places[outcome.placed.new_station]
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
    posting = Posting(
        public_id=new_public_id(), person_id=person.id, organisation_id=organisation, since=today
    )
    session.add(posting)
    return {"posting_added": posting.public_id, "posting_ended": ended}


def undo_list(public_id: str, by: Actor) -> None:
    """Take a list back: the people it added go, what it changed is as before. All, or nothing.

    Raises NotFound and Problem if anything depends on one of the people it added, or one of them
    was changed since.
    """
    with audited("people.list_undone", by) as change:
        session = change.session
        people_list = session.scalar(
            select(PeopleList)
            .where(PeopleList.public_id == public_id, PeopleList.created_by == by.public_id)
            .with_for_update()
        )
        if people_list is None or people_list.state == "waiting":
            raise NotFound
        if people_list.state == "undone":
            change.nothing()
            return
        entries = session.scalars(
            select(PeopleListPerson).where(PeopleListPerson.list_id == people_list.id)
        ).all()
        keys = [entry.person_id for entry in entries]
        persons = {person.id: person for person in _locked(session, Person.id, keys)}
        added = [entry for entry in entries if entry.added]
        touched = [entry for entry in entries if entry.before is not None]
        changed = any(
            persons[entry.person_id].row_version != entry.row_version for entry in touched
        )
        if changed or depending(session, [entry.person_id for entry in added]):
            raise Problem(_NOT_UNDONE)
        for entry in touched:
            if not entry.added:
                _put_back(session, persons[entry.person_id], entry, change)
        _remove(session, added)
        people_list.state = "undone"
        people_list.undone_at, people_list.undone_by = change.now, by.public_id
        change.about(public_id, *(persons[entry.person_id].public_id for entry in touched))
        session.execute(delete(PeopleListPerson).where(PeopleListPerson.list_id == people_list.id))
        _remove_places(session, people_list)


def _references(to: type[Base]) -> list[Column[Any]]:
    """Every column of the schema that refers to a table's rows."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is to.__table__
    ]


_OWN = frozenset({"posting", "people_list_person"})
# Found by a sweep, and found again by the next.
_FOUND = frozenset({"likely_duplicate", "not_the_same"})


def depending(session: Session, person_ids: Sequence[int]) -> bool:
    """True if anything but their first posting and the list itself refers to these people."""
    for some in chunks(person_ids):
        by_others = (
            select(column).where(column.in_(some))
            for column in _references(Person)
            if column.table.name not in _OWN | _FOUND
        )
        later = (
            select(Posting.person_id)
            .where(Posting.person_id.in_(some))
            .group_by(Posting.person_id)
            .having((func.count() > 1) | (func.count(Posting.until) > 0))
        )
        again = (
            select(PeopleListPerson.person_id)
            .where(PeopleListPerson.person_id.in_(some))
            .group_by(PeopleListPerson.person_id)
            .having(func.count() > 1)
        )
        if any(session.execute(query.limit(1)).first() for query in (*by_others, later, again)):
            return True
    return False


def _put_back(session: Session, person: Person, entry: PeopleListPerson, change: Change) -> None:
    before = json.loads(open_text(entry.before or b"", kind=_BEFORE, public_id=person.public_id))
    added, ended = before.pop("posting_added", ""), before.pop("posting_ended", "")
    for name, value in before["columns"].items():
        setattr(person, name, _read(value))
    if added:
        posting = session.scalar(select(Posting).where(Posting.public_id == added))
        if posting is None or not posting.is_open:
            raise Problem(_NOT_UNDONE)
        session.delete(posting)
        session.flush()
    if ended:
        present = session.scalar(select(Posting).where(Posting.public_id == ended))
        if present is None:
            raise Problem(_NOT_UNDONE)
        present.until = None
    person.row_version += 1
    person.changed_at = change.now


def _remove(session: Session, added: Sequence[PeopleListPerson]) -> None:
    session.flush()
    going = [column for column in _references(Person) if column.table.name in _FOUND | _OWN]
    for some in chunks(entry.person_id for entry in added):
        for column in (*going, Person.__table__.c.id):
            session.execute(delete(column.table).where(column.in_(some)))


def _remove_places(session: Session, people_list: PeopleList) -> None:
    """Take away the organisations that came with the list and that nothing refers to."""
    for public_id in people_list.organisations:
        key = session.scalar(select(Organisation.id).where(Organisation.public_id == public_id))
        used = any(
            session.execute(select(column).where(column == key).limit(1)).first()
            for column in _references(Organisation)
        )
        if key is not None and not used:
            session.execute(delete(Organisation).where(Organisation.id == key))


def known_places(preview: Preview) -> set[str]:
    """Public ids of organisations that the rows name, an empty one for none."""
    return {outcome.placed.organisation for outcome in preview.outcomes}


def add_places(change: Change, people_list: PeopleList, preview: Preview) -> dict[str, str]:
    """Public ids of organisations by what rows say: an id of its own, or the name of a new one."""
    places = {key: key for key in known_places(preview) if key}
    police = change.session.scalar(select(Group.is_police).where(Group.public_id == preview.group))
    wanted: dict[str, str] = {}
    for outcome in preview.outcomes:
        stored = outcome.state is State.NEW or "organisation" in preview.fills(outcome)
        if stored and outcome.placed.new_station:
            wanted.setdefault(outcome.placed.new_station, outcome.placed.group)
    for name in wanted:
        organisation = Organisation(
            public_id=new_public_id(),
            name=name,
            kind="station" if police else "collective",
            group_id=change.session.scalar(select(Group.id).where(Group.public_id == wanted[name])),
            created_at=change.now,
        )
        change.session.add(organisation)
        places[name] = organisation.public_id
        change.about(organisation.public_id)
    change.session.flush()
    return places


def details_of(outcome: Outcome) -> PersonDetails:
    """A row as the person that it becomes."""
    person_row = outcome.placed.row
    return PersonDetails(
        chosen_name=person_row.name,
        group=outcome.placed.group,
        age_band=person_row.birth.band,
        birth_year=person_row.birth.year,
        organisation=outcome.placed.organisation,
        since=person_row.since,
        phone=person_row.phone or None,
        email=person_row.email or None,
        shared_phone=outcome.shared_phone,
        **person_row.facts,
    )


class Addition(NamedTuple):
    """A person who is added, ready to be written: the columns of her row, the public id of her
    posting, if she gets one, and what is kept sealed for undoing the list."""

    public_id: str
    outcome: Outcome
    columns: dict[str, Any]
    posting: str
    before: bytes


def additions(
    preview: Preview, by: Actor, report: Callable[[int], None] | None = None
) -> list[Addition]:
    """People that a list adds, sealed and numbered before its transaction begins."""
    now = utc_now()
    groups = {group.public_id: group for group in db.session.scalars(select(Group))}
    new = []
    for done, outcome in enumerate(preview.outcomes):
        if report is not None and done % AT_ONCE == 0:
            report(done)
        if outcome.state is not State.NEW:
            continue
        key = new_public_id()
        placed = outcome.placed
        posting = new_public_id() if placed.organisation or placed.new_station else ""
        new.append(
            Addition(
                key,
                outcome,
                _columns(made_person(details_of(outcome), groups[placed.group], by, now, key)),
                posting,
                seal(posting, kind=_BEFORE, public_id=key),
            )
        )
    return new


def _columns(person: Person) -> dict[str, Any]:
    """A new person's row, so that all have the same columns."""
    attributes = person.__dict__
    values = {}
    for column in Person.__table__.columns:
        default = column.default
        if column.key in attributes:
            values[column.key] = attributes[column.key]
        elif default is not None and default.is_scalar:
            values[column.key] = default.arg
        elif not column.primary_key:
            values[column.key] = None
    return values


def _insert(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(table), rows[start : start + AT_ONCE])


def add_postings(
    session: Session,
    new: Sequence[Addition],
    numbers: Mapping[str, int],
    places: Mapping[str, str],
    change: Change,
) -> None:
    """Post them where their rows say."""
    ids = {
        public_id: key
        for some in chunks(set(places.values()))
        for public_id, key in session.execute(
            select(Organisation.public_id, Organisation.id).where(Organisation.public_id.in_(some))
        )
    }
    postings = [
        {
            "public_id": addition.posting,
            "person_id": numbers[addition.public_id],
            "organisation_id": ids[
                addition.outcome.placed.organisation or places[addition.outcome.placed.new_station]
            ],
            "since": addition.outcome.placed.row.since or to_local(change.now).date(),
        }
        for addition in new
        if addition.posting
    ]
    _insert(session, Posting, postings)


_TRIES = 3


class ListChanged(Problem):
    """The list that would be stored is not the one that was shown. Nothing was stored."""

    sentence = _l("People were added or changed meanwhile. Nothing was saved.")


class ListGone(Problem):
    """The list waits no longer."""

    sentence = _l("This list was added or thrown away already. Bring it in again.")


def store_as_shown(
    public_id: str,
    shown: Preview,
    choices: Choices,
    seen: str,
    by: Actor,
    report: Callable[[int, int], None] | None = None,
) -> None:
    """Store a list if it does what was shown by the digest `seen`, even if people were added
    meanwhile.

    `report` is told how many rows of how many are ready to be written. If it does not, what it
    would do now is kept instead, with the rows that others changed. A list that another window
    stored meanwhile stays as it is. Raises ListChanged and ListGone.
    """
    total = len(shown.rows)
    for _try in range(_TRIES):
        fresh = people_revision(db.session()) == shown.mark
        now = shown if fresh else renewed(shown, choices, by, local_today())
        if now.digest != seen:
            break
        # Made before, as nothing slow belongs into the transaction.
        done = report_of(now)
        new = additions(now, by, lambda ready: report(ready, total) if report else None)
        try:
            changed = _stored(public_id, now, choices, new, done, by)
        except IntegrityError:
            # A number was given to somebody while this was written: the next try knows it.
            continue
        if changed is None:
            renewing.throw_away_waiting(public_id)
            return
        now = changed
        break
    renewing.keep_preview(public_id, now, shown)
    # Looked at once that is kept: the person who stores the list later throws it away.
    db.session.rollback()
    state = db.session.scalar(select(PeopleList.state).where(PeopleList.public_id == public_id))
    if state == "waiting":
        raise ListChanged
    renewing.throw_away_waiting(public_id)
    if state is None:
        raise ListGone


def _stored(
    public_id: str,
    preview: Preview,
    choices: Choices,
    new: Sequence[Addition],
    report: bytes,
    by: Actor,
) -> Preview | None:
    """None if it was stored; else the preview that it would be now, and nothing was stored."""
    with audited("people.people_imported", by) as change:
        session = change.session
        people_list = session.scalar(
            select(PeopleList)
            .where(PeopleList.public_id == public_id, PeopleList.created_by == by.public_id)
            .with_for_update()
        )
        if people_list is None:
            raise ListGone
        if people_list.state != "waiting":
            change.nothing()
            return None
        # One list after the other: two that hold the same people must see each other.
        session.execute(select(Group.id).order_by(Group.id).with_for_update())
        if opened_choices(people_list.choices or b"", public_id) != choices:
            # Corrected in another window since: the preview was made of other choices.
            change.nothing()
            return preview
        if people_revision(session) != preview.mark:
            now = renewed(preview, choices, by, local_today())
            if now.digest != preview.digest:
                change.nothing()
                return now
        _store(change, people_list, preview, new, by)
        _remember(session, preview, choices, by)
        # By the person who stores it alone: another window's would be of another list of people.
        renewing.keep(public_id, "report", report)
        change.about(public_id)
    return None


def _store(
    change: Change, people_list: PeopleList, preview: Preview, new: Sequence[Addition], by: Actor
) -> None:
    session = change.session
    places = add_places(change, people_list, preview)
    _insert(session, Person, [addition.columns for addition in new])
    numbers = person_numbers(session, [addition.public_id for addition in new])
    add_postings(session, new, numbers, places, change)
    entries = [
        {
            "list_id": people_list.id,
            "person_id": numbers[addition.public_id],
            "row": addition.outcome.number,
            "added": True,
            "row_version": 1,
            "before": addition.before,
        }
        for addition in new
    ]
    _insert(session, PeopleListPerson, entries)
    changed = change_persons(change, people_list, preview, places, by)
    counts = preview.counts
    people_list.state = "added"
    people_list.added_at = change.now
    people_list.choices = None
    people_list.group_id = session.scalar(select(Group.id).where(Group.public_id == preview.group))
    people_list.new_count, people_list.changed_count = len(new), len(changed)
    people_list.same_count = counts[State.SAME]
    people_list.left_count = counts[State.DOUBTFUL] + counts[State.WRONG] + counts[State.OUT]
    people_list.organisations = sorted(set(places.values()) - known_places(preview))
    people_list.has_report = True
    change.about(*(addition.public_id for addition in new), *changed)


def _remember(session: Session, preview: Preview, choices: Choices, by: Actor) -> None:
    if not any(preview.table.headings):
        return
    mapped = mapping_of(preview)
    shape = shape_of(preview.table.headings)
    mapping = session.scalar(
        select(PeopleListMapping).where(
            PeopleListMapping.shape == shape, PeopleListMapping.created_by == by.public_id
        )
    )
    if mapping is None:
        mapping = PeopleListMapping(public_id=new_public_id(), shape=shape, created_by=by.public_id)
        session.add(mapping)
    mapping.sealed = sealed_mapping(mapped, mapping.public_id)
    mapping.changed_at = utc_now()


def import_at_once(read: ReadFile, by: Actor, preview: Preview, choices: Choices) -> str:
    """Store a list that does not wait, as the command line does; returns its public id.

    Raises ListChanged if someone was added meanwhile.
    """
    public_id = new_public_id()
    with writing() as session:
        session.add(
            PeopleList(
                public_id=public_id,
                format="csv" if read.encoding else "xlsx",
                choices=sealed_choices(choices, public_id),
                created_by=by.public_id,
            )
        )
    new, done = additions(preview, by), report_of(preview)
    if _stored(public_id, preview, choices, new, done, by) is not None:
        with writing() as session:
            session.execute(delete(PeopleList).where(PeopleList.public_id == public_id))
        raise ListChanged
    return public_id
