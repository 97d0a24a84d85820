"""Telling the people of a workshop: begun and ended by whoever runs it, done by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.announcements import texts
from kash.announcements.calendar_files import CalendarFiles, calendars_of
from kash.announcements.due import DueNews, facts_of
from kash.announcements.models import Announcement
from kash.announcements.rules import (
    News,
    expectation,
    is_ripe,
    news,
)
from kash.notices.queries.told import told_of
from kash.notices.services.saying import MOST_AT_ONCE, Saying, say_to_each
from kash.platform.database import db
from kash.platform.vault import Change, audited
from kash.platform.web.errors import ChangedMeanwhile, Forbidden, one_or_404
from kash.platform.web.formats import from_local, to_local
from kash.policy import SYSTEM, Actor, Reach
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.scope import run_by
from kash.workshops.seat_messages import answer_address
from kash.workshops.services.answer_links import new_answer_link
from kash.workshops.services.planning import held_for_change, held_workshop

_log = structlog.get_logger("kash.announcements")
# What is over stays here so long, for thanks and late changes.
_AFTER = timedelta(days=61)
_NEWS = {
    News.CHANGED: texts.CHANGED,
    News.CANCELLED: texts.CANCELLED,
    News.RESTORED: texts.RESTORED,
}


@dataclass(frozen=True)
class ReminderDetails:
    """Reminders as entered: days before the first day (once or twice), and after the last."""

    remind_first: int | None = None
    remind_second: int | None = None
    thank_after: int | None = None


def begin_telling(workshop: str, details: ReminderDetails, by: Actor) -> None:
    """Tell the people of a workshop from now on; whoever is in it already is told first.

    Raises NotFound, Forbidden and WorkshopCancelled.
    """
    with audited("announcements.begun", by) as change:
        held = held_for_change(change.session, workshop)
        _refuse_unless_run(change.session, held, by)
        found = _of(change.session, held)
        if found is None:
            told = facts_of(held).written()
            found = Announcement(workshop_id=held.id, told=told, changes=0, row_version=0)
            change.session.add(found)
        elif found.ended_at is None:
            change.nothing()
            return
        # Where it had been ended, people know older facts, and are told of what changed since.
        found.begun_by, found.begun_at, found.ended_at = by.public_id, change.now, None
        _set(found, details)
        change.about(held.public_id)


def change_reminders(workshop: str, details: ReminderDetails, row_version: int, by: Actor) -> None:
    """Change when the people of a workshop are reminded. Raises NotFound, Forbidden and
    ChangedMeanwhile."""
    with audited("announcements.changed", by) as change:
        held = held_workshop(change.session, workshop)
        _refuse_unless_run(change.session, held, by)
        found = one_or_404(_of(change.session, held))
        if found.row_version != row_version:
            raise ChangedMeanwhile
        _set(found, details)
        change.about(held.public_id)


def end_telling(workshop: str, by: Actor) -> None:
    """Tell the people of a workshop no more. Raises NotFound and Forbidden."""
    with audited("announcements.ended", by) as change:
        held = held_workshop(change.session, workshop)
        _refuse_unless_run(change.session, held, by)
        found = one_or_404(_of(change.session, held))
        if found.ended_at is not None:
            change.nothing()
            return
        found.ended_at, found.held, found.held_at = change.now, None, None
        found.row_version += 1
        change.about(held.public_id)


def tell_people(now: datetime) -> int:
    """Say what is due of every workshop whose people are told; returns of how many something was.

    Each in a transaction of its own: one that fails does not stop the others.
    """
    db.session.rollback()
    told = 0
    for workshop in _told_of(now):
        try:
            told += _tell(workshop, now)
        except Exception:
            db.session.rollback()
            _log.error("people_not_told", workshop=workshop, exc_info=True)
    return told


def _of(session: Session, workshop: Workshop) -> Announcement | None:
    return session.scalar(select(Announcement).where(Announcement.workshop_id == workshop.id))


def _set(found: Announcement, details: ReminderDetails) -> None:
    found.remind_first, found.remind_second = details.remind_first, details.remind_second
    found.thank_after = details.thank_after
    found.row_version += 1


def _refuse_unless_run(session: Session, workshop: Workshop, by: Actor) -> None:
    reach = by.reach("workshops.edit")
    if reach is Reach.ALL:
        return
    if reach is not Reach.OWN or not session.scalar(run_by(by).where(Workshop.id == workshop.id)):
        raise Forbidden


def _told_of(now: datetime) -> list[str]:
    """Workshops whose people are told, that are to come or over for a short while."""
    found = list(
        db.session.scalars(
            select(Workshop.public_id)
            .join(Announcement, Announcement.workshop_id == Workshop.id)
            .where(
                Announcement.ended_at.is_(None),
                Workshop.ends_on >= to_local(now - _AFTER).date(),
            )
            .order_by(Workshop.id)
        )
    )
    db.session.rollback()
    return found


def _tell(public_id: str, now: datetime) -> bool:
    """Say what is due of one workshop. Looked at first, so that nothing is locked in vain."""
    workshop, found = _read(db.session(), public_id)
    due = DueNews(db.session(), workshop, found, now)
    wanted = due.anything()
    db.session.rollback()
    if not wanted:
        return False
    with audited("announcements.told", SYSTEM) as change:
        held = held_workshop(change.session, public_id)
        _workshop, found = _read(change.session, public_id)
        if found.ended_at is not None:
            change.nothing()
            return False
        return _say_what_is_due(change, DueNews(change.session, held, found, now))


def _read(session: Session, public_id: str) -> tuple[Workshop, Announcement]:
    found = session.scalars(
        select(Announcement)
        .join(Announcement.workshop)
        .where(Workshop.public_id == public_id)
        .options(joinedload(Announcement.workshop).joinedload(Workshop.venue))
        .execution_options(populate_existing=True)
    ).one()
    return found.workshop, found


def _say_what_is_due(change: Change, due: DueNews) -> bool:
    said = 0
    found, workshop = due.found, due.workshop
    calendars = calendars_of(workshop, due.told.days)
    if due.held is None:
        found.held, found.held_at = None, None
    else:
        found.held, found.held_at = due.held.facts.written(), due.held.since
        if is_ripe(due.held, due.now):
            said += _say_news(due, calendars)
            found.told, found.held, found.held_at = due.present.written(), None, None
            due.told, due.held = due.present, None
    title = workshop.version.public_title
    plain = {
        "title": title,
        "when": texts.when_text(due.present.first, due.present.begins),
        "where": due.present.venue or "-",
    }
    for kind, listed in due.new_ones().items():
        calendar = calendars.withdrawn if kind == texts.REMOVED else calendars.asked
        said += _say(
            due,
            kind,
            [
                Saying(
                    one.person_id,
                    event,
                    plain
                    if kind == texts.REMOVED
                    else plain | {"link": _link(due.session, workshop, one, due.now)},
                    calendar=calendar,
                )
                for one, event in listed
            ],
        )
    for kind, event in due.reminders():
        until = from_local(due.present.first, due.present.begins)
        said += _say(
            due,
            kind,
            [
                Saying(
                    one.person_id,
                    event,
                    plain,
                    not_after=until if kind == texts.REMINDED else None,
                )
                for one in due.reminded(kind)
            ],
        )
    change.about(workshop.public_id)
    return bool(said)


def _say_news(due: DueNews, calendars: CalendarFiles) -> int:
    kind = news(due.told, due.present)
    due.found.changes += 1
    if kind is None or due.over:
        return 0
    title = due.workshop.version.public_title
    # A day more or less is no other beginning: both would read alike without the last.
    longer = due.told.days != due.present.days
    fields = {
        "title": title,
        "was": texts.facts_text(due.told, all_days=longer),
        "now": texts.facts_text(due.present, all_days=longer),
        "when": texts.when_text(due.present.first, due.present.begins),
        "where": due.present.venue or "-",
    }
    event = f"{due.workshop.public_id}:{due.found.changes}"
    known = _people_told(due)
    return _say(
        due,
        _NEWS[kind],
        [
            Saying(
                one.person_id,
                event,
                fields,
                calendar=calendars.withdrawn if kind is News.CANCELLED else calendars.changed,
            )
            for one in due.expected()
            if one.person_id in known
        ],
    )


def _people_told(due: DueNews) -> set[int]:
    """Those who were told that they are expected; the others learn the present facts with that, or
    had their place before people were told."""
    keys = {
        f"{one.public_id}:{int(stretch.since.timestamp())}"
        for one in due.expected()
        if (stretch := expectation(one.history, one.state, one.changed_at)) is not None
    }
    told = {
        one.person_id for kind in (texts.INVITED, texts.PLACE_GIVEN) for one in told_of(kind, keys)
    }
    # Who came from a waiting list was told of her place by that.
    listed = {
        one.person_id
        for one in due.expected()
        if (stretch := expectation(one.history, one.state, one.changed_at)) and stretch.from_list
    }
    return told | listed


def _say(due: DueNews, kind: str, sayings: Sequence[Saying]) -> int:
    for start in range(0, len(sayings), MOST_AT_ONCE):
        say_to_each(due.session, kind, sayings[start : start + MOST_AT_ONCE], due.now)
    return len(sayings)


def _link(session: Session, workshop: Workshop, one: Enrolment, now: datetime) -> str:
    return answer_address(new_answer_link(session, workshop, one, now))
