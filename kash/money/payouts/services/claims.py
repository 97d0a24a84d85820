"""Errors that keep payouts from being changed, each with a sentence for the person who tried.
Settling double claims. Payees: roles and bands of participants, exceptions, and payees on no
register. Setting rates, and giving a workshop's own up again. Proposing
what is due; days of payees who stand on no register move along with their workshop."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.models import RosterEntry
from kash.attendance.services.registers import check_registers_closed
from kash.money.payouts.models import (
    APPROVAL,
    Payee,
    PayoutDay,
    PayoutLine,
    PayoutList,
    PayoutPart,
    RateTable,
    SettledClaim,
)
from kash.money.payouts.queries.claims import (
    DraftRow,
    double_claims,
    draft,
    drafted_claims,
    has_approved_day,
    latest_table,
    rates_of,
    table_for,
)
from kash.money.payouts.rules import MOST_BANDS, ROLES, Claim, Rates, new_reference
from kash.people.models import Person
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited, seal
from kash.platform.web.errors import NotFound, Problem, get_or_404, one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop

NO_RATES = _l("There are no rates yet. The director sets them, or you for this workshop.")


class WrongState(Problem):
    """A payment can't go from its state to that one."""

    status = 409
    sentence = _l("This payment stands differently by now. The page shows how.")


class NoPaymentToSend(Problem):
    """No payment of the list can go into a file."""

    status = 409
    sentence = _l("Nothing is left to be sent: it is in a file already, or was paid.")


UNKNOWN_PAYOUT_CHOICE = _l("Choose one of the offered possibilities.")


BOTH, HERE, THERE = "both", "here", "there"


def settle(
    workshop: Workshop, *, person: str, day: date, other: str, keeps: str, reason: str, by: Actor
) -> None:
    """Say which of two workshops pays a day, or that both do, and why; public ids of the other
    workshop and the person.

    The person who runs a workshop gives its claim up, or says why both are right; the other's is
    taken by who approves. A day of an approved list stays there. Raises Problem.
    """
    if keeps not in (BOTH, HERE, THERE):
        raise Problem(UNKNOWN_PAYOUT_CHOICE, status=400)
    if keeps == HERE and not by.may("payouts.approve"):
        raise Problem(_l("Only a director takes a day away from another workshop."), status=403)
    with audited("payouts.claim_settled", by) as change:
        session = change.session
        locked = held_workshop(session, workshop.public_id)
        table = table_for(locked.id, session)
        rows = draft(locked, table, session) if table is not None else []
        claim = next(
            (
                double
                for double in double_claims(locked, drafted_claims(locked, rows), session)
                if (double.person, double.day, double.other) == (person, day, other)
            ),
            None,
        )
        if claim is None:
            raise Problem(_l("This day is not claimed twice any more."))
        double = claim.double
        there = double.other(locked.id)
        losing = {HERE: there, THERE: locked.id}.get(keeps)
        if losing is not None and has_approved_day(session, Claim(double.person, day, losing)):
            raise Problem(
                _l(
                    "The day stands on an approved list. It stays there, or both are paid with a "
                    "reason."
                )
            )
        settled_claim = claim.settled
        if settled_claim is None:
            settled_claim = SettledClaim(
                person_id=double.person, day=day, first_id=double.first, second_id=double.second
            )
            session.add(settled_claim)
        settled_claim.keeps_id = {HERE: locked.id, THERE: there, BOTH: None}[keeps]
        settled_claim.reason = reason
        settled_claim.settled_by, settled_claim.settled_at = by.public_id, change.now
        change.about(person, locked.public_id, other)


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
    return {payee.public_id: payee.id for payee in rows}


def _check(session: Session, found: Workshop, chosen: Sequence[Chosen]) -> None:
    table = table_for(found.id, session)
    if table is None:
        raise Problem(NO_RATES)
    for choice in chosen:
        if choice.role not in ROLES or choice.band not in ("", *table.bands):
            raise Problem(UNKNOWN_PAYOUT_CHOICE, status=409)


