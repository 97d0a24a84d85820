"""Errors that stand in the way of changing a workshop, each with its sentence."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kash.platform.web.errors import Problem
from kash.workshops.rules import FundingFault

# Clashes told at once to whoever may not save; the page lists all of them.
MOST_TOLD = 3


class NotPublished(Problem):
    """Only a published version can be taught."""

    field = "version"
    sentence = _l("Choose a published version of a course.")


class DoesNotFit(Problem):
    """The sessions need more days. `days` says how many; None if one is longer than a day."""

    field = "ends_on"

    def __init__(self, left_over: int, days: int | None) -> None:
        if days is None:
            sentence = _("One session is longer than a day. Lengthen the day.")
        else:
            sentence = _(
                "The sessions do not fit. Left over: %(count)s. Days needed: %(days)s.",
                count=left_over,
                days=days,
            )
        super().__init__(sentence)
        self.days = days


class SessionsOverlap(Problem):
    """A session lies across another."""

    field = "at"

    def __init__(self, title: str, begins: str, ends: str) -> None:
        super().__init__(
            _(
                "This overlaps “%(title)s”, %(begins)s to %(ends)s.",
                title=title,
                begins=begins,
                ends=ends,
            )
        )


class OutsideWorkshop(Problem):
    """A session lies on a day that the workshop doesn't have."""

    field = "day"
    sentence = _l("The session must lie wholly on the workshop's days.")


class SessionLeftOutside(OutsideWorkshop):
    """The workshop's own days were changed, and a session lies on none of them."""

    field = "ends_on"
    sentence = _l("A session lies outside these days. Lay the sessions out afresh.")


class RegisterBegun(Problem):
    """People were marked, so the times that were marked stay."""

    field = "starts_on"
    sentence = _l("People were marked already, so the sessions stay where they are.")


class SessionClosed(RegisterBegun):
    """The register of this one session is closed."""

    field = "at"
    sentence = _l("The register of this session is closed, so its time stays.")


class WorkshopCancelled(Problem):
    """Nothing is changed in a cancelled workshop."""

    sentence = _l("This workshop is cancelled. Undo that first.")


class ScheduleClash(Problem):
    """Something stands in the way that the programme doesn't let anybody plan."""

    field = ""

    def __init__(self, sentences: Sequence[str]) -> None:
        told = list(sentences)[:MOST_TOLD]
        more = len(sentences) - len(told)
        if more:
            told.append(ngettext("One more.", "%(num)s more.", more))
        super().__init__(" ".join([_("This cannot be saved."), *told]))


class SharesDoNotFit(Problem):
    """The funders' shares do not make a whole."""

    field = ""

    def __init__(self, fault: FundingFault) -> None:
        super().__init__(
            {
                FundingFault.SHARE: _("Each share is a whole number from 1 to 100."),
                FundingFault.TWICE: _("A funder stands here twice. Give each one line."),
                FundingFault.SUM: _("All shares together must make one hundred."),
            }[fault]
        )
        self.fault = fault


class MovedIntoPast(Problem):
    """Nothing is moved to a day that has passed."""

    field = "starts_on"
    sentence = _l("This day has passed. Choose today or a later day.")


class BegunBefore(Problem):
    """A workshop whose first day has passed is not moved as a whole."""

    field = "starts_on"
    sentence = _l(
        "The first day of this workshop has passed, so it stays in its place. If it did not take"
        " place, change its days on its own page."
    )


class DayPastMidnight(OutsideWorkshop):
    """A day that begins so late would end on the next."""

    field = "day_starts_at"
    sentence = _l("A day that begins so late would end after midnight.")
