"""How far a batch is issued, and whether somebody is still at it."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.rules.steps import state_shown
from kash.people.models import Group, Person
from kash.people.queries.consents import never_asked
from kash.platform.database import db
from kash.platform.jobs import Job
from kash.platform.jobs.models import ENDED
from kash.tracks.models import Track, TrackVersion


def how_far(batch: CertificateBatch, session: Session | None = None) -> tuple[int, int]:
    """How many certificates of a batch are issued, of how many."""
    row = (
        (session or db.session())
        .execute(
            select(func.count(Certificate.serial), func.count(Certificate.id)).where(
                Certificate.batch_id == batch.id
            )
        )
        .one()
    )
    return row[0], row[1]


def issuing_job(batch: CertificateBatch, session: Session | None = None) -> Job | None:
    """The work that gives a batch its serials, or gave them; None if it needed none."""
    if batch.job is None:
        return None
    return (session or db.session()).scalar(select(Job).where(Job.public_id == batch.job))


def state_of(batch: CertificateBatch, session: Session | None = None) -> str:
    """The state of a batch as it counts: what was broken off is told as stopped."""
    if batch.state != "issuing":
        return batch.state
    work = issuing_job(batch, session)
    return state_shown(batch.state, works=work is not None and work.state not in ENDED)


def certificates_of_batch(batch: CertificateBatch, letter: str = "") -> Select[Certificate]:
    """The certificates of a batch with their persons; of one group, if its letter is given."""
    found = (
        select(Certificate)
        .join(Certificate.person)
        .options(contains_eager(Certificate.person))
        .where(Certificate.batch_id == batch.id)
    )
    return found.where(Person.group.has(letter=letter)) if letter else found


def groups_of_batch(batch: CertificateBatch) -> dict[str, int]:
    """How many certificates of a batch each group has, by its letter; one query."""
    rows = db.session.execute(
        select(Group.letter, func.count(Certificate.id).label("number"))
        .join(Person, Person.group_id == Group.id)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(Certificate.batch_id == batch.id)
        .group_by(Group.letter)
        .order_by(Group.letter)
    )
    return {row.letter: row.number for row in rows}


def tracks_of_batch(batch: CertificateBatch) -> list[tuple[str, str, int]]:
    """(name, name in Kiswahili, number of the version) of tracks by which certificates of a batch
    were earned, other than by its rule; one query."""
    rows = db.session.execute(
        select(Track.name, Track.name_sw, TrackVersion.number)
        .join(TrackVersion, TrackVersion.track_id == Track.id)
        .where(
            TrackVersion.id.in_(
                select(Certificate.version_id).where(Certificate.batch_id == batch.id)
            )
        )
        .order_by(Track.name, TrackVersion.number)
    )
    return [(row.name, row.name_sw, row.number) for row in rows]


def unasked_in(batch: CertificateBatch) -> int:
    """How many of a batch's names not issued yet are of people whom nobody asked about it."""
    waiting = select(Certificate.person_id).where(
        Certificate.batch_id == batch.id, Certificate.serial.is_(None)
    )
    return len(never_asked(list(db.session.scalars(waiting)), "printed_name"))


def names_changed(batch: CertificateBatch) -> int:
    """How many not issued yet would be printed with another name than was proposed."""
    waiting = certificates_of_batch(batch).where(Certificate.serial.is_(None))
    return sum(one.person.name_for_paper != one.printed_name for one in db.session.scalars(waiting))


def some_for_preview(batch: CertificateBatch) -> list[Certificate]:
    """The first certificate of a batch by name, and that with the longest name."""
    named = certificates_of_batch(batch)
    chosen = (
        named.order_by(func.lower(Certificate.printed_name), Certificate.id),
        named.order_by(func.length(Certificate.printed_name).desc(), Certificate.id),
    )
    found = [db.session.scalars(one.limit(1)).first() for one in chosen]
    return list(dict.fromkeys(one for one in found if one is not None))
