"""Lines of minutes that are internal: which they are, and which wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from kash.forums.models import AgendaItem, Forum, InternalLine, Meeting
from kash.forums.queries.series import within_reach
from kash.forums.rules.telling import line_digest, published_text
from kash.platform.database import db
from kash.policy import Actor, Reach


@dataclass(frozen=True)
class ShownLine:
    """A line that is internal, for those who run the forum. `own` is whether the actor asked for
    its release."""

    public_id: str
    text: str
    asked: bool
    own: bool


def internal_lines_of(item: AgendaItem, actor: Actor) -> list[ShownLine]:
    """The lines of an item that are not released, in the order in which they are written."""
    texts = [item.minute, *(row.text for row in item.decisions)]
    texts += [row.text for row in item.actions]
    rows = {line.digest: line for line in item.internal_lines if line.released_by is None}
    found: dict[str, ShownLine] = {}
    for text in "\n".join(texts).splitlines():
        row = rows.get(line_digest(text))
        if row is not None:
            own = row.asked_by == actor.public_id
            shown = ShownLine(row.public_id, text.strip(), row.asked_by is not None, own)
            found.setdefault(row.public_id, shown)
    return list(found.values())


def shown_text(item: AgendaItem, text: str, *, whole: bool) -> str:
    """A text under an item as it may be read: `whole` by who runs the forum, else without its
    internal lines, and as a sign where nothing else was written."""
    if whole:
        return text
    return published_text(text, item.kept_internal) or ("…" if text else "")


@dataclass(frozen=True)
class LineToRelease:
    """Where somebody asked that a line be released."""

    forum_id: str
    forum_name: str
    meeting_id: str
    item_id: str
    starts_at: datetime


def lines_to_release(actor: Actor, *, most: int = 10) -> list[LineToRelease]:
    """Items with a line for which somebody else asked, in the forums that the actor runs."""
    reach = actor.reach("forums.edit")
    if reach is Reach.NONE:
        return []
    wanted = (
        select(
            Forum.public_id, Forum.name, Meeting.public_id, AgendaItem.public_id, Meeting.starts_at
        )
        .distinct()
        .select_from(InternalLine)
        .join(AgendaItem, AgendaItem.id == InternalLine.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(
            InternalLine.asked_by.is_not(None),
            InternalLine.asked_by != actor.public_id,
            InternalLine.released_by.is_(None),
            Meeting.state != "cancelled",
            Forum.id.in_(within_reach(actor).with_only_columns(Forum.id)),
        )
        .order_by(Meeting.starts_at)
        .limit(most)
    )
    if reach is not Reach.ALL:
        wanted = wanted.where(Forum.secretary_id == actor.account_id)
    return [LineToRelease(*row) for row in db.session.execute(wanted)]
