"""Services of designs: make, change, put into use, choose, take out of use. Services of pictures
of signatures, each by its owner alone, and of funders' marks. Signing what certificates' codes
hold, and the keys that sign: one is current, the public halves of older ones stay published, and
their private halves are gone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Programme
from kash.certificates.models import (
    BUILT_IN,
    Certificate,
    CertificateBatch,
    Design,
    DesignImage,
    DesignVersion,
    FunderMark,
    PublishedTitle,
    SignatureImage,
    SignatureUse,
    SigningKey,
)
from kash.certificates.rules import issuing as issuing_rules
from kash.certificates.rules.designs import DesignContent, content_from
from kash.platform import storage
from kash.platform.database import after_commit, db, insertion, new_public_id
from kash.platform.vault import audited, open_sealed, seal
from kash.platform.vault.audit import Change
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404, one_or_404
from kash.policy import SYSTEM, Actor
from kash.workshops.models import Funder

MOST_PICTURES = 12
_WORDED_IDS = frozenset(public_id for public_id, _name in BUILT_IN)


class DesignChangedMeanwhile(ChangedMeanwhile):
    """Somebody else saved the design since the page was opened."""

    sentence = _l("Somebody else changed this design meanwhile. What you typed is still here.")


class NotReady(Problem):
    """The design lacks something, so that nothing can be printed by it."""

    status = 409
    sentence = _l("This design is not ready. The page lists what is missing or wrong.")

    def __init__(self, lacks: tuple[issuing_rules.Lack, ...] = ()) -> None:
        super().__init__()
        self.lacks = lacks


def _about(change: Change, public_id: str) -> None:
    change.about(f"design:{public_id}" if public_id in _WORDED_IDS else public_id)


def _locked(session: Session, public_id: str) -> Design:
    return get_or_404(session, Design, public_id, lock=True)


def _check_name(session: Session, name: str, excluding: int = 0) -> None:
    taken = session.scalar(
        select(Design.id).where(Design.name == name, Design.id != excluding).limit(1)
    )
    if taken is not None:
        raise Problem(
            _l("Another design has this name. Choose a different one."), field="name", status=422
        )


def make_design(name: str, content: DesignContent, by: Actor) -> str:
    """A new design, not in use yet; its public id. Raises Problem."""
    with audited("certificates.design_made", by) as change:
        _check_name(change.session, name)
        design = Design(
            name=name,
            content=content.as_json(),
            created_by=by.public_id,
            created_at=change.now,
            changed_at=change.now,
        )
        change.session.add(design)
        change.session.flush()
        change.about(design.public_id)
        return design.public_id


def save_design(
    public_id: str, name: str, content: DesignContent, row_version: int, by: Actor
) -> None:
    """Store what was worked on; pictures stay as they are. Nothing in use changes by it.

    `row_version` is that of the page that was filled in. Raises DesignChangedMeanwhile and
    Problem.
    """
    with audited("certificates.design_changed", by) as change:
        design = _locked(change.session, public_id)
        if design.row_version != row_version:
            raise DesignChangedMeanwhile
        _check_name(change.session, name, design.id)
        stored = content_from(design.content)
        saved = replace(
            content, base=stored.base, seal=stored.seal, pictures=stored.pictures, logo=content.logo
        )
        if saved == stored and name == design.name:
            change.nothing()
            return
        design.name = name
        _store(change, design, saved)


def _store(change: Change, found: Design, content: DesignContent) -> None:
    found.content = content.as_json()
    found.row_version += 1
    found.changed_at = change.now
    _about(change, found.public_id)


def put_picture(public_id: str, use: str, name: str, png: bytes, by: Actor) -> None:
    """Add a logo, a seal, or a picture that a design of one's own calls `name`.

    One of the same use and name gives way. Raises NotFound and Problem.
    """
    image = DesignImage(public_id=new_public_id(), use=use, name=name, created_by=by.public_id)
    storage.put(image.key, png)
    try:
        with audited("certificates.design_picture_added", by) as change:
            design = _locked(change.session, public_id)
            content = content_from(design.content)
            image.design_id, image.created_at = design.id, change.now
            change.session.add(image)
            after = _with_picture(content, use, name, image.public_id)
            if len(after.pictures) > MOST_PICTURES:
                raise Problem(
                    _l("A design holds at most 12 pictures. Remove one first."),
                    field="picture",
                    status=422,
                )
            _store(change, design, after)
            _drop_unused(change.session, design, content.image_ids - after.image_ids)
    except BaseException:
        storage.delete(image.key)
        raise


def _with_picture(content: DesignContent, use: str, name: str, image: str) -> DesignContent:
    if use == "logo":
        return replace(content, logo=image)
    if use == "seal":
        return replace(content, seal=image)
    pictures = {**content.pictures, name: image}
    if not image:
        del pictures[name]
    return replace(content, pictures=pictures)


def remove_picture(public_id: str, image_id: str, by: Actor) -> None:
    """Take a picture away from what is worked on; versions in use keep theirs."""
    with audited("certificates.design_picture_removed", by) as change:
        design = _locked(change.session, public_id)
        content = content_from(design.content)
        image = change.session.scalar(
            select(DesignImage).where(
                DesignImage.design_id == design.id, DesignImage.public_id == image_id
            )
        )
        if image is None or image_id not in content.image_ids:
            raise NotFound
        _store(change, design, _with_picture(content, image.use, image.name, ""))
        _drop_unused(change.session, design, {image_id})


def _drop_unused(session: Session, design: Design, image_ids: set[str] | frozenset[str]) -> None:
    """Delete pictures that no version prints."""
    used: set[str] = set()
    for content in session.scalars(
        select(DesignVersion.content).where(DesignVersion.design_id == design.id)
    ):
        used |= content_from(content).image_ids
    gone = image_ids - used
    for image in session.scalars(
        select(DesignImage).where(
            DesignImage.design_id == design.id, DesignImage.public_id.in_(gone)
        )
    ).all():
        session.delete(image)
        key = image.key
        after_commit(lambda key=key: storage.delete(key))  # type: ignore[misc]


def put_into_use(public_id: str, row_version: int, by: Actor) -> int:
    """Make a version of what was worked on, which new batches take; its number.

    Raises DesignChangedMeanwhile, NotReady and Problem.
    """
    with audited("certificates.design_put_into_use", by) as change:
        session = change.session
        design = _locked(session, public_id)
        if design.row_version != row_version:
            raise DesignChangedMeanwhile
        content = content_from(design.content)
        lacks = issuing_rules.lacks_of(content)
        if lacks:
            raise NotReady(lacks)
        latest = session.scalar(
            select(DesignVersion)
            .where(DesignVersion.design_id == design.id)
            .order_by(DesignVersion.number.desc())
            .limit(1)
        )
        if (
            latest is not None
            and design.in_use == latest.number
            and content_from(latest.content) == content
        ):
            raise Problem(_l("The version in use already says all this."))
        number = latest.number + 1 if latest is not None else 1
        session.add(
            DesignVersion(
                design_id=design.id,
                number=number,
                content=content.as_json(),
                digest=content.digest,
                created_by=by.public_id,
                created_at=change.now,
            )
        )
        design.in_use = number
        design.retired_at = None
        _about(change, design.public_id)
        return number


def choose_design(public_id: str, by: Actor) -> None:
    """Make a design the programme's own choice, which proposals begin with. Raises NotReady."""
    with audited("certificates.design_chosen", by) as change:
        design = _locked(change.session, public_id)
        if design.in_use is None or design.retired_at is not None:
            raise NotReady
        if design.is_default:
            change.nothing()
            return
        change.session.execute(update(Design).where(Design.is_default).values(is_default=False))
        design.is_default = True
        _about(change, design.public_id)


