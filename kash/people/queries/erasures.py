"""Reads: wishes that somebody be erased, and for whom they wait."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import joinedload

from kash.people.models import ErasureRequest, Person
from kash.platform.database import db
from kash.platform.web.account_names import tied_accounts
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Reach


def decidable(actor: Actor) -> ColumnElement[bool]:
    """The wishes to be erased on which an actor may decide: of those noted by somebody who does not
    stand behind her, nor she behind that one."""
    if actor.reach("people.erase") is not Reach.ALL:
        return false()
    return ErasureRequest.asked_by.not_in(tied_accounts(actor.public_id))


def may_decide(actor: Actor, found: ErasureRequest) -> bool:
    """True if an actor may decide on a wish at hand."""
    wish = select(ErasureRequest.id).where(ErasureRequest.id == found.id, decidable(actor))
    return db.session.scalar(wish) is not None


def withdrawable(actor: Actor) -> ColumnElement[bool]:
    """The wishes that an actor may take back: her own, and all for who may note one of anybody."""
    if actor.reach("people.ask_erasure") is Reach.ALL:
        return true()
    return ErasureRequest.asked_by == actor.public_id


def _seen(actor: Actor) -> ColumnElement[bool]:
    if actor.reach("people.erasures") is Reach.ALL:
        return true()
    return ErasureRequest.asked_by == actor.public_id


def erasure_requests(actor: Actor, limit: int = 100) -> Sequence[ErasureRequest]:
    """Wishes that an actor may read: what waits first, the most urgent before."""
    return db.session.scalars(
        select(ErasureRequest)
        .options(joinedload(ErasureRequest.person).joinedload(Person.group))
        .where(_seen(actor))
        .order_by(
            (ErasureRequest.state != "waiting"), ErasureRequest.due_on, ErasureRequest.id.desc()
        )
        .limit(limit)
    ).all()


def waiting_wish(actor: Actor, person: Person) -> str | None:
    """The wish (public id) about a person that waits, if an actor may read it."""
    return db.session.scalar(
        select(ErasureRequest.public_id).where(
            ErasureRequest.person_id == person.id, ErasureRequest.state == "waiting", _seen(actor)
        )
    )


def erasure_request(actor: Actor, public_id: str) -> ErasureRequest:
    """One wish that an actor may read. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(ErasureRequest)
            .options(joinedload(ErasureRequest.person).joinedload(Person.group))
            .where(ErasureRequest.public_id == public_id, _seen(actor))
        )
    )
