"""Words for clashes: what each kind is, why it matters, and a sentence on one."""

from __future__ import annotations

from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.planning.clashes.queries.timetable import ClashNames
from kash.planning.clashes.rules import OF_TRAINERS, OF_VENUES, Clash, ClashKind, Weight
from kash.platform.web.formats import day_text

KIND: dict[ClashKind, Any] = {
    ClashKind.TRAINER: _l("A trainer in two places"),
    ClashKind.TRAVEL: _l("No time to travel"),
    ClashKind.ABSENCE: _l("A trainer is away"),
    ClashKind.TEACHING_DAYS: _l("Beyond a trainer’s teaching days"),
    ClashKind.VENUE: _l("A venue taken twice"),
    ClashKind.BLOCK: _l("A venue that cannot be had"),
    ClashKind.SEATS: _l("Too few seats"),
    ClashKind.HOLIDAY: _l("On a holiday"),
    ClashKind.PEOPLE: _l("People expected in two places"),
    ClashKind.DOOR: _l("Police and community at one door"),
    ClashKind.PATTERN: _l("Same place, weekday and hour"),
    ClashKind.LATE: _l("Home after dark"),
}
REASON: dict[ClashKind, Any] = {
    ClashKind.TRAINER: _l("Nobody teaches in two places at once."),
    ClashKind.TRAVEL: _l("By the minutes between the zones of both venues, as they were typed in."),
    ClashKind.ABSENCE: _l("Why somebody is away is not told here."),
    ClashKind.TEACHING_DAYS: _l(
        "By the weekdays, and the days a month, on which a trainer teaches."
    ),
    ClashKind.VENUE: _l("Two workshops do not fit into one hall."),
    ClashKind.BLOCK: _l("By the days on which the venue was said to be taken."),
    ClashKind.SEATS: _l("More seats are planned or taken than there are."),
    ClashKind.HOLIDAY: _l("Few come on a holiday, and offices are closed."),
    ClashKind.PEOPLE: _l("Only people whose pages you may open are counted."),
    ClashKind.DOOR: _l(
        "A person whom an officer sees at the door is known in the street from then on, and "
        "so is the officer."
    ),
    ClashKind.PATTERN: _l("Somebody who means harm learns where and when to wait."),
    ClashKind.LATE: _l("After dark the way home is where people are attacked and arrested."),
}
WEIGHT: dict[Weight, Any] = {
    Weight.OFF: _l("Do not look for it"),
    Weight.WARNING: _l("Warn"),
    Weight.ERROR: _l("Refuse"),
}


def sentence(clash: Clash, names: ClashNames) -> str:
    """A sentence on a clash, with the titles of the events that it is between."""
    titles = [_title(names, event) for event in clash.events]
    values: dict[str, Any] = {
        "one": titles[0],
        "other": titles[-1],
        "day": day_text(clash.day),
        "number": clash.number,
    }
    kind = clash.kind
    if kind in OF_TRAINERS:
        values["names"] = ", ".join(names.trainers.get(key, "") for key in clash.subjects)
        return _of_trainers(clash, values)
    if kind in OF_VENUES:
        values["venue"] = ", ".join(names.venues.get(key, "") for key in clash.subjects)
        return _of_venues(clash, values)
    if kind is ClashKind.SEATS:
        return ngettext(
            "“%(one)s” lacks one seat.", "“%(one)s” lacks %(num)s seats.", clash.number, **values
        )
    if kind is ClashKind.HOLIDAY:
        values["holiday"] = names.holidays.get(clash.day, "")
        return _("“%(one)s” is held on %(day)s, which is a holiday: %(holiday)s.", **values)
    if kind is ClashKind.PEOPLE:
        return ngettext(
            "One person is expected both in “%(one)s” and in “%(other)s” at the same time, on"
            " %(day)s.",
            "%(num)s people are expected both in “%(one)s” and in “%(other)s” at the same time, on"
            " %(day)s.",
            clash.number,
            **values,
        )
    values["clock"] = clock_text(-(-clash.number // 15) * 15)
    return _(
        "After “%(one)s” on %(day)s, the person with the longest way is home at about %(clock)s.",
        **values,
    )


def _of_trainers(clash: Clash, said: dict[str, Any]) -> str:
    if clash.kind is ClashKind.TRAINER:
        return _("%(names)s: “%(one)s” and “%(other)s” are at the same time on %(day)s.", **said)
    if clash.kind is ClashKind.TRAVEL:
        return _(
            "%(names)s: from “%(one)s” to “%(other)s” on %(day)s there is no time for the way."
            " Minutes needed: %(number)s.",
            **said,
        )
    if clash.kind is ClashKind.ABSENCE:
        return _("%(names)s is away on %(day)s: “%(one)s”.", **said)
    if clash.number:
        return _(
            "%(names)s: with “%(other)s” there is more teaching in the month of %(day)s than was"
            " agreed. Days taught: %(number)s.",
            **said,
        )
    said["weekday"] = format_date(clash.day, "EEEE")
    return _("%(names)s does not teach on that weekday: “%(one)s”, %(weekday)s, %(day)s.", **said)


def _of_venues(clash: Clash, said: dict[str, Any]) -> str:
    if clash.kind is ClashKind.VENUE:
        return _(
            "%(venue)s: “%(one)s” and “%(other)s” are there at the same time on %(day)s.", **said
        )
    if clash.kind is ClashKind.BLOCK:
        return _("%(venue)s cannot be had on %(day)s: “%(one)s”.", **said)
    if clash.kind is ClashKind.PATTERN:
        return _(
            "%(venue)s: the same weekday and hour %(number)s times running, the last time for"
            " “%(other)s”. The habit shows from %(day)s on.",
            **said,
        )
    if clash.number:
        return _(
            "%(venue)s: on %(day)s “%(one)s” and “%(other)s” are close to each other, and police"
            " come to one of them, community to the other. Minutes between them: %(number)s.",
            **said,
        )
    return _(
        "%(venue)s: on %(day)s “%(one)s” and “%(other)s” follow each other without a pause or lie"
        " across each other, and police come to one of them, community to the other.",
        **said,
    )


def _title(names: ClashNames, event: str) -> str:
    named = names.events.get(event)
    return named.title if named is not None and named.title else _("this workshop")


def clock_text(minutes: int) -> str:
    """Minutes after midnight as clocks show them."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def place_text(name: str, safe_for: str) -> str:
    """A venue and who is safe there, as a planner reads it."""
    return f"{name} · {safe_for}" if safe_for else name
