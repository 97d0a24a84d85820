"""What is typed when a second step is lost, and which roles need one."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.accounts.names import ROLE_NAMES
from kash.accounts.rules import NEED_SECOND_STEP
from kash.web.forms import KashForm, SeveralField, long_text_field

__all__ = ["DecisionForm", "ResetForm", "SecondStepRolesForm"]


class ResetForm(KashForm):
    """Why somebody's second step is to be taken off."""

    reason = long_text_field(
        _l("Reason"),
        most=1000,
        required=True,
        description=_l(
            "How you know that it is really this person who asks. The second person reads it."
        ),
    )


class DecisionForm(KashForm):
    """Yes or no, by which of two buttons was pressed."""


class SecondStepRolesForm(KashForm):
    """Roles that need a second step besides those that always do."""

    roles = SeveralField(_l("Roles"), coerce=str)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = [
            (str(role), name) for role, name in ROLE_NAMES.items() if role not in NEED_SECOND_STEP
        ]
