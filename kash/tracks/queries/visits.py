"""Visits of supervision: of one person, of a track, and those that are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from kash.accounts.holdings import Holder
from kash.people.models import Group, Person
from kash.people.queries.one_group import listed_by_group
from kash.people.queries.organisations import organisations
from kash.people.queries.places import venues
from kash.people.rules.one_group import OneGroup
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing
from kash.policy import Actor
from kash.tracks.models import SupervisionVisit, Track, TrackEnrolment
from kash.tracks.rules.visits import (
    STATION,
    VENUE,
    SeenItem,
    checklist_from_json,
    seen_items,
)

DUE = "due"
_MOST = 200
_Later = aliased(SupervisionVisit)


@dataclass(frozen=True)
class VisitRow:
    """A visit in a list of a track's: whom it was to, and when somebody is to go there next; `due`
    is true once that day has come and nobody has."""

    visit: str
    person: str
    name: str
    letter: str
    day: date
    kind: str
    supervisor: str
    next_on: date | None
    due: bool


def _awaits() -> ColumnElement[bool]:
    """Visits after which another was to come, on which nobody went so far; of people who are still
    on the track, and of nobody under 18."""
    later = exists().where(
        _Later.track_id == SupervisionVisit.track_id,
        _Later.person_id == SupervisionVisit.person_id,
        _Later.withdrawn_at.is_(None),
        or_(
            _Later.day > SupervisionVisit.day,
            and_(_Later.day == SupervisionVisit.day, _Later.id > SupervisionVisit.id),
        ),
    )
    still_on = exists().where(
        TrackEnrolment.track_id == SupervisionVisit.track_id,
        TrackEnrolment.person_id == SupervisionVisit.person_id,
        TrackEnrolment.person.has(~Person.minor),
    )
    return and_(
        SupervisionVisit.next_on.is_not(None),
        SupervisionVisit.withdrawn_at.is_(None),
        still_on,
        ~later,
    )


def visits_of_track(
    track: Track, actor: Actor, today: date, *, state: str = "", letter: str = ""
) -> tuple[Listing[VisitRow], OneGroup[VisitRow]]:
    """The page of the visits to people on a track within reach by name, of one group, to nobody
    under 18: all of them, the latest first, or those that are due, the longest waiting first. Four
    queries at most."""
    due = and_(_awaits(), SupervisionVisit.next_on <= today)
    conditions = [
        SupervisionVisit.track_id == track.id,
        SupervisionVisit.withdrawn_at.is_(None),
        ~Person.minor,
        within_reach(actor, "tracks.standing", few=True),
    ]
    if state == DUE:
        conditions.append(due)
    statement: Any = (
        select(
            SupervisionVisit.public_id,
            Person.public_id,
            Person.chosen_name,
            Group.letter,
            SupervisionVisit.day,
            SupervisionVisit.kind,
            SupervisionVisit.supervisor,
            SupervisionVisit.next_on,
            due.label("due"),
        )
        .join(Person, Person.id == SupervisionVisit.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(*conditions)
    )
    counted: Any = (
        select(SupervisionVisit.id)
        .join(Person, Person.id == SupervisionVisit.person_id)
        .where(*conditions)
    )
    page, group = listed_by_group(
        lambda key: statement.where(Person.group_id == key),
        letter,
        sorts=lambda _few: {"day": SupervisionVisit.day, "next": SupervisionVisit.next_on},
        default_sort="next" if state == DUE else "day",
        default_direction="asc" if state == DUE else "desc",
        key=SupervisionVisit.id,
        counted=lambda key: counted.where(Person.group_id == key),
    )
    return page.turned(_visit_rows), group


def _visit_rows(rows: Sequence[Any]) -> list[VisitRow]:
    return [VisitRow(*(*row[:8], bool(row[8]))) for row in rows]


@dataclass(frozen=True)
class DueVisits:
    """Visits on one track that somebody is to make: how many, and since when the first waits."""

    track: str
    name: str
    name_sw: str
    count: int
    since: date


def due_visits(actor: Actor, today: date) -> list[DueVisits]:
    """The visits that an actor is to make by today, by track, the longest waiting first; one
    query."""
    first = func.min(SupervisionVisit.next_on)
    rows = db.session.execute(
        select(Track.public_id, Track.name, Track.name_sw, func.count(), first)
        .join(Track, Track.id == SupervisionVisit.track_id)
        .where(
            SupervisionVisit.next_by == actor.public_id,
            SupervisionVisit.next_on <= today,
            _awaits(),
            exists()
            .where(
                Person.id == SupervisionVisit.person_id,
                within_reach(actor, "tracks.standing", few=True),
            )
            .correlate(SupervisionVisit),
        )
        .group_by(Track.id, Track.public_id, Track.name, Track.name_sw)
        .order_by(first, Track.id)
    )
    return [DueVisits(*row[:4], row[4] or today) for row in rows]


def visits_of(track_id: int, person_id: int) -> list[SupervisionVisit]:
    """The visits to a person on a track (both by key), withdrawn or not, the latest first."""
    return list(
        db.session.scalars(
            select(SupervisionVisit)
            .where(SupervisionVisit.track_id == track_id, SupervisionVisit.person_id == person_id)
            .options(joinedload(SupervisionVisit.organisation), joinedload(SupervisionVisit.venue))
            .order_by(SupervisionVisit.day.desc(), SupervisionVisit.id.desc())
            .limit(_MOST)
        )
    )


def visit_of(visits: Sequence[SupervisionVisit], public_id: str) -> SupervisionVisit:
    """One of a person's visits. Raises NotFound."""
    return one_or_404(next((one for one in visits if one.public_id == public_id), None))


def seen_of_checklist(checklist: object, visits: Sequence[SupervisionVisit]) -> list[SeenItem]:
    """A checklist as it stands after these visits, which come the latest first."""
    standing = [one for one in reversed(visits) if one.withdrawn_at is None]
    return seen_items(checklist_from_json(checklist), [(one.day, one.observed) for one in standing])


def places_to_choose() -> list[tuple[str, str]]:
    """The places of visits, stations and collectives before venues, as (value, name)."""
    return [
        *((f"{STATION}:{one.public_id}", one.name) for one in organisations()),
        *((f"{VENUE}:{one.public_id}", one.name) for one in venues()),
    ]


def _to_make(leaver: Holder) -> Select[SupervisionVisit]:
    return select(SupervisionVisit).where(SupervisionVisit.next_by == leaver.public_id, _awaits())


def count_to_make(session: Session, leaver: Holder) -> int:
    """Number of visits that an account is still to make."""
    return session.scalar(select(func.count()).select_from(_to_make(leaver).subquery())) or 0


def pass_on_to_make(
    session: Session, leaver: Holder, successor: Holder | None, _now: datetime
) -> Sequence[str]:
    """Have the successor make the visits; who made the earlier ones stays."""
    if successor is None:
        return []
    rows = session.scalars(_to_make(leaver)).all()
    for row in rows:
        row.next_by = successor.public_id
    return [row.public_id for row in rows]
