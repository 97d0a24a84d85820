"""Words of a proposal: quarters, and what would have to go so that a workshop has a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.words import day_name
from kash.planning.quarters.queries import QuarterNames
from kash.planning.quarters.rules import Hindering, Quarter, QuarterHindrance, quarter_of
from kash.platform.web.formats import day_text, month_text
from kash.workshops.services.planning import Touched

STATE: dict[str, Any] = {
    "open": _l("Proposed"),
    "rejected": _l("Rejected"),
    "accepted": _l("Planned"),
}
TOUCHED: dict[Touched, Any] = {
    Touched.BEGUN: _l("It has begun."),
    Touched.CANCELLED: _l("It was cancelled since."),
    Touched.CHANGED: _l("Somebody changed it since."),
    Touched.PEOPLE: _l("People were invited or enrolled."),
    Touched.USED: _l("Something was written down about it since."),
}


def quarter_name(quarter: Quarter) -> str:
    """A quarter by its months, as "January–March 2027"."""
    first, last = quarter.first, quarter.last
    return f"{format_date(first, 'LLLL')}–{format_date(last, 'LLLL')} {last.year}"


def quarter_of_proposal(last: date) -> str:
    """The quarter of a proposal, by its last day."""
    return quarter_name(quarter_of(last))


def days_text(first: date | None, last: date | None) -> str:
    """One day, or from one to another."""
    if first is None or last is None or first == last:
        return day_text(first or last)
    return f"{day_text(first)} – {day_text(last)}"


def last_day(first: date, days: int) -> date:
    """The last of so many days."""
    return first + timedelta(days=days - 1)


def hindrance_text(one: QuarterHindrance, names: QuarterNames, area: str = "") -> str:
    """Hindrance gone, as the end of a sentence that begins with "possible if". `area` is
    where those who come are."""
    values: dict[str, Any] = {
        "who": names.of(one.who) or _("somebody who is no trainer any more"),
        "what": names.events.get(one.what) or _("something else"),
        "days": days_text(one.first, one.last),
        "number": one.number,
    }
    if one.kind is Hindering.NO_VENUE:
        return _venue_text(one, values, area)
    return _TEXTS[one.kind](one, values)


def _venue_text(one: QuarterHindrance, said: Mapping[str, Any], area: str) -> str:
    if not one.number:
        return _("a venue that is in use is chosen")
    said = {**said, "month": month_text(one.first), "area": area}
    if area:
        return ngettext(
            "a venue with one seat is free in %(area)s in %(month)s (%(days)s)",
            "a venue of %(num)s seats is free in %(area)s in %(month)s (%(days)s)",
            one.number,
            **said,
        )
    return ngettext(
        "a venue with one seat is free in %(month)s (%(days)s)",
        "a venue of %(num)s seats is free in %(month)s (%(days)s)",
        one.number,
        **said,
    )


def _outside(one: QuarterHindrance, _said: Mapping[str, Any]) -> str:
    return _("the proposal reaches to %(day)s", day=day_text(one.last))


def _month(one: QuarterHindrance, said: Mapping[str, Any]) -> str:
    return ngettext(
        "%(who)s teaches one day more in %(month)s",
        "%(who)s teaches %(num)s days more in %(month)s",
        one.number,
        who=said["who"],
        month=month_text(one.first),
    )


def _no_trainer(one: QuarterHindrance, said: Mapping[str, Any]) -> str:
    return ngettext(
        "one more trainer who may teach this course is free (%(days)s)",
        "%(num)s more trainers who may teach this course are free (%(days)s)",
        max(1, one.number),
        days=said["days"],
    )


_TEXTS: Mapping[Hindering, Callable[[QuarterHindrance, Mapping[str, Any]], str]] = {
    Hindering.ABSENCE: lambda _one, said: _("%(who)s’s absence of %(days)s moves", **said),
    Hindering.ENGAGED: lambda _one, said: _(
        "“%(what)s” of %(days)s, for which %(who)s is needed, moves", **said
    ),
    Hindering.WEEKDAY: lambda one, said: _(
        "%(who)s also teaches on this weekday: %(weekday)s", weekday=day_name(int(one.what)), **said
    ),
    Hindering.MONTH: _month,
    Hindering.MAY_LEAD: lambda _one, said: _("%(who)s may lead this course", **said),
    Hindering.MAY_TEACH: lambda _one, said: _("%(who)s may co-teach this course", **said),
    Hindering.NO_LEADER: lambda _one, said: _(
        "one more trainer who may lead this course is free (%(days)s)", **said
    ),
    Hindering.NO_TRAINER: _no_trainer,
    Hindering.BLOCKED: lambda _one, said: _("%(who)s can be had on %(days)s after all", **said),
    Hindering.BOOKED: lambda _one, said: _("“%(what)s” of %(days)s at %(who)s moves", **said),
    Hindering.SEATS: lambda one, said: ngettext(
        "%(who)s has one seat", "%(who)s has %(num)s seats", one.number, **said
    ),
    Hindering.FAR: lambda one, said: ngettext(
        "the way to %(who)s is shorter than the one minute that it takes",
        "the way to %(who)s is shorter than the %(num)s minutes that it takes",
        one.number,
        **said,
    ),
    Hindering.HABIT: lambda _one, said: _(
        "%(who)s is not used so often on this weekday at this hour: somebody who means harm"
        " learns where to wait",
        **said,
    ),
    Hindering.HOLIDAY: lambda _one, said: _("the programme works on %(days)s, a holiday", **said),
    Hindering.DAY_OFF: lambda one, _said: _(
        "the programme also works on this weekday: %(weekday)s", weekday=day_name(int(one.what))
    ),
    Hindering.OUTSIDE: _outside,
    Hindering.SENT: lambda _one, said: _("%(who)s sends nobody to “%(what)s” of %(days)s", **said),
    Hindering.STATION_LINE: lambda _one, said: _(
        "%(who)s sends nobody to another workshop of this proposal (%(days)s)", **said
    ),
    Hindering.TEAM_LINE: lambda _one, said: _(
        "another workshop of this proposal, which %(who)s teaches, moves (%(days)s)", **said
    ),
    Hindering.VENUE_LINE: lambda _one, said: _(
        "another workshop of this proposal at %(who)s moves (%(days)s)", **said
    ),
}
