"""Amounts of money, in whole cents: reading what is typed, and sharing without losing a cent."""

from __future__ import annotations

import re
from collections.abc import Sequence

# More than any payout; what is larger was mistyped.
MOST_CENTS = 100_000_000
# Whom a part is charged to that no funder pays.
OWN_MEANS = ""

_TYPED = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.([0-9]{1,2}))?")


def read_amount(typed: str) -> int | None:
    """Cents from "500", "1,500" or "1500.50"; None if it is no amount, or one beyond reason."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        return None
    cents = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
    return cents if cents <= MOST_CENTS else None


def written_amount(cents: int) -> str:
    """As machines read it: "1500.50", always with two decimals."""
    return f"{cents // 100}.{cents % 100:02d}"


def shared(cents: int, shares: Sequence[tuple[str, int]]) -> dict[str, int]:
    """An amount split by per cent, so that the parts add up to it to the cent.

    By largest remainders: each gets what is due rounded down, and the cents left over go one by
    one to whom rounding took most from, the first named first. What the shares leave of a hundred
    stands under OWN_MEANS. Shares are positive and add up to a hundred at most.
    """
    left = 100 - sum(share for _, share in shares)
    all_shares = [*shares, *([(OWN_MEANS, left)] if left else [])]
    parts = {name: cents * share // 100 for name, share in all_shares}
    rest = cents - sum(parts.values())
    by_remainder = sorted(all_shares, key=lambda one: -(cents * one[1] % 100))
    for name, _ in by_remainder[:rest]:
        parts[name] += 1
    return parts
