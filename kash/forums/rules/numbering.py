"""Numbers of minutes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

_LETTERS = ("", *"BCDEFGHIJKLMNOPQRSTUVWXYZ")


class NoLetterLeft(ValueError):
    """A forum already has as many meetings in that month as there are letters."""


def month_letter(taken: Collection[str]) -> str:
    """The letter of the next meeting in a month: none for the first, then B, C, up to Z.

    `taken` are the letters of the forum's other meetings of that month, cancelled ones among them,
    so that a number that was once printed never comes to mean another meeting.
    """
    for letter in _LETTERS:
        if letter not in taken:
            return letter
    raise NoLetterLeft("no letter is left for another meeting in this month")


def minute_number(position: int, day: date, letter: str = "") -> str:
    """`MIN 3/11/2026`: the third item of the meeting in November 2026; `MIN 3/11B/2026` when it
    is the second meeting of the forum in that month."""
    return f"MIN {position}/{month_mark(day, letter)}"


def month_mark(day: date, letter: str = "") -> str:
    """`11/2026`: by what the minutes of a meeting are told from those of another month."""
    return f"{day.month}{letter}/{day.year}"
