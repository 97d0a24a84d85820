"""How moments, days, hours and names are written on pages. Moments show in the programme's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import format_time

from kash.platform.database import utc_now
from kash.platform.web.language import language_code
from kash.platform.web.programme import DEFAULT_ZONE, programme_zone

_LETTER = re.compile(r"[^\W\d_]")
# From Monday on. CLDR writes the days of Kiswahili in full even where they should be short, and
# "Alhamisi 26 Nov" then takes two lines of a narrow column.
_SHORT_DAYS = {"sw": ("Jtt", "Jnn", "Jtn", "Alh", "Iju", "Jmo", "Jpl")}


def zone() -> ZoneInfo:
    """The programme's time zone."""
    try:
        return ZoneInfo(programme_zone())
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def to_local(moment: datetime) -> datetime:
    """An aware moment in the programme's zone."""
    return moment.astimezone(zone())


def from_local(day: date, clock: time) -> datetime:
    """The aware UTC moment at which the programme's clocks show this."""
    return datetime.combine(day, clock, tzinfo=zone()).astimezone(UTC)


def local_today() -> date:
    """The present day where the programme is."""
    return to_local(utc_now()).date()


def _day_of(value: date | datetime) -> date:
    return to_local(value).date() if isinstance(value, datetime) else value


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, language: str) -> str:
    """A day as a language writes it. Lists name the same days again and again: there is room for
    those of two years in both languages."""
    short = _SHORT_DAYS.get(language)
    if short:
        pattern = re.sub(r"\bEEE\b", f"'{short[day.weekday()]}'", pattern)
    return str(format_date(day, pattern, locale=language))


def _day_written(value: date | datetime | None, pattern: str) -> str:
    return _written(_day_of(value), pattern, language_code()) if value else ""


@lru_cache(maxsize=256)
def _grouped(whole: int, language: str) -> str:
    return str(format_decimal(whole, locale=language))


def date_text(value: date | datetime | None) -> str:
    """16 November 2026."""
    return _day_written(value, "d MMMM y")


def day_text(value: date | datetime | None) -> str:
    """Mon 16 Nov."""
    return _day_written(value, "EEE d MMM")


def weekday_text(value: date | datetime | None) -> str:
    """Mon."""
    return _day_written(value, "EEE")


def short_date_text(value: date | datetime | None) -> str:
    """16 Nov 2026."""
    return _day_written(value, "d MMM y")


def month_text(value: date | datetime | None) -> str:
    """November 2026."""
    return _month_written(_day_of(value), language_code()) if value else ""


@lru_cache(maxsize=256)
def _month_written(day: date, language: str) -> str:
    return str(format_skeleton("yMMMM", day, locale=language))


def time_text(value: time | datetime | None) -> str:
    """08:30."""
    if value is None:
        return ""
    clock = to_local(value).time() if isinstance(value, datetime) else value
    return str(format_time(clock, "HH:mm", rebase=False))


def moment_text(value: datetime | None) -> str:
    """16 Nov 2026, 08:30."""
    return f"{short_date_text(value)}, {time_text(value)}" if value else ""


def hours_text(minutes: int | None) -> str:
    """1 h 30, from minutes."""
    if minutes is None:
        return ""
    hours, rest = divmod(int(minutes), 60)
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def money_text(cents: int | None) -> str:
    """An amount of whole cents as it is read, without its currency: "1,500", "1,500.50"."""
    if cents is None:
        return ""
    whole, rest = divmod(cents, 100)
    grouped = _grouped(whole, language_code())
    return f"{grouped}.{rest:02d}" if rest else grouped


def percent_text(share: float | None) -> str:
    """75 %, from a share between 0 and 100; never rounded up to a whole that was not reached."""
    return "" if share is None else f"{int(share)}\N{NO-BREAK SPACE}%"


def initials(name: str | None) -> str:
    """The first letters of the first and the last word of a name."""
    words = [match.group() for word in (name or "").split() if (match := _LETTER.search(word))]
    return "".join([words[0], words[-1]] if len(words) > 1 else words).upper()


def size_text(size: int) -> str:
    """A file's size as a person says it: `340 kB`, `2.4 MB`."""
    if size < 1_000_000:
        return f"{format_decimal(max(1, round(size / 1000)), locale=language_code())} kB"
    return f"{format_decimal(round(size / 1_000_000, 1), locale=language_code())} MB"


def init_formats(app: Flask) -> None:
    """Make the formats Jinja filters."""
    app.jinja_env.filters.update(
        date=date_text,
        day=day_text,
        weekday=weekday_text,
        short_date=short_date_text,
        month=month_text,
        time=time_text,
        moment=moment_text,
        hours=hours_text,
        percent=percent_text,
        money=money_text,
        size=size_text,
        initials=initials,
    )
