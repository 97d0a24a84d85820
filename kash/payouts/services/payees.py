"""Payees: roles and bands of participants, exceptions, and payees on no register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.models import RosterEntry
from kash.payouts.models import Payee, PayoutPart
from kash.payouts.queries.rates import table_for
from kash.payouts.rules.rates import ROLES
from kash.payouts.services.errors import NoRates, UnknownPayoutChoice
from kash.people.models import Person
from kash.platform.database import new_public_id
from kash.platform.vault import audited, seal
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop


@dataclass(frozen=True)
class Chosen:
    """A role, and a band by its words; an empty one leaves it open."""

    role: str
    band: str


def _roster(session: Session, workshop: Workshop, public_ids: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(Person.public_id, Person.id)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(
            RosterEntry.register_id == workshop.register_id,
            RosterEntry.removed_at.is_(None),
            Person.public_id.in_(public_ids),
        )
    )
    return {row.public_id: row.id for row in rows}


def _check(session: Session, found: Workshop, chosen: Sequence[Chosen]) -> None:
    table = table_for(found.id, session)
    if table is None:
        raise NoRates
    for one in chosen:
        if one.role not in ROLES or one.band not in ("", *table.bands):
            raise UnknownPayoutChoice


def choose_bands(workshop: Workshop, chosen: Mapping[str, Chosen], by: Actor) -> int:
    """Store roles and bands by the public ids of people on the roster; how many changed.

    Raises NoRates and UnknownChoice.
    """
    with audited("payouts.bands_chosen", by) as change:
        session = change.session
        found = held_workshop(session, workshop.public_id)
        _check(session, found, list(chosen.values()))
        people = _roster(session, found, list(chosen))
        parts = {
            part.person_id: part
            for part in session.scalars(
                select(PayoutPart).where(PayoutPart.workshop_id == found.id)
            )
        }
        changed = 0
        for public_id, key in sorted(people.items()):
            wanted = chosen[public_id]
            part = parts.get(key)
            if part is None:
                if wanted == Chosen("participant", ""):
                    continue
                part = PayoutPart(workshop_id=found.id, person_id=key)
                session.add(part)
            elif (part.role, part.band) == (wanted.role, wanted.band):
                continue
            part.role, part.band = wanted.role, wanted.band
            part.changed_by, part.changed_at = by.public_id, change.now
            changed += 1
            change.about(public_id)
        if not changed:
            change.nothing()
        else:
            change.about(found.public_id)
        return changed


def make_exception(
    workshop: Workshop, person: str, *, waived: bool, extra_cents: int, reason: str, by: Actor
) -> None:
    """Pay somebody nothing, or something extra, for a reason; or neither any more.

    Raises NotFound if she is not on the roster.
    """
    with audited("payouts.exception_made", by) as change:
        session = change.session
        found = held_workshop(session, workshop.public_id)
        key = one_or_404(_roster(session, found, [person]).get(person))
        part = session.scalars(
            select(PayoutPart).where(
                PayoutPart.workshop_id == found.id, PayoutPart.person_id == key
            )
        ).first()
        if part is None:
            part = PayoutPart(workshop_id=found.id, person_id=key, role="participant")
            session.add(part)
        part.waived = waived
        part.extra_cents = 0 if waived else extra_cents
        part.reason = reason if waived or extra_cents else ""
        part.changed_by, part.changed_at = by.public_id, change.now
        change.about(person, found.public_id)


def add_payee(
    workshop: Workshop,
    *,
    name: str,
    phone: str,
    chosen: Chosen,
    days: Sequence[date],
    by: Actor,
    public_id: str = "",
) -> str:
    """Have somebody paid who stands on no register; returns the public id.

    The phone, in E.164 or empty, is kept sealed. With `public_id`, the id that its form was opened
    with, sending twice adds one. Raises NoRates and UnknownChoice, and NotFound if that id is
    another workshop's.
    """
    with audited("payouts.payee_added", by) as change:
        session = change.session
        found = held_workshop(session, workshop.public_id)
        known = session.scalar(select(Payee.workshop_id).where(Payee.public_id == public_id))
        if known is not None:
            if known != found.id:
                raise NotFound
            change.nothing()
            return public_id
        _check(session, found, [chosen])
        if not chosen.band or not days:
            raise UnknownPayoutChoice
        public_id = public_id or new_public_id()
        session.add(
            Payee(
                public_id=public_id,
                workshop_id=found.id,
                name=name,
                phone_sealed=seal(phone, kind="payee.phone", public_id=public_id)
                if phone
                else None,
                role=chosen.role,
                band=chosen.band,
                days=[day.isoformat() for day in sorted(set(days))],
                added_by=by.public_id,
                added_at=change.now,
            )
        )
        change.about(public_id, found.public_id)
        return public_id


def remove_payee(workshop: Workshop, public_id: str, by: Actor) -> None:
    """Have a payee paid no more. What lists gave her stays. Raises NotFound."""
    with audited("payouts.payee_removed", by) as change:
        payee = one_or_404(
            change.session.scalars(
                select(Payee)
                .where(Payee.workshop_id == workshop.id, Payee.public_id == public_id)
                .with_for_update()
            ).first()
        )
        if payee.removed_at is not None:
            change.nothing()
            return
        payee.removed_at = change.now
        change.about(public_id)
