"""Minutes that wait for somebody: remarks to settle, text to read, a meeting that confirms them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from kash.attendance.models import Mark, Slot
from kash.forums.models import AgendaItem, Forum, Meeting, MinutesLife, MinutesRemark
from kash.forums.queries.minutes_life import THERE
from kash.forums.queries.series import within_reach
from kash.platform.database import db
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach


@dataclass(frozen=True)
class MinutesToSee:
    """Circulated minutes that wait for whoever looks. `open_remarks` are to be settled by the
    secretary, and `meets_today` is whether a meeting that may confirm them is today; `until` is
    the day up to which a member may remark."""

    forum_id: str
    forum_name: str
    meeting_id: str
    starts_at: datetime
    until: date | None = None
    open_remarks: int = 0
    meets_today: bool = False


def _circulated(condition: ColumnElement[bool]) -> Any:
    return (
        select(
            Forum.public_id,
            Forum.name,
            Meeting.public_id,
            Meeting.starts_at,
            MinutesLife.remarks_until,
        )
        .select_from(MinutesLife)
        .join(Meeting, Meeting.id == MinutesLife.meeting_id)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(MinutesLife.state == "circulated", condition)
        .order_by(Meeting.starts_at)
    )


def minutes_to_see_through(actor: Actor, now: datetime, *, most: int = 20) -> list[MinutesToSee]:
    """The circulated minutes of the forums of which the actor is the secretary; one query."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    midnight = to_local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    later = aliased(Meeting)
    remarks = (
        select(func.count(MinutesRemark.id))
        .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
        .where(AgendaItem.meeting_id == Meeting.id, MinutesRemark.state == "open")
        .correlate(Meeting)
        .scalar_subquery()
    )
    today = exists().where(
        later.forum_id == Forum.id,
        later.starts_at > Meeting.starts_at,
        later.starts_at >= midnight,
        later.starts_at < midnight + timedelta(days=1),
        later.state != "cancelled",
    )
    rows = db.session.execute(
        _circulated(Forum.secretary_id == actor.account_id).add_columns(remarks, today).limit(most)
    )
    return [MinutesToSee(*row) for row in rows]


def minutes_to_read(actor: Actor, now: datetime, *, most: int = 10) -> list[MinutesToSee]:
    """Circulated minutes of meetings at which the actor was, while remarks are taken."""
    if actor.person_id is None or actor.reach("forums.see") is Reach.NONE:
        return []
    rows = db.session.execute(
        _circulated(MinutesLife.remarks_until >= to_local(now).date())
        .join(Slot, Slot.register_id == Meeting.register_id)
        .join(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == actor.person_id))
        .where(
            Mark.status.in_(THERE),
            Forum.id.in_(within_reach(actor).with_only_columns(Forum.id)),
        )
        .limit(most)
    )
    return [MinutesToSee(*row) for row in rows]
