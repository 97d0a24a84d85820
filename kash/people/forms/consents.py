"""What people enter about an answer."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.people import words
from kash.web import KashForm
from kash.web.forms import radio_field


class ConsentForm(KashForm):
    """An answer."""

    answer = radio_field(_l("Answer"))

    def offer(self, answers: Sequence[str]) -> None:
        """Set what can be chosen."""
        self.answer.choices = [(answer, words.ANSWER[answer]) for answer in answers]
