"""Confirming closed registers: one, or several that somebody has read, by somebody independent."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from kash.attendance.confirmed import let_facts_follow
from kash.attendance.models import Register, Slot
from kash.attendance.queries.conduct import conducts, read_tokens
from kash.attendance.queries.counts import paper_differences_by_slot
from kash.attendance.register import lock_register
from kash.attendance.rules.closing import Hindrance, Signed, hindrance_to_confirm
from kash.attendance.rules.conduct import PAID_PURPOSE, has_begun, oddities
from kash.attendance.services.closing import CannotConfirm
from kash.attendance.services.marking import slot_held
from kash.platform.vault import Change, audited
from kash.platform.web.account_names import accounts_in_line
from kash.policy import Actor


@dataclass(frozen=True)
class Confirmed:
    """The registers that were confirmed together (public ids of slots), and why others were not."""

    confirmed: tuple[str, ...] = ()
    left: Mapping[str, Hindrance] = field(default_factory=dict)


def confirm_slot(register: str, slot: str, by: Actor, *, seen: str | None = None) -> None:
    """Confirm a closed slot and lock it. Raises NotFound, CannotConfirm.

    `seen` is what proves that the register was shown to her as it stands (`read_tokens`); without
    it that is not asked.
    """
    with audited("attendance.slot_confirmed", by) as change:
        held = lock_register(change.session, register)
        found = slot_held(change.session, held, slot)
        change.about(held.public_id, found.public_id)
        differ = paper_differences_by_slot(held.id, change.session)
        hindrance = _hindrance(change, held, found, by, differ.get(slot, 0))
        if not hindrance and seen is not None and found.confirmed_at is None:
            hindrance = _unless_read(change.session, held, {slot: seen}, by).get(
                slot, Hindrance.NONE
            )
        if hindrance:
            raise CannotConfirm(hindrance)
        if found.confirmed_at is not None:
            change.nothing()
            return
        found.confirmed_at = change.now
        found.confirmed_by = by.public_id
        let_facts_follow(change.session, held.id, change.now)


def confirm_slots(
    register: str,
    seen: Mapping[str, str],
    by: Actor,
    taught: Mapping[str, int] | None = None,
) -> Confirmed:
    """Confirm several closed registers at once: those that she was shown as they stand.

    `seen` are the proofs by slot, `taught` the minutes of the plans that slots follow. One that
    changed meanwhile, or in which something wants a look of its own, is left. Raises NotFound for
    a slot that is not of the register.
    """
    with audited("attendance.slots_confirmed", by) as change:
        session = change.session
        held = lock_register(session, register)
        change.about(held.public_id)
        left = _unless_read(session, held, seen, by)
        held_so = conducts(held.id, session, taught)
        differ = paper_differences_by_slot(held.id, session)
        confirmed = []
        for public_id in seen:
            slot = slot_held(session, held, public_id)
            if slot.confirmed_at is not None:
                continue
            hindrance = _hindrance(change, held, slot, by, differ.get(public_id, 0)) or left.get(
                public_id, Hindrance.NONE
            )
            if not hindrance and oddities(held_so[public_id]):
                hindrance = Hindrance.SINGLY
            if hindrance:
                left[public_id] = hindrance
                continue
            slot.confirmed_at, slot.confirmed_by = change.now, by.public_id
            change.about(public_id)
            confirmed.append(public_id)
        if confirmed:
            let_facts_follow(session, held.id, change.now)
        else:
            change.nothing()
        return Confirmed(tuple(confirmed), left)


def _hindrance(
    change: Change, register: Register, found: Slot, by: Actor, differences: int
) -> Hindrance:
    return hindrance_to_confirm(
        Signed(found.closed_by, found.confirmed_by),
        by.public_id,
        differences,
        begun=has_begun(found.starts_at, change.now),
        independent=register.purpose != PAID_PURPOSE
        or by.public_id not in in_line_with(change.session, found.closed_by),
    )


def in_line_with(session: Session, account: str | None) -> Collection[str]:
    """The accounts that stand behind one or behind which it stands (public ids), itself among
    them: none of them confirms what it closed."""
    return set(session.scalars(accounts_in_line(account))) if account else ()


def _unless_read(
    session: Session, register: Register, seen: Mapping[str, str], by: Actor
) -> dict[str, Hindrance]:
    """The registers that do not stand as they were shown to her."""
    wanted = read_tokens(register.id, list(seen), by, session)
    return {
        slot: Hindrance.CHANGED
        for slot, token in seen.items()
        if not hmac.compare_digest(wanted.get(slot, "").encode(), token.encode())
    }
