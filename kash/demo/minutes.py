"""The life of the sample's minutes: one confirmed, one that waits for it, one with remarks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from kash.demo.accounts import POLICE_PEER, TRAINER
from kash.forums.models import AgendaItem, Meeting, MinutesLeaf
from kash.forums.services.minutes_life import (
    add_erratum,
    circulate,
    confirm,
    remark,
    settle_remark,
)
from kash.forums.services.withdrawals import withdraw
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.policy import Actor

# Counted into the members: who proposes and who seconds.
_PROPOSER, _SECONDER = 5, 1
_WITHDRAWN = "Salama Kigezo"


def see_minutes_through(
    forum: str, meetings: Sequence[str], members: Sequence[str], actors: dict[str, Actor]
) -> None:
    """Confirm the first minutes with an erratum and a name that is withdrawn, and circulate the
    second and the third; on the third a member remarks."""
    by = actors[TRAINER.key]
    until = local_today() + timedelta(days=7)
    first, second, third = meetings[:3]
    for meeting in (first, second, third):
        circulate(forum, meeting, remarks_until=until, by=by)
    begun = _meeting(second).starts_at
    confirm(
        forum,
        first,
        confirmed_in=second,
        at=begun + timedelta(minutes=20),
        proposer=members[_PROPOSER],
        seconder=members[_SECONDER],
        by=by,
    )
    add_erratum(forum, first, text="The workshop was in Kondele hall two, not in hall one.", by=by)
    name = db.session.scalars(
        select(MinutesLeaf.public_id).where(
            MinutesLeaf.kind == "name", MinutesLeaf.value.contains(_WITHDRAWN)
        )
    ).one()
    withdraw(forum, first, name, by=by)
    officer = actors[POLICE_PEER.key]
    items = db.session.scalars(
        select(AgendaItem.public_id)
        .where(AgendaItem.meeting_id == _meeting(third).id)
        .order_by(AgendaItem.position)
    ).all()
    settled = remark(
        forum, third, items[0], text="We began after the prayer, a little later.", by=officer
    )
    settle_remark(forum, third, settled, state="declined", answer="The clock said nine.", by=by)
    remark(forum, third, items[4], text="The form was found too long by both groups.", by=officer)


def _meeting(public_id: str) -> Meeting:
    return db.session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()
