"""Groups and organisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from kash.people.models import Group, Organisation, Posting
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404

# Nobody needs to know at a glance how many more than these are at one station, and counting them
# would read everybody.
MOST_COUNTED = 250


def groups() -> Sequence[Group]:
    """All groups, in the programme's order."""
    return db.session.scalars(select(Group).order_by(Group.position, Group.letter)).all()


def organisations(kinds: Sequence[str] = ()) -> Sequence[Organisation]:
    """All organisations by name, of certain kinds if any are given."""
    statement = select(Organisation).order_by(Organisation.name)
    if kinds:
        statement = statement.where(Organisation.kind.in_(kinds))
    return db.session.scalars(statement).all()


def station_names() -> list[str]:
    """The names of all stations."""
    return list(db.session.scalars(select(Organisation.name).where(Organisation.kind == "station")))


def find_organisations(text: str, limit: int) -> Sequence[Organisation]:
    """Organisations by a part of their name or place, for whoever may find people; one query."""
    return db.session.scalars(
        select(Organisation)
        .where(
            or_(
                Organisation.name.icontains(text, autoescape=True),
                Organisation.place.icontains(text, autoescape=True),
            )
        )
        .order_by(func.lower(Organisation.name), Organisation.id)
        .limit(limit)
    ).all()


def organisation(public_id: str) -> Organisation:
    """One organisation. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(Organisation)
            .where(Organisation.public_id == public_id)
            .options(joinedload(Organisation.group))
        )
    )


def organisation_list(kind: str = "") -> Listing[Any]:
    """Organisations as rows of public_id, name, kind, place, group_name and people (posted now).

    Everyone with `people.find` may see how many people a station or collective has, not who. More
    than MOST_COUNTED are counted as one more than that; the list of people tells how many.
    """
    some = (
        select(Posting.organisation_id)
        .where(Posting.organisation_id == Organisation.id, Posting.is_open)
        .limit(MOST_COUNTED + 1)
        .correlate(Organisation)
        .subquery()
    )
    posted = select(func.count()).select_from(some).scalar_subquery().label("people")
    statement = select(
        Organisation.public_id,
        Organisation.name,
        Organisation.kind,
        Organisation.place,
        Group.name.label("group_name"),
        posted,
    ).outerjoin(Organisation.group)
    if kind:
        statement = statement.where(Organisation.kind == kind)
    return listing(
        statement,
        sorts={
            "name": func.lower(Organisation.name),
            "kind": (Organisation.kind, func.lower(Organisation.name)),
            "place": (func.lower(Organisation.place), func.lower(Organisation.name)),
            "people": posted,
        },
        default_sort="name",
        key=Organisation.id,
    )
