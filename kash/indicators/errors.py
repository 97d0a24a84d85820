"""Problems of indicators, each with a sentence for a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.indicators.rules.periods import Period, PeriodFault, PeriodProblem, read_period
from kash.platform.web.errors import Problem


class PeriodUnreadable(Problem):
    """Text that is no period."""

    status = 422
    field = "period"
    sentence = _l(
        "This is no period. Write a year such as 2026, a quarter such as 2026-Q3, a month such as"
        " 2026-01, or two days such as 2026-01-01..2026-03-31."
    )


class PeriodBackwards(Problem):
    """A period that ends before it starts."""

    status = 422
    field = "last"
    sentence = _l("This period ends before it starts. Its last day must not lie before its first.")


class DefinitionWaits(Problem):
    """Another proposal for an indicator of which one waits already."""

    sentence = _l("A definition of this indicator waits already. It is decided on first.")


class DefinitionFromThePast(Problem):
    """A definition that would change what was counted and told already."""

    status = 422
    field = "from_day"
    sentence = _l(
        "A new definition holds from today on or later, so that figures which were told already"
        " stay what they were."
    )


class TargetThere(Problem):
    """Two targets for the same."""

    status = 422
    field = "value"
    sentence = _l(
        "There is a target for this indicator, period, funder and group already. Change that one."
    )


class TargetNotCounted(Problem):
    """A target of a group for what is not told apart by groups."""

    status = 422
    field = "group"
    sentence = _l("This indicator is not told apart by group.")


def period_asked(text: str) -> Period:
    """A period that somebody typed. Raises PeriodUnreadable and PeriodBackwards."""
    try:
        return read_period(text)
    except PeriodProblem as problem:
        if problem.fault is PeriodFault.BACKWARDS:
            raise PeriodBackwards from problem
        raise PeriodUnreadable from problem
