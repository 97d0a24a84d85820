"""Terms of office: on which days a member of a forum counts, and when that ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# So many days before it ends, whoever runs the forum is told.
TOLD_BEFORE = 60


@dataclass(frozen=True)
class OfficeTerm:
    """Days for which somebody was chosen, the last among them; without `ends_on` until further
    notice."""

    begins_on: date
    ends_on: date | None = None
    office: str = ""

    def holds_on(self, day: date) -> bool:
        """True if it holds on a day."""
        return self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)


def counts_on(terms: Collection[OfficeTerm], left_on: date | None, day: date) -> bool:
    """True if a member counts on a day. Of whom no term is known, the membership alone counts."""
    if left_on is not None and left_on < day:
        return False
    return not terms or any(term.holds_on(day) for term in terms)


def term_on(terms: Collection[OfficeTerm], day: date) -> OfficeTerm | None:
    """The term that holds on a day."""
    return next((term for term in terms if term.holds_on(day)), None)


def ends_after(terms: Collection[OfficeTerm], day: date) -> date | None:
    """The last day on which a member counts who counts on a day, terms that adjoin taken together;
    None if no end is known, or none of them holds."""
    last: date | None = None
    for term in sorted(terms, key=lambda one: one.begins_on):
        if term.holds_on(day) or (last is not None and term.begins_on <= last + timedelta(days=1)):
            if term.ends_on is None:
                return None
            last = max(last or term.ends_on, term.ends_on)
    return last


class TermFault(StrEnum):
    """Fault of a term as it was given."""

    ENDS_FIRST = "ends_first"
    OVERLAP = "overlap"


def term_fault(term: OfficeTerm, others: Sequence[OfficeTerm]) -> TermFault | None:
    """The fault of a term beside the other terms of the same member."""
    if term.ends_on is not None and term.ends_on < term.begins_on:
        return TermFault.ENDS_FIRST
    for other in others:
        if other.begins_on <= (term.ends_on or date.max) and term.begins_on <= (
            other.ends_on or date.max
        ):
            return TermFault.OVERLAP
    return None
