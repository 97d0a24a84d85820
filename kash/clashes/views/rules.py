"""The programme's rules for clashes."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.clashes import blueprint
from kash.clashes.forms import RulesForm, as_entered
from kash.clashes.queries.rule_sets import latest_set, rules_of, sets_made
from kash.clashes.rules.kinds import SAFETY, ClashKind, Weight
from kash.clashes.services import set_rules
from kash.clashes.words import KIND, clock_text
from kash.platform.web import current_actor, page
from kash.policy import allow

_LIMITS = {ClashKind.DOOR: "door_minutes", ClashKind.PATTERN: "times", ClashKind.LATE: "home_by"}


@blueprint.route("/rules", methods=["GET", "POST"])
@allow("clashes.rule")
def rules() -> ResponseReturnValue:
    """Kinds of clashes that are told and that stand in the way, and the limits of safety."""
    form = RulesForm(data=as_entered(rules_of(latest_set())))
    if form.validate_on_submit():
        with form.showing_problems():
            set_rules(form.wanted, by=current_actor())
            flash(_("Saved."))
            return redirect(url_for("clashes.rules"), code=303)
    made = sets_made()
    return page(
        "clashes/rules.html",
        form=form,
        usual=[kind for kind in ClashKind if kind not in SAFETY],
        safety=SAFETY,
        limits=_LIMITS,
        earlier=[(one, _said(one.weights), clock_text(one.home_by)) for one in made],
        names=names_of(one.set_by for one in made),
    )


def _said(weights: dict[str, str]) -> list[tuple[str, str]]:
    """Kinds that were no warnings, with what they were: refused, or not looked for."""
    return [
        (str(KIND[kind]), weights[kind])
        for kind in ClashKind
        if weights.get(kind) in (Weight.ERROR, Weight.OFF)
    ]
