"""Issuing a batch in parts: each is one transaction, so that a crash leaves neither a double nor a
gap. What fits into one part is issued at once; the worker goes on with the rest."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.certificates.approval import APPROVAL
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.issuing_in_parts import how_far
from kash.certificates.rules.issuing import new_serial
from kash.certificates.rules.standing import REPLACED, last_day
from kash.certificates.rules.steps import BatchStep, state_after_part
from kash.certificates.services.approval import check_approval
from kash.certificates.services.issuing import locked_batch
from kash.certificates.services.preconditions import check_former, check_names, check_still_eligible
from kash.certificates.services.signing import sign
from kash.platform.approvals.errors import WrongStep
from kash.platform.database import db
from kash.platform.jobs import JobCancelled, Progress, enqueue
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor

PART = 100


class OthersIssue(WrongStep):
    """Somebody else is issuing the same batch."""

    sentence = _l("These are being issued already. The page shows how far that is.")


class WentBack(Problem):
    """A batch is no longer what was approved, and so was turned back; nothing of it is issued."""

    status = 409

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("Nothing was issued, and this went back to be proposed again. %(why)s", why=reason)
        )


def issue(
    batch: CertificateBatch,
    today: date,
    by: Actor,
    *,
    title: str = "",
    back: str = "",
    at_once: int | None = None,
) -> str:
    """Issue an approved batch, or go on with one that was stopped; all get this day's date.

    The first part, or the first `at_once`, is issued here and now. Returns the public id of the
    job that goes on, or nothing where all is issued. Raises WentBack if anything is no longer what
    was approved, and OthersIssue and WrongStep; of a batch of which a part is issued already, the
    Problems of `preconditions` and `approval`.
    """
    _send_back(batch, by)
    with audited("certificates.issued", by) as change:
        session = change.session
        try:
            locked = locked_batch(session, batch, BatchStep.ISSUE, by)
        except WrongStep:
            here = session.get_one(CertificateBatch, batch.id)
            raise (OthersIssue if here.state == "issuing" else WrongStep) from None
        check_still_eligible(session, locked)
        check_approval(session, locked)
        locked.state = "issuing"
        locked.issued_by = by.public_id
        locked.issued_at = change.now
        locked.issues_on = today
        change.about(locked.public_id)
        done, total = _issue_part(session, locked, change.now, at_once or PART)
        if done == total:
            return ""
        asked = enqueue(
            session,
            "certificates.issue",
            owner=by.public_id,
            title=title,
            back=back,
            total=total,
            batch=locked.public_id,
        )
        locked.job = asked.public_id
        return asked.public_id


def _send_back(batch: CertificateBatch, by: Actor) -> None:
    """Turn a batch back of which nothing is issued yet, if it is no longer what was approved: so
    that nothing of it is, and whoever asked reads why. Raises WentBack."""
    with audited("certificates.went_back", by) as change:
        session = change.session
        try:
            locked = locked_batch(session, batch, BatchStep.ISSUE, by)
        except WrongStep:
            # Issuing says what hinders it.
            change.nothing()
            return
        if how_far(locked, session)[0]:
            change.nothing()
            return
        try:
            check_approval(session, locked)
            check_still_eligible(session, locked)
        except Problem as problem:
            # What is wrong, without the advice to turn it back, as it just was.
            reason = str(getattr(problem, "what", problem))
            workshop = locked.workshop.public_id
            APPROVAL.turn_back(change, locked, reason, by, as_organiser=True, about=workshop)
        else:
            change.nothing()
            return
    raise WentBack(reason)


def _issue_part(
    session: Session, batch: CertificateBatch, now: datetime, most: int
) -> tuple[int, int]:
    """Give the next certificates their serials; how many of how many have one then."""
    part = session.scalars(
        select(Certificate)
        .where(Certificate.batch_id == batch.id, Certificate.serial.is_(None))
        .options(
            selectinload(Certificate.person),
            joinedload(Certificate.supersedes),
            joinedload(Certificate.renews),
        )
        .order_by(Certificate.id)
        .limit(most)
        .with_for_update(of=Certificate)
    ).all()
    corrected = [one.supersedes_id for one in part if one.supersedes_id is not None]
    if corrected:
        session.scalars(
            select(Certificate).where(Certificate.id.in_(corrected)).with_for_update()
        ).all()
    check_names(part)
    check_former(part)
    for one in part:
        _give(one, batch, now)
    sign(session, part, now)
    session.flush()
    done, total = how_far(batch, session)
    batch.state = state_after_part(done, total)
    return done, total


def _give(certificate: Certificate, batch: CertificateBatch, now: datetime) -> None:
    day = batch.issues_on
    if day is None:
        raise RuntimeError("a batch is issued on a day")
    certificate.serial = new_serial(secrets.choice)
    certificate.issued_on = day
    corrected, renewed = certificate.supersedes, certificate.renews
    if corrected is not None:
        # The same right under another name: it holds as long as the one before.
        certificate.expires_on = corrected.expires_on
        corrected.revoked_at = now
        corrected.revoked_by = batch.issued_by
        corrected.revoked_class = REPLACED
    else:
        follows = renewed.expires_on if renewed is not None else None
        certificate.expires_on = last_day(day, batch.rule.months_valid, follows=follows)


def issue_part(public_id: str) -> tuple[int, int] | None:
    """Issue the next part of a batch: how many of how many are issued, or None if it was stopped.

    Raises NameWithheld, NamesChanged, FormerRevoked: what is wrong then stays for somebody to see.
    """
    issuer = db.session.scalar(
        select(CertificateBatch.issued_by).where(CertificateBatch.public_id == public_id)
    )
    with audited("certificates.issued", Actor(issuer or "system")) as change:
        locked = change.session.scalars(
            select(CertificateBatch)
            .where(CertificateBatch.public_id == public_id)
            .with_for_update()
        ).one()
        if locked.state != "issuing":
            change.nothing()
            return how_far(locked, change.session) if locked.state == "issued" else None
        change.about(locked.public_id)
        return _issue_part(change.session, locked, change.now, PART)


def stop(batch: CertificateBatch, by: Actor) -> None:
    """Stop issuing after the part that is under way. Raises WrongStep."""
    with audited("certificates.issuing_stopped", by) as change:
        locked = locked_batch(change.session, batch, BatchStep.STOP, by)
        locked.state = "stopped"
        change.about(locked.public_id)


def leave_out(batch: CertificateBatch, by: Actor) -> int:
    """Take what was not issued out of a stopped batch, so that it can be proposed again; how many.

    Raises WrongStep.
    """
    with audited("certificates.rest_left_out", by) as change:
        locked = locked_batch(change.session, batch, BatchStep.LEAVE_OUT, by)
        left = change.session.execute(
            delete(Certificate)
            .where(Certificate.batch_id == locked.id, Certificate.serial.is_(None))
            .execution_options(synchronize_session=False)
        )
        locked.state = "issued"
        change.about(locked.public_id)
        return int(left.rowcount)  # type: ignore[attr-defined]


def go_on_issuing(progress: Progress, *, batch: str) -> None:
    """Issue what is left of a batch, part by part. Whoever cancels it stops the batch."""
    found = db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == batch)
    ).one()
    issuer = Actor(found.issued_by or "system")
    done, total = how_far(found)
    db.session.rollback()
    while done < total:
        try:
            progress.report(done, total)
        except JobCancelled:
            with suppress(WrongStep):
                stop(found, issuer)
            raise
        issued = issue_part(batch)
        if issued is None:
            raise JobCancelled
        done, total = issued
    progress.report(done, total)
