"""Definitions of indicators: proposed by one, approved by another, and never changed after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from kash.indicators.approval import APPROVAL
from kash.indicators.errors import DefinitionFromThePast, DefinitionWaits
from kash.indicators.models import IndicatorDefinition
from kash.indicators.queries.definitions import STANDARD_VERSION
from kash.indicators.rules.keys import INDICATORS, Least
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today
from kash.policy import Actor


@dataclass(frozen=True)
class DefinitionDetails:
    """A definition as entered: its title, a remark that counts nothing, the least that somebody
    must have attended, since when, and why."""

    title: str
    from_day: date
    because: str
    remark: str = ""
    least_share: int = 0
    least_days: int = 1
    least_workshops: int = 1

    @property
    def least(self) -> Least:
        """The least that somebody must have attended to count."""
        return Least(self.least_share, self.least_days, self.least_workshops)


def propose_definition(key: str, details: DefinitionDetails, *, by: Actor) -> str:
    """Propose another definition of an indicator; its public id. Raises NotFound,
    DefinitionFromThePast and DefinitionWaits."""
    if key not in INDICATORS:
        raise NotFound
    if details.from_day < local_today():
        raise DefinitionFromThePast
    with audited("indicators.definition_proposed", by) as change:
        waits = change.session.scalar(
            select(IndicatorDefinition.id).where(
                IndicatorDefinition.key == key, IndicatorDefinition.state == "proposed"
            )
        )
        if waits is not None:
            raise DefinitionWaits
        least = details.least.of(key)
        made: IndicatorDefinition = APPROVAL.propose(
            change,
            by,
            key=key,
            title=details.title,
            remark=details.remark,
            from_day=details.from_day,
            because=details.because,
            least_share=least.share,
            least_days=least.days,
            least_workshops=least.workshops,
        )
        return made.public_id


def approve_definition(public_id: str, *, by: Actor) -> None:
    """Approve a definition, which gets the next version and never changes. Raises NotFound,
    WrongStep, SamePerson, StandsInForProposer, and DefinitionFromThePast if it waited so long that
    its first day is over."""
    with audited("indicators.definition_approved", by) as change:
        found: IndicatorDefinition = APPROVAL.locked(change.session, public_id)
        if found.state == "proposed" and found.from_day < local_today():
            raise DefinitionFromThePast
        latest = change.session.scalar(
            select(func.max(IndicatorDefinition.version)).where(
                IndicatorDefinition.key == found.key
            )
        )
        APPROVAL.approve(change, found, by)
        found.version = (latest or STANDARD_VERSION) + 1
        found.approved_at = change.now


def return_definition(public_id: str, reason: str, *, by: Actor) -> None:
    """Send a definition back with what must be put right. Raises NotFound and WrongStep."""
    with audited("indicators.definition_returned", by) as change:
        found: IndicatorDefinition = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, found, reason, by, about=found.key)
