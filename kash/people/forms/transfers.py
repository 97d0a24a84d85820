"""Where people go, and from which day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.people.models import Organisation
from kash.platform.web import KashForm
from kash.platform.web.forms import DayField, choice_field


class TransferForm(KashForm):
    """Where someone goes, and from which day."""

    organisation = choice_field(_l("New station or collective"))
    since = DayField(_l("From"))

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """Set what can be chosen."""
        self.organisation.choices = [
            ("", _("Choose")),
            *((place.public_id, place.name) for place in organisations),
        ]

    def validate_since(self, field: Any) -> None:
        """A day is needed."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Enter the day."))
