"""Opening one `identity` document by two people: who asks is never who decides. Kept forms: what
was typed when the vault was closed, for the person who typed it and for nobody else. It is sealed
under a key of its own, which is sealed to the member's public key; both lie in her session's row
under the server's seal, and are cleared after an hour or with the session. Opening and closing the
vault in one browser."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.accounts.members.queries import holds_anything, is_kept_away, member_of
from kash.accounts.members.rules import entitled
from kash.accounts.members.services.alarms import (
    ALREADY_ASKED,
    CANNOT_DECIDE,
    HELD_BACK,
    NO_KEYS,
    WRONG_PASSPHRASE,
    TooManyPassphrases,
    alarming,
    look_at_keys,
)
from kash.accounts.models import SignedInSession
from kash.accounts.services.throttle import count_try
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import (
    KeyAltered,
    NoSuchDocument,
    NotAuthentic,
    NotCompared,
    OpenVault,
    SealedDocument,
    SealError,
    SealingPlace,
    Unsealing,
    VaultMember,
    ask_to_unseal,
    audited,
    begin_opening,
    compartments,
    end_old_openings,
    end_openings,
    fetch,
    forget_run_out,
    grant_unsealing,
    is_withheld,
    open_document,
    open_granted,
    open_in_memory,
    open_sealed,
    passphrase_as_read,
    private_by_passphrase,
    refuse_unsealing,
    seal,
    seal_alone,
    stretched,
)
from kash.platform.vault.documents import REASON_KIND
from kash.platform.web.errors import NotFound, Problem, TooManyTries, one_or_404
from kash.policy import Actor, Role


def ask(by: Actor, document_public_id: str, reason: str) -> str:
    """Ask to read who somebody is; the public id of the request.

    Raises Problem if the actor has not been let in, NotFound and Problem while a request of hers
    waits or still holds.
    """
    if member_of(by.public_id) is None:
        raise Problem(NO_KEYS, field="passphrase")
    with audited("vault.unsealing_asked", by) as change:
        session = change.session
        member = session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        if member is None or member.admitted_at is None:
            raise Problem(NO_KEYS, field="passphrase")
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
            raise Problem(ALREADY_ASKED, field="loss_known")
        try:
            unsealing = ask_to_unseal(session, member.id, document_public_id, reason, change.now)
        except NoSuchDocument:
            raise NotFound from None
        public_id: str = unsealing.public_id
        change.about(public_id, document_public_id)
    return public_id


def may_decide(by: Actor, vault: OpenVault, public_id: str) -> bool:
    """True if a custodian may decide a request, as far as what it is about is concerned: not if she
    has a part in it. Raises NotFound."""
    unsealing, _asker = _found(db.session(), public_id)
    kind, document = db.session.execute(
        select(SealedDocument.kind, SealedDocument.public_id).where(
            SealedDocument.id == unsealing.document_id
        )
    ).one()
    return not is_kept_away(by, vault, kind, document)


def read_reason(by: Actor, vault: OpenVault, public_id: str) -> str:
    """Why somebody asks, for the custodian who decides. Raises NotFound; an opening is noted."""
    with audited("vault.unsealing_read", by) as change:
        part, _asker = _found(change.session, public_id)
        reason = (
            change.session.scalar(
                select(SealedDocument.public_id).where(SealedDocument.id == part.reason_id)
            )
            if part.reason_id is not None
            else None
        )
        parts = fetch(change.session, reason, kind=REASON_KIND) if reason else []
        change.about(public_id)
    if not parts:
        return ""
    try:
        return open_document(vault, parts[0]).decode()
    except SealError:
        return ""


def decide(by: Actor, vault: OpenVault, public_id: str, *, grant: bool) -> None:
    """Give the asker the key of that one document for an hour, or refuse.

    Raises NotFound and Problem for the person who asked herself, has a part in what it is about or
    holds no keys of identities: this is lent to nobody. AskerNotCompared and KeyNotRight if the
    asker's key is not known to be hers.
    """
    if Role.CUSTODIAN not in by.roles or not vault.holds("identity"):
        raise Problem(CANNOT_DECIDE, status=403)
    if not may_decide(by, vault, public_id):
        raise Problem(CANNOT_DECIDE, status=403)
    action = "vault.unsealing_granted" if grant else "vault.unsealing_refused"
    with alarming(by), audited(action, by) as change:
        unsealing, asker = _found(change.session, public_id, lock=True)
        if asker.holder == by.public_id:
            raise Problem(CANNOT_DECIDE, status=403)
        if unsealing.granted is not None:
            raise Problem(_l("This was decided already."))
        document = change.session.scalar(
            select(SealedDocument.public_id).where(SealedDocument.id == unsealing.document_id)
        )
        sealed = fetch(change.session, document or "")
        if not sealed:
            raise NotFound
        if grant:
            try:
                grant_unsealing(change.session, vault, unsealing, sealed[0], change.now)
            except KeyAltered:
                raise
            except NotCompared:
                raise Problem(
                    _l("First compare four words with this person, on the page of who holds keys.")
                ) from None
            except SealError:
                raise Problem(CANNOT_DECIDE, status=403) from None
        else:
            refuse_unsealing(unsealing, by.public_id, change.now)
        change.about(public_id, sealed[0].place.public_id, asker.holder)


def _found(
    session: Session, public_id: str, *, lock: bool = False
) -> tuple[Unsealing, VaultMember]:
    query = select(Unsealing).where(Unsealing.public_id == public_id)
    unsealing = one_or_404(session.scalar(query.with_for_update() if lock else query))
    return unsealing, session.get_one(VaultMember, unsealing.member_id)


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


KEPT_FOR = timedelta(hours=1)
_LONGEST = 1_000_000
_KIND = "session.vault_form"

Fields = list[tuple[str, str]]


def _place(by: Actor) -> SealingPlace:
    return SealingPlace("case", "members.kept", by.session_id)


def keep_for_member(by: Actor, plaintext: bytes) -> bool:
    """Keep what was typed, the last only; whether it was: not if there are no keys, or it is very
    long."""
    member = member_of(by.public_id)
    if member is None or not by.session_id or len(plaintext) > _LONGEST:
        return False
    key, place = compartments.new_key(), _place(by)
    wrapped = compartments.grant_key(key, member.public_key, place, member.public_id)
    body = compartments.seal_body(plaintext, key, place, 1)
    sealed = seal(
        struct.pack(">H", len(wrapped)) + wrapped + body, kind=_KIND, public_id=by.session_id
    )
    with writing() as session:
        session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == by.session_id)
            .values(kept_form=sealed, kept_at=utc_now())
        )
    return True


def kept_for_member(by: Actor, vault: OpenVault) -> tuple[str, Fields] | None:
    """Where what was kept was going, and its fields in their order; None if nothing is kept."""
    signed_in_session = db.session.scalar(
        select(SignedInSession.kept_form).where(
            SignedInSession.public_id == by.session_id,
            SignedInSession.kept_form.is_not(None),
            SignedInSession.kept_at > utc_now() - KEPT_FOR,
        )
    )
    if signed_in_session is None:
        return None
    place = _place(by)
    try:
        sealed = open_sealed(signed_in_session, kind=_KIND, public_id=by.session_id)
        (length,) = struct.unpack_from(">H", sealed)
        wrapped, body = sealed[2 : 2 + length], sealed[2 + length :]
        key = compartments.open_granted_key(wrapped, vault.private, place, vault.member)
        address, fields = json.loads(compartments.open_body(body, key, place, 1))
    except (SealError, struct.error, ValueError):
        return None
    return address, [(name, value) for name, value in fields]


def forget_kept() -> int:
    """Clear what was kept more than an hour ago; how much."""
    with writing() as session:
        done = session.execute(
            update(SignedInSession)
            .where(
                SignedInSession.kept_form.is_not(None),
                SignedInSession.kept_at <= utc_now() - KEPT_FOR,
            )
            .values(kept_form=None)
        )
    return int(done.rowcount)  # type: ignore[attr-defined]


_TRIES = 20
_WINDOW = timedelta(minutes=15)


def count_passphrase(by: Actor) -> None:
    """Count a try of a passphrase or a recovery code. Raises TooManyPassphrases."""
    try:
        count_try("vault.open", by.public_id, limit=_TRIES, window=_WINDOW)
    except TooManyTries:
        raise TooManyPassphrases from None


def own_private(by: Actor, passphrase: str) -> X25519PrivateKey:
    """The actor's own private key, by her passphrase; argon2 runs once.

    Raises Problem, TooManyPassphrases and KeyNotRight if the key in the database is not its other
    half.
    """
    if member_of(by.public_id) is None:
        raise Problem(NO_KEYS, field="passphrase")
    count_passphrase(by)
    member = member_of(by.public_id)
    if member is None:
        raise Problem(NO_KEYS, field="passphrase")
    if is_withheld(member):
        raise Problem(HELD_BACK, field="")
    try:
        private = private_by_passphrase(
            member, stretched(passphrase_as_read(passphrase), member.salt)
        )
    except NotAuthentic:
        raise Problem(WRONG_PASSPHRASE, field="passphrase", status=422) from None
    except SealError:
        raise Problem(NO_KEYS, field="passphrase") from None
    with alarming(by):
        _check_own(member, private)
    return private


def _check_own(member: VaultMember, private: X25519PrivateKey) -> None:
    if private.public_key().public_bytes_raw() != member.public_key:
        raise KeyAltered(member.public_id)


def open_with_passphrase(by: Actor, passphrase: str, prove: Callable[[], object]) -> str:
    """Open the vault in the actor's session; the secret for its cookie.

    `prove` takes the second factor and raises if it is wrong. It runs once the passphrase is known
    to be right, so that a mistyped word spends no code. All keys are checked before it opens.
    Raises as `own_private`, and what `prove` raises.
    """
    member = member_of(by.public_id)
    if member is None or not entitled(by.roles) or not holds_anything(member):
        raise Problem(NO_KEYS, field="passphrase")
    opened = member.public_id
    private = own_private(by, passphrase)
    prove()
    with alarming(by), audited("vault.opened", by) as change:
        session = change.session
        member = session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        # Her keys may have been taken away, or held back, while argon2 ran.
        if member is None or member.admitted_at is None or member.public_id != opened:
            raise Problem(NO_KEYS, field="passphrase")
        if is_withheld(member):
            raise Problem(HELD_BACK, field="")
        _check_own(member, private)
        vault = open_in_memory(session, member, private, change.now)
        seal_alone(session, vault, member)
        token = begin_opening(session, member, private, by.session_id, change.now)
        change.about(opened)
    look_at_keys(by, vault.secrets)
    return token


def close_vault(by: Actor) -> None:
    """Close the vault in the actor's session."""
    with audited("vault.closed", by) as change:
        if not end_openings(change.session, by.session_id):
            change.nothing()
            return
        member = change.session.scalar(
            select(VaultMember.public_id).where(VaultMember.holder == by.public_id)
        )
        change.about(member or by.public_id)


def close_with_sessions(session: Session, public_ids: Sequence[str]) -> None:
    """The step that closes the vault in sessions that end."""
    end_openings(session, *public_ids)
