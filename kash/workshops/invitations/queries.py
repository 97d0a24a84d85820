"""Problems of sign-ups, each with its sentence. Links and what waits in them, for whoever runs the
workshop; and the link behind a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from kash.accounts.services.marks import token_hash
from kash.people.models import Group, Organisation, Person
from kash.people.queries.duplicates import people_like
from kash.people.rules.duplicates import Likeness
from kash.people.rules.persons import sort_name
from kash.platform.database import db, utc_now
from kash.platform.vault import lookup
from kash.platform.web.errors import Problem, get_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.invitations.models import SignUp, SignUpLink, Typed, typed_of
from kash.workshops.invitations.rules import MOST_STATIONS, LinkKind, LinkStand, stand_of
from kash.workshops.models import Workshop


class LinkClosed(Problem):
    """A link takes no names, or never was one: nothing says which."""

    status = 404
    sentence = _l("This link takes no names. Ask whoever gave it to you.")


class TooManyStations(Problem):
    """Links are made for so many stations at a time."""

    field = "stations"

    def __init__(self) -> None:
        super().__init__(_("Choose at most %(most)s stations at a time.", most=MOST_STATIONS))


class NotDecidable(Problem):
    """A row can't be decided on as it was wished for."""

    sentence = _l(
        "Nothing was changed: somebody of these can't be taken in so. Look at each once more;"
        " whoever has the same phone as somebody here is that person, and nobody under 18 is"
        " enrolled."
    )


class LacksCourse(NotDecidable):
    """The programme enrols only who had the courses that this one asks for."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "Nothing was changed: %(name)s lacks a course that this one asks for.",
                name=name,
            )
        )


class HadCourse(NotDecidable):
    """The programme enrols nobody in a course that she had and that still holds."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("Nothing was changed: %(name)s had this course, and that still holds.", name=name)
        )


MOST_SHOWN = 50
_LIKELY_SHOWN = 3


@dataclass(frozen=True)
class ShownLink:
    """A link as its workshop shows it; `station` is empty for an open one."""

    public_id: str
    kind: LinkKind
    station: str
    letter: str
    most_rows: int
    entered: int
    waiting: int
    expires_at: datetime
    stand: LinkStand


def stand(link: SignUpLink, now: datetime) -> LinkStand:
    """How a link stands now."""
    return stand_of(
        now,
        to_local(now).date(),
        expires_at=link.expires_at,
        withdrawn=link.withdrawn_at is not None,
        cancelled=link.workshop.state == "cancelled",
        ends_on=link.workshop.ends_on,
    )


def links_of(workshop: Workshop) -> list[ShownLink]:
    """The links into a workshop, the newest first; one query."""
    waiting = func.sum(case((SignUp.state == "waiting", 1), else_=0))
    rows = db.session.execute(
        select(SignUpLink, Organisation.name, Group.letter, func.count(SignUp.id), waiting)
        .join(Group, Group.id == SignUpLink.group_id)
        .outerjoin(Organisation, Organisation.id == SignUpLink.organisation_id)
        .outerjoin(SignUp, SignUp.link_id == SignUpLink.id)
        .where(SignUpLink.workshop_id == workshop.id)
        .group_by(SignUpLink.id, Organisation.name, Group.letter)
        .order_by(SignUpLink.id.desc())
        .limit(100)
        .options(joinedload(SignUpLink.workshop))
    ).all()
    now = utc_now()
    return [
        ShownLink(
            link.public_id,
            LinkKind(link.kind),
            station or "",
            letter,
            link.most_rows,
            entered,
            int(waits or 0),
            link.expires_at,
            stand(link, now),
        )
        for link, station, letter, entered, waits in rows
    ]


def link_of(workshop: Workshop, public_id: str) -> SignUpLink:
    """A link, fetched through its workshop. Raises NotFound."""
    return get_or_404(
        db.session,
        SignUpLink,
        public_id,
        SignUpLink.workshop_id == workshop.id,
        options=(joinedload(SignUpLink.organisation), joinedload(SignUpLink.workshop)),
    )


@dataclass(frozen=True)
class Likely:
    """Somebody here who may be whoever was typed in."""

    person: str
    name: str
    certain: bool


@dataclass(frozen=True)
class WaitingRow:
    """Somebody who was put down and waits, with whom she may be."""

    public_id: str
    letter: str
    station: str
    typed: Typed
    entered_on: date
    likely: Sequence[Likely]


