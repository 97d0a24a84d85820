"""Sharing the costs of a workshop among funders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from kash.platform.vault import audited
from kash.policy import Actor
from kash.workshops.models import Funder, Funding
from kash.workshops.rules import funding_fault
from kash.workshops.services.errors import SharesDoNotFit
from kash.workshops.services.planning import held_for_change


@dataclass(frozen=True)
class FunderShare:
    """A funder by name and the share in whole per cent."""

    funder: str
    share: int
    budget_code: str = ""


def share_costs(public_id: str, shares: Sequence[FunderShare], row_version: int, by: Actor) -> None:
    """Say who pays which share; none at all is allowed, else they make 100.

    Raises NotFound, ChangedMeanwhile, WorkshopCancelled and SharesDoNotFit.
    """
    fault = funding_fault([(share.funder, share.share) for share in shares])
    if fault is not None:
        raise SharesDoNotFit(fault)
    with audited("workshops.costs_shared", by) as change:
        session = change.session
        workshop = held_for_change(session, public_id, row_version)
        session.execute(delete(Funding).where(Funding.workshop_id == workshop.id))
        for share in shares:
            funder = session.scalars(
                select(Funder).where(func.lower(Funder.name) == func.lower(share.funder))
            ).first()
            if funder is None:
                funder = Funder(name=share.funder)
                session.add(funder)
                session.flush()
            session.add(
                Funding(
                    workshop_id=workshop.id,
                    funder_id=funder.id,
                    share=share.share,
                    budget_code=share.budget_code,
                )
            )
        workshop.row_version += 1
        change.about(workshop.public_id)
