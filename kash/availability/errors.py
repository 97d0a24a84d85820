"""Problems that stand in the way of what is said of absences, teaching days, venues and ways."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem
from kash.platform.web.formats import short_date_text


class EndsBeforeItStarts(Problem):
    """Days of which the last comes before the first."""

    field = "last"
    sentence = _l("The last day comes before the first.")


class LongerThanAYear(Problem):
    """Days that go on for longer than anybody plans around."""

    field = "last"
    sentence = _l(
        "This is longer than a year. Check the year that you typed; whoever stays away for longer"
        " hands over the work."
    )


class TooFarAway(Problem):
    """Days that are past and forgotten, or that nobody plans for yet."""

    field = "first"
    sentence = _l("These days are too far away. Check the year that you typed.")


class AwayAlready(Problem):
    """Days that another absence of the same account touches."""

    field = "first"

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            _(
                "An absence from %(first)s to %(last)s is there already. Change that one.",
                first=short_date_text(first),
                last=short_date_text(last),
            )
        )


class NobodyAway(Problem):
    """An account that cannot be away: it is nobody's who plans or teaches."""

    field = "whose"
    sentence = _l("Choose somebody who teaches.")


class TooManyAbsences(Problem):
    """More absences than anybody has."""

    sentence = _l("There are too many absences already. Remove one that is wrong.")


class TimesGoTogether(Problem):
    """One of two times of the day without the other."""

    field = "ends_at"
    sentence = _l("Enter both times, or none for the whole day.")


class EndsTooEarly(Problem):
    """A time at which something ends that is not after the one at which it starts."""

    field = "ends_at"
    sentence = _l("The end comes before the start.")


class TooManyBlocks(Problem):
    """More days on which a venue can't be had than anybody types."""

    sentence = _l("There are too many such days already. Remove some that are over.")
