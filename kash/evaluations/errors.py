"""Problems that stand in the way of an evaluation, each with its sentence."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class AlreadyOpened(Problem):
    """Questions are changed before anybody was asked them."""

    sentence = _l("This form was opened already: its questions stay as they are.")


class FormWithoutQuestions(Problem):
    """A form without questions asks nothing."""

    sentence = _l("Add a question first.")


class TooManyInForm(Problem):
    """Nobody answers so many on a phone."""

    sentence = _l("A form has at most 12 questions, 3 of them for comments.")


class OptionsDiffer(Problem):
    """A choice has the same options in each language."""

    field = "options_en"
    sentence = _l("Write two to six options, one on a line, and as many in each language.")


class WrongClosingTime(Problem):
    """A form closes after it opened, and within days."""

    field = "closes_at"
    sentence = _l("Choose a time from now on, at most three days away.")


class AnotherForm(Problem):
    """Whoever compared two forms of one day would learn what the few answered who sent only one."""

    sentence = _l(
        "There is a form for this already. Two of them could be compared with each other."
    )


class NotOfThisWorkshop(Problem):
    """A form is about a day of its workshop, or the whole of it."""

    sentence = _l("Choose a day of this workshop.")


class FormNotOpen(Problem):
    """A form that is not open takes no answers."""

    sentence = _l("This form takes no answers: it is not open, or its time is over.")


class FormFull(Problem):
    """More answers came than people were expected."""

    sentence = _l("No more answers fit into this form. Tell the trainer.")


class NothingAnswered(Problem):
    """An empty answer counts for nothing."""

    status = 422
    sentence = _l("Answer at least one question.")


class NotAnAnswer(Problem):
    """An answer that does not fit the form."""

    status = 422
    sentence = _l("Something in these answers does not fit the form. Look through them again.")
