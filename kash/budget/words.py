"""Words for budgets."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.budget.rules import Driver

# As somebody chooses it.
DRIVER: dict[str, Any] = {
    Driver.FIXED: _l("One amount"),
    Driver.DAYS: _l("For each day"),
    Driver.INVITED: _l("For everybody who was invited and has not said no"),
    Driver.CONFIRMED: _l("For everybody with a confirmed place"),
    Driver.ATTENDED: _l("For everybody who came"),
    Driver.PERSON_DAYS: _l("For each day that somebody came"),
    Driver.TRAINERS: _l("For each trainer"),
}
# As it stands beside a number.
COUNTED: dict[str, Any] = {
    Driver.FIXED: "",
    Driver.DAYS: _l("days"),
    Driver.INVITED: _l("invited"),
    Driver.CONFIRMED: _l("confirmed"),
    Driver.ATTENDED: _l("came"),
    Driver.PERSON_DAYS: _l("person-days"),
    Driver.TRAINERS: _l("trainers"),
}
