"""Forms of requests that take a second person, and of the roles that need a second step."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from kash.accounts.names import ROLE_NAMES
from kash.accounts.rules.accounts import NEED_SECOND_STEP
from kash.accounts.secrets import new_token
from kash.platform.web.forms import HiddenField, KashForm, SeveralField, long_text_field

__all__ = ["AnswerForm", "FetchForm", "ReasonForm", "SecondStepRolesForm"]


class ReasonForm(KashForm):
    """Why something is asked for that takes a second person."""

    reason = long_text_field(
        _l("Reason"),
        most=1000,
        required=True,
        description=_l(
            "How you know this person, and that it is really they who need it. The second person "
            "reads it."
        ),
    )


class AnswerForm(KashForm):
    """Yes or no, by which of two buttons was pressed; who declines says why."""

    answer = long_text_field(
        _l("Why you decline"), most=1000, rows=2, description=_l("Whoever asked reads it.")
    )


class FetchForm(KashForm):
    """Fetching a link that was agreed to, by mail as well if chosen. `key` finds it again if the
    form is sent twice."""

    send = BooleanField(_l("Send the link by e-mail"), default=True)
    key = HiddenField(default=new_token)


class SecondStepRolesForm(KashForm):
    """Roles that need a second step besides those that always do."""

    roles = SeveralField(_l("Roles"), coerce=str)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = [
            (str(role), name) for role, name in ROLE_NAMES.items() if role not in NEED_SECOND_STEP
        ]
