"""Words for what is wrong with a file or a row, and for how long a training was. Obstacles in the
way of an export, in sentences for the person who chose it. Looking at an export, bringing it in
whole, and taking it back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.exchange.history.models import EarlierImport, EarlierTraining
from kash.exchange.history.queries import (
    BRING,
    FittingPerson,
    candidates,
    known_keys,
    own_import,
    people_by_id,
)
from kash.exchange.history.rules import (
    Export,
    NamedInRow,
    TrainingRow,
    UnreadableExport,
    plain,
    read_export,
)
from kash.people.models import Group, Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today
from kash.policy import Actor

FILE_FAULTS = {
    "encoding": _l("The signs of this file cannot be read. Save it as CSV in UTF-8."),
    "columns": _l(
        "This is no export of trainings: it needs the columns training_title_phrase (or"
        " training_title), training_start_date, and participants or first_name and last_name."
    ),
    "people": _l(
        "This is a list of people without their trainings. Bring people in under Lists of people;"
        " here export the trainings, or a report about people that names title and start of each"
        " training."
    ),
    "quotes": _l("Quotation marks in this file do not close. Export it again."),
    "empty": _l("There is no training in this file."),
    "long": _l("At most 2,000 trainings and 5,000 names at once. Export it in parts."),
}
ROW_FAULTS = {
    "title": _l("It has no title."),
    "text": _l("Its title, place or organiser is longer than 200 characters."),
    "day": _l("A day cannot be read. Write it as 2019-03-31."),
    "two_days": _l("Day and month can be read in two ways. Write it as 2019-03-31."),
    "mixed": _l("Day and month stand in another order here than you said. Write it as 2019-03-31."),
    "order": _l("It ends before it begins, or its days cannot be true."),
    "length": _l("How long it was cannot be read: a number, and hour, day or week."),
}
SHOWN_OTHERWISE = _l("This changed since it was shown. Nothing was saved: look at it again.")
LENGTHS = {
    "hour": _l("Hours: %(number)s"),
    "day": _l("Days: %(number)s"),
    "week": _l("Weeks: %(number)s"),
}


@dataclass(frozen=True)
class NameInFile:
    """A name of a file, with the trainings in which it stands and the people that it fits; `key`
    names what is chosen for it. `chosen` is who gets these trainings; None leaves them out."""

    key: str
    written: str
    number: str
    trainings: tuple[str, ...]
    people: tuple[FittingPerson, ...]
    chosen: FittingPerson | None = None

    @property
    def by_itself(self) -> FittingPerson | None:
        """The person who gets them where nobody chose."""
        return self.people[0] if len(self.people) == 1 else None


@dataclass(frozen=True)
class EarlierPreview:
    """Outcome that an export would have as it was chosen. `new` and `known` count trainings of one
    person, `left` such of names that are left out."""

    export: Export
    text: str
    group: str
    names: tuple[NameInFile, ...]
    new: int
    known: int
    left: int
    digest: str

    @property
    def matched(self) -> int:
        """How many names get their trainings onto somebody's page."""
        return sum(1 for name in self.names if name.chosen)

    @property
    def nobody(self) -> int:
        """How many names fit nobody."""
        return sum(1 for name in self.names if not name.people)


# A name, and the number by which the other system tells it from the same one.
_Who = tuple[str, str]
Fitting = dict[_Who, tuple[FittingPerson, ...]]


def look_through(
    text: str, group: str, actor: Actor, chosen: Mapping[str, str] | None = None, order: str = ""
) -> EarlierPreview:
    """Preview of what an export would bring; nothing is kept. `chosen` as for `bring_in`. Raises
    GroupOfNobody and a Problem."""
    export = _read(text, order)
    return _preview(db.session(), export, plain(text), group, actor, chosen or {}, order)


def bring_in(
    text: str, group: str, shown: str, chosen: Mapping[str, str], actor: Actor, order: str = ""
) -> tuple[str, int]:
    """Save what was shown under a digest. For each name (by key) the person who was chosen gets its
    trainings (by public id; "" leaves them out); where nothing was chosen the one that it fits
    does, and nobody if there are several. Returns the public id of the import and how many it
    holds.

    Raises Problem and a Problem.
    """
    export = _read(text, order)
    if export.faults or export.two_days:
        raise Problem(
            _l("Some rows cannot be read. Mend them in the file and choose it again."),
            field="file",
            status=422,
        )
    with audited("history.brought", by=actor) as change:
        session = change.session
        preview = _preview(session, export, plain(text), group, actor, chosen, order)
        if preview.digest != shown:
            raise Problem(SHOWN_OTHERWISE, field="file", status=422)
        people = {(name.written, name.number): name.chosen for name in preview.names if name.chosen}
        wanted = {person.id for person in people.values()}
        locked = select(Person.id).where(Person.id.in_(wanted))
        reached = set(session.scalars(locked.where(within_reach(actor, BRING)).with_for_update()))
        if reached != wanted:
            raise Problem(SHOWN_OTHERWISE, field="file", status=422)
        rows = _rows(session, export, people)
        if not rows:
            raise Problem(
                _l("Nothing of this is new. Nothing was saved."), field="file", status=422
            )
        earlier_import = EarlierImport(brought_by=actor.public_id, brought_at=change.now)
        session.add(earlier_import)
        session.flush()
        for training in rows:
            training.import_id = earlier_import.id
        session.add_all(rows)
        change.about(earlier_import.public_id)
        return earlier_import.public_id, len(rows)


