"""Entries for calendars that go with mails about a workshop. Texts of what is told of a workshop.
They hold its public title and nothing of a group, and are the same for everybody. All that is to
be said of a workshop at a moment. Telling the people of a workshop: begun and ended by those who
run it, done by the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.utils import parseaddr
from functools import partial
from typing import Any

import structlog
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import Mark, MarkStatus, Slot
from kash.people.notices.models import MessageKind, Notice, OfferedField, message_kinds
from kash.people.notices.queries import (
    Told,
    counted_ways,
    reached,
    set_up_channels,
    told_of,
    ways_to,
)
from kash.people.notices.rules import SayingResult, way_to
from kash.people.notices.services import Calendar, Saying
from kash.platform.database import db
from kash.platform.messages.calendars import CalendarEvent, cancellation, invitation
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.rules import CalendarFile, Channel
from kash.platform.vault import Change, audited
from kash.platform.web.errors import ChangedMeanwhile, Forbidden, one_or_404
from kash.platform.web.formats import from_local, to_local, zone
from kash.policy import SYSTEM, Actor
from kash.workshops.announcements.models import Announcement
from kash.workshops.announcements.rules import (
    LATEST,
    HeldChange,
    News,
    WorkshopFacts,
    expectation,
    facts_from,
    held_change,
    is_ripe,
    news,
)
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.scope import runs
from kash.workshops.queries.workshops import days_given_up, workshop_events
from kash.workshops.services.planning import held_for_change, held_workshop
from kash.workshops.services.seats import (
    LINK,
    TITLE,
    answer_address,
    new_answer_link,
    offer_event,
    say_all,
)


def calendars_of(workshop: Workshop, days_told: int) -> tuple[Calendar, Calendar, Calendar]:
    """Makers of the files that go with mails: that ask somebody, that ask anew somebody asked
    before, and that withdraw it. Each day of the workshop is an invitation, or its withdrawal; days
    that are left out now are withdrawn from all who were told of more."""
    sender = parseaddr(current_app.config["SETTINGS"].mail_from)[1]
    events: list[CalendarEvent] = []

    def files(to: str, *, asks: bool, given_up: bool) -> list[CalendarFile]:
        if not events:
            events.extend(workshop_events(workshop.public_id))
        gone = days_given_up(workshop.public_id, events, days_told) if given_up else []
        return [
            CalendarFile(method, write(event, sender, to, zone()).decode())
            for method, write, listed in (
                ("REQUEST", invitation, events if asks else []),
                ("CANCEL", cancellation, gone if asks else [*events, *gone]),
            )
            for event in listed
        ]

    return (
        partial(files, asks=True, given_up=False),
        partial(files, asks=True, given_up=True),
        partial(files, asks=False, given_up=True),
    )


INVITED, PLACE_GIVEN = "workshops.invited", "workshops.expected"
CHANGED, CANCELLED, RESTORED = "workshops.changed", "workshops.cancelled", "workshops.restored"
REMOVED, REMINDED, THANKED = "workshops.removed", "workshops.reminded", "workshops.thanked"
_WHEN = OfferedField("when", _l("Day and hour"), 16, "12/03/2027 08:30")
_WHERE = OfferedField("where", _l("Venue"), 24, _l("Sample Centre"))
_WAS = OfferedField("was", _l("As it was"), 42, "12/03/2027 08:30, Sample Centre")
_NOW = OfferedField("now", _l("As it is now"), 42, "19/03/2027 09:00, Sample Centre")

KINDS = (
    MessageKind(
        INVITED,
        _l("Invitation"),
        _l("To those invited who have not answered."),
        (TITLE, _WHEN, _WHERE, LINK),
        sms=_l("{title}, {when}, {where}. Do you come? {link}"),
        subject=_l("{title}, {when}"),
        mail=_l("You are invited: {title}, {when}, {where}.\n\nSay here whether you come:\n{link}"),
    ),
    MessageKind(
        PLACE_GIVEN,
        _l("A place"),
        _l("To those enrolled."),
        (TITLE, _WHEN, _WHERE, LINK),
        sms=_l("{title}, {when}, {where}: you have a place. Can't come? {link}"),
        subject=_l("{title}, {when}"),
        mail=_l(
            "You have a place: {title}, {when}, {where}.\n\nIf you can't come, say so here:\n{link}"
        ),
    ),
    MessageKind(
        CHANGED,
        _l("A change of days, hour or place"),
        _l("To those invited or enrolled, ten minutes after the last change."),
        (TITLE, _WAS, _NOW),
        sms=_l("{title}: was {was}, now {now}"),
        subject=_l("{title}: changed"),
        mail=_l("{title} was: {was}.\nIt is now: {now}."),
    ),
    MessageKind(
        CANCELLED,
        _l("A workshop is cancelled"),
        _l("To those invited or enrolled."),
        (TITLE, _WHEN),
        sms=_l("{title}, {when}, is cancelled."),
        subject=_l("{title}: cancelled"),
        mail=_l("{title}, {when}, is cancelled."),
    ),
    MessageKind(
        RESTORED,
        _l("A cancelled workshop is held after all"),
        _l("To those invited or enrolled."),
        (TITLE, _WHEN, _WHERE),
        sms=_l("{title} is held after all: {when}, {where}."),
        subject=_l("{title}: held after all"),
        mail=_l("{title} is held after all: {when}, {where}."),
    ),
    MessageKind(
        REMOVED,
        _l("Somebody is no longer expected"),
        _l("To those who were invited or enrolled and are taken out."),
        (TITLE, _WHEN),
        sms=_l("{title}, {when}: you are no longer expected."),
        subject=_l("{title}: no longer expected"),
        mail=_l("You are no longer expected: {title}, {when}."),
    ),
    MessageKind(
        REMINDED,
        _l("Reminder"),
        _l("So many days before the first day, to those invited or enrolled."),
        (TITLE, _WHEN, _WHERE),
        sms=_l("Reminder: {title}, {when}, {where}."),
        subject=_l("Reminder: {title}, {when}"),
        mail=_l("A reminder: {title}, {when}, {where}."),
    ),
    MessageKind(
        THANKED,
        _l("Thanks afterwards"),
        _l("So many days after the last day, to those who came."),
        (TITLE,),
        sms=_l("Thank you for coming: {title}."),
        subject=_l("{title}: thank you"),
        mail=_l("Thank you for coming: {title}."),
    ),
)


def when_text(day: date, begins: time) -> str:
    """A day and an hour that read alike in all languages."""
    return f"{day:%d/%m/%Y} {begins:%H:%M}"


def facts_text(facts: WorkshopFacts, *, all_days: bool = False) -> str:
    """Day, hour and venue; from the first day to the last if `all_days` are asked for."""
    when = when_text(facts.first, facts.begins)
    if all_days and facts.last != facts.first:
        alike = facts.first.year == facts.last.year
        first = f"{facts.first:%d/%m}" if alike else f"{facts.first:%d/%m/%Y}"
        when = f"{first}-{when_text(facts.last, facts.begins)}"
    return ", ".join(filter(None, (when, facts.venue)))


_REMIND_AT = time(10)


def facts_of(workshop: Workshop) -> WorkshopFacts:
    """The facts of a workshop that those who take part must know."""
    return WorkshopFacts(
        workshop.starts_on,
        workshop.ends_on,
        workshop.day_starts_at,
        workshop.venue.name if workshop.venue is not None else "",
        workshop.state == "cancelled",
    )


class DueNews:
    """All that is to be said of a workshop at a moment."""

    def __init__(self, session: Session, announcement: Announcement, now: datetime) -> None:
        self.session, self.announcement, self.now = session, announcement, now
        self.workshop = workshop = announcement.workshop
        self.present = facts_of(workshop)
        self.told = facts_from(announcement.told)
        before = (
            HeldChange(facts_from(announcement.held), announcement.held_at)
            if announcement.held and announcement.held_at
            else None
        )
        self.held = held_change(self.told, before, self.present, now)
        self.held_anew = self.held != before
        enrolled = select(Enrolment).where(Enrolment.workshop_id == workshop.id)
        self.enrolments = session.scalars(enrolled.order_by(Enrolment.id)).all()
        # Those who are invited or enrolled.
        self.expected = [row for row in self.enrolments if row.state in ("invited", "confirmed")]
        self.over = workshop.ends_on < to_local(now).date()

    def anything(self) -> bool:
        """True if anything is to be written or said."""
        ripe = self.held is not None and is_ripe(self.held, self.now)
        return self.held_anew or ripe or any(self.new_ones().values()) or bool(self.reminders())

    def new_ones(self) -> dict[str, list[tuple[Enrolment, str]]]:
        """Those to be told that they are invited, have a place, or are no longer expected, with
        the event of each, by the kind of message. Nobody while the workshop is cancelled or over,
        and nobody about whose state something changed just now."""
        events: dict[str, list[tuple[Enrolment, str]]] = {INVITED: [], PLACE_GIVEN: [], REMOVED: []}
        if self.present.cancelled or self.over or self.held is not None:
            return events
        for row in self.enrolments:
            stretch = expectation(row.history, row.state, row.changed_at)
            if stretch is None or not is_ripe(HeldChange(self.present, row.changed_at), self.now):
                continue
            event = offer_event(row.public_id, stretch[0])
            if row.state == "withdrawn":
                events[REMOVED].append((row, event))
            elif row.state == "invited":
                events[INVITED].append((row, event))
            elif row.state == "confirmed" and not stretch[1]:
                events[PLACE_GIVEN].append((row, event))
        keys = [event for listed in events.values() for _row, event in listed]
        if not keys:
            return events
        told = {line.event_key: line for kind in _PLACES for line in told_of(kind, keys)}
        again = self._reached_by_now(told)
        removed = {line.event_key for line in told_of(REMOVED, keys)}
        for kind in _PLACES:
            events[kind] = [
                (row, key) for row, key in events[kind] if key not in told or key in again
            ]
        # Only who was told that she is expected is told that she no longer is.
        events[REMOVED] = [
            (row, key)
            for row, key in events[REMOVED]
            if key in told and not told[key].unsent and key not in removed
        ]
        return events

    def _reached_by_now(self, told: Mapping[str, Told]) -> set[str]:
        """Events of which nothing went out for want of a consent or a way that is there by now."""
        lacking = (SayingResult.NOT_AGREED, SayingResult.NO_CONTACT, SayingResult.MINOR)
        unsent = [line for line in told.values() if line.unsent in lacking]
        if not unsent:
            return set()
        people = reached(self.session, {line.person_id for line in unsent})
        ways, set_up = frozenset(Channel), set_up_channels()
        return {
            line.event_key
            for line in unsent
            if isinstance(way_to(people[line.person_id].recipient, ways, set_up), Channel)
        }

    def reminders(self) -> list[tuple[str, str]]:
        """Kinds and events of reminders whose moment has come and was not long ago."""
        if self.present.cancelled or self.held is not None:
            return []
        chosen = self.announcement
        rules = [
            (REMINDED, self.present.first, days)
            for days in dict.fromkeys((chosen.remind_first, chosen.remind_second))
            if days is not None
        ]
        if chosen.thank_after is not None:
            rules.append((THANKED, self.present.last, -chosen.thank_after))
        due = []
        for kind, day, days in rules:
            moment = from_local(day - timedelta(days=days), _REMIND_AT)
            # One who begins to tell people later than a reminder's hour wants none of then.
            if moment < chosen.begun_at or not moment <= self.now <= moment + LATEST:
                continue
            event = f"{self.workshop.public_id}:{day.isoformat()}:{days}"
            people = {line.person_id for line in told_of(kind, (event,))}
            if any(row.person_id not in people for row in self.reminded(kind)):
                due.append((kind, event))
        return due

    def reminded(self, kind: str) -> list[Enrolment]:
        """Those to be reminded: everybody who is expected, or who came."""
        if kind == REMINDED:
            return self.expected
        came = set(
            self.session.scalars(
                select(Mark.person_id)
                .join(Slot, Slot.id == Mark.slot_id)
                .join(MarkStatus, MarkStatus.code == Mark.status)
                .where(Slot.register_id == self.workshop.register_id, MarkStatus.weight > 0)
            )
        )
        return [row for row in self.expected if row.person_id in came]

    def people_told(self) -> set[int]:
        """Those who were told that they are expected; the others learn the present facts with that,
        or had their place before people were told."""
        stretches = [
            (row, stretch)
            for row in self.expected
            if (stretch := expectation(row.history, row.state, row.changed_at)) is not None
        ]
        keys = {offer_event(row.public_id, stretch[0]) for row, stretch in stretches}
        told = {line.person_id for kind in _PLACES for line in told_of(kind, keys)}
        # Who came from a waiting list was told of her place by that.
        return told | {row.person_id for row, stretch in stretches if stretch[1]}


_PLACES = (INVITED, PLACE_GIVEN)


_log = structlog.get_logger("kash.announcements")
# What is over stays here so long, for thanks and late changes.
_AFTER = timedelta(days=61)


@dataclass(frozen=True)
class ReminderDetails:
    """Reminders as entered: days before the first day (once or twice), and after the last."""

    remind_first: int | None = None
    remind_second: int | None = None
    thank_after: int | None = None


def begin_telling(workshop: str, details: ReminderDetails, by: Actor) -> None:
    """Tell the people of a workshop from now on; those who are in it already are told first.

    Raises NotFound, Forbidden and WorkshopCancelled.
    """
    with audited("announcements.begun", by) as change:
        held = held_for_change(change.session, workshop)
        announcement = _run_by(change.session, held, by)
        if announcement is None:
            told = facts_of(held).written()
            announcement = Announcement(workshop_id=held.id, told=told, changes=0, row_version=0)
            change.session.add(announcement)
        elif announcement.ended_at is None:
            change.nothing()
            return
        # Where it had been ended, people know older facts, and are told of what changed since.
        announcement.begun_by, announcement.begun_at = by.public_id, change.now
        announcement.ended_at = None
        _remind(announcement, details)
        change.about(held.public_id)


def _run_by(session: Session, workshop: Workshop, by: Actor) -> Announcement | None:
    if not runs(by, workshop, "workshops.edit"):
        raise Forbidden
    return session.scalar(select(Announcement).where(Announcement.workshop_id == workshop.id))


def _remind(announcement: Announcement, details: ReminderDetails) -> None:
    for name, days in vars(details).items():
        setattr(announcement, name, days)
    announcement.row_version += 1


def change_reminders(workshop: str, details: ReminderDetails, row_version: int, by: Actor) -> None:
    """Change when the people of a workshop are reminded. Raises NotFound, Forbidden and
    ChangedMeanwhile."""
    with audited("announcements.changed", by) as change:
        held = held_workshop(change.session, workshop)
        announcement = one_or_404(_run_by(change.session, held, by))
        if announcement.row_version != row_version:
            raise ChangedMeanwhile
        _remind(announcement, details)
        change.about(held.public_id)


def end_telling(workshop: str, by: Actor) -> None:
    """Tell the people of a workshop no more. Raises NotFound and Forbidden."""
    with audited("announcements.ended", by) as change:
        held = held_workshop(change.session, workshop)
        announcement = one_or_404(_run_by(change.session, held, by))
        if announcement.ended_at is not None:
            change.nothing()
            return
        announcement.ended_at = change.now
        announcement.held, announcement.held_at = None, None
        announcement.row_version += 1
        change.about(held.public_id)


def tell_people(now: datetime) -> int:
    """Say what is due of every workshop whose people are told, that is to come or over for a short
    while; returns of how many something was.

    Each in a transaction of its own: one that fails does not stop the others.
    """
    db.session.rollback()
    workshops = db.session.scalars(
        select(Workshop.public_id)
        .join(Announcement, Announcement.workshop_id == Workshop.id)
        .where(Announcement.ended_at.is_(None), Workshop.ends_on >= to_local(now - _AFTER).date())
        .order_by(Workshop.id)
    ).all()
    db.session.rollback()
    told = 0
    for workshop in workshops:
        try:
            told += _tell(workshop, now)
        except Exception:
            db.session.rollback()
            _log.error("people_not_told", workshop=workshop, exc_info=True)
    return told


def _tell(public_id: str, now: datetime) -> bool:
    """Say what is due of one workshop. Looked at first, so that nothing is locked in vain."""
    wanted = DueNews(db.session(), _read(db.session(), public_id), now).anything()
    db.session.rollback()
    if not wanted:
        return False
    with audited("announcements.told", SYSTEM) as change:
        held_workshop(change.session, public_id)
        announcement = _read(change.session, public_id)
        if announcement.ended_at is not None:
            change.nothing()
            return False
        return _say_what_is_due(change, DueNews(change.session, announcement, now))


def _read(session: Session, public_id: str) -> Announcement:
    return session.scalars(
        select(Announcement)
        .join(Announcement.workshop)
        .where(Workshop.public_id == public_id)
        .options(joinedload(Announcement.workshop).joinedload(Workshop.venue))
        .execution_options(populate_existing=True)
    ).one()


def _say_what_is_due(change: Change, due: DueNews) -> bool:
    said = 0
    announcement, workshop, now = due.announcement, due.workshop, due.now
    asks, asks_anew, withdraws = calendars_of(workshop, due.told.days)
    plain = {
        "title": workshop.version.public_title,
        "when": when_text(due.present.first, due.present.begins),
        "where": due.present.venue or "-",
    }
    if due.held is not None and is_ripe(due.held, now):
        kind = news(due.told, due.present)
        announcement.changes += 1
        if kind is not None and not due.over:
            # A day more or less is no other beginning: both would read alike without the last.
            longer = due.told.days != due.present.days
            fields = {
                **plain,
                "was": facts_text(due.told, all_days=longer),
                "now": facts_text(due.present, all_days=longer),
            }
            event = f"{workshop.public_id}:{announcement.changes}"
            calendar = withdraws if kind is News.CANCELLED else asks_anew
            people = due.people_told()
            sayings = [
                Saying(row.person_id, event, fields, calendar=calendar)
                for row in due.expected
                if row.person_id in people
            ]
            said += say_all(due.session, f"workshops.{kind}", sayings, now)
        announcement.told = due.present.written()
        due.told, due.held = due.present, None
    announcement.held = due.held.facts.written() if due.held else None
    announcement.held_at = due.held.since if due.held else None
    for kind_, listed in due.new_ones().items():
        gone = kind_ == REMOVED
        sayings = [
            Saying(
                row.person_id,
                event,
                plain if gone else plain | {"link": _link(due.session, workshop, row, now)},
                calendar=withdraws if gone else asks,
            )
            for row, event in listed
        ]
        said += say_all(due.session, kind_, sayings, now)
    for kind_, event in due.reminders():
        begins = from_local(due.present.first, due.present.begins)
        until = begins if kind_ == REMINDED else None
        sayings = [
            Saying(row.person_id, event, plain, not_after=until) for row in due.reminded(kind_)
        ]
        said += say_all(due.session, kind_, sayings, now)
    change.about(workshop.public_id)
    return bool(said)


def _link(session: Session, workshop: Workshop, enrolment: Enrolment, now: datetime) -> str:
    return answer_address(new_answer_link(session, workshop, enrolment, now))


def reach_of(workshop: Workshop) -> dict[str, Any]:
    """Numbers of those invited or enrolled (`expected`) who can be told, by each way (`by_way`),
    and why others cannot (`without`). Two queries for each few hundred people, and one."""
    people = db.session.scalars(
        select(Enrolment.person_id).where(
            Enrolment.workshop_id == workshop.id, Enrolment.state.in_(("invited", "confirmed"))
        )
    ).all()
    ways = ways_to(db.session(), people)
    return {"expected": len(people), **counted_ways([ways[person] for person in people])}


def told_lines(workshop: Workshop) -> list[dict[str, Any]]:
    """News that the people of a workshop were told so far, by `kind` of message: to how many
    `people`, and the `states` of their messages, of which somebody may have had several; under an
    empty state what nobody could be told. Two queries."""
    enrolled = Enrolment.workshop_id == workshop.id
    enrolments = db.session.scalars(select(Enrolment.public_id).where(enrolled)).all()
    about = {workshop.public_id, *enrolments}
    rows = db.session.execute(
        select(Notice.kind, Notice.event_key, Notice.person_id, OutboxMessage.state)
        .outerjoin(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(
            Notice.kind.startswith("workshops."),
            Notice.person_id.in_(select(Enrolment.person_id).where(enrolled)),
        )
    ).all()
    told = [row for row in rows if row.event_key.partition(":")[0] in about]
    return [
        {
            "kind": kind,
            "people": len({row.person_id for row in told if row.kind == kind.name}),
            "states": Counter(row.state or "" for row in told if row.kind == kind.name),
        }
        for kind in message_kinds()
        if any(row.kind == kind.name for row in told)
    ]
