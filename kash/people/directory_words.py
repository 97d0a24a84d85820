"""How services of the directory are said to a person: kinds, hours, phones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import phonenumbers
from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.rules.directory import (
    DAY,
    Stretch,
    always_open,
    open_at,
    open_until,
    opens_next,
    week_lines,
)
from kash.platform.web.fields import DEFAULT_REGION

SERVICE_KIND = {
    "legal": _l("Legal aid"),
    "clinic": _l("Health clinic"),
    "pep": _l("Care after rape, PEP"),
    "shelter": _l("Shelter"),
    "counselling": _l("Counselling"),
    "children": _l("Children’s services"),
    "oversight": _l("Police oversight (IPOA)"),
    "rights": _l("Human rights commission (KNCHR)"),
    "hotline": _l("Hotline"),
    "other": _l("Something else"),
}
SERVED = {
    "women": _l("Women"),
    "men": _l("Men"),
    "lgbtq": _l("LGBTQ people"),
    "minors": _l("People under 18"),
}
COST = {"": _l("Not known"), "free": _l("Free"), "some": _l("Partly paid"), "paid": _l("Paid")}


def day_name(weekday: int, width: str = "wide") -> str:
    """Monday is 0; `width` is "wide" or "abbreviated"."""
    return str(get_day_names(width, locale=get_locale() or "en")[weekday])  # type: ignore[arg-type]


def clock(minute: int) -> str:
    """08:30, from a minute of a day or of the week; the end of a day is 24:00."""
    of_day = minute % DAY if minute != DAY else minute
    return f"{of_day // 60:02}:{of_day % 60:02}"


def _periods(periods: Iterable[tuple[int, int]]) -> str:
    return ", ".join(
        _("24 h") if (start, end) == (0, DAY) else f"{clock(start)}–{clock(end)}"
        for start, end in periods
    )


def hours_lines(stretches: Sequence[Stretch], *, closed: bool = False) -> list[tuple[str, str]]:
    """(days, hours) of a week: `Mon–Fri`, `08:00–17:00`; closed days too if asked for.

    Nothing if no hours are known.
    """
    if not stretches:
        return []
    if always_open(stretches):
        return [(_("Every day"), _("24 h"))]
    lines = []
    for days in week_lines(stretches):
        if not days.periods and not closed:
            continue
        days_word = day_name(days.first, "abbreviated")
        if (days.first, days.last) == (0, 6):
            days_word = _("Every day")
        elif days.last != days.first:
            days_word += f"–{day_name(days.last, 'abbreviated')}"
        lines.append((days_word, _periods(days.periods) if days.periods else _("closed")))
    return lines


def open_text(stretches: Sequence[Stretch], minute: int) -> str:
    """Words on a service's hours: if it is open in this minute of the week, and until when or from
    when."""
    if not stretches:
        return _("Hours not known")
    if open_at(stretches, minute):
        until = open_until(stretches, minute)
        if until is None:
            return _("Open day and night")
        return _("Open now, until %(time)s", time=clock(until))
    opens = opens_next(stretches, minute) or 0
    if opens // DAY == minute // DAY and opens > minute:
        return _("Closed now, opens at %(time)s", time=clock(opens))
    return _(
        "Closed now, opens on %(day)s at %(time)s", day=day_name(opens // DAY), time=clock(opens)
    )


def phone_text(number: str) -> str:
    """A number as people here write it: 0712 345 678; a short one as it is."""
    if not number.startswith("+"):
        return number
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.region_code_for_number(read) == DEFAULT_REGION
    style = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(read, style.NATIONAL if home else style.INTERNATIONAL))
