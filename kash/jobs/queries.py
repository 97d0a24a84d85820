"""Reading jobs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kash.database import db
from kash.jobs.models import Job


def own_job(public_id: str, owner: str) -> Job | None:
    """One's own job, or None: another's job is as if it were not there."""
    return db.session.scalar(select(Job).where(Job.public_id == public_id, Job.owner == owner))


def latest_own_jobs(owner: str, kind: str, limit: int = 5) -> Sequence[Job]:
    """One's last jobs of a kind, newest first."""
    return db.session.scalars(
        select(Job)
        .where(Job.owner == owner, Job.kind == kind)
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(limit)
    ).all()
