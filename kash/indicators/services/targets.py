"""Targets: what an indicator is to reach in a period."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.indicators.errors import TargetNotCounted, TargetThere, period_asked
from kash.indicators.models import Target
from kash.indicators.rules.keys import INDICATORS
from kash.people.models import Group
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, NotFound, one_or_404
from kash.policy import Actor
from kash.workshops.models import Funder


@dataclass(frozen=True)
class TargetDetails:
    """A target as entered. `funder` is a public id and `group` a letter; each empty for all."""

    key: str
    period: str
    value: int
    funder: str = ""
    group: str = ""


def add_target(details: TargetDetails, *, by: Actor) -> str:
    """Set a target; its public id. Raises NotFound, PeriodUnreadable, PeriodBackwards, TargetThere
    and TargetNotCounted."""
    period = period_asked(details.period).text
    with audited("indicators.target_set", by) as change:
        session = change.session
        funder, group = _places(session, details)
        _refuse_twice(session, details.key, period, funder, group)
        made = Target(
            key=details.key,
            period=period,
            funder_id=funder,
            group_id=group,
            value=details.value,
            set_by=by.public_id,
            set_at=change.now,
        )
        session.add(made)
        session.flush()
        change.about(made.public_id)
        return made.public_id


def change_target(public_id: str, value: int, row_version: int, *, by: Actor) -> None:
    """Change the value of a target. Raises NotFound and ChangedMeanwhile."""
    with audited("indicators.target_changed", by) as change:
        found = _locked(change.session, public_id)
        if found.row_version != row_version:
            raise ChangedMeanwhile
        change.about(public_id)
        if found.value == value:
            change.nothing()
            return
        found.value, found.row_version = value, row_version + 1
        found.set_by, found.set_at = by.public_id, change.now


def remove_target(public_id: str, *, by: Actor) -> None:
    """Take a target away. Raises NotFound."""
    with audited("indicators.target_removed", by) as change:
        change.session.delete(_locked(change.session, public_id))
        change.about(public_id)


def _locked(session: Session, public_id: str) -> Target:
    return one_or_404(
        session.scalar(select(Target).where(Target.public_id == public_id).with_for_update())
    )


def _places(session: Session, details: TargetDetails) -> tuple[int | None, int | None]:
    if details.key not in INDICATORS:
        raise NotFound
    funder = group = None
    if details.funder:
        wanted = select(Funder.id).where(Funder.public_id == details.funder)
        funder = one_or_404(session.scalar(wanted))
    if details.group:
        if "group" not in INDICATORS[details.key].dimensions:
            raise TargetNotCounted
        group = one_or_404(session.scalar(select(Group.id).where(Group.letter == details.group)))
    return funder, group


def _refuse_twice(
    session: Session, key: str, period: str, funder: int | None, group: int | None
) -> None:
    there = session.scalar(
        select(Target.id).where(
            Target.key == key,
            Target.period == period,
            Target.funder_id.is_(None) if funder is None else Target.funder_id == funder,
            Target.group_id.is_(None) if group is None else Target.group_id == group,
        )
    )
    if there is not None:
        raise TargetThere
