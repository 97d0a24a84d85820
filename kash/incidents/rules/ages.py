"""Age bands of whoever is or may be under 18, and what nobody of such an age can agree to."""

from __future__ import annotations

MAY_BE_MINOR = frozenset({"under_18", "unsure"})
# To these nobody can agree while somebody on record is or may be a child, for herself or another.
NEVER_FOR_MINORS = frozenset({"forum_totals", "forum_story", "funder"})
# To these each adult agrees alone, and for a child whoever decides for her, by a paper.
BY_GUARDIAN = frozenset({"court", "health"})


def may_be_minor(age_band: str) -> bool:
    """True if somebody of this age band is under 18, or may be."""
    return age_band in MAY_BE_MINOR
