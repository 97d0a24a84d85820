"""Short talks, such as an hour at roll-call: of no course, so that none is needed, and nothing of
one leads to a certificate. A talk is a workshop of one session, kept once it was held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_OID, uuid5

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.forms import one_operation
from kash.attendance.models import RosterEntry, Slot
from kash.attendance.register import lock_register, new_register
from kash.attendance.rules.pads import Cell, HeadcountSent
from kash.attendance.services.door_operations import Origin, count_heads
from kash.attendance.services.marking import apply_in
from kash.people.models import Group, Organisation, Person
from kash.people.scope import within_reach
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, get_or_404
from kash.platform.web.formats import from_local
from kash.policy import Actor
from kash.training.models import TALK, Course, CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.rules import Placed
from kash.workshops.services.people import take_in_walk_in
from kash.workshops.services.planning import (
    WorkshopDetails,
    planned_before,
    set_details,
    set_facilitators,
)
from kash.workshops.services.timetable import place_sessions


@dataclass(frozen=True)
class ShortTalk:
    """A talk that was held: to whom (an organisation's public id), where, and how many came."""

    title: str
    organisation: str
    place: str
    day: date
    at: time
    minutes: int
    heads: int | None = None


def hold_talk(talk: ShortTalk, people: Sequence[str], by: Actor, *, public_id: str) -> str:
    """Keep a talk with those of these people who came (public ids), its register closed. The same
    `public_id` sent twice keeps one talk. Nobody under 18 is named. Raises NotFound and Problem."""
    begins = from_local(talk.day, talk.at)
    with audited("workshops.talk_held", by) as change:
        session = change.session
        if planned_before(session, public_id, by):
            change.nothing()
            return public_id
        if begins + timedelta(minutes=talk.minutes) > change.now:
            raise Problem(_l("A talk is kept once it was held."), field="at")
        ends = (datetime.combine(talk.day, talk.at) + timedelta(minutes=talk.minutes)).time()
        if ends <= talk.at:
            raise Problem(_l("A talk ends before midnight."), field="minutes")
        organisation = get_or_404(session, Organisation, talk.organisation)
        workshop = Workshop(
            public_id=public_id,
            version_id=_version(session, change.now),
            register_id=new_register(session, "workshop").id,
            state="planned",
            created_by=by.public_id,
            created_at=change.now,
        )
        place = talk.place or organisation.name
        details = WorkshopDetails(
            title=talk.title,
            starts_on=talk.day,
            ends_on=talk.day,
            day_starts_at=talk.at,
            day_ends_at=ends,
            new_venue=place,
        )
        set_details(session, workshop, details, talk.title)
        session.add(workshop)
        session.flush()
        set_facilitators(session, workshop, (), by)
        placed = Placed(public_id, talk.day, talk.at, talk.minutes)
        place_sessions(session, workshop, [(None, talk.title, placed)])
        register = lock_register(session, workshop.register.public_id)
        slot = session.scalars(select(Slot).where(Slot.register_id == register.id)).one()
        came = session.scalars(
            select(Person.id).where(
                Person.public_id.in_(people),
                Person.minor.is_(False),
                within_reach(by, "people.edit"),
            )
        ).all()
        for person in came:
            take_in_walk_in(session, register.id, person, change.now)
        entries = session.scalars(
            select(RosterEntry.public_id).where(RosterEntry.register_id == register.id)
        )
        marks = [
            one_operation(public_id, slot.public_id, entry, "present", 0, change.now)
            for entry in entries
        ]
        apply_in(change, register, marks, by)
        if talk.heads:
            letter = organisation.group.letter if organisation.group else _first_letter(session)
            heads = HeadcountSent(
                str(uuid5(NAMESPACE_OID, public_id)),
                slot.public_id,
                (Cell(letter, "", "", talk.heads),),
                0,
                change.now,
            )
            count_heads(session, Origin(register.id, "workshop", by.public_id), heads, change.now)
        slot.closed_at, slot.closed_by = change.now, by.public_id
        change.about(public_id)
        return public_id


def _first_letter(session: Session) -> str:
    return session.scalars(select(Group.letter).order_by(Group.position).limit(1)).one()


def _version(session: Session, now: datetime) -> int:
    """The key of the version that all talks are of, made with the first of them. It stays a draft
    out of everybody's reach, so that no workshop is planned from it and no track asks for it."""
    version = session.scalar(select(CourseVersion.id).where(CourseVersion.lineage == TALK))
    if version is not None:
        return version
    made = CourseVersion(
        course=Course(name=_("Talks"), lineage=TALK),
        lineage=TALK,
        number=1,
        language="en",
        public_title=_("Talk"),
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made.id
