"""Reasons for which no statement is made or sent."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class NotWorkedOut(Problem):
    """The check of what could be worked out came to no end."""

    status = 503
    sentence = _l(
        "What could be worked out from these figures was not found out, so nothing was sent. Try"
        " again in a few minutes."
    )


class NotQuarterOrYear(Problem):
    """Statement of other days than a quarter or a year."""

    sentence = _l("A statement is of a quarter or of a year.")


class NotOver(Problem):
    """Statement of a period that goes on."""

    sentence = _l("These days are not over yet. Their figures would still change.")


class AlreadySent(Problem):
    """Statement that left; its figures stay as they are."""

    sentence = _l(
        "A statement of this period was sent to this funder. Its figures stay as they were; what"
        " changed since is shown beside them."
    )


class AlreadyProposed(Problem):
    """Statement that waits for approval, or has it."""

    sentence = _l(
        "A statement of this period waits to be approved or sent. Send it back first, if its"
        " figures are to be frozen again."
    )


class MixedMonths(Problem):
    """Quarter and year of people who are starred, for the same months."""

    def __init__(self, periods: str) -> None:
        super().__init__(
            _(
                "Figures of community members left for %(periods)s. Quarters and years of the same"
                " months laid side by side would show single people, so only one of them may"
                " leave. Choose the same kind, or tell of police officers only.",
                periods=periods,
            )
        )


class ToldOtherwise(Problem):
    """Figures of the whole programme that left with another value, or together with something that
    they contradict."""

    sentence = _l(
        "Another funder was sent figures of this period meanwhile, and these differ from them."
        " Send this statement back and freeze its figures again."
    )


class RowsWereGiven(Problem):
    """Starred figures of days of which a program was given people one by one."""

    def __init__(self, day: str) -> None:
        super().__init__(
            _(
                "Until %(day)s programs read people of the community one by one, so what is starred"
                " here could be known exactly. Tell of police officers only for this period.",
                day=day,
            )
        )


class CouldBeWorkedOut(Problem):
    """Figures that could be worked out from all that has left."""

    sentence = _l(
        "Together with what was sent before, somebody could work out a figure of fewer than five"
        " people. Send this statement back and freeze its figures again: what must be left out is"
        " then left out."
    )
