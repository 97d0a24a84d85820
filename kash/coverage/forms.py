"""The form of the goal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, whole_number_field


class GoalForm(KashForm):
    """Goal of the programme; the view offers its zones."""

    wanted = whole_number_field(_l("Trained people wanted at each station"), least=1, most=50)
    due_months = whole_number_field(
        _l("A refresher is due so many months before the last day"), least=1, most=24
    )
    area = choice_field(_l("Where the programme works"), [], required=False)
