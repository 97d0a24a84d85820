"""The second word of a receipt, both parts typed later, and what is taken back by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.incidents.forms.filing import ReceiptCodeForm
from kash.incidents.names import PURPOSE_NAMES
from kash.incidents.receipt_words import TAKING_BACK, WORD_PROBLEMS
from kash.incidents.rules.receipts import LONGEST_WORD, problem_with, word_as_read
from kash.platform.web import KashForm
from kash.platform.web.fields import SeveralField
from kash.platform.web.forms import text_field

# With spaces and signs, which do not count.
_MOST_TYPED = 2 * LONGEST_WORD


class OwnWordForm(KashForm):
    """A second word of one's own."""

    word = text_field(
        _l("A word of my own"),
        most=_MOST_TYPED,
        description=_l("Four letters or more. Capitals, spaces and accents make no difference."),
    )
    # Her codes, and what she is called here, which is no secret.
    codes: Sequence[str] = ()
    names: Sequence[str] = ()

    def validate_word(self, field: Any) -> None:
        """One that nobody guesses who finds the code."""
        problem = problem_with(field.data, codes=self.codes, names=self.names)
        if problem is not None:
            raise ValidationError(str(WORD_PROBLEMS[problem]))


class ReceiptForm(ReceiptCodeForm):
    """A code and the word that belongs to it."""

    word = text_field(_l("Your word"), most=_MOST_TYPED)

    def validate_word(self, field: Any) -> None:
        """There is something in it."""
        if not word_as_read(field.data):
            raise ValidationError(_("Type your word too. The code alone opens nothing."))


class TakingBackForm(KashForm):
    """Consents that are taken back. Nothing is ticked at first."""

    purposes = SeveralField(
        _l("Take back"),
        choices=[(key, PURPOSE_NAMES[key]) for key in TAKING_BACK],
    )

    def validate_purposes(self, field: Any) -> None:
        """One at least."""
        if not field.data:
            raise ValidationError(_("Tick what you take back."))
