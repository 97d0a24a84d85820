"""People who are to be put on a track together: of a workshop, pasted, or ticked in a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, true

from kash.attendance.queries.registers import attended
from kash.people.models import Group, Person
from kash.people.rules.persons import sort_name
from kash.people.scope import within_reach
from kash.platform.database import db, is_public_id
from kash.platform.web.errors import one_or_404
from kash.policy import SYSTEM, Actor
from kash.tracks.models import Track, TrackEnrolment, TrackMove, TrackVersion
from kash.tracks.rules.entering import (
    EntryOutcome,
    PastedLine,
    ReadLine,
    outcome_of,
    read_lines,
)
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.due import workshops_of_trainer
from kash.workshops.queries.scope import own_workshop

# Of more people who were put on a track together a list tells only that there are more.
MOST_OF_BATCH = 100
# Of those that somebody runs, the latest are offered.
MOST_WORKSHOPS = 30
_AT_ONCE = 500
_PAPER_CODE = 6
# Said outright, so that SQLite sees that its index of those alone fits.
_NONE: ColumnElement[str] = literal_column("''")
_UNDONE_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Entrant:
    """Somebody who is to be put on a track. `version` is that on which she is, 0 for nobody."""

    person: str
    name: str
    letter: str
    outcome: EntryOutcome
    version: int


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """The persons whom an actor puts on tracks, each asked about by herself; of whoever has the
    machine, everybody."""
    if actor is SYSTEM:
        return true()
    return within_reach(actor, "tracks.keep", few=True)


def entrants(track: Track, actor: Actor, people: Collection[str]) -> list[Entrant]:
    """These people (public ids) by name, as far as they are the actor's own; a query for each five
    hundred."""
    found = []
    on_it = (TrackEnrolment.person_id == Person.id) & (TrackEnrolment.track_id == track.id)
    for some in _parts(people):
        for row in db.session.execute(
            select(
                Person.id,
                Person.public_id,
                Person.chosen_name,
                Person.sort_name,
                Group.letter,
                Person.minor,
                TrackVersion.number,
            )
            .join(Group, Group.id == Person.group_id)
            .outerjoin(TrackEnrolment, on_it)
            .outerjoin(TrackVersion, TrackVersion.id == TrackEnrolment.version_id)
            .where(Person.public_id.in_(some), kept_by(actor))
        ):
            outcome = outcome_of(
                on_it=row.number is not None,
                minor=row.minor,
                oneself=row.id == actor.person_id,
            )
            one = Entrant(row.public_id, row.chosen_name, row.letter, outcome, row.number or 0)
            found.append(((row.sort_name, row.id), one))
    return [one for _order, one in sorted(found, key=lambda pair: pair[0])]


def _parts(values: Collection[str]) -> Iterator[Sequence[str]]:
    each = list(dict.fromkeys(values))
    for start in range(0, len(each), _AT_ONCE):
        yield each[start : start + _AT_ONCE]


def workshops_to_enter_from(actor: Actor) -> list[tuple[str, str, date]]:
    """(public id, title, first day) of the latest MOST_WORKSHOPS that an actor runs, the latest
    first."""
    rows = db.session.execute(
        workshops_of_trainer(actor)
        .with_only_columns(Workshop.public_id, Workshop.title, Workshop.starts_on)
        .order_by(None)
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(MOST_WORKSHOPS)
    )
    return [(row.public_id, row.title, row.starts_on) for row in rows]


def people_of_workshop(actor: Actor, workshop: str, least: int = 0) -> list[str]:
    """The public ids of who has a place in a workshop that an actor runs, or who attended so many
    per cent of its hours at least. Raises NotFound."""
    held = own_workshop(workshop, actor, "workshops.edit")
    people = select(Person.id, Person.public_id).join(Enrolment, Enrolment.person_id == Person.id)
    rows = db.session.execute(
        people.where(Enrolment.workshop_id == held.id, Enrolment.state == "confirmed")
    ).all()
    if not least:
        return [row.public_id for row in rows]
    enough = {one.person_id for one in attended(held.register_id) if one.percentage >= least}
    return [row.public_id for row in rows if row.id in enough]


def people_of_lines(actor: Actor, lines: Sequence[PastedLine]) -> list[ReadLine[str]]:
    """Pasted lines with those of an actor's own people whom they lead to (public ids): by number of
    a participant, code on paper, reference of the programme, or name."""
    terms = {cell for line in lines for cell in line.cells}
    # By what each is found: a term may be a number, a reference and a name at once.
    found: defaultdict[str, set[str]] = defaultdict(set)
    for condition, keys in _ways(terms):
        for row in db.session.execute(
            select(Person.public_id, Person.reference, Person.sort_name).where(
                condition, kept_by(actor)
            )
        ):
            for key in (row.public_id, row.public_id[:_PAPER_CODE], row.reference, row.sort_name):
                if key in keys:
                    found[key].add(row.public_id)

    def people(cell: str) -> frozenset[str]:
        for key in (cell.lower(), cell, sort_name(cell)):
            if key and key in found:
                return frozenset(found[key])
        return frozenset()

    return read_lines(lines, people)


def _ways(terms: Collection[str]) -> Iterator[tuple[ColumnElement[bool], frozenset[str]]]:
    numbers = [term.lower() for term in terms if is_public_id(term.lower())]
    codes = [term.lower() for term in terms if len(term) == _PAPER_CODE and term.isalnum()]
    names = {sort_name(term) for term in terms} - {""}
    beginning = func.substr(Person.public_id, 1, _PAPER_CODE)
    for column, values in (
        (Person.public_id, numbers),
        (beginning, codes),
        (Person.reference, terms),
        (Person.sort_name, names),
    ):
        for some in _parts(values):
            yield column.in_(some), frozenset(some)


@dataclass(frozen=True)
class EnteredBatch:
    """People who were put on a track together: when, by whom (an account), how many of the actor's
    own are still on it as they were put there."""

    batch: str
    at: datetime
    by: str
    people: int


def undoable(track_id: int, actor: Actor, now: datetime, batch: Any) -> Select[int]:
    """The keys of enrolments that were made together, as one batch, in the last thirty days and can
    be taken back: of the actor's own people, who were not moved since."""
    moved = select(TrackMove.id).where(TrackMove.enrolment_id == TrackEnrolment.id)
    return (
        select(TrackEnrolment.id)
        .join(Person, Person.id == TrackEnrolment.person_id)
        .where(
            TrackEnrolment.track_id == track_id,
            TrackEnrolment.enrolled_at > now - _UNDONE_WITHIN,
            TrackEnrolment.batch != _NONE,
            TrackEnrolment.batch == batch,
            Person.id != (actor.person_id or 0),
            kept_by(actor),
            ~moved.exists(),
        )
    )


