"""Somebody who is under 18, or may be: what is not done with her case, and what its end takes.

Whoever looks younger, or says something that makes it possible, is treated as a child until it is
known that she is none. Of whom nothing was said (`unknown`) nothing is known, and she counts as
grown up.
"""

from __future__ import annotations

MAY_BE_MINOR = frozenset({"under_18", "unsure"})


def may_be_minor(age_band: str) -> bool:
    """Whether somebody of this age band is under 18, or may be."""
    return age_band in MAY_BE_MINOR
