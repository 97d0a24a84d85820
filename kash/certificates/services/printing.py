"""Making paper, each time with an entry in the log of what was printed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.certificates.models import Certificate, CertificateBatch, Printing
from kash.certificates.queries.printing import printed_before
from kash.certificates.rules.printing import REPRINT_REASONS
from kash.certificates.rules.steps import BatchStep
from kash.certificates.services.issuing import UnknownIssuingChoice, locked_batch
from kash.platform.jobs import enqueue
from kash.platform.vault import ActorLike, audited
from kash.platform.web.errors import Problem
from kash.policy import Actor

BATCH_KINDS = ("print_file", "zip_file", "cards")


class NothingToPrint(Problem):
    """Every certificate of the batch was revoked."""

    status = 409
    sentence = _l("Nothing of this batch still holds, so there is nothing to print.")


class ReprintReasonNeeded(Problem):
    """The same was made before."""

    status = 422
    sentence = _l("This was made before. Say why it is made again.")


def make_paper(
    batch: CertificateBatch,
    kind: str,
    title: str,
    by: Actor,
    *,
    reason: str = "",
    back: str = "",
) -> str:
    """Have the worker make paper of what is issued, `kind` is which; the job's public id.

    `reason`, a class, is needed where the same was made before. `back` is the path to which the
    job's page leads back. Raises UnknownChoice, ReasonNeeded, NothingToPrint, WrongStep.
    """
    if kind not in BATCH_KINDS:
        raise UnknownIssuingChoice
    with audited("certificates.printed", by) as change:
        session = change.session
        locked = locked_batch(session, batch, BatchStep.PRINT, by)
        holding = [
            one for one in locked.certificates if one.serial is not None and one.revoked_at is None
        ]
        if not holding:
            raise NothingToPrint
        before = printed_before(session, batch_id=locked.id, kind=kind)
        session.add(
            Printing(
                batch_id=locked.id,
                kind=kind,
                count=len(holding),
                reason=_reason(reason, before=before),
                made_by=by.public_id,
                made_at=change.now,
            )
        )
        change.about(locked.public_id)
        asked = enqueue(
            session,
            f"certificates.{kind}",
            owner=by.public_id,
            title=title,
            back=back,
            total=len(holding),
            batch=locked.public_id,
        )
        return asked.public_id


def note_single(certificate: Certificate, by: ActorLike, *, reason: str = "", own: bool) -> None:
    """Note that one certificate is made as a file.

    `own` is its holder's doing, who owes no reason. Raises UnknownChoice, ReasonNeeded.
    """
    with audited("certificates.printed_one", by) as change:
        session = change.session
        before = not own and printed_before(
            session, batch_id=certificate.batch_id, certificate_id=certificate.id
        )
        session.add(
            Printing(
                batch_id=certificate.batch_id,
                certificate_id=certificate.id,
                kind="own_file" if own else "one_file",
                count=1,
                reason="" if own else _reason(reason, before=bool(before)),
                made_by="" if by.public_id == "nobody" else by.public_id,
                made_at=change.now,
            )
        )
        change.about(certificate.public_id)


def note_export(by: ActorLike) -> None:
    """Keep that the actor took a table of certificates with her."""
    with audited("certificates.exported", by) as change:
        change.about("programme")


def _reason(given: str, *, before: bool) -> str:
    if not before:
        return ""
    if not given:
        raise ReprintReasonNeeded
    if given not in REPRINT_REASONS:
        raise UnknownIssuingChoice
    return given
