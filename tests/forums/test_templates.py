"""Agenda templates: what a meeting that begins with one holds."""

from datetime import UTC, datetime

import pytest

from kash.forums.models import AgendaItem, Forum, Meeting
from kash.forums.queries import series as templates
from kash.forums.rules.meetings import PlannedItem, agenda_from
from kash.forums.services.meetings import plan_meeting
from kash.forums.services.presence import (
    add_template,
    change_template,
    keep_agenda,
    open_forum,
    remove_template,
)
from kash.platform.database import db
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.errors import ChangedMeanwhile
from tests.refusals import refuses

ITEMS = (PlannedItem("Opening", 10), PlannedItem("Plans", 25))


def _agenda(meeting: str) -> list[tuple[str, str, int | None]]:
    db.session.rollback()
    rows = (
        db.session.query(AgendaItem)
        .join(Meeting)
        .filter(Meeting.public_id == meeting)
        .order_by(AgendaItem.position)
    )
    return [(row.kind, row.title, row.minutes) for row in rows]


def test_a_meeting_begins_with_a_template_and_keeps_its_matters_arising(both_engines_app, actor):
    by = actor("director")
    template = add_template("Monthly review", "en", ITEMS, by)
    forum = open_forum(name="Review", template=template, by=by)
    first, second = (
        plan_meeting(
            forum, starts_at=datetime(2026, month, 9, 6, tzinfo=UTC), template=template, by=by
        )
        for month in (11, 12)
    )
    assert _agenda(first) == [("plain", "Opening", 10), ("plain", "Plans", 25)]
    assert _agenda(second) == [("arising", "", None), *_agenda(first)]
    kept = keep_agenda(forum, second, name="With what arose", by=by)
    assert [(item.kind, item.title) for item in templates.template(kept).items] == [
        ("arising", ""),
        ("plain", "Opening"),
        ("plain", "Plans"),
    ]
    change_template(template, "Review", "", ITEMS[:1], 1, by)
    assert len(_agenda(first)) == 2
    with pytest.raises(ChangedMeanwhile):
        change_template(template, "Review", "", ITEMS, 1, by)
    remove_template(template, by)
    db.session.rollback()
    assert db.session.query(Forum.template_id).scalar() is None
    with pytest.raises(NotFound):
        remove_template(template, by)


@pytest.mark.any_engine
def test_names_stand_once_and_nothing_empty_is_kept(both_engines_app, actor):
    by = actor("trainer")
    add_template("Monthly", "", ITEMS, by)
    with refuses("There is a forum of this name already."):
        add_template("monthly", "", ITEMS, by)
    with refuses("Write at least one item."):
        add_template("Empty", "", (), by)
    with pytest.raises(Forbidden):
        add_template("Other", "", ITEMS, actor("police_peer"))


def test_matters_arise_once_and_never_at_first():
    arising = PlannedItem("", None, "arising")
    assert agenda_from(ITEMS, first_meeting=True) == list(ITEMS)
    assert agenda_from(ITEMS, first_meeting=False) == [arising, *ITEMS]
    assert agenda_from([*ITEMS, arising], first_meeting=False) == [*ITEMS, arising]
