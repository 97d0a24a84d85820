"""Two batches for the pictures only: one that is being issued, and one that was stopped."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.certificates import renewals_here
from kash.certificates.services.certificates import propose_renewals
from kash.certificates.services.issuing import approve, issue, stop
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import Job
from kash.platform.jobs.models import RUNNING
from kash.policy import Actor
from kash.workshops.models import Workshop

_AT_ONCE = 3
# Of the sample's certificates.
_MONTHS_VALID = 24
# Until then, nobody takes the work for dropped.
_STAYS_RUNNING = timedelta(days=1)


def issue_by_half(workshop: str, today: date, actors: dict[str, Actor]) -> None:
    """Renew the workshop's certificates in two batches, of which neither comes to its end."""
    trainer, director = actors["trainer"], actors["director"]
    later = today + timedelta(days=31 * _MONTHS_VALID)
    here = renewals_here(_workshop(workshop), (), later)
    due = [one.public_id for one in here.by_decision]
    half = len(due) // 2
    going_on = _begun(workshop, due[:half], later, today, trainer, director)
    stopped = _begun(workshop, due[half:], later, today, trainer, director)
    stop(_batch(stopped), trainer)
    job = _batch(going_on).job
    issued = db.session.scalars(
        select(Certificate.id).where(
            Certificate.batch_id == _batch(going_on).id, Certificate.serial.is_not(None)
        )
    ).all()
    db.session.rollback()
    with writing() as session:
        work = session.scalars(select(Job).where(Job.public_id == job)).one()
        work.state, work.done = RUNNING, len(issued)
        work.heartbeat = utc_now() + _STAYS_RUNNING


def _begun(
    workshop: str, chosen: list[str], later: date, today: date, trainer: Actor, director: Actor
) -> str:
    """A batch of renewals of which the first few are issued; its public id."""
    batch = propose_renewals(
        _workshop(workshop), chosen, later, trainer, reason="All of them train others."
    )
    approve(_batch(batch), director)
    issue(_batch(batch), today, trainer, title="Renewals", at_once=_AT_ONCE)
    return batch


def _workshop(public_id: str) -> Workshop:
    return db.session.scalars(select(Workshop).where(Workshop.public_id == public_id)).one()


def _batch(public_id: str) -> CertificateBatch:
    batches = select(CertificateBatch).where(CertificateBatch.public_id == public_id)
    return db.session.scalars(batches).one()
