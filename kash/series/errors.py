"""Problems of series."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem
from kash.platform.web.formats import date_text


class DatesChanged(Problem):
    """The dates of the rule are other ones than those that were shown."""

    status = 409
    sentence = _l(
        "Holidays or workshops changed meanwhile. Look at the dates again, then plan them."
    )


class NoDateChosen(Problem):
    """Every date was left out."""

    sentence = _l("Choose at least one date.")


class BeginsInPast(Problem):
    """A series begins today at the earliest."""

    field = "first"
    sentence = _l("A series begins today or later.")


class RuleFaulty(Problem):
    """A rule has no dates; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class DateOver(Problem):
    """A date that has passed is not changed by its series."""

    sentence = _l("This date has passed. It stays as it is.")


class NothingToChange(Problem):
    """No date is to come that could be changed."""

    sentence = _l(
        "No date from then on is still to come and without marks, so nothing was changed."
    )


class OneStandsInTheWay(Problem):
    """One of several dates could not be changed, so none was."""

    def __init__(self, day: date, why: str) -> None:
        super().__init__(
            _("%(day)s: %(why)s None of the dates was changed.", day=date_text(day), why=why)
        )


class AlreadyRepeated(Problem):
    """A workshop is the beginning of one series."""

    sentence = _l("This workshop is part of a series already.")
