"""Sentences about plans: what they promise, and why one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.releases.rules.promise import (
    CONTENT_LIMIT,
    REPORTED_LIMIT,
    PlanFlaw,
    PlanRefusal,
    content_odds,
    reported_odds,
)
from kash.releases.rules.tables import YearPlan
from kash.releases.words import table_name

EVERY: dict[int, Any] = {
    1: _l("Each quarter"),
    2: _l("Each half-year"),
    4: _l("Once a year"),
}
_FLAWS: dict[PlanFlaw, Any] = {
    PlanFlaw.NO_TABLES: _l("Choose at least one table."),
    PlanFlaw.TWICE: _l("%(table)s: the table, or one of its lines, stands there twice."),
    PlanFlaw.UNKNOWN: _l("%(table)s: there is no such table."),
    PlanFlaw.CODES: _l(
        "%(table)s: its lines are not those that it had. A line that means something else would"
        " count old cases again."
    ),
    PlanFlaw.RENAMED: _l(
        "%(table)s is %(other)s under another name: every old case would be counted again."
    ),
    PlanFlaw.UNIT: _l("%(table)s: it was counted otherwise in %(year)s, and goes on as it was."),
    PlanFlaw.DIE: _l(
        "%(table)s: its dice had more sides in %(year)s. Cases of that year that come late were"
        " promised those: take as many sides, or more."
    ),
    PlanFlaw.MOST: _l(
        "%(table)s: one case would weigh more than in %(year)s. Cases of that year that come late"
        " were promised less."
    ),
    PlanFlaw.SHAPE: _l(
        "%(table)s: dice have 2 to 100 sides, and “few” begins below 10, 15, 20 or another multiple"
        " of five."
    ),
    PlanFlaw.YEAR: _l(
        "There is an approved plan of %(year)s already. Plans follow each other, and what is"
        " approved stays."
    ),
    PlanFlaw.REPORTED: _l(
        "All together would move the odds that one case was reported by %(odds)s, and more than"
        " %(limit)s is refused. Take dice with more sides, or leave a table out."
    ),
    PlanFlaw.CONTENT: _l(
        "All together would move the odds of what a case says by %(odds)s, and more than %(limit)s"
        " is refused."
    ),
}
_LIMITS = {PlanFlaw.REPORTED: REPORTED_LIMIT, PlanFlaw.CONTENT: CONTENT_LIMIT}


def refusal_sentence(refusal: PlanRefusal) -> str:
    """Reason for which a plan is refused, in one sentence or two."""
    values = {
        "table": table_name(refusal.key),
        "other": table_name(refusal.other),
        "year": refusal.year,
        "odds": odds_text(refusal.odds),
        "limit": _LIMITS.get(refusal.flaw, 0),
    }
    return str(_FLAWS[refusal.flaw]) % values


def odds_text(odds: Fraction) -> str:
    """Odds with two digits after the point, rounded up."""
    hundredths = -(-odds.numerator * 100 // odds.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def suspicion_after(odds: Fraction) -> int:
    """Suspicion that one of 50 in 100 becomes at most, in hundredths, rounded up."""
    return -(-100 * odds.numerator // (odds.numerator + odds.denominator))


def promise_sentences(plans: Sequence[YearPlan]) -> tuple[str, str]:
    """The promise that plans keep together: whether a case was reported, and what it says."""
    reported, content = reported_odds(plans), content_odds(plans)
    return (
        _(
            "Whatever somebody knows, all that is ever printed multiplies the odds that one case"
            " was reported by %(odds)s at most: a suspicion of 50 in 100 becomes at most %(after)s"
            " in 100.",
            odds=odds_text(reported),
            after=suspicion_after(reported),
        ),
        _(
            "It multiplies the odds of what a case says, or of when it was filed, by %(odds)s at"
            " most: 50 in 100 becomes at most %(after)s in 100.",
            odds=odds_text(content),
            after=suspicion_after(content),
        ),
    )
