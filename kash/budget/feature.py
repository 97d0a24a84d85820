"""The declaration of budgets."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.budget import blueprint, views
from kash.budget.chapters import CHAPTERS
from kash.budget.models import BudgetLine
from kash.budget.personal import PERSONAL
from kash.budget.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.platform.web.hits import NamedPage
from kash.platform.web.sample_ids import SampleId
from kash.workshops.models import Workshop
from kash.workshops.tabs import Tab


def _lines(known: Mapping[str, str]) -> Select[str]:
    return (
        select(BudgetLine.public_id)
        .join(BudgetLine.workshop)
        .where(Workshop.public_id == known["public_id"])
        .order_by(BudgetLine.position)
    )


FEATURE = Feature(
    "budget",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("budget.index", _l("Budgets"), "budget.see", 132),
        Tab(
            _l("Budget"),
            "budget.workshop",
            "budget.see",
            55,
            ("budget.add_line", "budget.edit_line", "budget.remove_line", "budget.close"),
        ),
        SampleId("/workshops/<public_id>/budget/lines/<line_id>", _lines),
    ),
)
