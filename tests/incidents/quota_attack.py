"""The best attack on the quota: every state that its store passed through, and the code."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from kash.incidents.rules.quota import Spent, begin, spend

_DAY = date(2026, 12, 1)


def accounts(number: int) -> list[str]:
    """Names of so many accounts."""
    return [f"account{each:05}" for each in range(number)]


def sizes_of(spent: Spent) -> list[int]:
    """How many stand in each circle."""
    return [len(circle.accounts) for circle in spent.circles]


def suspects(before: Spent, after: Spent, everybody: Sequence[str]) -> set[str]:
    """The accounts by which one state may have become the other."""
    return {one for one in everybody if spend(before, one) == after}


def looked_through(
    everybody: Sequence[str], reports: Sequence[str], dice: Random, *, days: int = 1
) -> dict[str, set[str]]:
    """Who is suspected of each author's reports, to whoever is told which of them are of one
    author and looks at all of these together. The same reports are sent on each of the days."""
    alike: dict[str, set[str]] = {}
    spent = begin(_DAY, (), everybody, dice)
    for number in range(days):
        spent = begin(_DAY + timedelta(days=number), spent.circles, everybody, dice)
        for author in reports:
            after = spend(spent, author)
            if after is None:
                continue
            seen = suspects(spent, after, everybody)
            alike[author] = alike.get(author, seen) & seen
            spent = after
    return alike
