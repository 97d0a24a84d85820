"""The errors of DHIS2, each with a sentence for the person who meets it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class SlotTaken(Problem):
    """A place there to which another figure is mapped already."""

    status = 422
    field = "data_element"
    sentence = _l("Another figure goes to this place already. Remove that one first.")


class NothingToPush(Problem):
    """A push without a value that is new, changed or withdrawn."""

    sentence = _l("Nothing has changed since it was sent last, so there is nothing to send.")


class PushUnderWay(Problem):
    """A second push while the first has not ended."""

    sentence = _l(
        "Something is being sent already. Wait until that has ended, and look at what became of it."
    )


class NoDataSet(Problem):
    """A connection without the data set into which values go."""

    sentence = _l("The connection names no data set. Change the connection, and enter it there.")


class WrongPushPeriod(Problem):
    """A period that is no quarter and no year, or is not over."""

    status = 422
    field = "period"
    sentence = _l("Choose a quarter or a year that is over.")