def batch_to_undo(track: Track, actor: Actor, now: datetime, batch: str) -> EnteredBatch:
    """People who were put on a track together and can be taken off again. Raises NotFound."""
    row = db.session.execute(
        select(
            func.max(TrackEnrolment.enrolled_at), func.max(TrackEnrolment.enrolled_by), func.count()
        ).where(TrackEnrolment.id.in_(undoable(track.id, actor, now, batch)))
    ).one()
    return one_or_404(EnteredBatch(batch, *row) if row[2] else None)


def batches_to_undo(track: Track, actor: Actor, now: datetime) -> list[EnteredBatch]:
    """The three latest batches of people who can be taken off again; of each no more people are
    counted than MOST_OF_BATCH + 1. One query."""
    # Whoever was put on it together was so at one moment by one account.
    each = (
        select(
            TrackEnrolment.batch,
            TrackEnrolment.enrolled_at.label("at"),
            TrackEnrolment.enrolled_by.label("by"),
        )
        .where(
            TrackEnrolment.track_id == track.id,
            TrackEnrolment.batch != _NONE,
            TrackEnrolment.enrolled_at > now - _UNDONE_WITHIN,
        )
        .distinct()
        .subquery("each")
    )
    # Found before they are counted: else each batch of the thirty days would be. One of each is
    # asked for by its key, as PostgreSQL would look at everybody of all to tell whether there is.
    one = undoable(track.id, actor, now, each.c.batch).correlate(each).limit(1).scalar_subquery()
    latest = (
        select(each)
        .where(one.is_not(None))
        .order_by(each.c.at.desc(), each.c.batch)
        .limit(3)
        .subquery("latest")
    )
    some = (
        undoable(track.id, actor, now, latest.c.batch)
        .limit(MOST_OF_BATCH + 1)
        .correlate(latest)
        .subquery()
    )
    people = select(func.count()).select_from(some).scalar_subquery()
    rows = db.session.execute(select(latest, people).order_by(latest.c.at.desc(), latest.c.batch))
    return [EnteredBatch(*row) for row in rows]