def choose_bands(workshop: Workshop, chosen: Mapping[str, Chosen], by: Actor) -> int:
    """Store roles and bands by the public ids of people on the roster; how many changed.

    Raises Problem.
    """
    with audited("payouts.bands_chosen", by) as change:
        session = change.session
        locked = held_workshop(session, workshop.public_id)
        _check(session, locked, list(chosen.values()))
        people = _roster(session, locked, list(chosen))
        parts = {
            part.person_id: part
            for part in session.scalars(
                select(PayoutPart).where(PayoutPart.workshop_id == locked.id)
            )
        }
        changed = 0
        for public_id, key in sorted(people.items()):
            wanted = chosen[public_id]
            part = parts.get(key)
            if part is None:
                if wanted == Chosen("participant", ""):
                    continue
                part = PayoutPart(workshop_id=locked.id, person_id=key)
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
            change.about(locked.public_id)
        return changed


def make_exception(
    workshop: Workshop, person: str, *, waived: bool, extra_cents: int, reason: str, by: Actor
) -> None:
    """Pay somebody nothing, or something extra, for a reason; or neither any more.

    Raises NotFound if she is not on the roster.
    """
    with audited("payouts.exception_made", by) as change:
        session = change.session
        locked = held_workshop(session, workshop.public_id)
        key = one_or_404(_roster(session, locked, [person]).get(person))
        part = session.scalars(
            select(PayoutPart).where(
                PayoutPart.workshop_id == locked.id, PayoutPart.person_id == key
            )
        ).first()
        if part is None:
            part = PayoutPart(workshop_id=locked.id, person_id=key, role="participant")
            session.add(part)
        part.waived = waived
        part.extra_cents = 0 if waived else extra_cents
        part.reason = reason if waived or extra_cents else ""
        part.changed_by, part.changed_at = by.public_id, change.now
        change.about(person, locked.public_id)


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
    with, sending twice adds one. Raises Problem and NotFound if that id is another workshop's.
    """
    with audited("payouts.payee_added", by) as change:
        session = change.session
        locked = held_workshop(session, workshop.public_id)
        workshop_id = session.scalar(select(Payee.workshop_id).where(Payee.public_id == public_id))
        if workshop_id is not None:
            if workshop_id != locked.id:
                raise NotFound
            change.nothing()
            return public_id
        _check(session, locked, [chosen])
        if not chosen.band or not days:
            raise Problem(UNKNOWN_PAYOUT_CHOICE, status=400)
        public_id = public_id or new_public_id()
        session.add(
            Payee(
                public_id=public_id,
                workshop_id=locked.id,
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
        change.about(public_id, locked.public_id)
        return public_id


def remove_payee(workshop: Workshop, public_id: str, by: Actor) -> None:
    """Have a payee paid no more. What lists gave her stays. Raises NotFound."""
    with audited("payouts.payee_removed", by) as change:
        payee = get_or_404(
            change.session, Payee, public_id, Payee.workshop_id == workshop.id, lock=True
        )
        if payee.removed_at is not None:
            change.nothing()
            return
        payee.removed_at = change.now
        change.about(public_id)


def set_rates(rates: Rates, by: Actor, workshop: Workshop | None = None) -> str:
    """Store a new version of the programme's rates, or of one workshop's; its public id.

    Lists keep the version under which they were proposed. Raises Problem.
    """
    if not 0 < len(rates.bands) <= MOST_BANDS or not rates.roles.keys() <= set(ROLES):
        raise Problem(UNKNOWN_PAYOUT_CHOICE, status=400)
    with audited("payouts.rates_set", by) as change:
        latest = _latest_held(change.session, workshop)
        if latest is not None and rates_of(latest) == rates:
            change.nothing()
            return latest.public_id
        return _next_version(change, latest, rates, by, workshop)


def follow_programme(workshop: Workshop, by: Actor) -> None:
    """Give a workshop's own rates up: what is proposed from now on goes by the programme's.

    Lists that were made by its own rates keep them. Nothing changes where there are none.
    """
    with audited("payouts.rates_given_up", by) as change:
        latest = _latest_held(change.session, workshop)
        if latest is None or not latest.bands:
            change.nothing()
            return
        _next_version(change, latest, replace(rates_of(latest), bands=(), roles={}), by, workshop)


def _latest_held(session: Session, workshop: Workshop | None) -> RateTable | None:
    """The latest version; that of a workshop is held until the transaction ends."""
    if workshop is None:
        return latest_table(None, session)
    session.execute(select(Workshop.id).where(Workshop.id == workshop.id).with_for_update())
    return latest_table(workshop.id, session)


def _next_version(
    change: Change, latest: RateTable | None, rates: Rates, by: Actor, workshop: Workshop | None
) -> str:
    table = RateTable(
        workshop_id=workshop.id if workshop is not None else None,
        version=latest.version + 1 if latest else 1,
        currency=rates.currency,
        bands=list(rates.bands),
        rates={
            role: [str(rate.basis), list(rate.cents)] for role, rate in sorted(rates.roles.items())
        },
        least_weight=rates.least_weight,
        weighted=rates.weighted,
        created_by=by.public_id,
        created_at=change.now,
    )
    change.session.add(table)
    change.session.flush()
    change.about(table.public_id, *([workshop.public_id] if workshop is not None else []))
    return table.public_id


def follow(session: Session, workshop: Workshop, moved: timedelta) -> None:
    """Move the days of drivers and others, who would be due nothing on days without a session."""
    payees = select(Payee).where(Payee.workshop_id == workshop.id)
    for payee in session.scalars(payees.with_for_update()):
        payee.days = [(date.fromisoformat(day) + moved).isoformat() for day in payee.days]


def propose(workshop: Workshop, by: Actor) -> str:
    """Propose what is due in a workshop and on no list yet; the public id of the list.

    Raises Problem.
    """
    with audited("payouts.proposed", by) as change:
        session = change.session
        # One list at a time: two people proposing at once must not both pay the same days.
        locked = held_workshop(session, workshop.public_id)
        table = table_for(locked.id, session)
        if table is None:
            raise Problem(NO_RATES)
        check_registers_closed(locked.register_id, session)
        numbers = session.execute(
            select(PayoutList.number, PayoutList.state, RateTable.currency)
            .join(PayoutList.table)
            .where(PayoutList.workshop_id == locked.id)
        ).all()
        if any(number.state == "proposed" for number in numbers):
            raise Problem(_l("A list of this workshop waits to be approved or sent back first."))
        # What lists gave is taken off what is due.
        if any(
            number.state != "returned" and number.currency != table.currency for number in numbers
        ):
            raise Problem(
                _l("Earlier lists of this workshop are in another currency. Use that one.")
            )
        rows = draft(locked, table, session)
        if any(line.undecided for line in rows):
            raise Problem(_l("Choose a distance band for everybody who attended first."))
        paid = [line for line in rows if line.amount]
        if not paid:
            raise Problem(_l("Nothing is due that is not on a list already."))
        payout_list: PayoutList = APPROVAL.propose(
            change,
            by,
            workshop_id=locked.id,
            table_id=table.id,
            number=max((number.number for number in numbers), default=0) + 1,
            total_cents=sum(line.amount for line in paid),
        )
        session.add_all(
            _line(payout_list, position, line, table.bands) for position, line in enumerate(paid, 1)
        )
        change.about(locked.public_id)
        return payout_list.public_id


def _line(
    payout_list: PayoutList, position: int, row: DraftRow, bands: Sequence[str]
) -> PayoutLine:
    return PayoutLine(
        list_id=payout_list.id,
        person_id=row.person_id,
        payee_id=row.payee_id,
        position=position,
        group_letter=row.letter,
        role=row.part.role,
        band="" if row.part.band is None else bands[row.part.band],
        units=row.due.units,
        rate_cents=row.due.rate,
        extra_cents=row.due.extra,
        due_cents=row.due.cents,
        before_cents=row.before,
        amount_cents=row.amount,
        reason=row.reason,
        reference=new_reference(secrets.choice),
        days=[PayoutDay(day=day) for day in row.due.days],
    )
