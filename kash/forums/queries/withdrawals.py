"""Pieces of locked minutes that somebody may withdraw."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from kash.forums.models import Action, Meeting, MinutesErratum, MinutesLeaf
from kash.forums.queries.minutes_life import own_names
from kash.forums.rules.record import NAMES, WITHDRAWABLE, MinutesRecord, said_in
from kash.platform.database import db
from kash.policy import Actor


@dataclass(frozen=True)
class WithdrawableLeaf:
    """A piece of locked minutes that the actor may withdraw, with its words; `own` is her name."""

    public_id: str
    text: str
    name: bool
    own: bool


def withdrawable_leaf(
    meeting: Meeting, public_id: str, actor: Actor, *, runs_it: bool
) -> WithdrawableLeaf | None:
    """A leaf or an erratum of this meeting that the actor may withdraw: her own name, or anything
    if she runs the forum; None if it is not there, not hers to withdraw, or withdrawn."""
    leaf = db.session.scalar(
        select(MinutesLeaf).where(
            MinutesLeaf.meeting_id == meeting.id, MinutesLeaf.public_id == public_id
        )
    )
    if leaf is None:
        return _erratum(meeting, public_id) if runs_it else None
    own = public_id in own_names(meeting, actor)
    said = said_in(leaf.value)
    if leaf.kind not in WITHDRAWABLE or said is None or not (own or runs_it):
        return None
    name = leaf.kind in NAMES
    return WithdrawableLeaf(public_id, said["shown" if name else "text"], name, own)


def _erratum(meeting: Meeting, public_id: str) -> WithdrawableLeaf | None:
    value = db.session.scalar(
        select(MinutesErratum.value).where(
            MinutesErratum.meeting_id == meeting.id, MinutesErratum.public_id == public_id
        )
    )
    said = said_in(value)
    return WithdrawableLeaf(public_id, said["text"], name=False, own=False) if said else None


def action_states(record: MinutesRecord) -> dict[str, str]:
    """By the public id of each action of a record how it stands today."""
    ids = [task.part.about for task in record.actions]
    rows = db.session.execute(
        select(Action.public_id, Action.state).where(Action.public_id.in_(ids))
    )
    return {row.public_id: row.state for row in rows}
