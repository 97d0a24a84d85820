"""Services of pictures of signatures, each by its owner alone, and of funders' marks."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.certificates.models import (
    CertificateBatch,
    Design,
    FunderMark,
    SignatureImage,
    SignatureUse,
)
from kash.certificates.models.designs import BUILT_IN
from kash.platform import storage
from kash.platform.database import new_public_id
from kash.platform.vault import audited, seal
from kash.platform.web.errors import NotFound, Problem, one_or_404
from kash.policy import Actor
from kash.workshops.models import Funder

SEALED_AS = "signature"


class NoSignature(Problem):
    """Nothing to allow the use of."""

    status = 409
    sentence = _l("You have no signature here yet. Upload one first.")


class NotASignatory(Problem):
    """The batch has no line for this account to sign on."""

    status = 409
    sentence = _l("You do not sign these certificates.")


def _held(session: Session, account_id: int | None) -> SignatureImage | None:
    return session.scalar(
        select(SignatureImage)
        .where(SignatureImage.account_id == account_id, SignatureImage.withdrawn_at.is_(None))
        .with_for_update()
    )


def keep_signature(png: bytes, by: Actor) -> None:
    """Store the actor's signature, sealed. One that was there before is withdrawn with its uses."""
    public_id = new_public_id()
    sealed = seal(png, kind=SEALED_AS, public_id=public_id)
    with audited("certificates.signature_kept", by) as change:
        _withdraw(change.session, by.account_id, change.now)
        change.session.add(
            SignatureImage(
                public_id=public_id,
                account_id=by.account_id,
                sealed=sealed,
                created_at=change.now,
            )
        )
        change.about(public_id)


def _withdraw(session: Session, account_id: int | None, now: datetime) -> SignatureImage | None:
    """Withdraw an account's signature from whatever is issued from now on."""
    held = _held(session, account_id)
    if held is None:
        return None
    held.withdrawn_at = now
    session.execute(
        update(SignatureUse)
        .where(SignatureUse.signature_id == held.id, SignatureUse.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    session.flush()
    return held


def withdraw_signature(by: Actor) -> None:
    """Take the actor's signature back. Certificates that were issued with it keep it."""
    with audited("certificates.signature_withdrawn", by) as change:
        held = _withdraw(change.session, by.account_id, change.now)
        if held is None:
            raise NoSignature
        change.about(held.public_id)


def signature_ends(session: Session, account_id: int, now: datetime) -> None:
    """End the use of a signature when its owner's access ends; in the caller's transaction."""
    _withdraw(session, account_id, now)


def allow_on_design(design: Design, by: Actor) -> None:
    """Let the actor's signature stand wherever she signs by this design, until she says no more."""
    worded = {public_id for public_id, _name in BUILT_IN}
    with audited("certificates.signature_allowed", by) as change:
        subject = f"design:{design.public_id}" if design.public_id in worded else design.public_id
        if _allow(change.session, by, change.now, design_id=design.id):
            change.about(subject)
        else:
            change.nothing()


def allow_on_batch(batch: CertificateBatch, by: Actor) -> None:
    """Let the actor's signature stand on the certificates of one batch."""
    with audited("certificates.signature_allowed", by) as change:
        if _allow(change.session, by, change.now, batch_id=batch.id):
            change.about(batch.public_id)
        else:
            change.nothing()


def _allow(session: Session, by: Actor, now: datetime, **place: int) -> bool:
    """Allow a signature; True if this said something new. Raises NoSignature."""
    held = _held(session, by.account_id)
    if held is None:
        raise NoSignature
    wanted = {"design_id": None, "batch_id": None, **place}
    already = session.scalar(
        select(SignatureUse.id).where(
            SignatureUse.signature_id == held.id,
            SignatureUse.withdrawn_at.is_(None),
            *(
                getattr(SignatureUse, name).is_not_distinct_from(value)
                for name, value in wanted.items()
            ),
        )
    )
    if already is not None:
        return False
    session.add(SignatureUse(signature_id=held.id, approved_at=now, **place))
    return True


def withdraw_use(use_id: str, by: Actor) -> None:
    """Say no more for one place. Raises NotFound for a use that is not the actor's."""
    with audited("certificates.signature_use_withdrawn", by) as change:
        use = one_or_404(
            change.session.scalar(
                select(SignatureUse)
                .join(SignatureUse.signature)
                .where(
                    SignatureUse.public_id == use_id,
                    SignatureImage.account_id == by.account_id,
                    SignatureUse.withdrawn_at.is_(None),
                )
                .with_for_update(of=SignatureUse)
            )
        )
        use.withdrawn_at = change.now
        change.about(use.public_id)


def keep_mark(funder: Funder, png: bytes, by: Actor) -> None:
    """Store a funder's mark. What was issued before keeps the one it was issued with."""
    mark = FunderMark(public_id=new_public_id(), funder_id=funder.id)
    storage.put(mark.key, png)
    try:
        with audited("certificates.mark_kept", by) as change:
            _replace_mark(change.session, funder, change.now)
            mark.created_at = change.now
            change.session.add(mark)
            change.about(funder.public_id)
    except BaseException:
        storage.delete(mark.key)
        raise


def remove_mark(funder: Funder, by: Actor) -> None:
    """Print a funder's mark on nothing that is issued from now on."""
    with audited("certificates.mark_removed", by) as change:
        if not _replace_mark(change.session, funder, change.now):
            raise NotFound
        change.about(funder.public_id)


def _replace_mark(session: Session, funder: Funder, now: datetime) -> bool:
    # Two marks at once must not both hold.
    session.scalar(select(Funder.id).where(Funder.id == funder.id).with_for_update())
    held = session.scalar(
        select(FunderMark).where(
            FunderMark.funder_id == funder.id, FunderMark.replaced_at.is_(None)
        )
    )
    if held is None:
        return False
    held.replaced_at = now
    session.flush()
    return True
