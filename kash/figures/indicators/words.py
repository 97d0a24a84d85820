"""Words of indicators: titles, standard definitions, and what figures are told apart by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.figures.indicators.rules import (
    BOUNDS,
    NEW,
    UNKNOWN,
    IndicatorKey,
    Least,
    Period,
    PeriodProblem,
    read_period,
)
from kash.people.words import SAID
from kash.platform.web.formats import month_text, short_date_text

TITLES: dict[str, Any] = {
    IndicatorKey.COMPLETED: _l("People who completed a course"),
    IndicatorKey.REACHED: _l("People reached"),
    IndicatorKey.ATTENDANCES: _l("Attendances"),
    IndicatorKey.HEADCOUNT: _l("Heads counted without names"),
    IndicatorKey.WORKSHOPS: _l("Workshops held"),
    IndicatorKey.CERTIFIED: _l("People certified"),
    IndicatorKey.REFRESHED: _l("People refreshed"),
    IndicatorKey.GAIN: _l("People who know more"),
    IndicatorKey.PRACTICE: _l("People who practise it"),
}
STANDARD_TEXTS: dict[str, Any] = {
    IndicatorKey.COMPLETED: _l(
        "People who met the requirements of the course's certificates, in workshops all of whose"
        " registers a second person confirmed. Counted is the day on which the last requirement was"
        " met, or the workshop's last day if that is later. Each person counts once in"
        " the period, whatever the number of courses."
    ),
    IndicatorKey.REACHED: _l(
        "People who were marked as present in a workshop that ended in the period and all of whose"
        " registers a second person confirmed. Each person counts once."
    ),
    IndicatorKey.ATTENDANCES: _l(
        "Times that somebody attended a workshop that ended in the period and all of whose"
        " registers a second person confirmed. Who came to two workshops counts twice: this is no"
        " number of people."
    ),
    IndicatorKey.HEADCOUNT: _l(
        "Heads counted in the fullest session of each workshop that ended in the period. Nobody is"
        " named, so the same people may be counted in several workshops, or be among those who are"
        " named: it is never added to numbers of people."
    ),
    IndicatorKey.WORKSHOPS: _l(
        "Workshops that ended in the period and all of whose registers a second person confirmed."
        " Those that were cancelled do not count."
    ),
    IndicatorKey.CERTIFIED: _l(
        "People to whom a certificate of a workshop was issued in the period, unless it was revoked"
        " since. Renewals and corrected copies do not count. Each person counts once."
    ),
    IndicatorKey.REFRESHED: _l(
        "People who met the requirements of a course's certificates in the period, and had met them"
        " in an earlier workshop of the same course. Each person counts once."
    ),
    IndicatorKey.GAIN: _l(
        "People who sat the test before and the test after a workshop that ended in the period, and"
        " scored more afterwards over the questions that both asked in the same words. Each person"
        " counts once."
    ),
    IndicatorKey.PRACTICE: _l(
        "People of whom it was told in the period, by themselves, a peer or a mentor, that in the"
        " last month they did at least one of the things that the course is for. Each person counts"
        " once."
    ),
}


LEAST_TEXTS: dict[str, Any] = {
    "share": _l("Counted is only who was there for at least %(least)s %% of the workshop's hours."),
    "days": _l("Counted is only who was there on at least %(least)s days of the workshop."),
    "workshops": _l(
        "Counted is only who was there so in at least %(least)s workshops that ended in"
        " the period, no matter who paid for them."
    ),
}


def rule_text(key: str, least: Least) -> str:
    """The sentences of what is counted, drawn from the parameters by which it is counted."""
    needed = least.of(key)
    more = [
        str(text) % {"least": getattr(needed, name)}
        for name, text in LEAST_TEXTS.items()
        if getattr(needed, name) > BOUNDS[name][0]
    ]
    return " ".join([str(STANDARD_TEXTS[key]), *more])


def defined_text(key: str, least: Least, remark: str) -> str:
    """The same with what the programme remarks, which changes no count and says that it is a
    remark."""
    rule = rule_text(key, least)
    return " ".join([rule, *([_("Remark: %(text)s", text=remark)] if remark else [])])


DIMENSION_WORDS = {
    "group": _l("Group"),
    "course": _l("Course"),
    "funder": _l("Funder"),
    "sex": _l("Sex"),
    "age_band": _l("Age"),
    "cadre": _l("Rank or cadre"),
    "station": _l("Station"),
    "ward": _l("Ward"),
    "refresher": _l("New or refresher"),
}


def period_words(period: Period) -> str:
    """A period in words."""
    if period.kind == "year":
        return str(period.first.year)
    if period.kind == "quarter":
        return _(
            "Quarter %(number)s of %(year)s", number=period.last.month // 3, year=period.first.year
        )
    if period.kind == "month":
        return month_text(period.first)
    return f"{short_date_text(period.first)} – {short_date_text(period.last)}"


def period_text_words(text: str) -> str:
    """The same of a stored text."""
    try:
        return period_words(read_period(text))
    except PeriodProblem:
        return text


def value_word(dimension: str, value: str, names: Mapping[str, str]) -> str:
    """A value of a dimension in words; `names` are those of ids. Groups stand as letters."""
    if value == UNKNOWN:
        return _("The programme itself") if dimension == "funder" else _("Not on record")
    if dimension == "group":
        return _("Group %(letter)s", letter=value)
    if dimension == "refresher":
        return _("New") if value == NEW else _("Refresher")
    if dimension in SAID:
        return str(SAID[dimension].get(value, value))
    return names.get(value, value)
