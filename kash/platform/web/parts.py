"""Parts that features declare for every page, and that a room above or below asks for.

They are the places of the main navigation, sections of pages, what is found from everywhere, lines
of the settings, entries of calendars, words of the audit trail, and ids for pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from kash.feature import Part, ShownPart, declared
from kash.platform.database import db, is_public_id
from kash.platform.messages.calendars import CalendarEvent
from kash.platform.web.current_actor import current_actor
from kash.policy import Actor


@dataclass(frozen=True)
class ActionWords(Part):
    """Words for each action that a feature writes, by the action's code."""

    words: Mapping[str, Any]


ACTORS: dict[str, Any] = {"nobody": _l("Somebody without an account"), "system": _l("The system")}


@dataclass(frozen=True)
class ActorsKnown(Part):
    """Actors of the trail that are no accounts: their names by public ids."""

    names_of: Callable[[Iterable[str]], dict[str, str]]


def other_actors(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of actors that are no accounts, by public ids; those of accounts are left out.
    Nothing is asked if there are none."""
    wanted = sorted({public_id for public_id in public_ids if is_public_id(public_id)})
    names: dict[str, str] = {}
    for part in declared(ActorsKnown) if wanted else ():
        names |= part.names_of(wanted)
    return names


def actor_text(actor: str) -> str:
    """The word for an actor whose public id no account of the programme bears."""
    return str(ACTORS.get(actor, actor))


def action_text(action: str) -> str:
    """An action of the audit trail, readable: "accounts: roles changed"."""
    for part in declared(ActionWords):
        if action in part.words:
            return str(part.words[action])
    # Written by an older release, or by one that adds an action before its words.
    room, _dot, what = action.partition(".")
    return f"{room}: {what.replace('_', ' ')}"


@dataclass(frozen=True)
class CalendarFilters:
    """Filters by public id, each empty for all. Only a person who sees everybody's workshops
    filters anything: to others an answer would tell what is not theirs to know."""

    trainer: str = ""
    venue: str = ""
    group: str = ""
    funder: str = ""

    def __bool__(self) -> bool:
        return bool(self.trainer or self.venue or self.group or self.funder)


@dataclass(frozen=True)
class CalendarQuestion:
    """Question for what lies on the days from `first` to `last`, both among them, by the
    programme's clock, as far as this actor sees it."""

    actor: Actor
    first: date
    last: date
    filters: CalendarFilters = field(default_factory=CalendarFilters)


@dataclass(frozen=True)
class CalendarEntry:
    """One thing on the days from `first` to `last`; `key` is its own within the whole calendar.

    `starts_at` and `ends_at` are clocks at which each of its days begins and ends, None for whole
    days. `text` says where it is, or who is there; `tag` is a word that must not be missed, in the
    `tone` of tags; `ended` is what was cancelled. `within` is the key of the entry that it is a
    part of. `moves` is the public id of the workshop that this actor may move, as it stood at
    `row_version`.
    """

    key: str
    title: str
    first: date
    last: date
    starts_at: time | None = None
    ends_at: time | None = None
    text: str = ""
    url: str = ""
    tag: str = ""
    tone: str = ""
    ended: bool = False
    within: str = ""
    moves: str = ""
    row_version: int = 0


@dataclass(frozen=True)
class CalendarSource(ShownPart):
    """Entries of one kind, in any order. What is `closely` is asked only where a day has room for
    it: in a week and in the agenda, not in a month."""

    kind: str
    label: Any
    entries: Callable[[CalendarQuestion], Sequence[CalendarEntry]]
    closely: bool = False


@dataclass(frozen=True)
class Hit:
    """One thing found. Without `url` its page is out of reach, only the line may be shown."""

    text: str
    url: str = ""
    small: str = ""


@dataclass(frozen=True)
class Findable(ShownPart):
    """One kind: who may find it, and how, told the actor, the text and the most that is
    wanted. `all_at` is the feature's own search, if it has one."""

    key: str
    label: Any
    permission: str
    place: int
    find: Callable[[Actor, str, int], Sequence[Hit]]
    all_at: str = ""


@dataclass(frozen=True)
class NamedPage(ShownPart):
    """A page beside the main places, found by what it is called."""

    endpoint: str
    label: Any
    permission: str
    place: int


# How many things the bar holds, "More" among them: of a desk and of a phone.
_DESK, _PHONE = 7, 5


@dataclass(frozen=True)
class Destination(ShownPart):
    """A main place; `place` is where it stands among all. `phone` says that it comes first in the
    bar of a phone; a person with the permission `unless` has another place for it, and `when`
    decides what no role says. `covers` are the beginnings of addresses that are reached from it,
    besides its own."""

    endpoint: str
    label: Any
    icon: str
    permission: str
    place: int
    phone: bool = False
    unless: str = ""
    when: Callable[[Actor], bool] = lambda _actor: True
    covers: Sequence[str] = ()


def navigation() -> list[dict[str, Any]]:
    """The places this actor may go to, the one she is in marked; `far` are those that a desk keeps
    under "More", `phone` those that stand in a phone's bar."""
    actor = current_actor()
    if actor.account_id is None:
        return []
    reachable = [
        place
        for place in sorted(declared(Destination), key=lambda place: place.place)
        if actor.may(place.permission)
        and not (place.unless and actor.may(place.unless))
        and place.when(actor)
    ]
    addresses = [url_for(place.endpoint) for place in reachable]
    here = nearest(
        [(url, *place.covers) for place, url in zip(reachable, addresses, strict=True)],
        request.path,
    )
    row, bar = in_the_bar([place.phone for place in reachable])
    return [
        {
            "label": place.label,
            "url": addresses[number],
            "icon": place.icon,
            "current": number == here,
            "phone": number in bar,
            "far": number not in row,
        }
        for number, place in enumerate(reachable)
    ]


def in_the_bar(first: Sequence[bool]) -> tuple[set[int], set[int]]:
    """The numbers of places that stand in a desk's row and in a phone's bar, by which of them come
    `first` there: all where they fit, else as many as leave room for "More"."""
    total = len(first)
    row = list(range(total if total <= _DESK else _DESK - 1))
    by_phone = sorted(row, key=lambda number: not first[number])
    return set(row), set(by_phone[: total if total <= _PHONE else _PHONE - 1])


def nearest(places: Sequence[Sequence[str]], path: str) -> int | None:
    """The number of the place that a page belongs to, by the beginnings of addresses of each: that
    with the longest beginning of the page's address, of several the last. Below "/" is nothing."""
    fitting = [
        (len(address), number)
        for number, addresses in enumerate(places)
        for address in (address.rstrip("/") for address in addresses)
        if path.rstrip("/") == address or (address and path.startswith(f"{address}/"))
    ]
    return max(fitting)[1] if fitting else None


@dataclass(frozen=True)
class OwnEvents(Part):
    """A room that knows where people have to be: `events` answers for an actor what begins from
    one local day to another, in words that may stand on a lock screen."""

    events: Callable[[Actor, date, date], Sequence[CalendarEvent]]


def own_events(actor: Actor, first: date, last: date) -> list[CalendarEvent]:
    """Where this actor has to be from one day to another, by what all rooms know, in order."""
    events = [event for part in declared(OwnEvents) for event in part.events(actor, first, last)]
    return sorted(events, key=lambda event: (event.starts_at, event.uid))


@dataclass(frozen=True)
class PageSection(ShownPart):
    """A section of a kind of page ("account", "course", "session", "station", "service", "venue",
    "workshop", "forum", "attendance" and "registers" on top and below of a workshop's attendance,
    or "workshops", "people_lists" and "figures", which are lists): what `find` answers for the
    public id of what the page is about, empty for a list, stands in the template as `found`."""

    page: str
    template: str
    find: Callable[[str, Actor], Any]


@dataclass(frozen=True)
class SectionOnPage:
    """A section with what its template shows."""

    template: str
    found: Any


def page_sections(page: str, public_id: str) -> list[SectionOnPage]:
    """The sections of a page that the present actor sees."""
    actor = current_actor()
    shown = []
    for section in declared(PageSection):
        if section.page == page and (content := section.find(public_id, actor)) is not None:
            shown.append(SectionOnPage(section.template, content))
    return shown


@dataclass(frozen=True)
class SampleId(Part):
    """An argument of routes: the beginning of the route up to and with it, and the select of ids
    that it may have, told the arguments before it. Where pages are like many others the sample need
    not have `any`."""

    route: str
    ids: Callable[[Mapping[str, str]], Select[str]]
    any: bool = True


class NoneInSample(LookupError):
    """Nothing of a kind of which the sample need not have any."""


def sample_id(route: str, known: Mapping[str, str]) -> str:
    """An id for the last argument of this beginning of a route. Raises LookupError, which says
    whether no feature declares where ids are found, or none is there: NoneInSample where that may
    be so."""
    declaration = next((part for part in declared(SampleId) if part.route == route), None)
    if declaration is None:
        raise LookupError(f"No value for {route}: its feature declares no SampleId.")
    public_id = db.session.scalars(declaration.ids(known).limit(1)).one_or_none()
    if public_id is None and not declaration.any:
        raise NoneInSample(route)
    if public_id is None:
        raise LookupError(f"No value for {route}: what its SampleId asks for is not in the sample.")
    return public_id


def in_use(count: int) -> str:
    """A number of things, in words."""
    return _("In use: %(count)s", count=count)


@dataclass(frozen=True)
class SettingLine(ShownPart):
    """One thing that can be set, or overseen: where, what it is called, and what holds now.

    What it `says` is told the number that `count` selects, which all lines ask for in one
    statement. `always` tells what holds also to who may not go there; of a page that is not there,
    or not open to the reader, there is else no line; nor where the programme doesn't use `right`,
    the beginning of permissions.
    """

    section: Literal["programme", "work", "paper", "safety", "oversight"]
    place: int
    endpoint: str
    label: Any
    icon: str
    says: Callable[[int], str]
    count: Callable[[datetime], Select[Any]] | None = None
    always: bool = False
    right: str = ""
