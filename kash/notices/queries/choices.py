"""One person's wish how to be told things, for her page and for the form."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from kash.notices.models import MessageChoice
from kash.notices.queries.recipients import PURPOSE
from kash.people.models import Person
from kash.people.queries.consents import consent_given
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

USUAL = "usual"


@dataclass(frozen=True)
class MessageWish:
    """A person's choice as it holds, with 0 for a row version where none was made."""

    person: str
    name: str
    agreed: bool
    channel: str
    from_hour: int
    until_hour: int
    calendar: str
    row_version: int


def choice_of(actor: Actor, person_id: str, permission: str = "messages.choose") -> MessageWish:
    """The choice of a person within reach. Raises NotFound."""
    row = one_or_404(
        db.session.execute(
            select(Person.id, Person.public_id, Person.chosen_name, MessageChoice)
            .outerjoin(MessageChoice, MessageChoice.person_id == Person.id)
            .where(Person.public_id == person_id, within_reach(actor, permission, few=True))
        ).one_or_none()
    )
    kept = row.MessageChoice
    calendar = {True: "yes", False: "no"}.get(kept.calendar, USUAL) if kept is not None else USUAL
    return MessageWish(
        row.public_id,
        row.chosen_name,
        bool(consent_given([row.id], PURPOSE)),
        (kept.channel if kept is not None else "") or USUAL,
        kept.from_hour if kept is not None else 8,
        kept.until_hour if kept is not None else 19,
        calendar,
        kept.row_version if kept is not None else 0,
    )


def choice_within_reach(actor: Actor, person_id: str) -> bool:
    """True if this actor may choose for a person."""
    return bool(
        db.session.scalar(
            select(Person.id).where(
                Person.public_id == person_id, within_reach(actor, "messages.choose", few=True)
            )
        )
    )
