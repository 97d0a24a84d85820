"""Presence as it is kept on both engines: with each decision, by group, at its moment."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from kash.attendance.models import Mark, RosterEntry
from kash.forums.models import (
    Decision,
    DecisionPresence,
    ForumQuorum,
    ForumQuorumGroup,
    Meeting,
    PresenceSpell,
)
from kash.forums.queries.meetings import quorum_at, slot_of
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services.agenda import add_item
from kash.forums.services.meetings import hold_meeting
from kash.forums.services.minutes import write_item
from kash.people.models import Group
from kash.platform.database import db, utc_now
from tests.forums.conftest import Series

pytestmark = pytest.mark.usefixtures("both_engines_app")


def _meeting(public_id: str) -> Meeting:
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()


def _entries(series: Series, meeting: str) -> dict[str, RosterEntry]:
    """Entries of the register by how each member appears."""
    held = _meeting(meeting)
    by_person = {
        row.person_id: row
        for row in db.session.scalars(
            select(RosterEntry).where(RosterEntry.register_id == held.register_id)
        )
    }
    return {appears: by_person[key] for appears, key in series.person_ids.items()}


def _mark(series: Series, meeting: str, *present: str) -> None:
    slot = slot_of(_meeting(meeting)).id
    for appears in present:
        db.session.add(Mark(slot_id=slot, person_id=series.person_ids[appears], status="present"))
    db.session.commit()


def _agree(series: Series, **shares: tuple[str, int]) -> None:
    """A quorum from long ago on, as A=("half", 0)."""
    forum_id = db.session.scalars(select(Meeting.forum_id)).first()
    keys = dict(db.session.execute(select(Group.letter, Group.id)).all())
    db.session.add(
        ForumQuorum(
            forum_id=forum_id,
            holds_from=datetime(2020, 1, 1).date(),
            groups=[
                ForumQuorumGroup(group_id=keys[letter], share=share, least=least)
                for letter, (share, least) in shares.items()
            ],
        )
    )
    db.session.commit()


def _kept() -> list[tuple[str, str, int, int, int]]:
    """Text of the decision, letter, members, present, needed."""
    db.session.rollback()
    rows = db.session.execute(
        select(
            Decision.text,
            Group.letter,
            DecisionPresence.members,
            DecisionPresence.present,
            DecisionPresence.needed,
        )
        .join(Decision, Decision.id == DecisionPresence.decision_id)
        .join(Group, Group.id == DecisionPresence.group_id)
        .order_by(Decision.id, Group.letter)
    )
    return [tuple(row) for row in rows]


def _decide(series: Series, meeting: str, item: str, version: int, *texts: TypedMinutesRow) -> None:
    write_item(
        series.forum,
        meeting,
        item,
        minute="",
        decisions=list(texts),
        row_version=version,
        by=series.secretary,
    )


def test_a_decision_after_one_group_left_is_kept_as_it_was(series):
    """Each decision says who was there when it was written, whatever happened since; taken away it
    leaves nothing behind."""
    meeting = series.plan(utc_now().replace(microsecond=0) - timedelta(hours=1))
    _agree(series, A=("number", 1), B=("half", 0))
    item = add_item(series.forum, meeting, title="Workshops", by=series.secretary)
    _mark(series, meeting, "office", "alias", "name")
    _decide(series, meeting, item, 1, TypedMinutesRow("", "Before"))
    gone = _entries(series, meeting)["office"]
    db.session.add(
        PresenceSpell(
            entry_id=gone.id,
            arrived_at=utc_now() - timedelta(minutes=50),
            left_at=utc_now() - timedelta(minutes=1),
            noted_by="system",
        )
    )
    db.session.commit()
    first = db.session.scalars(select(Decision.public_id)).one()
    _decide(
        series, meeting, item, 2, TypedMinutesRow(first, "Before"), TypedMinutesRow("", "After")
    )
    before = [("Before", "A", 1, 1, 1), ("Before", "B", 3, 2, 2)]
    assert _kept() == [*before, ("After", "A", 1, 0, 1), ("After", "B", 3, 2, 2)]
    found = quorum_at(_meeting(meeting), utc_now())
    assert [(one.letter, one.met) for one in found.groups] == [("A", False), ("B", True)]
    assert not found.met
    second = db.session.scalars(select(Decision.public_id).where(Decision.text == "After")).one()
    _decide(series, meeting, item, 3, TypedMinutesRow(second, ""))
    assert _kept() == before


def test_a_meeting_in_which_nobody_was_marked_does_not_say_that_nobody_was_there(series):
    """A decision written before the register is noted once the meeting is recorded as held."""
    meeting = series.plan(utc_now().replace(microsecond=0) - timedelta(hours=1))
    item = add_item(series.forum, meeting, title="Workshops", by=series.secretary)
    _decide(series, meeting, item, 1, TypedMinutesRow("", "Agreed"))
    assert _kept() == []
    _mark(series, meeting, "office", "alias")
    hold_meeting(series.forum, meeting, by=series.secretary)
    assert _kept() == [("Agreed", "A", 1, 1, 0), ("Agreed", "B", 3, 1, 0)]
