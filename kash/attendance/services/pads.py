"""Taking a register along on a phone, and ending that again."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kash.attendance.models import Pad, PadKey, Register, Slot
from kash.attendance.register import lock_register
from kash.attendance.sealed import sealed_key
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.vault.phones import new_pair
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor

# How long after its last session a register may still be sent: phones are without a network for
# days. Whoever needs longer takes it again; the queue is kept.
LASTS_AFTER = timedelta(days=7)
# A new key is made for the pads taken from then on; the older ones only open.
KEY_LASTS = timedelta(days=90)
MOST_PADS = 200


class TooManyPads(Problem):
    """More phones than any register is taken along on."""

    status = 409
    sentence = _l("This register was taken along too often. Ask an administrator.")


class NotContinued(Problem):
    """The pad that another wants to go on with was revoked, or is somebody else's."""

    status = 409
    sentence = _l("What this phone kept cannot be sent by you. Keep it as a file and bring it in.")


def take_pad(
    register: str, signing_key: bytes, label: str, by: Actor, *, continues: str = ""
) -> str:
    """Give a phone the right to send for a register; returns the pad's public id.

    `signing_key` has 65 bytes. The same phone asking twice gets the same pad. `continues` names an
    earlier pad of the same person, whose queue the new one may send. Raises NotFound, TooManyPads
    and NotContinued.
    """
    with audited("attendance.pad_taken", by) as change:
        session = change.session
        held = lock_register(session, register)
        again = session.scalar(
            select(Pad.public_id).where(
                Pad.register_id == held.id,
                Pad.signing_key == signing_key,
                Pad.account_id == by.account_id,
                Pad.revoked_at.is_(None),
                Pad.ends_at > change.now,
            )
        )
        if again is not None:
            change.nothing()
            return again
        if (
            session.scalar(select(func.count(Pad.id)).where(Pad.register_id == held.id)) or 0
        ) >= MOST_PADS:
            raise TooManyPads
        pad = Pad(
            public_id=new_public_id(),
            register_id=held.id,
            account_id=by.account_id,
            key_id=_present_key(session, change.now),
            continues_id=_continued(session, held, continues, by) if continues else None,
            signing_key=signing_key,
            label=label,
            taken_at=change.now,
            ends_at=_ends(session, held, change.now),
        )
        session.add(pad)
        change.about(held.public_id, pad.public_id)
        return pad.public_id


def _ends(session: Session, register: Register, now: datetime) -> datetime:
    last = session.scalar(
        select(Slot.starts_at)
        .where(Slot.register_id == register.id)
        .order_by(Slot.starts_at.desc())
        .limit(1)
    )
    return max(last or now, now) + LASTS_AFTER


def _present_key(session: Session, now: datetime) -> int:
    newest = session.execute(
        select(PadKey.id, PadKey.made_at).order_by(PadKey.id.desc()).limit(1)
    ).first()
    if newest is not None and newest.made_at + KEY_LASTS > now:
        return newest.id
    private, point = new_pair()
    public_id = new_public_id()
    made = PadKey(
        public_id=public_id,
        private_sealed=sealed_key(private, public_id),
        public_point=point,
        made_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def _continued(session: Session, register: Register, public_id: str, by: Actor) -> int:
    found = session.execute(
        select(Pad.id, Pad.account_id, Pad.revoked_at).where(
            Pad.public_id == public_id, Pad.register_id == register.id
        )
    ).first()
    if found is None or found.account_id != by.account_id or found.revoked_at is not None:
        raise NotContinued
    return found.id


def revoke_pad(register: str, pad: str, by: Actor) -> None:
    """End what a phone may send for a register, at once. Raises NotFound."""
    with audited("attendance.pad_revoked", by) as change:
        held = lock_register(change.session, register)
        found = one_or_404(
            change.session.scalars(
                select(Pad)
                .where(Pad.register_id == held.id, Pad.public_id == pad)
                .with_for_update()
            ).first()
        )
        change.about(held.public_id, found.public_id)
        if found.revoked_at is not None:
            change.nothing()
            return
        found.revoked_at, found.revoked_by = change.now, by.public_id


def revoke_pads_of(session: Session, account_id: int, now: datetime) -> None:
    """End all pads of an account, within the action that ends its access."""
    session.execute(
        update(Pad)
        .where(Pad.account_id == account_id, Pad.revoked_at.is_(None))
        .values(revoked_at=now)
    )
