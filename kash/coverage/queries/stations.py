"""Stations of a group, who is posted at them, and who was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import String, and_, cast, func, literal_column, or_, select
from sqlalchemy.orm import Session

from kash.coverage.rules.areas import Area, names_within
from kash.coverage.rules.leaving import MassTransfer, Orders, PostedBefore, mass_transfers
from kash.coverage.rules.needs import Station
from kash.coverage.rules.stays import StationStay
from kash.people.models import Group, Organisation, Person, Posting, Zone
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.counted import counted
from kash.policy import Actor


@dataclass(frozen=True)
class Narrowed:
    """People who are counted: of a group (its key), and of a rank or role if one is given."""

    group: int
    cadre: str = ""


def all_groups() -> list[Group]:
    """The groups, police first: whose stations these pages are mostly about."""
    return list(
        db.session.scalars(
            select(Group).order_by(Group.is_police.desc(), Group.position, Group.letter)
        )
    )


def cadres(actor: Actor, group: int) -> list[str]:
    """Ranks or roles of the people of a group whom an actor reaches, in order: a rank that only one
    person has says who she is. One query while nothing is written, else two."""
    known = (
        select(Person.cadre)
        .where(Person.group_id == group, Person.cadre != literal_column("''"))
        .distinct()
        .subquery()
    )
    # Of the many people of each of the few ranks the first who is reached is looked for.
    reached = (
        select(Person.id)
        .where(
            Person.group_id == group,
            Person.cadre == known.c.cadre,
            Person.cadre != literal_column("''"),
            within_reach(actor, "people.see"),
        )
        .limit(1)
        .scalar_subquery()
    )
    ranks = select(known.c.cadre).where(reached.is_not(None)).order_by(known.c.cadre).limit(200)
    return counted(("ranks", actor, group), lambda: list(db.session.scalars(ranks)))


def stations_of(
    session: Session, group: Group, here: Collection[int], area: str = ""
) -> list[Station]:
    """Stations of a group by name: those that are the group's, and those where its people are. In
    an area, if one is asked for; then two queries."""
    theirs = [Organisation.group_id == group.id]
    if group.is_police:
        theirs.append((Organisation.kind == "station") & Organisation.group_id.is_(None))
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.public_id,
            Organisation.name,
            Organisation.place,
            and_(Organisation.kind != "partner", or_(*theirs)),
        ).order_by(func.lower(Organisation.name), Organisation.id)
    )
    found = [Station(*row[:4]) for row in rows if row[4] or row[0] in here]
    if not area:
        return found
    names = area_names(session, area)
    return [one for one in found if one.place.strip().casefold() in names]


def area_names(session: Session, area: str) -> frozenset[str]:
    """The names of a zone and of all zones in it; none if there is no such zone."""
    rows = session.execute(select(Zone.id, Zone.name, Zone.within_id, Zone.public_id == area)).all()
    chosen = next((row[0] for row in rows if row[3]), None)
    if chosen is None:
        return frozenset()
    return names_within((Area(*row[:3]) for row in rows), chosen)


def organisation_names(session: Session) -> dict[int, Station]:
    """All organisations by their keys."""
    rows = session.execute(
        select(Organisation.id, Organisation.public_id, Organisation.name, Organisation.place)
    )
    return {row[0]: Station(*row) for row in rows}


@dataclass(frozen=True)
class GroupStays:
    """Stays of a group's people: the stations where any of them is now, (person, station) of
    everybody counted who is posted somewhere, the stays of those asked about, and the mass
    transfers of all, whoever is counted."""

    here: Collection[int]
    posted: Sequence[tuple[int, int]]
    stays: Sequence[StationStay]
    orders: Orders


def stays_of(
    session: Session, narrowed: Narrowed, people: Collection[int], since: date
) -> GroupStays:
    """Stays that went on at least until a day; `people` are those asked about. One query."""
    # Of a hundred thousand people come those over together who came and left on the same days.
    alike = (
        Posting.organisation_id,
        Posting.since,
        Posting.until,
        Person.cadre if narrowed.cadre else Person.group_id,
    )
    rows = session.connection().execute(
        select(*alike, func.aggregate_strings(cast(Person.id, String), ","))
        .join(Person, Person.id == Posting.person_id)
        .where(
            or_(Posting.is_open, Posting.until >= since),
            Person.group_id == narrowed.group,
            ~Person.minor,
        )
        .group_by(*alike)
    )
    # Who came before is there from the beginning on.
    eve = since - timedelta(days=1)
    came: defaultdict[int, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    left: defaultdict[int, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    here: set[int] = set()
    posted: list[tuple[int, int]] = []
    stays: list[StationStay] = []
    # All at once: one row after the other takes twice as long.
    for station, first, until, kind, together in rows.all():
        those = [int(key) for key in together.split(",")]
        counts = kind == (narrowed.cadre or narrowed.group)
        came[station][first if first > eve else eve] += len(those)
        if until is not None:
            left[station][until] += len(those)
        else:
            here.add(station)
            if counts:
                posted += [(person, station) for person in those]
        if counts:
            stays += [
                StationStay(person, station, first, until) for person in those if person in people
            ]
    return GroupStays(here, posted, stays, _orders(came, left))


def _orders(
    came: Mapping[int, Mapping[date, int]], left: Mapping[int, Mapping[date, int]]
) -> Orders:
    """Mass transfers of all stations, by how many came and left on which day.

    Whoever left by none of her own station may have been part of one over all stations.
    """
    everyone, everywhere, others = Counter[date](), Counter[date](), Counter[date]()
    found: list[MassTransfer] = []
    for station, days in came.items():
        gone = left.get(station, {})
        everyone.update(days)
        everywhere.update(gone)
        own = Orders(mass_transfers(gone, PostedBefore(days, gone), station))
        found += own.transfers
        others.update({day: count for day, count in gone.items() if not own.of(station, day)})
    return Orders([*found, *mass_transfers(others, PostedBefore(everyone, everywhere))])
