"""Asking that somebody be erased."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.people.words import GROUNDS
from kash.platform.web import KashForm
from kash.platform.web.forms import DayField, choice_field, long_text_field


class AskErasureForm(KashForm):
    """On what grounds somebody is to be erased, and on which day it was asked for."""

    grounds = choice_field(_l("Why"), list(GROUNDS.items()))
    asked_on = DayField(_l("Asked on"))

    def validate_asked_on(self, field: Any) -> None:
        """A day is needed."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Enter the day."))


class RefuseErasureForm(KashForm):
    """Why a wish to be erased is refused."""

    reason = long_text_field(
        _l("Why it is refused"),
        most=1000,
        required=True,
        description=_l("Whoever asked reads it, and tells the person."),
    )
