"""How her account was taken: a few questions, each of which may stay open."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.incidents.forms.rows import offered
from kash.incidents.forms.versions import VersionedForm
from kash.incidents.names import SOURCE_NAMES
from kash.incidents.rules.changes import LONGEST_REASON
from kash.incidents.rules.taking import Taking
from kash.incidents.taking_words import (
    INTERPRETER_NAMES,
    PRESENT_NAMES,
    READ_BACK_NAMES,
    TOLD_BEFORE_NAMES,
)
from kash.platform.web.forms import SeveralField, choice_field, text_field


class TakingForm(VersionedForm):
    """Taking of an account: all that is asked about the interview. `version` says what the page
    showed."""

    language = text_field(_l("In which language she told it"), most=60, required=False)
    told_by = choice_field(_l("Who told it"), offered(SOURCE_NAMES, _l("Not said")), required=False)
    interpreter = choice_field(
        _l("Who interpreted"), offered(INTERPRETER_NAMES, _l("Not said")), required=False
    )
    read_back = choice_field(
        _l("Was it read back to her?"), offered(READ_BACK_NAMES, _l("Not said")), required=False
    )
    present = SeveralField(_l("Who else was there"), choices=list(PRESENT_NAMES.items()))
    told_before = SeveralField(
        _l("To whom she had told it before"), choices=list(TOLD_BEFORE_NAMES.items())
    )
    why = text_field(_l("Why it is changed"), most=LONGEST_REASON, required=False)

    def validate_present(self, field: Any) -> None:
        """Nobody, or somebody."""
        _nobody_alone(field)

    def validate_told_before(self, field: Any) -> None:
        """Nobody, or somebody."""
        _nobody_alone(field)

    def taking(self) -> Taking:
        """Taking as it was told."""
        return Taking(
            language=self.language.data,
            told_by=self.told_by.data,
            interpreter=self.interpreter.data,
            read_back=self.read_back.data,
            present=list(self.present.data),
            told_before=list(self.told_before.data),
        )


def _nobody_alone(field: Any) -> None:
    if "nobody" in (field.data or ()) and len(field.data) > 1:
        raise ValidationError(_("Either nobody, or those who are ticked."))
