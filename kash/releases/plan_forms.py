"""The forms of plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from kash.platform.web import KashForm
from kash.platform.web.forms import (
    DayField,
    HiddenField,
    choice_field,
    long_text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm
from kash.releases.plan_words import EVERY
from kash.releases.rules.promise import MOST_SIDES
from kash.releases.rules.tables import KNOWN, QUARTERS, TablePlan, YearPlan, changed
from kash.releases.services.plans import PlanDetails

_EVERY = [*((str(quarters), word) for quarters, word in EVERY.items()), ("", _l("Not at all"))]
_FLOORS = [(str(floor), str(floor)) for floor in (10, 15, 20, 25, 30)]


def _every() -> Any:
    return choice_field(_l("Printed"), _EVERY, required=False)


def _die() -> Any:
    return whole_number_field(_l("Sides of its dice"), least=2, most=MOST_SIDES)


def _floor() -> Any:
    return choice_field(_l("“Few” below"), _FLOORS)


def _day(quarter: int) -> Any:
    return DayField(_l("Quarter %(number)s", number=quarter), validators=[Optional()])


class BeginPlanForm(KashForm):
    """Year of a plan, and what the forum expects."""

    year = choice_field(_l("Year"), [])
    stated = whole_number_field(
        _l("Cases a month that the forum expects"),
        least=0,
        most=9999,
        required=False,
        description=_l("As a person of the forum would say it. Never look it up in the records."),
    )


class YearPlanForm(RowVersionForm):
    """Tables of a year, their dice and days, and what the forum said."""

    who_every = _every()
    who_die = _die()
    who_floor = _floor()
    mediation_every = _every()
    mediation_die = _die()
    mediation_floor = _floor()
    acts_every = _every()
    acts_die = _die()
    acts_floor = _floor()
    day_1 = _day(1)
    day_2 = _day(2)
    day_3 = _day(3)
    day_4 = _day(4)
    stated_figure = whole_number_field(
        _l("Cases a month that the forum expects"), least=0, most=9999, required=False
    )
    forum_decision = long_text_field(
        _l("Decision of the forum"),
        most=2000,
        description=_l(
            "When it spoke about this plan, and what it decided. Everybody reads it: write no"
            " number from the records."
        ),
    )

    def details(self, before: YearPlan) -> PlanDetails:
        """The plan as entered; `before` has what no field asks for."""
        tables = [
            changed(
                before.table(key) or KNOWN[key],
                every=int(self[f"{key}_every"].data),
                edition=KNOWN[key].edition,
                die=self[f"{key}_die"].data,
                floor=int(self[f"{key}_floor"].data),
            )
            for key in KNOWN
            if self[f"{key}_every"].data
        ]
        days = [self[f"day_{quarter}"].data for quarter in range(1, QUARTERS + 1)]
        return PlanDetails(tables, days, self.stated_figure.data, self.forum_decision.data)


def as_entered(
    plan: YearPlan,
    days: Sequence[date | None],
    *,
    stated_figure: int | None,
    forum_decision: str = "",
    row_version: int = 0,
) -> dict[str, Any]:
    """A plan as its form shows it."""
    found: dict[str, Any] = {
        "stated_figure": stated_figure,
        "forum_decision": forum_decision,
        "row_version": str(row_version),
        **{f"day_{quarter}": day for quarter, day in enumerate(days, 1)},
    }
    for key, usual in KNOWN.items():
        table = plan.table(key)
        shown: TablePlan = table or usual
        found |= {
            f"{key}_every": str(table.every) if table else "",
            f"{key}_die": shown.die,
            f"{key}_floor": str(shown.floor),
        }
    return found


class ApprovePlanForm(KashForm):
    """Digest of the plan that was read."""

    digest = HiddenField()
