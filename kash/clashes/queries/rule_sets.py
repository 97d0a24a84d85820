"""The programme's rules for clashes: those that hold, and those before."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.clashes.models import ClashRuleSet
from kash.clashes.rules.kinds import ClashKind, ClashRules, SafetyLimits, Weight, possible_weights
from kash.platform.database import db

MOST_SETS = 50


def latest_set(session: Session | None = None, *, held: bool = False) -> ClashRuleSet | None:
    """The set that holds, if one was ever made; `held` until the transaction ends, so that who
    plans at the same moment waits."""
    statement = select(ClashRuleSet).order_by(ClashRuleSet.id.desc()).limit(1)
    return (session or db.session()).scalar(statement.with_for_update() if held else statement)


def rules_of(stored: ClashRuleSet | None) -> ClashRules:
    """A stored set as values; what holds where none was ever made."""
    if stored is None:
        return ClashRules()
    weights = {
        kind: Weight(stored.weights[kind])
        for kind in ClashKind
        if stored.weights.get(kind) in possible_weights(kind)
    }
    return ClashRules(weights, SafetyLimits(stored.door_minutes, stored.home_by, stored.times))


def sets_made() -> list[ClashRuleSet]:
    """The sets that were made, latest first; at most fifty."""
    return list(
        db.session.scalars(select(ClashRuleSet).order_by(ClashRuleSet.id.desc()).limit(MOST_SETS))
    )
