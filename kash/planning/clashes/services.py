"""Setting the programme's rules for clashes."""

from __future__ import annotations

from kash.planning.clashes.models import ClashRuleSet
from kash.planning.clashes.queries.checking import latest_set, rules_of
from kash.planning.clashes.rules import ClashKind, ClashRules, Weight, possible_weights
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor


class WeightNotPossible(Problem):
    """A weight that a kind can't be given."""

    field = ""


def set_rules(rules: ClashRules, *, by: Actor) -> None:
    """Set what clashes are told, which stand in the way, and the limits of safety. Earlier sets are
    kept. Raises WeightNotPossible."""
    weights = {kind: rules.weight(kind) for kind in ClashKind}
    if any(weight not in possible_weights(kind) for kind, weight in weights.items()):
        raise WeightNotPossible
    with audited("clashes.rules_set", by) as change:
        latest = latest_set(change.session, held=True)
        before = rules_of(latest)
        if (
            latest is not None
            and before.limits == rules.limits
            and weights == {kind: before.weight(kind) for kind in ClashKind}
        ):
            change.nothing()
            return
        clash_rule_set = ClashRuleSet(
            weights={
                str(kind): str(weight)
                for kind, weight in weights.items()
                if weight is not Weight.WARNING
            },
            door_minutes=rules.limits.door_minutes,
            home_by=rules.limits.home_by,
            times=rules.limits.times,
            set_by=by.public_id,
            set_at=change.now,
        )
        change.session.add(clash_rule_set)
        change.session.flush()
        change.about(clash_rule_set.public_id)
