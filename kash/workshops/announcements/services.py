"""Entries for calendars that go with mails about a workshop. Texts of what is told of a workshop.
They hold its public title and nothing of a group, and are the same for everybody. All that is to
be said of a workshop at a moment. Telling the people of a workshop: begun and ended by whoever
runs it, done by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.utils import parseaddr

import structlog
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import Mark, MarkStatus, Slot
from kash.people.notices.models import MessageKind, OfferedField
from kash.people.notices.queries import Told, reached, set_up_channels, told_of
from kash.people.notices.rules import SayingResult, way_to
from kash.people.notices.services import MOST_AT_ONCE, Calendar, Saying, say_to_each
from kash.platform.database import db
from kash.platform.messages.calendars import CalendarEvent, cancellation, invitation
from kash.platform.messages.rules import CalendarFile, Channel
from kash.platform.vault import Change, audited
from kash.platform.web.errors import ChangedMeanwhile, Forbidden, one_or_404
from kash.platform.web.formats import from_local, to_local, zone
from kash.policy import SYSTEM, Actor, Reach
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
    reminder_moment,
)
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.scope import run_by
from kash.workshops.queries.workshops import days_given_up, workshop_events
from kash.workshops.seat_messages import answer_address
from kash.workshops.services.answer_links import new_answer_link
from kash.workshops.services.planning import held_for_change, held_workshop


@dataclass(frozen=True)
class CalendarFiles:
    """Makers of the files that go with a mail: that ask somebody, that ask whoever was asked before
    anew, and that withdraw it."""

    asked: Calendar
    changed: Calendar
    withdrawn: Calendar


def calendars_of(workshop: Workshop, days_told: int) -> CalendarFiles:
    """Files that go with mails: each day of the workshop as an invitation, or its withdrawal.
    Whoever was told of more days has those withdrawn that are left out now."""
    sender = parseaddr(current_app.config["SETTINGS"].mail_from)[1]
    events: list[CalendarEvent] = []

    def present() -> list[CalendarEvent]:
        if not events:
            events.extend(workshop_events(workshop.public_id))
        return events

    def asked(to: str) -> list[CalendarFile]:
        return _files("REQUEST", present(), to)

    def left_out(to: str) -> list[CalendarFile]:
        return _files("CANCEL", days_given_up(workshop.public_id, present(), days_told), to)

    def _files(method: str, listed: Sequence[CalendarEvent], to: str) -> list[CalendarFile]:
        write = invitation if method == "REQUEST" else cancellation
        return [CalendarFile(method, write(each, sender, to, zone()).decode()) for each in listed]

    return CalendarFiles(
        asked,
        lambda to: asked(to) + left_out(to),
        lambda to: _files("CANCEL", present(), to) + left_out(to),
    )


INVITED, PLACE_GIVEN = "workshops.invited", "workshops.expected"
CHANGED, CANCELLED, RESTORED = "workshops.changed", "workshops.cancelled", "workshops.restored"
REMOVED, REMINDED, THANKED = "workshops.removed", "workshops.reminded", "workshops.thanked"


def _longest_address() -> int:
    return len(answer_address("x" * 16))


_TITLE = OfferedField("title", _l("Public title"), 30, _l("Working together"))
_WHEN = OfferedField("when", _l("Day and hour"), 16, "12/03/2027 08:30")
_WHERE = OfferedField("where", _l("Venue"), 24, _l("Sample Centre"))
_WAS = OfferedField("was", _l("As it was"), 42, "12/03/2027 08:30, Sample Centre")
_NOW = OfferedField("now", _l("As it is now"), 42, "19/03/2027 09:00, Sample Centre")
_LINK = OfferedField(
    "link", _l("Link to answer"), _longest_address, "https://kash.example.org/r/4fz0q", whole=True
)

KINDS = (
    MessageKind(
        INVITED,
        _l("Invitation"),
        _l("To whoever is invited and has not answered."),
        (_TITLE, _WHEN, _WHERE, _LINK),
        sms=_l("{title}, {when}, {where}. Do you come? {link}"),
        subject=_l("{title}, {when}"),
        mail=_l("You are invited: {title}, {when}, {where}.\n\nSay here whether you come:\n{link}"),
    ),
    MessageKind(
        PLACE_GIVEN,
        _l("A place"),
        _l("To whoever is enrolled."),
        (_TITLE, _WHEN, _WHERE, _LINK),
        sms=_l("{title}, {when}, {where}: you have a place. Can't come? {link}"),
        subject=_l("{title}, {when}"),
        mail=_l(
            "You have a place: {title}, {when}, {where}.\n\nIf you can't come, say so here:\n{link}"
        ),
    ),
    MessageKind(
        CHANGED,
        _l("A change of days, hour or place"),
        _l("To whoever is invited or enrolled, ten minutes after the last change."),
        (_TITLE, _WAS, _NOW),
        sms=_l("{title}: was {was}, now {now}"),
        subject=_l("{title}: changed"),
        mail=_l("{title} was: {was}.\nIt is now: {now}."),
    ),
    MessageKind(
        CANCELLED,
        _l("A workshop is cancelled"),
        _l("To whoever is invited or enrolled."),
        (_TITLE, _WHEN),
        sms=_l("{title}, {when}, is cancelled."),
        subject=_l("{title}: cancelled"),
        mail=_l("{title}, {when}, is cancelled."),
    ),
    MessageKind(
        RESTORED,
        _l("A cancelled workshop is held after all"),
        _l("To whoever is invited or enrolled."),
        (_TITLE, _WHEN, _WHERE),
        sms=_l("{title} is held after all: {when}, {where}."),
        subject=_l("{title}: held after all"),
        mail=_l("{title} is held after all: {when}, {where}."),
    ),
    MessageKind(
        REMOVED,
        _l("Somebody is no longer expected"),
        _l("To whoever was invited or enrolled and is taken out."),
        (_TITLE, _WHEN),
        sms=_l("{title}, {when}: you are no longer expected."),
        subject=_l("{title}: no longer expected"),
        mail=_l("You are no longer expected: {title}, {when}."),
    ),
    MessageKind(
        REMINDED,
        _l("Reminder"),
        _l("So many days before the first day, to whoever is invited or enrolled."),
        (_TITLE, _WHEN, _WHERE),
        sms=_l("Reminder: {title}, {when}, {where}."),
        subject=_l("Reminder: {title}, {when}"),
        mail=_l("A reminder: {title}, {when}, {where}."),
    ),
    MessageKind(
        THANKED,
        _l("Thanks afterwards"),
        _l("So many days after the last day, to whoever came."),
        (_TITLE,),
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
# Nothing went out for want of these, which may still come.
_MAY_COME = frozenset({SayingResult.NOT_AGREED, SayingResult.NO_CONTACT, SayingResult.MINOR})


def facts_of(workshop: Workshop) -> WorkshopFacts:
    """The facts of a workshop that whoever takes part must know."""
    return WorkshopFacts(
        workshop.starts_on,
        workshop.ends_on,
        workshop.day_starts_at,
        workshop.venue.name if workshop.venue is not None else "",
        workshop.state == "cancelled",
    )


class DueNews:
    """All that is to be said of a workshop at a moment."""

    def __init__(
        self, session: Session, workshop: Workshop, found: Announcement, now: datetime
    ) -> None:
        self.session, self.workshop, self.found, self.now = session, workshop, found, now
        self.present = facts_of(workshop)
        self.told = facts_from(found.told)
        before = (
            HeldChange(facts_from(found.held), found.held_at)
            if found.held and found.held_at
            else None
        )
        self.held = held_change(self.told, before, self.present, now)
        self.held_anew = self.held != before
        self.enrolments: Sequence[Enrolment] = session.scalars(
            select(Enrolment).where(Enrolment.workshop_id == workshop.id).order_by(Enrolment.id)
        ).all()
        self.over = workshop.ends_on < to_local(now).date()

    def anything(self) -> bool:
        """True if anything is to be written or said."""
        ripe = self.held is not None and is_ripe(self.held, self.now)
        return self.held_anew or ripe or any(self.new_ones().values()) or bool(self.reminders())

    def expected(self) -> list[Enrolment]:
        """Those who are invited or enrolled."""
        return [one for one in self.enrolments if one.state in ("invited", "confirmed")]

    def new_ones(self) -> dict[str, list[tuple[Enrolment, str]]]:
        """Those to be told that they are invited, have a place, or are no longer expected, with
        the event of each, by the kind of message. Nobody while the workshop is cancelled or over,
        and nobody about whose state something changed just now."""
        found: dict[str, list[tuple[Enrolment, str]]] = {
            INVITED: [],
            PLACE_GIVEN: [],
            REMOVED: [],
        }
        if self.present.cancelled or self.over or self.held is not None:
            return found
        events: dict[str, list[tuple[Enrolment, str]]] = {kind: [] for kind in found}
        for one in self.enrolments:
            stretch = expectation(one.history, one.state, one.changed_at)
            if stretch is None or not is_ripe(HeldChange(self.present, one.changed_at), self.now):
                continue
            event = f"{one.public_id}:{int(stretch.since.timestamp())}"
            if one.state == "withdrawn":
                events[REMOVED].append((one, event))
            elif one.state == "invited":
                events[INVITED].append((one, event))
            elif one.state == "confirmed" and not stretch.from_list:
                events[PLACE_GIVEN].append((one, event))
        invited = self._known((INVITED, PLACE_GIVEN), events)
        again = self._reached_by_now(invited)
        for kind in (INVITED, PLACE_GIVEN):
            found[kind] = [
                each for each in events[kind] if each[1] not in invited or each[1] in again
            ]
        removed = self._known((REMOVED,), events)
        # Only who was told that she is expected is told that she no longer is.
        found[REMOVED] = [
            each
            for each in events[REMOVED]
            if each[1] in invited and not invited[each[1]].unsent and each[1] not in removed
        ]
        return found

    def _known(
        self, kinds: Iterable[str], events: Mapping[str, list[tuple[Enrolment, str]]]
    ) -> dict[str, Told]:
        keys = {event for listed in events.values() for _one, event in listed}
        return {one.event_key: one for kind in kinds for one in told_of(kind, keys)} if keys else {}

    def _reached_by_now(self, known: Mapping[str, Told]) -> set[str]:
        """Events of which nothing went out for want of a consent or a way that is there by now."""
        unsent = [one for one in known.values() if one.unsent in _MAY_COME]
        if not unsent:
            return set()
        people = reached(self.session, {one.person_id for one in unsent})
        ways, set_up = frozenset(Channel), set_up_channels()
        return {
            one.event_key
            for one in unsent
            if isinstance(way_to(people[one.person_id].recipient, ways, set_up), Channel)
        }

    def reminders(self) -> list[tuple[str, str]]:
        """Kinds and events of reminders whose moment has come and was not long ago."""
        if self.present.cancelled or self.held is not None:
            return []
        rules = [
            (REMINDED, self.present.first, days)
            for days in dict.fromkeys((self.found.remind_first, self.found.remind_second))
            if days is not None
        ]
        if self.found.thank_after is not None:
            rules.append((THANKED, self.present.last, -self.found.thank_after))
        due = []
        for kind, day, days in rules:
            moment = from_local(*reminder_moment(day, days, _REMIND_AT))
            # Whoever begins to tell people later than a reminder's hour wants no reminder of then.
            if moment < self.found.begun_at or not moment <= self.now <= moment + LATEST:
                continue
            event = f"{self.workshop.public_id}:{day.isoformat()}:{days}"
            known = {one.person_id for one in told_of(kind, (event,))}
            if any(one.person_id not in known for one in self.reminded(kind)):
                due.append((kind, event))
        return due

    def reminded(self, kind: str) -> list[Enrolment]:
        """Those whom a reminder is for: everybody who is expected, or who came."""
        if kind == REMINDED:
            return self.expected()
        came = self._came()
        return [one for one in self.expected() if one.person_id in came]

    def _came(self) -> set[int]:
        return set(
            self.session.scalars(
                select(Mark.person_id)
                .join(Slot, Slot.id == Mark.slot_id)
                .join(MarkStatus, MarkStatus.code == Mark.status)
                .where(Slot.register_id == self.workshop.register_id, MarkStatus.weight > 0)
            )
        )


_log = structlog.get_logger("kash.announcements")
# What is over stays here so long, for thanks and late changes.
_AFTER = timedelta(days=61)
_NEWS = {
    News.CHANGED: CHANGED,
    News.CANCELLED: CANCELLED,
    News.RESTORED: RESTORED,
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
        "when": when_text(due.present.first, due.present.begins),
        "where": due.present.venue or "-",
    }
    for kind, listed in due.new_ones().items():
        calendar = calendars.withdrawn if kind == REMOVED else calendars.asked
        said += _say(
            due,
            kind,
            [
                Saying(
                    one.person_id,
                    event,
                    plain
                    if kind == REMOVED
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
                    not_after=until if kind == REMINDED else None,
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
        "was": facts_text(due.told, all_days=longer),
        "now": facts_text(due.present, all_days=longer),
        "when": when_text(due.present.first, due.present.begins),
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
    told = {one.person_id for kind in (INVITED, PLACE_GIVEN) for one in told_of(kind, keys)}
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
