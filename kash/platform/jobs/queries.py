"""Reading jobs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kash.platform.database import db
from kash.platform.jobs.kinds import heavy_kinds
from kash.platform.jobs.models import RUNNING, WAITING, Job


def own_job(public_id: str, owner: str) -> Job | None:
    """One's own job, or None: another's job is as if it were not there."""
    return db.session.scalar(select(Job).where(Job.public_id == public_id, Job.owner == owner))


def waits_for_own(job: Job) -> bool:
    """True if work waits because other heavy work of its owner is being done."""
    if job.state != WAITING or job.kind not in heavy_kinds():
        return False
    others = select(Job.id).where(
        Job.owner == job.owner, Job.state == RUNNING, Job.kind.in_(heavy_kinds())
    )
    return db.session.scalar(others.limit(1)) is not None


def latest_own_jobs(owner: str, kind: str, limit: int = 5) -> Sequence[Job]:
    """One's last jobs of a kind, newest first."""
    return db.session.scalars(
        select(Job)
        .where(Job.owner == owner, Job.kind == kind)
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(limit)
    ).all()
