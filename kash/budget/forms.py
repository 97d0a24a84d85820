"""Form of a line of a budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional, ValidationError

from kash.budget.rules import MOST_UNIT_CENTS
from kash.budget.words import DRIVER
from kash.platform.web.fields import MoneyField
from kash.platform.web.forms import (
    BooleanField,
    NewIdField,
    choice_field,
    radio_field,
    required,
    text_field,
)
from kash.platform.web.row_versions import RowVersionForm


def within_reason(_form: Any, field: Any) -> None:
    """Refuse an amount that nobody means."""
    if field.data is not None and field.data > MOST_UNIT_CENTS:
        raise ValidationError(_("This is more than one million. Check what you typed."))


class BudgetLineForm(RowVersionForm):
    """A line: what for, its price and what that is multiplied by, who bears it, what was spent."""

    key = NewIdField()
    label = text_field(_l("What for"), most=120)
    driver = radio_field(_l("The price is paid"), list(DRIVER.items()), default="fixed")
    with_trainers = BooleanField(_l("Count the trainers among the people"))
    unit_cents = MoneyField(_l("Price"), validators=[required(), within_reason])
    funder = choice_field(_l("Who bears it"), required=False)
    budget_code = text_field(
        _l("Budget code"),
        most=40,
        required=False,
        description=_l("Leave it empty for the code that stands beside the share."),
    )
    from_payouts = BooleanField(_l("Read what is spent from payouts"))
    spent_cents = MoneyField(_l("Spent so far"), validators=[Optional(), within_reason])

    def offer(self, funders: Sequence[tuple[str, str]]) -> None:
        """Set which funders can be chosen."""
        self.funder.choices = [("", _("As the costs are shared")), *funders]
