"""Opening one `identity` document by two people: who asks is never who decides."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.members.errors import (
    AlreadyAsked,
    AlreadyDecided,
    AskerNotCompared,
    CannotDecide,
    NoKeys,
)
from kash.members.queries import member_of
from kash.members.sealed_pages import is_kept_away
from kash.members.services.alarms import alarming
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import (
    KeyAltered,
    NoSuchDocument,
    NotCompared,
    OpenVault,
    SealedDocument,
    SealError,
    Unsealing,
    VaultMember,
    ask_to_unseal,
    audited,
    end_old_openings,
    fetch,
    forget_run_out,
    grant_unsealing,
    open_document,
    open_granted,
    refuse_unsealing,
)
from kash.platform.vault.unsealing import REASON_KIND
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor, Role


def ask(by: Actor, document_public_id: str, reason: str) -> str:
    """Ask to read who somebody is; the public id of the request.

    Raises NoKeys if the actor has not been let in, NotFound, and AlreadyAsked while a request of
    hers waits or still holds.
    """
    if member_of(by.public_id) is None:
        raise NoKeys
    with audited("vault.unsealing_asked", by) as change:
        session = change.session
        member = session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        if member is None or member.admitted_at is None:
            raise NoKeys
        waiting = session.scalar(
            select(Unsealing.id)
            .join(SealedDocument, SealedDocument.id == Unsealing.document_id)
            .where(
                SealedDocument.public_id == document_public_id,
                Unsealing.member_id == member.id,
                Unsealing.granted.is_(None)
                | (Unsealing.granted.is_(True) & (Unsealing.runs_out_at > change.now)),
            )
        )
        if waiting is not None:
            raise AlreadyAsked
        try:
            row = ask_to_unseal(session, member.id, document_public_id, reason, change.now)
        except NoSuchDocument:
            raise NotFound from None
        asked: str = row.public_id
        change.about(asked, document_public_id)
    return asked


def may_decide(by: Actor, vault: OpenVault, public_id: str) -> bool:
    """True if a custodian may decide a request, as far as what it is about is concerned: not if she
    has a part in it. Raises NotFound."""
    row, _asker = _found(db.session(), public_id)
    kind, document = db.session.execute(
        select(SealedDocument.kind, SealedDocument.public_id).where(
            SealedDocument.id == row.document_id
        )
    ).one()
    return not is_kept_away(by, vault, kind, document)


def read_reason(by: Actor, vault: OpenVault, public_id: str) -> str:
    """Why somebody asks, for the custodian who decides. Raises NotFound; an opening is noted."""
    with audited("vault.unsealing_read", by) as change:
        row, _asker = _found(change.session, public_id)
        reason = (
            change.session.scalar(
                select(SealedDocument.public_id).where(SealedDocument.id == row.reason_id)
            )
            if row.reason_id is not None
            else None
        )
        found = fetch(change.session, reason, kind=REASON_KIND) if reason else []
        change.about(public_id)
    if not found:
        return ""
    try:
        return open_document(vault, found[0]).decode()
    except SealError:
        return ""


def decide(by: Actor, vault: OpenVault, public_id: str, *, grant: bool) -> None:
    """Give the asker the key of that one document for an hour, or refuse.

    Raises NotFound, AlreadyDecided, and CannotDecide for whoever asked herself, has a part in what
    it is about or holds no keys of identities: this is lent to nobody. AskerNotCompared and
    KeyNotRight if the asker's key is not known to be hers.
    """
    if Role.CUSTODIAN not in by.roles or not vault.holds("identity"):
        raise CannotDecide
    if not may_decide(by, vault, public_id):
        raise CannotDecide
    action = "vault.unsealing_granted" if grant else "vault.unsealing_refused"
    with alarming(by), audited(action, by) as change:
        row, asker = _found(change.session, public_id, lock=True)
        if asker.holder == by.public_id:
            raise CannotDecide
        if row.granted is not None:
            raise AlreadyDecided
        document = change.session.scalar(
            select(SealedDocument.public_id).where(SealedDocument.id == row.document_id)
        )
        sealed = fetch(change.session, document or "")
        if not sealed:
            raise NotFound
        if grant:
            try:
                grant_unsealing(change.session, vault, row, sealed[0], change.now)
            except KeyAltered:
                raise
            except NotCompared:
                raise AskerNotCompared from None
            except SealError:
                raise CannotDecide from None
        else:
            refuse_unsealing(row, by.public_id, change.now)
        change.about(public_id, sealed[0].place.public_id, asker.holder)


def _found(
    session: Session, public_id: str, *, lock: bool = False
) -> tuple[Unsealing, VaultMember]:
    query = select(Unsealing).where(Unsealing.public_id == public_id)
    row = one_or_404(session.scalar(query.with_for_update() if lock else query))
    return row, session.get_one(VaultMember, row.member_id)


def read_granted(by: Actor, vault: OpenVault, document_public_id: str, kind: str) -> bytes:
    """Read an `identity` document by a grant that still holds; the opening is noted.

    Raises SealError: UnknownKey if nothing was granted, or it ran out.
    """
    with audited("vault.identity_opened", by) as change:
        plaintext = open_granted(change.session, vault, document_public_id, kind, change.now)
        change.about(document_public_id)
    return plaintext


def forget_old() -> None:
    """Delete keys of grants that ran out, and openings that closed by themselves."""
    with writing() as session:
        now = utc_now()
        forget_run_out(session, now)
        end_old_openings(session, now)
