"""Words of evaluations, and the words of a question in the language of a page."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.evaluations.models import EvaluationForm, EvaluationQuestion
from kash.evaluations.rules.answers import REST, SCALE, BallotQuestionKind
from kash.platform.web.formats import day_text
from kash.platform.web.language import language_code

KIND = {
    BallotQuestionKind.SCALE: _l("Scale from 1 to 5"),
    BallotQuestionKind.CHOICE: _l("One of several answers"),
    BallotQuestionKind.COMMENT: _l("Short comment"),
}
STATE = {"draft": _l("Not open yet"), "open": _l("Open"), "closed": _l("Closed")}
STATE_TONE = {"draft": "", "open": "live", "closed": "good"}
STEPS = dict(
    zip(
        SCALE,
        (
            _l("No, not at all"),
            _l("Not really"),
            _l("Partly"),
            _l("Mostly"),
            _l("Yes, fully"),
        ),
        strict=True,
    )
)


def in_words(texts: Mapping[str, str]) -> str:
    """A text in the language of the page, else in the one that there is."""
    return texts.get(language_code()) or next((text for text in texts.values() if text), "")


def form_title(form: EvaluationForm) -> str:
    """Name of a form within its workshop."""
    if form.day is None:
        return _("The whole workshop")
    return _("The day: %(day)s", day=day_text(form.day))


def option_words(question: EvaluationQuestion) -> dict[str, str]:
    """The answers that a question offers, by their keys."""
    if question.kind == BallotQuestionKind.SCALE:
        return {key: f"{key} · {word}" for key, word in STEPS.items()}
    return {str(number): in_words(one) for number, one in enumerate(question.options, start=1)}


def part_word(part: str) -> str:
    """Name of those whose answers are told apart."""
    if part == REST:
        return _("No group named")
    return _("Group %(letter)s", letter=part) if part else _("All")