@dataclass(frozen=True)
class WaitingRows:
    """Those who wait in the links of a workshop: the first of them, and how many there are."""

    rows: Sequence[WaitingRow]
    total: int


def waiting_rows(workshop: Workshop, actor: Actor, letter: str = "") -> WaitingRows:
    """Whoever waits for a decision, in the order in which they were put down, of one group if
    asked; with likely duplicates as far as the actor's reach goes."""
    found = (
        select(SignUp)
        .join(SignUpLink, SignUpLink.id == SignUp.link_id)
        .join(Group, Group.id == SignUpLink.group_id)
        .where(SignUpLink.workshop_id == workshop.id, SignUp.state == "waiting")
    )
    if letter:
        found = found.where(Group.letter == letter)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = db.session.scalars(
        found.order_by(SignUp.id)
        .limit(MOST_SHOWN)
        .options(
            joinedload(SignUp.link).joinedload(SignUpLink.group),
            joinedload(SignUp.link).joinedload(SignUpLink.organisation),
        )
    ).all()
    matches = {row.public_id: _matches(row, actor) for row in rows}
    people = {person for some in matches.values() for person, _ in some}
    called = select(Person.public_id, Person.chosen_name).where(Person.public_id.in_(people))
    names = {row.public_id: row.chosen_name for row in db.session.execute(called)}
    return WaitingRows(
        [
            WaitingRow(
                row.public_id,
                row.link.group.letter,
                row.link.organisation.name if row.link.organisation else "",
                typed_of(row),
                row.entered_on,
                [
                    Likely(person, names[person], certain)
                    for person, certain in matches[row.public_id]
                    if person in names
                ],
            )
            for row in rows
        ],
        total,
    )


def waiting_letters(workshop: Workshop) -> dict[str, int]:
    """How many wait in a workshop, by the letters of groups."""
    rows = db.session.execute(
        select(Group.letter, func.count(SignUp.id).label("names"))
        .join(SignUpLink, SignUpLink.group_id == Group.id)
        .join(SignUp, SignUp.link_id == SignUpLink.id)
        .where(SignUpLink.workshop_id == workshop.id, SignUp.state == "waiting")
        .group_by(Group.letter)
        .order_by(Group.letter)
    )
    return {row.letter: row.names for row in rows}


def _matches(row: SignUp, actor: Actor) -> list[tuple[str, bool]]:
    typed = typed_of(row)
    station = row.link.organisation
    found = people_like(
        actor,
        Likeness(
            key=row.public_id,
            group=row.link.group.public_id,
            name=sort_name(typed.name),
            phones=frozenset([lookup(typed.phone, kind="phone")]) if typed.phone else frozenset(),
            station=station.public_id if station else "",
            sex=typed.sex,
            age_band=typed.age_band,
        ),
    )
    return [(one.key, one.certain) for one in found[:_LIKELY_SHOWN]]


def link_behind(token: str, kind: LinkKind) -> SignUpLink:
    """The open link of a token. Raises LinkClosed, whatever the reason."""
    found = db.session.scalars(
        select(SignUpLink)
        .where(SignUpLink.token_hash == token_hash(token), SignUpLink.kind == str(kind))
        .options(
            joinedload(SignUpLink.organisation),
            joinedload(SignUpLink.workshop).options(
                joinedload(Workshop.venue),
                joinedload(Workshop.version).load_only(CourseVersion.public_title),
            ),
        )
    ).first()
    if found is None or stand(found, utc_now()) is not LinkStand.OPEN:
        raise LinkClosed
    return found


def entered_in(link: SignUpLink) -> int:
    """How many rows a link has taken."""
    return db.session.scalar(select(func.count(SignUp.id)).where(SignUp.link_id == link.id)) or 0


def own_rows(link: SignUpLink) -> list[tuple[str, Typed]]:
    """Rows that were typed into a link and wait, for whoever holds it."""
    rows = db.session.scalars(
        select(SignUp)
        .where(SignUp.link_id == link.id, SignUp.state == "waiting")
        .order_by(SignUp.id)
    )
    return [(row.public_id, typed_of(row)) for row in rows]


def stations() -> list[tuple[str, str]]:
    """(public id, name) of every station of the group of the police."""
    rows = db.session.execute(
        select(Organisation.public_id, Organisation.name)
        .where(Organisation.kind == "station")
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [(row[0], row[1]) for row in rows]
