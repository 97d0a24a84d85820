"""Archives that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from kash.exchange.archive.models import APPROVAL, ArchiveRequest
from kash.platform.database import db
from kash.platform.jobs.models import FAILED, Job
from kash.platform.web.errors import get_or_404
from kash.policy import Actor

MOST_SHOWN = 50


def latest_requests() -> Sequence[ArchiveRequest]:
    """The archives that were asked for last, the newest first."""
    return db.session.scalars(
        select(ArchiveRequest).order_by(ArchiveRequest.id.desc()).limit(MOST_SHOWN)
    ).all()


def request_of(public_id: str) -> ArchiveRequest:
    """One of them. Raises NotFound."""
    return get_or_404(db.session, ArchiveRequest, public_id)


def waiting_requests(actor: Actor) -> Sequence[ArchiveRequest]:
    """Those on which an actor can decide."""
    return db.session.scalars(
        select(ArchiveRequest).where(APPROVAL.open_to(actor)).order_by(ArchiveRequest.id)
    ).all()


def ready_requests(actor: Actor) -> Sequence[ArchiveRequest]:
    """Those that an actor asked for and whose file lies ready."""
    return db.session.scalars(
        select(ArchiveRequest)
        .join(Job, Job.public_id == ArchiveRequest.job)
        .where(_ready(actor))
        .order_by(ArchiveRequest.id)
    ).all()


def failed_requests(actor: Actor) -> Sequence[ArchiveRequest]:
    """The last archive of all, if an actor asked for it and it could not be made."""
    return db.session.scalars(
        select(ArchiveRequest).join(Job, Job.public_id == ArchiveRequest.job).where(_failed(actor))
    ).all()


def any_ended(actor: Actor) -> ColumnElement[bool] | None:
    """Condition that there is one of either; None for the person who may not ask for any."""
    if not actor.may("archive.ask"):
        return None
    return exists().where(Job.public_id == ArchiveRequest.job, or_(_ready(actor), _failed(actor)))


def _ready(actor: Actor) -> ColumnElement[bool]:
    return and_(ArchiveRequest.proposed_by == actor.public_id, Job.result_key.is_not(None))


def _failed(actor: Actor) -> ColumnElement[bool]:
    last = aliased(ArchiveRequest)
    return and_(
        ArchiveRequest.proposed_by == actor.public_id,
        Job.state == FAILED,
        ArchiveRequest.id == select(func.max(last.id)).scalar_subquery(),
    )


def is_waiting() -> bool:
    """True if one waits for a decision."""
    return (
        db.session.scalar(select(ArchiveRequest.id).where(ArchiveRequest.state == "proposed"))
        is not None
    )


def own_job(found: ArchiveRequest, actor: Actor) -> Job | None:
    """The work that makes an archive, for the person who asked for it; None before, and once it is
    forgotten."""
    if found.job is None or found.proposed_by != actor.public_id:
        return None
    return db.session.scalar(select(Job).where(Job.public_id == found.job))
