"""Targets, and how far they are reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.indicators.models import Target
from kash.indicators.rules.keys import INDICATORS
from kash.indicators.rules.periods import Period, PeriodProblem, read_period
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.workshops.models import Funder


@dataclass(frozen=True)
class TargetFor:
    """The targets of an indicator in a period: of all, and by the letters of groups."""

    value: int | None = None
    groups: Mapping[str, int] | None = None


def targets_in(
    period: Period, funder: str | None = None, session: Session | None = None
) -> dict[str, TargetFor]:
    """Targets of exactly this period, by the keys of indicators: of the whole programme, or of a
    funder (public id) alone; one query."""
    statement = (
        select(Target.key, Group.letter, Target.value)
        .outerjoin(Group, Group.id == Target.group_id)
        .outerjoin(Funder, Funder.id == Target.funder_id)
        .where(
            Target.period == period.text,
            Target.funder_id.is_(None) if funder is None else Funder.public_id == funder,
        )
    )
    whole: dict[str, int] = {}
    groups: dict[str, dict[str, int]] = {}
    for key, letter, value in (session or db.session()).execute(statement):
        if letter is None:
            whole[key] = value
        else:
            groups.setdefault(key, {})[letter] = value
    return {
        key: TargetFor(whole.get(key), groups.get(key))
        for key in INDICATORS
        if key in whole or key in groups
    }


def all_targets() -> list[Target]:
    """All targets with their funders and groups: the latest period first, then in the order of the
    indicators."""
    found = db.session.scalars(
        select(Target).options(joinedload(Target.funder), joinedload(Target.group))
    ).all()
    order = {key: place for place, key in enumerate(INDICATORS)}

    def placed(one: Target) -> tuple[int, int, int, str, str]:
        try:
            period = read_period(one.period)
            days = (-period.first.toordinal(), -period.last.toordinal())
        except PeriodProblem:
            days = (0, 0)
        funder = one.funder.name.casefold() if one.funder else ""
        return (
            *days,
            order.get(one.key, len(order)),
            funder,
            one.group.letter if one.group else "",
        )

    return sorted(found, key=placed)


def target(public_id: str) -> Target:
    """One target. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(Target)
            .options(joinedload(Target.funder), joinedload(Target.group))
            .where(Target.public_id == public_id)
        )
    )
