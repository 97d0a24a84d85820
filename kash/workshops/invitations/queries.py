"""Problems of sign-ups, each with its sentence. Links and what waits in them, for those who run the
workshop; and the link behind a token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from kash.accounts.services.marks import token_hash
from kash.people.models import Group, Organisation, Person
from kash.people.queries.duplicates import people_like
from kash.people.rules.duplicates import Likeness, Match
from kash.people.rules.persons import sort_name
from kash.platform.database import db, utc_now
from kash.platform.vault import lookup
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.invitations.models import SignUp, SignUpLink, Typed, typed_of
from kash.workshops.invitations.rules import LinkKind, LinkStand, stand_of
from kash.workshops.models import Workshop
from kash.workshops.services.people import LinkUnknown

MOST_SHOWN = 50
# Nothing says why a link takes none, or if it ever was one.
CLOSED = _l("This link takes no names. Ask the person who gave it to you.")


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


def links_of(workshop: Workshop) -> list[dict[str, Any]]:
    """The links into a workshop, the newest first; `station` is empty for an open one. One
    query."""
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
        {
            "public_id": link.public_id,
            "kind": link.kind,
            "station": station or "",
            "letter": letter,
            "most_rows": link.most_rows,
            "entered": entered,
            "waiting": int(waits or 0),
            "expires_at": link.expires_at,
            "stand": stand(link, now),
        }
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


def waiting_rows(
    workshop: Workshop, actor: Actor, letter: str = ""
) -> tuple[list[dict[str, Any]], int]:
    """The first of those who wait for a decision, in the order in which they were put down, of one
    group if asked, and how many there are. With each stand the `likely`: (public id, name, certain)
    of people within the actor's reach who she may be."""
    statement = (
        select(SignUp)
        .join(SignUpLink, SignUpLink.id == SignUp.link_id)
        .join(Group, Group.id == SignUpLink.group_id)
        .where(SignUpLink.workshop_id == workshop.id, SignUp.state == "waiting")
    )
    if letter:
        statement = statement.where(Group.letter == letter)
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    sign_ups = db.session.scalars(
        statement.order_by(SignUp.id)
        .limit(MOST_SHOWN)
        .options(
            joinedload(SignUp.link).joinedload(SignUpLink.group),
            joinedload(SignUp.link).joinedload(SignUpLink.organisation),
        )
    ).all()
    matches = {sign_up.public_id: _matches(sign_up, actor) for sign_up in sign_ups}
    people = {match.key for some in matches.values() for match in some}
    called = select(Person.public_id, Person.chosen_name).where(Person.public_id.in_(people))
    names = dict(db.session.execute(called).all())
    return [
        {
            "public_id": sign_up.public_id,
            "station": sign_up.link.organisation.name if sign_up.link.organisation else "",
            "typed": typed_of(sign_up),
            "entered_on": sign_up.entered_on,
            "likely": [
                (match.key, names[match.key], match.certain)
                for match in matches[sign_up.public_id]
                if match.key in names
            ],
        }
        for sign_up in sign_ups
    ], total


def waiting_letters(workshop: Workshop) -> dict[str, int]:
    """How many wait in a workshop, by the letters of groups."""
    rows = db.session.execute(
        select(Group.letter, func.count(SignUp.id))
        .join(SignUpLink, SignUpLink.group_id == Group.id)
        .join(SignUp, SignUp.link_id == SignUpLink.id)
        .where(SignUpLink.workshop_id == workshop.id, SignUp.state == "waiting")
        .group_by(Group.letter)
        .order_by(Group.letter)
    )
    return dict(rows.all())


def _matches(sign_up: SignUp, actor: Actor) -> Sequence[Match]:
    typed, station = typed_of(sign_up), sign_up.link.organisation
    likeness = Likeness(
        key=sign_up.public_id,
        group=sign_up.link.group.public_id,
        name=sort_name(typed.name),
        phones=frozenset([lookup(typed.phone, kind="phone")]) if typed.phone else frozenset(),
        station=station.public_id if station else "",
        sex=typed.sex,
        age_band=typed.age_band,
    )
    return people_like(actor, likeness)[:3]


def link_behind(token: str, kind: LinkKind) -> SignUpLink:
    """The open link of a token. Raises LinkUnknown, whatever the reason."""
    link = db.session.scalars(
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
    if link is None or stand(link, utc_now()) is not LinkStand.OPEN:
        raise LinkUnknown(CLOSED)
    return link


def entered_in(link: SignUpLink) -> int:
    """How many rows a link has taken."""
    return db.session.scalar(select(func.count(SignUp.id)).where(SignUp.link_id == link.id)) or 0


def own_rows(link: SignUpLink) -> list[tuple[str, Typed]]:
    """Rows that were typed into a link and wait, for the person who holds it."""
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
    return list(rows.all())
