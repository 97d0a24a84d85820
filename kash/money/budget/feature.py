"""Chapters of the handbook that tell about budgets. Columns of this room's tables, sorted by what
they hold about a person. Words of the audit trail for what is done here: the room, then what
happened. The declaration of budgets."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.money.budget import blueprint, views
from kash.money.budget.models import BudgetLine
from kash.people.erasure import about_things, free_texts
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, SampleId
from kash.policy import Role
from kash.workshops.models import Workshop
from kash.workshops.tabs import Tab

CHAPTERS = Chapters(
    {
        "budget": {
            Role.TRAINER: "trainer#budget",
            Role.DIRECTOR: "director#budgets",
            Role.MONITORING: "monitoring#budgets",
        }
    }
)


PERSONAL = (
    *free_texts("budget_line.label"),
    *about_things(budget_line="driver budget_code frozen"),
)


ACTION_WORDS = ActionWords(
    {
        "budget.closed": _l("budget: closed"),
        "budget.line_added": _l("budget: line added"),
        "budget.line_changed": _l("budget: line changed"),
        "budget.line_removed": _l("budget: line removed"),
        "budget.opened_again": _l("budget: opened again"),
    }
)


def _lines(known: Mapping[str, str]) -> Select[str]:
    return (
        select(BudgetLine.public_id)
        .join(BudgetLine.workshop)
        .where(Workshop.public_id == known["public_id"])
        .order_by(BudgetLine.position)
    )


FEATURE = Feature(
    "budget",
    choice="money",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("budget.index", _l("Budgets"), "budget.see", 132),
        Tab(_l("Budget"), "budget.workshop", "budget.see", 55, _l("Money")),
        SampleId("/workshops/<public_id>/budget/lines/<line_id>", _lines),
    ),
)
