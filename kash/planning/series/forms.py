"""A rule of a series as a sentence, drawn from the controls and never read back. Forms for the
rule of a series, and for what is changed of its dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from kash.planning.series.rules import (
    LAST,
    MOST_DATES,
    MOST_EVERY,
    OnHoliday,
    Pattern,
    PatternFault,
    Repeats,
    pattern_fault,
)
from kash.platform.web.fields import DayField, NewIdField, SeveralField, TimeOfDayField
from kash.platform.web.formats import date_text, time_text
from kash.platform.web.forms import (
    KashForm,
    choice_field,
    long_text_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)

REPEATS = {
    Repeats.WEEKLY: _l("Days of the week"),
    Repeats.MONTHLY_WEEKDAY: _l("A weekday of the month"),
    Repeats.MONTHLY_DAY: _l("A day of the month"),
}
ORDINALS = {1: _l("first"), 2: _l("second"), 3: _l("third"), 4: _l("fourth"), LAST: _l("last")}
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
    text = ", ".join(parts)
    if pattern.on_holiday is not OnHoliday.KEEP:
        text = _(
            "%(rule)s; on a public holiday %(what)s", rule=text, what=ON_HOLIDAY[pattern.on_holiday]
        )
    return text[:1].upper() + text[1:]


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


MOST_DAYS_MOVED = 60
_BESIDE = {
    PatternFault.NO_END: "until",
    PatternFault.ENDS_BEFORE: "until",
    PatternFault.TOO_LONG: "until",
    PatternFault.NO_WEEKDAY: "weekdays",
    PatternFault.NO_DATE: "until",
}


class SeriesRuleForm(KashForm):
    """A rule by its controls. `key` makes the same form, sent twice, plan one series."""

    first = DayField(_l("From"), validators=[required()])
    repeats = radio_field(
        _l("What comes again"),
        [(str(key), word) for key, word in REPEATS.items()],
        default="weekly",
    )
    weekdays = SeveralField(_l("Days of the week"), validators=[Optional()], choices=[])
    ordinal = choice_field(
        _l("Which one"), [(str(key), word) for key, word in ORDINALS.items()], required=False
    )
    weekday = choice_field(_l("Day of the week"), required=False)
    day = choice_field(
        _l("Day of the month"),
        [*((str(number), str(number)) for number in range(1, 32)), (str(LAST), _l("the last"))],
        required=False,
        description=_l("A month without that day: its last."),
    )
    every = whole_number_field(
        _l("Every how many weeks or months"), least=1, most=MOST_EVERY, default=1
    )
    until = DayField(_l("Until"), validators=[Optional()])
    count = whole_number_field(_l("Or so many times"), least=1, most=MOST_DATES, required=False)
    on_holiday = radio_field(
        _l("If a date is a public holiday, it is held"),
        [(str(key), word) for key, word in ON_HOLIDAY.items()],
        default="next",
    )
    key = NewIdField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        named = [(str(day), weekday_name(day)) for day in range(7)]
        self.weekdays.choices, self.weekday.choices = named, named

    def begin_like(self, day: date) -> None:
        """Offer what a first date suggests: its weekday, and which one of its month it is."""
        self.weekdays.data = [str(day.weekday())]
        self.weekday.data = str(day.weekday())
        self.ordinal.data = str(min((day.day - 1) // 7 + 1, 4))
        self.day.data = str(day.day)

    def check_together(self) -> None:
        """Also: the rule has dates, and not too many."""
        if self.until.data and self.count.data:
            self.mark_wrong(self.count, _("Say until when or how many times, not both."))
            return
        if self.first.data is None or self.errors:
            return
        fault = pattern_fault(self.pattern())
        if fault is not None:
            name = _BESIDE[fault]
            if fault is PatternFault.TOO_LONG and self.count.data:
                name = "count"
            self.mark_wrong(self[name], str(FAULTS[fault]))

    def pattern(self) -> Pattern:
        """The rule, once the form's fields are valid."""
        repeats = Repeats(self.repeats.data)
        weekly = [int(weekday) for weekday in self.weekdays.data or ()]
        monthly = [int(self.weekday.data)] if self.weekday.data else []
        chosen = weekly if repeats is Repeats.WEEKLY else monthly
        first = self.first.data
        if first is None:
            raise ValueError("the first day is empty though its form is valid")
        return Pattern(
            repeats,
            first,
            self.every.data or 1,
            tuple(sorted(chosen)),
            int(self.ordinal.data or 1),
            int(self.day.data or first.day),
            self.until.data,
            self.count.data,
            OnHoliday(self.on_holiday.data),
        )


class MeetingsForm(SeriesRuleForm):
    """A rule for meetings, with their hours and their place."""

    begins = TimeOfDayField(_l("Begins at"), validators=[required()])
    ends = TimeOfDayField(_l("Ends at"), validators=[required()])
    place = text_field(_l("Place"), most=160, required=False)

    def check_together(self) -> None:
        """Also: a meeting ends after it begins."""
        super().check_together()
        if self.begins.data and self.ends.data and self.ends.data <= self.begins.data:
            self.mark_wrong(self.ends, _("A meeting ends after it begins."))


class ComingForm(KashForm):
    """Change of a date and those that follow, or of all that are to come."""

    which = radio_field(
        _l("What is changed"),
        [("following", _l("This date and those that follow")), ("all", _l("All dates to come"))],
        default="following",
    )
    days = whole_number_field(
        _l("So many days later"),
        least=-MOST_DAYS_MOVED,
        most=MOST_DAYS_MOVED,
        required=False,
        description=_l("−1 is a day earlier. Left empty, the days stay."),
    )
    begins = TimeOfDayField(_l("Begins at"), validators=[required()])
    venue = choice_field(_l("Venue"), required=False)
    place = text_field(_l("Place"), most=160, required=False)


class LeaveOutForm(KashForm):
    """Calling dates off: which, and the reason."""

    which = radio_field(
        _l("What is called off"),
        [("one", _l("This date only")), ("following", _l("This date and those that follow"))],
        default="one",
    )
    reason = long_text_field(
        _l("Reason"),
        most=500,
        required=True,
        description=_l("No names of people. Everybody who takes part reads it."),
    )
