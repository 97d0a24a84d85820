"""Forms of consents."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.people import words
from kash.platform.web import KashForm
from kash.platform.web.forms import SeveralField, radio_field, text_field, whole_number_field


class ConsentForm(KashForm):
    """An answer."""

    answer = radio_field(_l("Answer"))

    def offer(self, answers: Sequence[str]) -> None:
        """Set what can be chosen."""
        self.answer.choices = [(answer, words.ANSWER[answer]) for answer in answers]


class SignedFormsForm(KashForm):
    """A heap of signed forms: what was signed, how many there are, and where they lie."""

    purposes = SeveralField(
        _l("What was signed"),
        coerce=str,
        choices=[],
        description=_l("Only what every one of these forms says."),
    )
    forms = whole_number_field(_l("Forms counted"), least=1, most=500)
    kept_at = text_field(
        _l("Where they are kept"),
        most=120,
        description=_l("For example: office, cupboard 2, folder June."),
    )

    def offer(self, purposes: Sequence[str]) -> None:
        """Set what can be chosen."""
        self.purposes.choices = [(purpose, words.PURPOSE[purpose]) for purpose in purposes]
