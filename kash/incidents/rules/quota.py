"""How many reports may be begun in a day, kept so that nothing of it tells who sent any.

Accounts that may report stand in circles of ten to nineteen, or all in one where there are fewer. A
circle has tokens of the day together, and a report spends one of them with its first screen: a
person who reads the store at each moment of a day sees which circle a report came from, and never
who of the circle sent it, however many she sends. Circles stay from day to day, so that nobody is
found where those of many days overlap. Chance spends some tokens before anybody sent: when somebody
is refused tells nothing about what others sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from random import Random

from pydantic import BaseModel

# As many look alike at least, where there are so many who may report.
SMALLEST_CIRCLE = 10
# Reports that a circle may begin in a day, and how many of these chance may spend beforehand.
TOKENS, MOST_BY_CHANCE = 80, 20
# Beyond them, what cannot wait: as many of a circle in a minute.
A_MINUTE = 5
# All of a day is one text, padded to a size that tells nothing; beyond it the size doubles.
_SMALLEST = 256 * 1024
_ENVELOPE = 4


class Circle(BaseModel):
    """Accounts that spend together: tokens that are spent today, and what was taken beyond them in
    the minute in which it was last (minutes since 1970)."""

    accounts: list[str]
    spent: int = 0
    minute: int = 0
    in_minute: int = 0


class Spent(BaseModel):
    """Spending of a day, by circles."""

    day: date
    circles: list[Circle]


def tokens_left(spent: Spent, account: str) -> int:
    """How many more reports the circle of an account may begin on this day."""
    return TOKENS - spent.circles[_place(spent.circles, account)].spent


def begin(day: date, before: Sequence[Circle], everybody: Collection[str], dice: Random) -> Spent:
    """A day before anybody sent: circles as they were, as far as they are large enough, and some
    tokens of each spent by chance."""
    circles = [
        Circle(accounts=accounts, spent=dice.randint(0, MOST_BY_CHANCE))
        for accounts in _circles(before, everybody, dice)
    ]
    return Spent(day=day, circles=circles)


def joined(spent: Spent, everybody: Collection[str]) -> Spent:
    """The same with accounts that are new today, each in the smallest circle."""
    after = spent.model_copy(deep=True)
    for account in _newcomers([circle.accounts for circle in spent.circles], everybody):
        min(after.circles, key=lambda circle: len(circle.accounts)).accounts.append(account)
    return after


def spend(spent: Spent, account: str) -> Spent | None:
    """Spend a token of an account's circle; None if it has none left."""
    if not tokens_left(spent, account):
        return None
    after = spent.model_copy(deep=True)
    after.circles[_place(spent.circles, account)].spent += 1
    return after


def spend_minute(spent: Spent, account: str, minute: int) -> Spent | None:
    """The same beyond the day's tokens, for what cannot wait: a few in a minute.

    None if those of this minute are spent.
    """
    after = spent.model_copy(deep=True)
    circle = after.circles[_place(spent.circles, account)]
    if circle.minute != minute:
        circle.minute, circle.in_minute = minute, 0
    circle.in_minute += 1
    return after if circle.in_minute <= A_MINUTE else None


def _place(circles: Sequence[Circle], account: str) -> int:
    return next(place for place, circle in enumerate(circles) if account in circle.accounts)


def _newcomers(circles: Sequence[Sequence[str]], everybody: Collection[str]) -> list[str]:
    return sorted(set(everybody).difference(*circles))


def _circles(before: Sequence[Circle], everybody: Collection[str], dice: Random) -> list[list[str]]:
    """Everybody in circles: as before without those who left, newcomers in the smallest; what is
    too small is joined to another, and what could be two is halved by chance."""
    stays = set(everybody)
    circles = [
        [account for account in circle.accounts if account in stays] for circle in before
    ] or [[]]
    for account in _newcomers(circles, everybody):
        min(circles, key=len).append(account)
    circles.sort(key=len)
    while len(circles) > 1 and len(circles[0]) < SMALLEST_CIRCLE:
        smallest = circles.pop(0)
        circles[0] += smallest
        circles.sort(key=len)
    while len(circles[-1]) >= 2 * SMALLEST_CIRCLE:
        largest = circles.pop()
        dice.shuffle(largest)
        half = len(largest) // 2
        circles = sorted([*circles, largest[:half], largest[half:]], key=len)
    # In the order of their names: no place tells who joined when.
    return sorted(map(sorted, circles))


# --- The text ---------------------------------------------------------------------------------


def as_bytes(spent: Spent) -> bytes:
    """Bytes of a spending, as it is sealed."""
    content = spent.model_dump_json().encode()
    size = _SMALLEST
    while size < len(content) + _ENVELOPE:
        size *= 2
    return content.ljust(size - _ENVELOPE)


def from_bytes(plaintext: bytes) -> Spent:
    """Spending that was sealed. Raises pydantic's ValidationError if it is none."""
    return Spent.model_validate_json(plaintext)
