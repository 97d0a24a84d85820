"""The errors of printing, each with a sentence for the person who meets it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class NotDueYet(Problem):
    """Whatever was filed on the day itself is not visible yet, or the day has not come."""

    sentence = _l(
        "It is too early. Figures are printed after their last day, once what was filed on that day"
        " has become visible."
    )


class EarlierFirst(Problem):
    """Tables of an earlier day were not printed."""

    sentence = _l("Figures of an earlier day are still to be printed. Print those first.")


class LedgerNotOpen(Problem):
    """The list of cases that were counted already is gone, or does not open."""

    sentence = _l(
        "The sealed list of cases that were counted already does not open for you. Without it cases"
        " would be counted twice, so nothing is printed. A backup may have it whole."
    )


class NoteHasFigures(Problem):
    """A note beside printed figures names a figure."""

    status, field = 422, "text"
    sentence = _l(
        "Leave out every digit: a corrected figure beside a printed one would tell of single cases."
        " Say in words what was wrong and what follows from it."
    )
