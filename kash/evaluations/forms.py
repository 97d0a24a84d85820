"""Forms of whoever makes and opens an evaluation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.evaluations.errors import OptionsDiffer
from kash.evaluations.rules.answers import MOST_OPTIONS, BallotQuestionKind
from kash.evaluations.services.forms import QuestionDetails
from kash.evaluations.wording import KIND
from kash.platform.web.forms import (
    BooleanField,
    KashForm,
    MomentField,
    long_text_field,
    radio_field,
    required,
    text_field,
)
from kash.platform.web.programme import programme_languages
from kash.platform.web.row_versions import RowVersionForm

_LONGEST_QUESTION, _LONGEST_OPTION = 160, 60


class EvaluationQuestionForm(RowVersionForm):
    """One question in each of the programme's languages; options are written one on a line."""

    kind = radio_field(_l("How it is answered"), [(str(kind), word) for kind, word in KIND.items()])
    text_en = text_field(_l("Question in English"), most=_LONGEST_QUESTION)
    text_sw = text_field(_l("Question in Kiswahili"), most=_LONGEST_QUESTION)
    options_en = long_text_field(_l("Answers in English"), most=400)
    options_sw = long_text_field(_l("Answers in Kiswahili"), most=400)

    def keep_languages(self) -> None:
        """Leave out the fields of languages that the programme does not speak."""
        for code in ("en", "sw"):
            if code not in programme_languages():
                del self[f"text_{code}"], self[f"options_{code}"]

    def _languages(self) -> list[str]:
        return [code for code in ("en", "sw") if f"text_{code}" in self]

    def check_together(self) -> None:
        """Also: a choice has as many options in each language."""
        if self.kind.data != BallotQuestionKind.CHOICE:
            return
        lines = [_lines(self[f"options_{code}"].data) for code in self._languages()]
        numbers = {len(one) for one in lines}
        if len(numbers) > 1 or not 2 <= len(lines[0]) <= MOST_OPTIONS:
            for code in self._languages():
                self.mark_wrong(self[f"options_{code}"], OptionsDiffer.sentence)
        for code, written in zip(self._languages(), lines, strict=True):
            if any(len(one) > _LONGEST_OPTION for one in written):
                self.mark_wrong(
                    self[f"options_{code}"],
                    _l("Use at most %(most)s characters a line.", most=_LONGEST_OPTION),
                )

    def details(self) -> QuestionDetails:
        """The question as it was entered."""
        languages = self._languages()
        lines = [_lines(self[f"options_{code}"].data) for code in languages]
        return QuestionDetails(
            kind=BallotQuestionKind(self.kind.data or ""),
            texts={code: self[f"text_{code}"].data or "" for code in languages},
            options=[dict(zip(languages, one, strict=True)) for one in zip(*lines, strict=True)]
            if self.kind.data == BallotQuestionKind.CHOICE
            else [],
        )


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class OpenEvaluationForm(KashForm):
    """Opening a form: until when, and whether the group is asked for."""

    closes_at = MomentField(_l("Closes by itself at"), validators=[required()])
    asks_group = BooleanField(_l("Ask for the group on the badge"))
