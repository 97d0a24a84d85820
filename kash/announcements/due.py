"""All that is to be said of a workshop at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.announcements import texts
from kash.announcements.models import Announcement
from kash.announcements.rules import (
    LATEST,
    HeldChange,
    WorkshopFacts,
    expectation,
    facts_from,
    held_change,
    is_ripe,
    reminder_moment,
)
from kash.attendance.models import Mark, MarkStatus, Slot
from kash.notices.queries.recipients import reached, set_up_channels
from kash.notices.queries.told import Told, told_of
from kash.notices.rules.reaching import SayingResult, way_to
from kash.platform.messages.states import Channel
from kash.platform.web.formats import from_local, to_local
from kash.workshops.models import Enrolment, Workshop

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
            texts.INVITED: [],
            texts.PLACE_GIVEN: [],
            texts.REMOVED: [],
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
                events[texts.REMOVED].append((one, event))
            elif one.state == "invited":
                events[texts.INVITED].append((one, event))
            elif one.state == "confirmed" and not stretch.from_list:
                events[texts.PLACE_GIVEN].append((one, event))
        invited = self._known((texts.INVITED, texts.PLACE_GIVEN), events)
        again = self._reached_by_now(invited)
        for kind in (texts.INVITED, texts.PLACE_GIVEN):
            found[kind] = [
                each for each in events[kind] if each[1] not in invited or each[1] in again
            ]
        removed = self._known((texts.REMOVED,), events)
        # Only who was told that she is expected is told that she no longer is.
        found[texts.REMOVED] = [
            each
            for each in events[texts.REMOVED]
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
            (texts.REMINDED, self.present.first, days)
            for days in dict.fromkeys((self.found.remind_first, self.found.remind_second))
            if days is not None
        ]
        if self.found.thank_after is not None:
            rules.append((texts.THANKED, self.present.last, -self.found.thank_after))
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
        if kind == texts.REMINDED:
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
