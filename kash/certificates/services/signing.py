"""Signing what certificates' codes hold, and the keys that sign: one is current, the public halves
of older ones stay published, and their private halves are gone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kash.accounts.models import Programme
from kash.certificates.models import Certificate, PublishedTitle, SigningKey
from kash.certificates.rules.payload import (
    SALT_BYTES,
    claimed,
    key_id_of,
    signed_payload,
    title_id_of,
)
from kash.platform.database import db, insertion, new_public_id
from kash.platform.vault import audited, open_sealed, seal
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import SYSTEM, Actor

_SEALED_AS = "certificates.signing_key"
# So many certificates of before are signed in one transaction.
_AT_ONCE = 500


class KeyChangedMeanwhile(ChangedMeanwhile):
    """Somebody else changed the key since the page was shown."""

    sentence = _l("The key was changed meanwhile. The page shows how it stands.")


def make_first_key(session: Session, now: datetime) -> SigningKey:
    """The programme's first key, or the one that is there. Part of the caller's transaction."""
    # One at a time, so that two who find none do not both make one.
    session.execute(select(Programme.id).with_for_update())
    found = _current(session)
    return found if found is not None else _new_key(session, now)


def _current(session: Session) -> SigningKey | None:
    return session.scalars(select(SigningKey).where(SigningKey.state == "current")).first()


def _new_key(session: Session, now: datetime) -> SigningKey:
    while True:
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        key_id = key_id_of(public).hex()
        if session.scalar(select(SigningKey.id).where(SigningKey.key_id == key_id)) is None:
            break
    public_id = new_public_id()
    key = SigningKey(
        public_id=public_id,
        key_id=key_id,
        public_key=public,
        private_sealed=seal(private.private_bytes_raw(), kind=_SEALED_AS, public_id=public_id),
        since=now,
    )
    session.add(key)
    session.flush()
    return key


def private_half(key: SigningKey) -> Ed25519PrivateKey:
    """Private half with which the current key signs. Raises SealError if the server's keys are not
    those."""
    sealed = key.private_sealed
    if sealed is None:
        raise ValueError("a retired key signs nothing")
    opened = open_sealed(sealed, kind=_SEALED_AS, public_id=key.public_id)
    return Ed25519PrivateKey.from_private_bytes(opened)


def sign(session: Session, certificates: Iterable[Certificate], now: datetime) -> None:
    """Sign what the codes of these certificates hold, once each.

    Part of the caller's transaction; serial, day of issue, name and title must be set by then. What
    is signed already stays as it is, since it may be printed.
    """
    waiting = [one for one in certificates if one.payload is None]
    if not waiting:
        return
    key = _current(session) or make_first_key(session, now)
    private = private_half(key)
    _publish_titles(session, {one.public_title for one in waiting})
    for certificate in waiting:
        if certificate.serial is None or certificate.issued_on is None:
            raise ValueError("only an issued certificate is signed")
        claim = claimed(
            key_id=bytes.fromhex(key.key_id),
            serial=certificate.serial,
            public_title=certificate.public_title,
            issued_on=certificate.issued_on,
            expires_on=certificate.expires_on,
            printed_name=certificate.printed_name,
            salt=secrets.token_bytes(SALT_BYTES),
        )
        certificate.payload = signed_payload(claim, private)


def _publish_titles(session: Session, titles: set[str]) -> None:
    session.execute(
        insertion(session, PublishedTitle).on_conflict_do_nothing(),
        [{"title_id": title_id_of(title).hex(), "title": title} for title in sorted(titles)],
    )


def change_key(shown: str, by: Actor, *, doubted: bool = False) -> str:
    """Have a new key sign from now on; the public half of the old one stays published.

    `shown` is the public id of the key that the page showed as the current one. `doubted` says that
    somebody else may have had it. Returns the new key's public id. Raises KeyChangedMeanwhile.
    """
    with audited("certificates.key_changed", by) as change:
        session = change.session
        session.execute(select(Programme.id).with_for_update())
        old = _current(session)
        if (old.public_id if old is not None else "") != shown:
            raise KeyChangedMeanwhile
        if old is not None:
            old.state = "retired"
            old.until = change.now
            old.private_sealed = None
            old.doubted = doubted
            session.flush()
        made = _new_key(session, change.now)
        change.about(*([old.public_id] if old is not None else []), made.public_id)
        return made.public_id


def _unsigned() -> Select[Certificate]:
    return (
        select(Certificate)
        .where(Certificate.issued_on.is_not(None), Certificate.payload.is_(None))
        .order_by(Certificate.id)
        .limit(_AT_ONCE)
    )


def sign_earlier() -> None:
    """Make the first key where there is none, and sign certificates that were issued before codes
    were signed: when they are next printed, they can be checked without a network too."""
    db.session.rollback()
    programme = db.session.scalar(select(Programme.id))
    if programme is None:
        return
    while _current(db.session()) is None or db.session.scalars(_unsigned()).first() is not None:
        with audited("certificates.signed", SYSTEM) as change:
            make_first_key(change.session, change.now)
            sign(change.session, change.session.scalars(_unsigned().with_for_update()), change.now)
            change.about("keys")