def retire_design(public_id: str, by: Actor, *, back: bool = False) -> None:
    """Offer a design for new batches no more, or again. What is printed by it stays printable."""
    with audited("certificates.design_retired", by) as change:
        design = _locked(change.session, public_id)
        if design.is_default and not back:
            raise Problem(_l("This is the programme's own choice. Choose another design first."))
        if (design.retired_at is None) == back:
            change.nothing()
            return
        design.retired_at = None if back else change.now
        _about(change, design.public_id)


SEALED_AS = "signature"


_NO_SIGNATURE = _l("You have no signature here yet. Upload one first.")


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
                public_id=public_id, account_id=by.account_id, sealed=sealed, created_at=change.now
            )
        )
        change.about(public_id)


def _withdraw(session: Session, account_id: int | None, now: datetime) -> SignatureImage | None:
    """Withdraw an account's signature from whatever is issued from now on."""
    signature = _held(session, account_id)
    if signature is None:
        return None
    signature.withdrawn_at = now
    session.execute(
        update(SignatureUse)
        .where(SignatureUse.signature_id == signature.id, SignatureUse.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    session.flush()
    return signature


def withdraw_signature(by: Actor) -> None:
    """Take the actor's signature back. Certificates that were issued with it keep it."""
    with audited("certificates.signature_withdrawn", by) as change:
        signature = _withdraw(change.session, by.account_id, change.now)
        if signature is None:
            raise Problem(_NO_SIGNATURE)
        change.about(signature.public_id)


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
    """Allow a signature; True if this said something new. Raises Problem."""
    signature = _held(session, by.account_id)
    if signature is None:
        raise Problem(_NO_SIGNATURE)
    wanted = {"design_id": None, "batch_id": None, **place}
    already = session.scalar(
        select(SignatureUse.id).where(
            SignatureUse.signature_id == signature.id,
            SignatureUse.withdrawn_at.is_(None),
            *(
                getattr(SignatureUse, name).is_not_distinct_from(value)
                for name, value in wanted.items()
            ),
        )
    )
    if already is not None:
        return False
    session.add(SignatureUse(signature_id=signature.id, approved_at=now, **place))
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
    mark = session.scalar(
        select(FunderMark).where(
            FunderMark.funder_id == funder.id, FunderMark.replaced_at.is_(None)
        )
    )
    if mark is None:
        return False
    mark.replaced_at = now
    session.flush()
    return True


_SEALED_AS = "certificates.signing_key"
# So many certificates of before are signed in one transaction.
_AT_ONCE = 500


class KeyChangedMeanwhile(ChangedMeanwhile):
    """Somebody else changed the key since the page was shown."""

    sentence = _l("The key was changed meanwhile. Look at the page.")


def make_first_key(session: Session, now: datetime) -> SigningKey:
    """The programme's first key, or the one that is there. Part of the caller's transaction."""
    # One at a time, so that two who find none do not both make one.
    session.execute(select(Programme.id).with_for_update())
    key = _current(session)
    return key if key is not None else _new_key(session, now)


def _current(session: Session) -> SigningKey | None:
    return session.scalars(select(SigningKey).where(SigningKey.state == "current")).first()


def _new_key(session: Session, now: datetime) -> SigningKey:
    while True:
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        key_id = issuing_rules.key_id_of(public).hex()
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
    waiting = [certificate for certificate in certificates if certificate.payload is None]
    if not waiting:
        return
    key = _current(session) or make_first_key(session, now)
    private = private_half(key)
    _publish_titles(session, {certificate.public_title for certificate in waiting})
    for certificate in waiting:
        if certificate.serial is None or certificate.issued_on is None:
            raise ValueError("only an issued certificate is signed")
        claim = issuing_rules.claimed(
            key_id=bytes.fromhex(key.key_id),
            serial=certificate.serial,
            public_title=certificate.public_title,
            issued_on=certificate.issued_on,
            expires_on=certificate.expires_on,
            printed_name=certificate.printed_name,
            salt=secrets.token_bytes(issuing_rules.SALT_BYTES),
        )
        certificate.payload = issuing_rules.signed_payload(claim, private)


def _publish_titles(session: Session, titles: set[str]) -> None:
    session.execute(
        insertion(session, PublishedTitle).on_conflict_do_nothing(),
        [
            {"title_id": issuing_rules.title_id_of(title).hex(), "title": title}
            for title in sorted(titles)
        ],
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
        key = _new_key(session, change.now)
        change.about(*([old.public_id] if old is not None else []), key.public_id)
        return key.public_id


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
