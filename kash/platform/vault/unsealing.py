"""Opening one `identity` document by two people: somebody asks, a custodian decides.

What a custodian gives is that one document's key, sealed to the asker, for an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.platform.vault import compartments as sealing
from kash.platform.vault.checks import NotCompared, check_members
from kash.platform.vault.compartments import CompartmentName
from kash.platform.vault.documents import NoSuchDocument, Sealed, fetch_one, file_document, key_of
from kash.platform.vault.envelope import UnknownKey
from kash.platform.vault.memory import recall
from kash.platform.vault.models import CompartmentWrap, SealedDocument, Unsealing, VaultMember
from kash.platform.vault.sessions import OpenVault

GRANTED_FOR = timedelta(hours=1)
REASON_KIND = "unsealing.reason"


def ask_to_unseal(
    session: Session, member_id: int, document: str, reason: str, now: datetime
) -> Unsealing:
    """Ask to open an `identity` document; the reason is sealed to `case`. Raises SealError."""
    found = session.scalar(
        select(SealedDocument.id).where(
            SealedDocument.public_id == document,
            SealedDocument.compartment == CompartmentName.IDENTITY,
        )
    )
    if found is None:
        raise NoSuchDocument
    row = Unsealing(
        document_id=found,
        reason_id=file_document(session, REASON_KIND, reason.encode()).id,
        member_id=member_id,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    return row


def grant_unsealing(
    session: Session, vault: OpenVault, row: Unsealing, sealed: Sealed, now: datetime
) -> None:
    """Give the asker the key of that one document for an hour.

    Raises SealError: KeyAltered, and NotCompared, if her key is not known to be hers.
    """
    asker = session.get_one(VaultMember, row.member_id)
    _check_asker(session, vault, asker)
    row.wrapped = sealing.grant_key(
        key_of(vault, sealed), asker.public_key, sealed.place, asker.public_id
    )
    row.granted, row.decided_by, row.decided_at = True, vault.holder, now
    row.runs_out_at = now + GRANTED_FOR


def _check_asker(session: Session, vault: OpenVault, asker: VaultMember) -> None:
    """Return if the asker's key is sealed under a secret that the deciding vault holds too."""
    places = {number: place for place, number in vault.compartment_ids.items()}
    wraps = session.execute(
        select(CompartmentWrap.compartment_id, CompartmentWrap.seal).where(
            CompartmentWrap.member_id == asker.id, CompartmentWrap.compartment_id.in_(places)
        )
    ).all()
    if not wraps:
        raise NotCompared(asker.public_id)
    for number, seal in wraps:
        check_members(vault.secrets[places[number]], [(asker, seal)], recall())


def refuse_unsealing(row: Unsealing, decided_by: str, now: datetime) -> None:
    """Give nothing."""
    row.granted, row.decided_by, row.decided_at = False, decided_by, now


def open_granted(
    session: Session, vault: OpenVault, public_id: str, kind: str, now: datetime
) -> bytes:
    """Open an `identity` document by a grant that still holds. Raises SealError."""
    sealed = fetch_one(session, public_id, kind)
    wrapped = session.scalar(
        select(Unsealing.wrapped).where(
            Unsealing.document_id == sealed.id,
            Unsealing.member_id == vault.member_id,
            Unsealing.granted.is_(True),
            Unsealing.runs_out_at > now,
        )
    )
    if wrapped is None:
        raise UnknownKey
    key = sealing.open_granted_key(wrapped, vault.private, sealed.place, vault.member)
    return sealing.open_body(sealed.body, key, sealed.place, sealed.version)


def forget_run_out(session: Session, now: datetime) -> int:
    """Delete the keys of grants that ran out; how many."""
    done = session.execute(
        update(Unsealing)
        .where(Unsealing.runs_out_at <= now, Unsealing.wrapped.is_not(None))
        .values(wrapped=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
