"""People for programs: officers within reach, and nobody who is or may be under 18.

Of everybody else no token tells anybody by number: sex and age of each beside what statements told
would give what is starred there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from kash.api.rules.paging import PageCut, cut
from kash.people.models import Group, Person, Posting
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

# Keys of the groups whose people may be told one by one.
OFFICERS = select(Group.id).where(Group.is_police.is_(True))


def people_after(
    actor: Actor, letter: str, after: str, limit: int, since: datetime | None = None
) -> PageCut[Person]:
    """The officers of a group after an id who changed `since` a moment, and whether there are
    more; none of a group that is not of officers."""
    asked = _within(actor).join(Person.group).where(Group.letter == letter)
    if after:
        asked = asked.where(Person.public_id > after)
    if since is not None:
        asked = asked.where(Person.changed_at >= since)
    return cut(db.session.scalars(asked.order_by(Person.public_id).limit(limit + 1)).all(), limit)


def person_within(actor: Actor, public_id: str) -> Person:
    """One officer. Raises NotFound."""
    asked = _within(actor).where(Person.public_id == public_id)
    return one_or_404(db.session.scalar(asked))


def _within(actor: Actor) -> Select[Person]:
    return (
        select(Person)
        .where(
            within_reach(actor, "people.see"),
            Person.minor.is_(False),
            Person.group_id.in_(OFFICERS),
        )
        .options(
            joinedload(Person.group),
            selectinload(Person.postings).joinedload(Posting.organisation),
        )
    )
