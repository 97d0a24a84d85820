"""Words for what the rules of this room name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.assessments.rules.bank import FALSE, TRUE, BankQuestion, placed_letter
from kash.assessments.rules.items import ItemVerdict
from kash.assessments.rules.practice import Often, Teller
from kash.assessments.rules.scoring import KNOWLEDGE, NOT_SURE, SCALE_POINTS, QuestionKind
from kash.assessments.rules.times import AnsweringState, Moment

KIND: Mapping[QuestionKind, Any] = {
    QuestionKind.SINGLE: _l("One right choice"),
    QuestionKind.MULTIPLE: _l("Several right choices"),
    QuestionKind.TRUE_FALSE: _l("True or false"),
    QuestionKind.SCALE: _l("Scale of five"),
    QuestionKind.SHORT_TEXT: _l("Own words"),
}
KIND_HELP: Mapping[QuestionKind, Any] = {
    QuestionKind.SINGLE: _l("Best for most people: short to read, and one tap answers it."),
    QuestionKind.MULTIPLE: _l(
        "Hard for whoever reads slowly. Two questions with one choice often do."
    ),
    QuestionKind.TRUE_FALSE: _l(
        "Half of those who do not know guess right. “Not sure” is always offered."
    ),
    QuestionKind.SCALE: _l(
        "For attitudes and confidence. It has no right answer and stands in no gain."
    ),
    QuestionKind.SHORT_TEXT: _l("Read by the trainer, and scored by nobody."),
}
MOMENT: Mapping[Moment, Any] = {
    Moment.BEFORE: _l("Before the workshop"),
    Moment.AFTER: _l("After the workshop"),
    Moment.FOLLOW_UP: _l("Three months later"),
}
STAND: Mapping[AnsweringState, Any] = {
    AnsweringState.NOT_OPENED: _l("Not opened for phones"),
    AnsweringState.OPEN: _l("Open"),
    AnsweringState.CLOSED: _l("Closed"),
}
STAND_TONE: Mapping[AnsweringState, str] = {
    AnsweringState.NOT_OPENED: "",
    AnsweringState.OPEN: "live",
    AnsweringState.CLOSED: "good",
}
SCALE = (
    _l("Not at all"),
    _l("A little"),
    _l("Partly"),
    _l("Mostly"),
    _l("Fully"),
)
OFTEN: Mapping[Often, Any] = {
    Often.NEVER: _l("Never"),
    Often.ONCE: _l("Once"),
    Often.SEVERAL: _l("Several times"),
    Often.NO_OCCASION: _l("No occasion for it"),
}
TELLER: Mapping[Teller, Any] = {
    Teller.HERSELF: _l("They themselves"),
    Teller.PEER: _l("A peer"),
    Teller.MENTOR: _l("The programme’s mentor"),
}
NOT_SURE_WORDS = _l("Not sure")
TRUE_WORD, FALSE_WORD = _l("True"), _l("False")
VERDICT: Mapping[ItemVerdict, Any] = {
    ItemVerdict.TOO_FEW: _l("Too few answers to say anything: ten are needed."),
    ItemVerdict.NEARLY_ALL_KNOW: _l("Nearly everybody knows this."),
    ItemVerdict.HARDLY_ANY_KNOW: _l(
        "Hardly anybody knows this: check the question, and the session."
    ),
    ItemVerdict.MISSED_BY_KNOWERS: _l("Most who knew the rest missed this one: check it."),
    ItemVerdict.TELLS_LITTLE: _l(
        "Whoever knew the rest did no better here than others: look at its wording."
    ),
    ItemVerdict.USEFUL: _l("Whoever knew the rest mostly knew this: it tells well."),
    ItemVerdict.NOTHING_ODD: _l("Nothing odd so far. From fifty answers up more can be said."),
}


def choices_of(question: BankQuestion, language: str) -> list[tuple[str, str, str]]:
    """The choices of a question as screen and paper show them: (key, letter, text), without "not
    sure". None for own words."""
    if question.kind is QuestionKind.TRUE_FALSE:
        words = {TRUE: TRUE_WORD, FALSE: FALSE_WORD}
        return [(key, placed_letter(at), str(words[key])) for at, key in enumerate(question.keys)]
    if question.kind is QuestionKind.SCALE:
        return [(str(at), str(at), str(SCALE[at - 1])) for at in range(1, SCALE_POINTS + 1)]
    return [
        (
            option.key,
            placed_letter(at),
            option.texts.get(language) or option.texts.get(question.language, ""),
        )
        for at, option in enumerate(question.options)
    ]


def text_of(question: BankQuestion, language: str) -> str:
    """Text that it asks in a language, or else in its first one."""
    return question.texts.get(language) or question.text


def practice_question(objective: str) -> str:
    """The question about the practice of an objective."""
    return _("In the last month, how often did you do this? %(objective)s", objective=objective)


def practice_words_question() -> str:
    """The question for words about practice; it asks for no names."""
    return _(
        "What do you do in another way since the workshop? Name nobody: no colleague, nobody of"
        " the community, no number."
    )


def offers_not_sure(question: BankQuestion) -> bool:
    """True if "not sure" stands under it."""
    return question.kind in KNOWLEDGE


def answer_words(question: BankQuestion, chosen: frozenset[str], language: str) -> str:
    """The letters of what was chosen, as they are typed in from paper."""
    if NOT_SURE in chosen:
        return NOT_SURE
    letters = [letter for key, letter, _text in choices_of(question, language) if key in chosen]
    return "".join(letters)