def take_back(public_id: str, actor: Actor) -> None:
    """Take back all of a file that the actor brought in. Raises NotFound."""
    with audited("history.taken_back", by=actor) as change:
        earlier_import = own_import(change.session, actor, public_id)
        change.session.execute(
            delete(EarlierTraining).where(EarlierTraining.import_id == earlier_import.id)
        )
        change.session.delete(earlier_import)
        change.about(public_id)


def _read(text: str, order: str) -> Export:
    try:
        return read_export(plain(text), local_today(), order)
    except UnreadableExport as fault:
        raise Problem(FILE_FAULTS[fault.why], field="file", status=422) from None


def _preview(
    session: Session,
    export: Export,
    text: str,
    group: str,
    actor: Actor,
    chosen: Mapping[str, str],
    order: str,
) -> EarlierPreview:
    if not session.scalar(select(Group.id).where(Group.public_id == group)):
        raise Problem(_l("Choose a group."), field="group", status=422)
    fitting = _fitting(session, export, group, actor)
    others = people_by_id(
        session, actor, group, {public_id for public_id in chosen.values() if public_id}
    )
    trainings = _trainings(export)
    names = tuple(
        NameInFile(
            key := f"name-{number}",
            *who,
            trainings[who],
            people,
            _decided(chosen.get(key), people, others),
        )
        for number, (who, people) in enumerate(fitting.items())
    )
    by_who = dict(zip(fitting, names, strict=True))
    places = [
        (by_who[name.written, name.number].chosen, training.source_key(as_trainer=name.as_trainer))
        for training in export.rows
        for name in training.people
    ]
    everything = {(person.id, key) for person, key in places if person}
    present = everything & known_keys(session, {person for person, _key in everything})
    shown = [
        text,
        group,
        order,
        [[name.written, [person.id for person in name.people]] for name in names],
    ]
    return EarlierPreview(
        export,
        text,
        group,
        names,
        new=len(everything) - len(present),
        known=len(present),
        left=sum(1 for person, _key in places if person is None),
        digest=hashlib.sha256(json.dumps(shown).encode()).hexdigest(),
    )


def _trainings(export: Export) -> dict[_Who, tuple[str, ...]]:
    trainings: dict[_Who, dict[str, None]] = {}
    for training in export.rows:
        for person in training.people:
            told = f"{training.title} ({training.first_day.year})"
            trainings.setdefault((person.written, person.number), {})[told] = None
    return {who: tuple(told) for who, told in trainings.items()}


def _fitting(session: Session, export: Export, group: str, actor: Actor) -> Fitting:
    """People that each name fits: by the whole name, else without the middle one."""
    everybody = {
        (named.written, named.number): named.sought
        for training in export.rows
        for named in training.people
    }
    people_alike = candidates(
        session, actor, group, {name for sought in everybody.values() for name in sought}
    )
    return {
        who: next((tuple(people_alike[name]) for name in sought if name in people_alike), ())
        for who, sought in everybody.items()
    }


def _decided(
    choice: str | None, people: tuple[FittingPerson, ...], others: Mapping[str, FittingPerson]
) -> FittingPerson | None:
    if choice is None:
        return people[0] if len(people) == 1 else None
    if not choice:
        return None
    if choice not in others:
        raise Problem(SHOWN_OTHERWISE, field="file", status=422)
    return others[choice]


def _rows(
    session: Session, export: Export, people: Mapping[_Who, FittingPerson]
) -> list[EarlierTraining]:
    present = known_keys(session, {fitting_person.id for fitting_person in people.values()})
    rows = []
    for training in export.rows:
        for named in training.people:
            person = people.get((named.written, named.number))
            key = training.source_key(as_trainer=named.as_trainer)
            if person is None or (person.id, key) in present:
                continue
            present.add((person.id, key))
            rows.append(_made(training, named, person, key))
    return rows


def _made(row: TrainingRow, named: NamedInRow, person: FittingPerson, key: str) -> EarlierTraining:
    return EarlierTraining(
        person_id=person.id,
        source_key=key,
        title=row.title,
        first_day=row.first_day,
        last_day=row.last_day,
        length=row.length,
        length_unit=row.length_unit,
        place=row.place,
        organiser=row.organiser,
        as_trainer=named.as_trainer,
    )
