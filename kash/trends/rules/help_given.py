"""Help in figures: whether mediators answered and what came of it, terms, and referrals in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import ENDS, how_mediation_ended

_REACHED = frozenset({"reached", "helped"})
_YES_OR_NO = frozenset({"agreed", "refused"})


@dataclass(frozen=True)
class HelpGiven:
    """Help in a number of cases. Mediators: how often one was asked and answered, and the hours
    that half of the answers took at most (None without any); `ended`: cases by how mediation ended,
    of `ENDS`. Terms and referrals: how many there are, how many were kept or reached somebody, how
    many of them by their day, and how many are past it and open still."""

    cases: int
    asked: int
    answered: int
    hours: float | None
    ended: Counter[str]
    terms: int
    fulfilled: int
    fulfilled_in_time: int
    terms_overdue: int
    referrals: int
    reached: int
    reached_in_time: int
    referrals_overdue: int

    @property
    def over(self) -> int:
        """Cases in which mediation is over."""
        return sum(self.ended[end] for end in ENDS)


def help_given(cases: Iterable[tuple[Record, str]], today: date) -> HelpGiven:
    """Help given in cases, each a record with its state."""
    known = list(cases)
    asked = [one for record, _state in known for one in record.interventions]
    answered = [one for one in asked if one.answered_at is not None or one.response in _YES_OR_NO]
    hours = [
        (one.answered_at - one.asked_at).total_seconds() / 3600
        for one in answered
        if one.answered_at is not None and one.asked_at is not None
    ]
    ends = (how_mediation_ended(record, state) for record, state in known)
    terms = [one for record, _state in known for one in record.terms]
    referrals = [one for record, _state in known for one in record.referrals]
    fulfilled = [(one.due_on, one.fulfilled_on) for one in terms if one.fulfilled_on is not None]
    reached = [(one.due_on, one.outcome_on) for one in referrals if one.outcome in _REACHED]
    return HelpGiven(
        cases=len(known),
        asked=len(asked),
        answered=len(answered),
        hours=median(hours) if hours else None,
        ended=Counter(end[0] for end in ends if end is not None),
        terms=len(terms),
        fulfilled=len(fulfilled),
        fulfilled_in_time=_in_time(fulfilled),
        terms_overdue=_overdue([one.due_on for one in terms if one.fulfilled_on is None], today),
        referrals=len(referrals),
        reached=len(reached),
        reached_in_time=_in_time(reached),
        referrals_overdue=_overdue([one.due_on for one in referrals if not one.outcome], today),
    )


def _in_time(done: Sequence[tuple[date | None, date | None]]) -> int:
    """Those done by their day; not those without one, or of which nobody noted when."""
    return sum(due is not None and on is not None and on <= due for due, on in done)


def _overdue(due: Sequence[date | None], today: date) -> int:
    return sum(day is not None and day < today for day in due)
