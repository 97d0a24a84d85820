"""Errors that stand in the way of writing questions and holding tests, each with its sentence."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.assessments.rules.scoring import QuestionFlaw
from kash.platform.web.errors import Problem

FLAW_SENTENCES = {
    QuestionFlaw.NO_TEXT: _l("Write the question."),
    QuestionFlaw.TOO_FEW_OPTIONS: _l("Write at least two choices."),
    QuestionFlaw.TOO_MANY_OPTIONS: _l("A question has at most eight choices; four are enough."),
    QuestionFlaw.SAME_OPTION_TWICE: _l("Two choices say the same."),
    QuestionFlaw.NONE_RIGHT: _l("Mark the right choice."),
    QuestionFlaw.MORE_THAN_ONE_RIGHT: _l("Only one choice can be right here."),
    QuestionFlaw.ALL_RIGHT: _l("Not all choices can be right: then nobody can miss it."),
}


class QuestionFlawed(Problem):
    """The question cannot be asked like this."""

    field = "text"

    def __init__(self, flaw: QuestionFlaw) -> None:
        super().__init__(str(FLAW_SENTENCES[flaw]))
        self.flaw = flaw


class BankFull(Problem):
    """More questions than a course may have."""

    sentence = _l("A course has at most 500 questions. Put some away first.")


class TestThere(Problem):
    """The workshop has a test of this moment."""

    __test__ = False
    sentence = _l("This workshop has such a test already.")


class NoQuestionsChosen(Problem):
    """Nothing was chosen to be asked."""

    field = "questions"
    sentence = _l("Choose at least one question.")


class TooManyAsked(Problem):
    """More questions than a test may have."""

    field = "questions"
    sentence = _l("A test has at most 60 questions.")


class AnsweredAlready(Problem):
    """Somebody answered, so the test stays as it is."""

    sentence = _l("This test was opened or answered already, so it stays as it is.")


class NothingToAnswer(Problem):
    """A test without questions is for scores from a list only."""

    sentence = _l("This test has no questions, only scores. Phones have nothing to show.")


class NotOpenToAnswers(Problem):
    """The test takes no answers now."""

    sentence = _l("This test is not open.")


class NotYetClosed(Problem):
    """The test is open, and is closed first."""

    sentence = _l("This test is open. Close it first.")


class CodeUnknown(Problem):
    """Hall and badge do not lead to an open test."""

    status = 404
    sentence = _l("These two codes lead to no test that is open now. Compare them once more.")


class NothingTold(Problem):
    """Nothing about somebody's practice was chosen or written."""

    field = "text"
    sentence = _l("Choose an answer or write something first.")


class ToldFromAbove(Problem):
    """Whoever told it is above the person it is about."""

    field = "told_by"
    sentence = _l(
        "Nobody who is above somebody at their station tells about their practice: ask the person,"
        " a peer or the programme’s mentor."
    )


class MayNameSomebody(Problem):
    """The words look as if they named somebody."""

    field = "text"
    sentence = _l(
        "There may be a name or a number in this. Write what changed without naming anybody. If"
        " nobody is named, tick that below and save again."
    )


class WrongEntry(Problem):
    """Something that was typed in answers no question, or is no score; `where` names the fields."""

    status = 422

    def __init__(self, where: dict[str, str]) -> None:
        super().__init__(_("Please correct what is marked."))
        self.where = where
