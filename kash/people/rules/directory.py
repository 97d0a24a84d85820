"""Pure decisions about services of the directory: opening hours, and how long a check holds.

Hours are stretches of minutes since Monday 00:00. A stretch begins within the week and may run
past midnight, and past Sunday's midnight too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

DAY = 24 * 60
WEEK = 7 * DAY
MOST_PERIODS = 4
STALE_MONTHS = 6
CARDS_ON_A_SHEET = 10
MOST_SHEETS = 20
MOST_CARDS = CARDS_ON_A_SHEET * MOST_SHEETS

SERVICE_KINDS = (
    "legal",
    "clinic",
    "pep",
    "shelter",
    "counselling",
    "children",
    "oversight",
    "rights",
    "hotline",
    "other",
)
SERVED = ("women", "men", "lgbtq", "minors")
COSTS = ("", "free", "some", "paid")

_WHOLE_DAY = re.compile(r"24\s?(?:/\s?7|h|hrs?|hours|saa)?")
_CLOCK = r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?"
_PERIOD = re.compile(_CLOCK + r"\s*(?:-|–|—|to|until|hadi|mpaka)\s*" + _CLOCK)
_BETWEEN = re.compile(r"[,;+&]|\band\b|\bna\b")


@dataclass(frozen=True, order=True)
class Stretch:
    """Open from one minute of the week up to another, which is later by one day at most."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < WEEK or not self.opens < self.closes <= self.opens + DAY:
            raise ValueError("not a stretch of opening hours")

    @property
    def weekday(self) -> int:
        """The day on which it begins; Monday is 0."""
        return self.opens // DAY

    @property
    def start(self) -> int:
        """When it begins, in minutes of that day."""
        return self.opens % DAY

    @property
    def end(self) -> int:
        """When it ends, in minutes of the day on which that is; 1440 is that day's end."""
        return (self.closes - 1) % DAY + 1

    @property
    def whole_day(self) -> bool:
        """True if it is one day from midnight to midnight."""
        return self.start == 0 and self.closes - self.opens == DAY


class NotHours(ValueError):
    """A text that is no opening hours, or hours that overlap."""


def read_day(weekday: int, typed: str) -> list[Stretch]:
    """The hours of one weekday as typed: `8-13, 14:00–17:30`, `20:00-02:00`, `24 h` or nothing.

    An end at or before its beginning is on the next day. Raises NotHours.
    """
    text = " ".join(typed.casefold().split())
    if not text:
        return []
    if _WHOLE_DAY.fullmatch(text):
        return [Stretch(weekday * DAY, (weekday + 1) * DAY)]
    periods = [_period(weekday, part.strip()) for part in _BETWEEN.split(text)]
    if len(periods) > MOST_PERIODS or overlap(periods):
        raise NotHours
    return sorted(periods)


def _period(weekday: int, text: str) -> Stretch:
    match = _PERIOD.fullmatch(text)
    if match is None or (not text.isascii() and not match):
        raise NotHours
    start = _clock(match[1], match[2])
    end = _clock(match[3], match[4])
    if start == DAY:
        raise NotHours
    opens = weekday * DAY + start
    length = end - start if end > start else end - start + DAY
    return Stretch(opens, opens + length)


def _clock(hours: str, minutes: str | None) -> int:
    clock = int(hours) * 60 + int(minutes or 0)
    if clock > DAY or int(minutes or 0) > 59:
        raise NotHours
    return clock


def overlap(stretches: Iterable[Stretch]) -> bool:
    """True if two of them share a minute of the week; not those that only meet."""
    ordered = sorted(stretches)
    following = [
        *((stretch.opens) for stretch in ordered[1:]),
        *(stretch.opens + WEEK for stretch in ordered[:1]),
    ]
    return any(stretch.closes > opens for stretch, opens in zip(ordered, following, strict=True))


def written_day(stretches: Iterable[Stretch], weekday: int) -> str:
    """One weekday's hours in the form in which they are typed."""
    return ", ".join(
        "24 h" if stretch.whole_day else f"{_written(stretch.start)}–{_written(stretch.end)}"
        for stretch in sorted(stretches)
        if stretch.weekday == weekday
    )


def _written(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True)
class Days:
    """A run of weekdays with the same hours, as (from, to) in minutes of a day; none is closed."""

    first: int
    last: int
    periods: tuple[tuple[int, int], ...]


def week_lines(stretches: Iterable[Stretch]) -> list[Days]:
    """The week from Monday to Sunday, days with the same hours next to each other as one."""
    in_order = sorted(stretches)
    lines: list[Days] = []
    for weekday in range(7):
        periods = tuple(
            (stretch_.start, stretch_.end) for stretch_ in in_order if stretch_.weekday == weekday
        )
        if lines and lines[-1].periods == periods:
            lines[-1] = Days(lines[-1].first, weekday, periods)
        else:
            lines.append(Days(weekday, weekday, periods))
    return lines


def minute_of_week(moment: datetime) -> int:
    """Where a moment, as the clocks show it there, lies in the week."""
    return moment.weekday() * DAY + moment.hour * 60 + moment.minute


def open_at(stretches: Iterable[Stretch], minute: int) -> bool:
    """True if it is open in this minute of the week."""
    return any(
        stretch.opens <= minute < stretch.closes or stretch.opens <= minute + WEEK < stretch.closes
        for stretch in stretches
    )


def open_until(stretches: Sequence[Stretch], minute: int) -> int | None:
    """The minute of the week in which it closes next; None if it is closed or never closes.

    What meets counts as one: from 22:00 to 24:00 and on from 00:00 is open all the time.
    """
    reached = minute
    while open_at(stretches, reached % WEEK):
        at = reached % WEEK
        reached += max(
            stretch.closes - at - (0 if stretch.opens <= at < stretch.closes else WEEK)
            for stretch in stretches
            if stretch.opens <= at < stretch.closes or stretch.opens <= at + WEEK < stretch.closes
        )
        if reached >= minute + WEEK:
            return None
    return None if reached == minute else reached % WEEK


def always_open(stretches: Sequence[Stretch]) -> bool:
    """True if it is open day and night, every day."""
    return open_at(stretches, 0) and open_until(stretches, 0) is None


def opens_next(stretches: Iterable[Stretch], minute: int) -> int | None:
    """The next minute of the week in which it opens; None if no hours are known."""
    waits = [(stretch.opens - minute) % WEEK for stretch in stretches]
    return (minute + min(waits)) % WEEK if waits else None


def check_is_stale(checked_on: date, today: date) -> bool:
    """True if an entry was last checked more than half a year ago."""
    return checked_on < last_fresh_day(today)


def last_fresh_day(today: date) -> date:
    """The earliest day of a check that still holds today."""
    month = today.year * 12 + today.month - 1 - STALE_MONTHS
    day = today.day
    while True:
        try:
            return date(month // 12, month % 12 + 1, day)
        except ValueError:
            day -= 1


def found_by(*texts: str) -> str:
    """Texts as a search compares them: without case, accents, and what is no letter or digit."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", " ".join(texts).casefold())
        if unicodedata.category(character) not in ("Mn", "Me", "Cf")
        and character not in "'`´‘’‛ʼʻʽ′＇ʹ"
    )
    return " ".join(re.findall(r"\w+", plain.casefold()))
