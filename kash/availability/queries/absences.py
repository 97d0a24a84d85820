"""Absences as far as whoever asks may know: the days of all, and why of her own or of everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.availability.models import Absence, TeachingDays
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.lists import Listing, listing
from kash.policy import GRANTS, Actor, Reach, Role

# Under what a note is sealed.
NOTE = "absence.note"


@dataclass(frozen=True)
class ShownAbsence:
    """An absence as somebody may see it: without a kind if why is not for her to know."""

    public_id: str
    account: str
    name: str
    first: date
    last: date
    kind: str
    note: str
    may_change: bool
    row_version: int


def may_write_of(actor: Actor, account_id: int) -> bool:
    """True if this actor may write when that account is away."""
    reach = actor.reach("absences.write")
    return reach is Reach.ALL or (reach is Reach.SELF and account_id == actor.account_id)


def absences_of_others(actor: Actor, day: date) -> Listing[ShownAbsence]:
    """Absences of others that end on this day or later, the next first, a page of them; two
    queries."""
    rows = listing(
        select(Absence)
        .join(Absence.account)
        .options(contains_eager(Absence.account))
        .where(Absence.last >= day, Account.active, Absence.account_id != (actor.account_id or 0)),
        sorts={"first": Absence.first},
        default_sort="first",
        key=Absence.id,
    )
    return rows.turned(lambda some: [_shown(actor, one) for one in some])


def own_absences(actor: Actor, day: date) -> list[ShownAbsence]:
    """Her own that end on this day or later, the next first."""
    return [
        _shown(actor, one)
        for one in db.session.scalars(
            select(Absence)
            .join(Absence.account)
            .options(contains_eager(Absence.account))
            .where(Absence.account_id == (actor.account_id or 0), Absence.last >= day)
            .order_by(Absence.first)
        )
    ]


def absence(actor: Actor, public_id: str) -> ShownAbsence:
    """An absence that this actor may change. Raises NotFound."""
    found = one_or_404(
        db.session.scalars(
            select(Absence)
            .join(Absence.account)
            .options(contains_eager(Absence.account))
            .where(Absence.public_id == public_id, Account.active)
        ).first()
    )
    if not may_write_of(actor, found.account_id):
        raise NotFound
    return _shown(actor, found)


def who_may_be_away(actor: Actor) -> list[tuple[str, str]]:
    """Public ids and names of the accounts whose absences this actor may write, herself first."""
    if actor.reach("absences.write") is not Reach.ALL:
        return []
    found = accounts_with_role(*map(Role, GRANTS["absences.write"]))
    hers = [one for one in found if one.id == actor.account_id]
    return [
        (one.public_id, one.name) for one in [*hers, *(one for one in found if one not in hers)]
    ]


def account_that_may_be_away(actor: Actor, public_id: str) -> Account:
    """An account of which this actor may say when it teaches and when it is away. Raises
    NotFound."""
    found = one_or_404(
        db.session.scalars(
            select(Account).where(Account.public_id == public_id, Account.active)
        ).first()
    )
    roles = {role.role for role in found.roles}
    if not may_write_of(actor, found.id) or not roles & {*map(str, GRANTS["absences.write"])}:
        raise NotFound
    return found


def said_teaching_days(account_id: int) -> TeachingDays | None:
    """Teaching days of an account; None if it said nothing."""
    return db.session.get(TeachingDays, account_id)


def _shown(actor: Actor, one: Absence) -> ShownAbsence:
    hers = one.account_id == actor.account_id
    knows = hers or actor.reach("absences.see") is Reach.ALL
    sealed = one.note_sealed if knows else None
    return ShownAbsence(
        public_id=one.public_id,
        account=one.account.public_id,
        name=one.account.name,
        first=one.first,
        last=one.last,
        kind=one.kind if knows else "",
        note=open_text(sealed, kind=NOTE, public_id=one.public_id) if sealed else "",
        may_change=may_write_of(actor, one.account_id),
        row_version=one.row_version,
    )
