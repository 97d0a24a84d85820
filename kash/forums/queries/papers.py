"""Papers of a meeting, by the items under which they lie."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from kash.forums.models import AgendaItem, AgendaPaper, Meeting
from kash.platform.database import db
from kash.platform.web.errors import one_or_404


@dataclass(frozen=True)
class PaperLine:
    """A paper as whoever sees the meeting may open it; `item_id` is that of its item."""

    public_id: str
    item_id: str
    title: str
    kind: str
    size: int


def papers_of(meeting: Meeting) -> dict[str, list[PaperLine]]:
    """The papers of a meeting by the public ids of its items, each item's oldest first; one
    query."""
    found: defaultdict[str, list[PaperLine]] = defaultdict(list)
    for row in db.session.execute(
        select(
            AgendaPaper.public_id,
            AgendaItem.public_id,
            AgendaPaper.title,
            AgendaPaper.kind,
            AgendaPaper.size,
        )
        .join(AgendaItem, AgendaItem.id == AgendaPaper.item_id)
        .where(AgendaItem.meeting_id == meeting.id)
        .order_by(AgendaItem.position, AgendaPaper.id)
    ):
        line = PaperLine(*row)
        found[line.item_id].append(line)
    return dict(found)


def paper_of(item: AgendaItem, public_id: str) -> AgendaPaper:
    """A paper under this item. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(AgendaPaper).where(
                AgendaPaper.item_id == item.id, AgendaPaper.public_id == public_id
            )
        )
    )
