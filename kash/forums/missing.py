"""Minutes that are missing of meetings. Nothing of what others say is told."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, exists, literal, select

from kash.accounts.models import Account
from kash.forums.models import AgendaItem, Forum, Meeting
from kash.platform.web.formats import to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.policy import Reach


def _minutes(asked: Lookout) -> Select[Any] | None:
    """Meetings of the past under which nothing is written: hers to write, or all of them."""
    actor = asked.actor
    edits = actor.reach("forums.edit")
    own = Forum.secretary_id == (actor.account_id or 0)
    everything = actor.reach("records.missing") is Reach.ALL and actor.may("forums.see")
    if not everything and edits is not Reach.OWN:
        return None
    mends = {Reach.ALL: literal(1), Reach.OWN: case((own, 1), else_=0)}.get(edits, literal(0))
    first = (
        select(AgendaItem.public_id)
        .where(AgendaItem.meeting_id == Meeting.id)
        .order_by(AgendaItem.position, AgendaItem.id)
        .limit(1)
        .correlate(Meeting)
        .scalar_subquery()
    )
    statement = (
        select(
            Meeting.id.label("key"),
            Meeting.starts_at.label("ordered"),
            mends.label("mends"),
            Account.public_id.label("asked"),
            Meeting.public_id,
            Meeting.starts_at,
            Forum.public_id.label("forum"),
            Forum.name,
            first.label("item"),
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .outerjoin(Account, Account.id == Forum.secretary_id)
        .where(
            Meeting.state != "cancelled",
            Meeting.starts_at < asked.now,
            ~exists().where(AgendaItem.meeting_id == Meeting.id, AgendaItem.minute != ""),
        )
    )
    return statement if everything else statement.where(own)


def _line(row: Any) -> MissingLine:
    meeting = {"forum_id": row.forum, "meeting_id": row.public_id}
    if not row.mends:
        url = url_for("forums.meeting", **meeting)
    elif row.item:
        url = url_for("forums.item", **meeting, item_id=row.item, _anchor="minute")
    else:
        url = url_for("forums.agenda", **meeting)
    return MissingLine(row.name, url, since=to_local(row.starts_at).date())


MISSING = (
    MissingInformation(
        "minutes",
        _l("Meetings"),
        _l("Minutes"),
        _l("What was decided there is known to nobody who was not in the room."),
        140,
        _minutes,
        _line,
    ),
)
