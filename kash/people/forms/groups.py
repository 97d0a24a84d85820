"""Form of a group."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.platform.web import KashForm
from kash.platform.web.forms import BooleanField, text_field

_LETTER = re.compile(r"[A-Za-z]")


class GroupForm(KashForm):
    """A group."""

    name = text_field(_l("Name"), most=80)
    letter = text_field(_l("Letter on paper"), most=1)
    is_police = BooleanField(_l("This group is the police"))

    def validate_letter(self, field: Any) -> None:
        """One letter from A to Z."""
        if not _LETTER.fullmatch(field.data or ""):
            raise ValidationError(_("Enter one letter, A to Z."))
