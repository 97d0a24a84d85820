"""Texts that two people wrote differently under an item, until it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kash.forums.models import AgendaItem, MinutesDifference
from kash.forums.queries.series import account_name
from kash.platform.database import db
from kash.policy import Actor


@dataclass(frozen=True)
class ShownDifference:
    """A difference as those read it who write the minutes.

    `kind` is minute, decision, action, owner or due, and `number` that of its row, 0 if there is
    none. `stands` and `other` are texts; of who and when, names and days.
    """

    public_id: str
    kind: str
    number: int
    stands: str | date
    other: str | date
    own: bool
    writer: str


def differences_of(item: AgendaItem, owners: dict[str, str], actor: Actor) -> list[ShownDifference]:
    """The differences under an item, the oldest first; `owners` are names of members by key."""
    rows = db.session.scalars(
        select(MinutesDifference)
        .where(MinutesDifference.item_id == item.id)
        .order_by(MinutesDifference.id)
    ).all()
    decisions = {row.public_id: place for place, row in enumerate(item.decisions, start=1)}
    actions = {row.public_id: place for place, row in enumerate(item.actions, start=1)}
    names = {each: account_name(each) for each in {row.written_by for row in rows}}

    def shown(kind: str, text: str) -> str | date:
        if kind == "owner":
            return owners.get(text, "")
        return date.fromisoformat(text) if kind == "due" and text else text

    found = []
    for row in rows:
        kind, _sign, key = row.part.partition(":")
        found.append(
            ShownDifference(
                public_id=row.public_id,
                kind=kind,
                number=decisions.get(key, 0) or actions.get(key, 0),
                stands=shown(kind, row.stands),
                other=shown(kind, row.other),
                own=row.written_by == actor.public_id,
                writer=names[row.written_by],
            )
        )
    return found
