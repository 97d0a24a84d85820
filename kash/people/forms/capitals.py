"""Names that were typed in capitals can be written as names; nobody's name is changed unasked."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.people.rules.lists.capitals import as_name, in_capitals
from kash.platform.web.forms import BooleanField, KashForm

_NAMES = ("chosen_name", "printed_name")


class NamedForm(KashForm):
    """A form with a person's names. With the tick, those in capitals are taken as `as_name` writes
    them, as lists do."""

    as_names = BooleanField(
        _l("Write names in capitals as names"),
        description=_l("OTIENO WEKESA becomes Otieno Wekesa."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: what is kept is the name as it was wished for."""
        fine = super().validate(extra_validators)
        if self.as_names.data:
            for name in _NAMES:
                if name in self and in_capitals(self[name].data or ""):
                    self[name].data = as_name(self[name].data)
        return fine
