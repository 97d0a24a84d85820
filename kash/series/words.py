"""A rule of a series as a sentence, drawn from the controls and never read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.formats import date_text, time_text
from kash.series.rules import LAST, OnHoliday, Pattern, PatternFault, Repeats

REPEATS = {
    Repeats.WEEKLY: _l("Days of the week"),
    Repeats.MONTHLY_WEEKDAY: _l("A weekday of the month"),
    Repeats.MONTHLY_DAY: _l("A day of the month"),
}
ORDINALS = {
    1: _l("first"),
    2: _l("second"),
    3: _l("third"),
    4: _l("fourth"),
    LAST: _l("last"),
}
ON_HOLIDAY = {
    OnHoliday.NEXT: _l("on the next working day"),
    OnHoliday.BEFORE: _l("on the working day before"),
    OnHoliday.SKIP: _l("not at all"),
    OnHoliday.KEEP: _l("all the same"),
}
FAULTS = {
    PatternFault.NO_END: _l("Say until when, or how many times."),
    PatternFault.ENDS_BEFORE: _l("The last day is before the first."),
    PatternFault.TOO_LONG: _l("A series has at most 60 dates, within three years."),
    PatternFault.NO_WEEKDAY: _l("Choose a day of the week."),
    PatternFault.NO_DATE: _l("No date falls between these days."),
}


def weekday_name(weekday: int) -> str:
    """A day of the week as the present language writes it; Monday is 0."""
    return str(get_day_names("wide", locale=str(get_locale() or "en"))[weekday])


def sentence(pattern: Pattern, begins: time | None = None, ends: time | None = None) -> str:
    """A rule in words: "Every third Wednesday of the month, 14:00 to 16:30, until 31 December 2026;
    on a public holiday on the next working day"."""
    parts = [_rule(pattern)]
    if begins is not None and ends is not None:
        parts.append(_("%(begins)s to %(ends)s", begins=time_text(begins), ends=time_text(ends)))
    parts.append(_end(pattern.until, pattern.count))
    said = ", ".join(parts)
    if pattern.on_holiday is not OnHoliday.KEEP:
        said = _(
            "%(rule)s; on a public holiday %(what)s",
            rule=said,
            what=ON_HOLIDAY[pattern.on_holiday],
        )
    return said[:1].upper() + said[1:]


def _rule(pattern: Pattern) -> str:
    if pattern.repeats is Repeats.WEEKLY:
        days = _listed([weekday_name(day) for day in sorted(pattern.weekdays)])
        if pattern.every == 1:
            return _("every week on %(days)s", days=days)
        return _("every %(count)s weeks on %(days)s", count=pattern.every, days=days)
    if pattern.repeats is Repeats.MONTHLY_WEEKDAY:
        named: dict[str, object] = {
            "which": ORDINALS[pattern.ordinal],
            "weekday": weekday_name(pattern.weekdays[0]),
        }
        if pattern.every == 1:
            return _("every %(which)s %(weekday)s of the month", **named)
        return _(
            "every %(count)s months on the %(which)s %(weekday)s", count=pattern.every, **named
        )
    if pattern.day == LAST:
        if pattern.every == 1:
            return _("every month on its last day")
        return _("every %(count)s months on the last day", count=pattern.every)
    if pattern.every == 1:
        return _("every month on day %(day)s", day=pattern.day)
    return _("every %(count)s months on day %(day)s", count=pattern.every, day=pattern.day)


def _end(until: date | None, count: int | None) -> str:
    if until is not None:
        return _("until %(day)s", day=date_text(until))
    return ngettext("%(num)s time", "%(num)s times", count or 0)


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(others)s and %(last)s", others=", ".join(words[:-1]), last=words[-1])
