"""Facts of completion: written with the confirmation of a workshop's last register and with every
change of it afterwards, and asked anew for whoever still lacks something that is not of its hours,
such as a test."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import delete, or_, select, true
from sqlalchemy.orm import Session

from kash.attendance.confirmed import FollowsConfirming, let_facts_follow
from kash.attendance.models import Register
from kash.indicators.models import Completion
from kash.indicators.rules.facts import HeldCourse, band_on, refreshers
from kash.people.models import Person, Posting
from kash.platform.database import db, utc_now, writing
from kash.platform.web.formats import local_today
from kash.tracks.queries.certifying import certifying_track
from kash.tracks.queries.completing import Completing, completing
from kash.workshops.models import Workshop

# Whoever met nothing for so long is not asked about any more.
_ASKED_FOR = timedelta(days=731)


def write_completions(session: Session, register_id: int, now: datetime) -> None:
    """Write the facts of a workshop whose register (its key) is wholly confirmed, within the
    transaction that changed it. A register of another purpose has none."""
    workshop = session.scalar(select(Workshop).where(Workshop.register_id == register_id))
    if workshop is None or workshop.state != "planned":
        return
    course = workshop.version.course_id
    today = local_today()
    day = min(workshop.ends_on, today)
    track = certifying_track(session, course)
    there = {
        one.person_id: one
        for one in session.scalars(
            select(Completion).where(Completion.workshop_id == workshop.id).with_for_update()
        )
    }
    held = {
        person: fact.version_id
        for person, fact in there.items()
        if fact.met and fact.version_id is not None
    }
    found = {one.record.person.id: one for one in completing(session, workshop, track, held)}
    gone = [person for person in there if person not in found]
    if gone:
        session.execute(
            delete(Completion).where(
                Completion.workshop_id == workshop.id, Completion.person_id.in_(gone)
            )
        )
    posted = _posted(session, [person for person in found if person not in there], day)
    for person, one in found.items():
        fact = there.get(person)
        if fact is None:
            fact = _as_she_is(one.record.person, workshop.id, course, day, posted.get(person))
            session.add(fact)
        _count(fact, one, day, today)
    session.flush()
    _tell_refreshers(session, course, [*found, *gone])


def _count(fact: Completion, one: Completing, day: date, today: date) -> None:
    done = one.judged.done_on if one.judged is not None else None
    fact.minutes, fact.percentage = one.record.minutes, one.record.percentage
    fact.days = one.record.days
    fact.met, fact.held_on, fact.asked_on = one.met, day, today
    fact.version_id = one.judged.version if one.judged is not None else None
    fact.completed_on = max(day, done) if one.met and done is not None else day


def _as_she_is(
    person: Person, workshop: int, course: int, day: date, organisation: int | None
) -> Completion:
    return Completion(
        workshop_id=workshop,
        person_id=person.id,
        course_id=course,
        group_id=person.group_id,
        sex=person.sex,
        age_band=band_on(person.age_band, person.birth_year, day),
        cadre=person.cadre,
        organisation_id=organisation,
        ward=person.ward,
    )


def _posted(session: Session, people: Collection[int], day: date) -> dict[int, int]:
    """Postings of these persons on a day: organisations by persons, both as keys."""
    rows = session.execute(
        select(Posting.person_id, Posting.organisation_id)
        .where(
            Posting.person_id.in_(people),
            Posting.since <= day,
            or_(Posting.until.is_(None), Posting.until >= day),
        )
        .order_by(Posting.since, Posting.id)
    )
    return {row.person_id: row.organisation_id for row in rows}


def _tell_refreshers(session: Session, course: int, people: Collection[int]) -> None:
    """Tell first workshops of a course from refreshers again: one that is confirmed late may have
    come before one that was confirmed already."""
    facts = session.scalars(
        select(Completion).where(Completion.course_id == course, Completion.person_id.in_(people))
    ).all()
    again = refreshers(HeldCourse(one.id, one.person_id, one.held_on, one.met) for one in facts)
    for one in facts:
        one.refresher = one.id in again


FOLLOWS = FollowsConfirming(write_completions)


def ask_who_completed(*, even_today: bool = False) -> int:
    """Ask once a day, or `even_today`, who met by now what was missing when a register was
    confirmed; and of facts that an earlier version left unasked. Returns the number of workshops.
    Nobody does this, so it leaves no entry in the trail."""
    today = local_today()
    lacking = Completion.met.is_(False) & (Completion.held_on >= today - _ASKED_FOR)
    stale = true() if even_today else Completion.asked_on < today
    waiting = db.session.scalars(
        select(Register.public_id)
        .join(Workshop, Workshop.register_id == Register.id)
        .join(Completion, Completion.workshop_id == Workshop.id)
        .where(or_(Completion.asked_on.is_(None), lacking & stale))
        .distinct()
    ).all()
    db.session.rollback()
    for register in waiting:
        with writing() as session:
            found = session.scalar(
                select(Register).where(Register.public_id == register).with_for_update()
            )
            if found is not None:
                let_facts_follow(session, found.id, utc_now())
    return len(waiting)
