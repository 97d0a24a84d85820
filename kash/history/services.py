"""Looking at an export, bringing it in whole, and taking it back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.history.errors import GroupOfNobody, NoExport, NothingEarlier, RowsWrong, ShownOtherwise
from kash.history.models import EarlierImport, EarlierTraining
from kash.history.queries import BRING, FittingPerson, candidates, known_keys, own_import
from kash.history.rules import Export, NamedInRow, TrainingRow, UnreadableExport, plain, read_export
from kash.people.models import Group, Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.formats import local_today
from kash.policy import Actor


@dataclass(frozen=True)
class SharedName:
    """A name that fits several people; `key` names what is chosen for it."""

    key: str
    written: str
    people: tuple[FittingPerson, ...]


@dataclass(frozen=True)
class EarlierPreview:
    """Outcome that an export would have. Counts are of trainings of one person; those of names that
    fit several people are in neither."""

    export: Export
    text: str
    group: str
    new: int
    known: int
    found: tuple[tuple[str, FittingPerson], ...]
    shared: tuple[SharedName, ...]
    nobody: tuple[str, ...]
    digest: str


Fitting = dict[NamedInRow, tuple[FittingPerson, ...]]


def look_through(text: str, group: str, actor: Actor) -> EarlierPreview:
    """Preview of what an export would bring; nothing is kept. Raises NoExport and GroupOfNobody."""
    export = _read(text)
    return _preview(db.session(), export, plain(text), group, actor)


def bring_in(
    text: str, group: str, shown: str, chosen: Mapping[str, str], actor: Actor
) -> tuple[str, int]:
    """Save what was shown under a digest, and for each shared name the person who was chosen
    (public id; "" leaves her out). Returns the public id of the import and how many it holds.

    Raises NoExport, GroupOfNobody, RowsWrong, ShownOtherwise and NothingEarlier.
    """
    export = _read(text)
    if export.faults:
        raise RowsWrong
    with audited("history.brought", by=actor) as change:
        session = change.session
        preview = _preview(session, export, plain(text), group, actor)
        if preview.digest != shown:
            raise ShownOtherwise
        people = _decided(preview, chosen)
        locked = select(Person.id).where(Person.id.in_({one.id for one in people.values()}))
        reached = set(session.scalars(locked.where(within_reach(actor, BRING)).with_for_update()))
        if reached != {one.id for one in people.values()}:
            raise ShownOtherwise
        rows = _rows(session, export, people)
        if not rows:
            raise NothingEarlier
        made = EarlierImport(brought_by=actor.public_id, brought_at=change.now)
        session.add(made)
        session.flush()
        for row in rows:
            row.import_id = made.id
        session.add_all(rows)
        change.about(made.public_id)
        return made.public_id, len(rows)


def take_back(public_id: str, actor: Actor) -> None:
    """Take back all of a file that the actor brought in. Raises NotFound."""
    with audited("history.taken_back", by=actor) as change:
        found = own_import(change.session, actor, public_id)
        change.session.execute(delete(EarlierTraining).where(EarlierTraining.import_id == found.id))
        change.session.delete(found)
        change.about(public_id)


def _read(text: str) -> Export:
    try:
        return read_export(plain(text), local_today())
    except UnreadableExport as fault:
        raise NoExport(fault.why) from None


def _preview(
    session: Session, export: Export, text: str, group: str, actor: Actor
) -> EarlierPreview:
    if not session.scalar(select(Group.id).where(Group.public_id == group)):
        raise GroupOfNobody
    fitting = _fitting(session, export, group, actor)
    by_name = {named.written: people for named, people in fitting.items()}
    sure = {name: people[0] for name, people in by_name.items() if len(people) == 1}
    shared = tuple(
        SharedName(f"name-{number}", name, people)
        for number, (name, people) in enumerate(by_name.items())
        if len(people) > 1
    )
    everything = {
        (sure[named.written].id, row.source_key(as_trainer=named.as_trainer))
        for row in export.rows
        for named in row.people
        if named.written in sure
    }
    known = everything & known_keys(session, {one.id for one in sure.values()})
    shown = [text, group, [[name, [one.id for one in them]] for name, them in by_name.items()]]
    return EarlierPreview(
        export,
        text,
        group,
        new=len(everything) - len(known),
        known=len(known),
        found=tuple(sure.items()),
        shared=shared,
        nobody=tuple(name for name, people in by_name.items() if not people),
        digest=hashlib.sha256(json.dumps(shown).encode()).hexdigest(),
    )


def _fitting(session: Session, export: Export, group: str, actor: Actor) -> Fitting:
    """People whom each name fits: by the whole name, else without the middle one."""
    everybody = dict.fromkeys(named for row in export.rows for named in row.people)
    found = candidates(
        session, actor, group, {name for named in everybody for name in named.sought}
    )
    return {
        named: next((tuple(found[name]) for name in named.sought if name in found), ())
        for named in everybody
    }


def _decided(preview: EarlierPreview, chosen: Mapping[str, str]) -> dict[str, FittingPerson]:
    people = dict(preview.found)
    for name in preview.shared:
        choice = chosen.get(name.key, "")
        if choice:
            fits = [one for one in name.people if one.public_id == choice]
            if not fits:
                raise ShownOtherwise
            people[name.written] = fits[0]
    return people


def _rows(
    session: Session, export: Export, people: Mapping[str, FittingPerson]
) -> list[EarlierTraining]:
    known = known_keys(session, {one.id for one in people.values()})
    rows = []
    for row in export.rows:
        for named in row.people:
            person = people.get(named.written)
            key = row.source_key(as_trainer=named.as_trainer)
            if person is None or (person.id, key) in known:
                continue
            known.add((person.id, key))
            rows.append(_made(row, named, person, key))
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
