"""Advice on where and when a workshop is to be, in words, for the person who plans it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kash.planning.clashes.queries.checking import Checked, check
from kash.planning.clashes.queries.timetable import ClashNames
from kash.planning.clashes.rules import OF_TRAINERS, OF_VENUES, ON_ANY_DAY, SAFETY, Clash, ClashKind
from kash.planning.clashes.words import KIND, REASON, place_text, sentence
from kash.policy import Actor
from kash.workshops.queries.people import WantedWorkshop
from kash.workshops.schedule_checks import ScheduleAdvice, ToldClash

_OF_PEOPLE = frozenset({ClashKind.PEOPLE, ClashKind.SEATS})


def advise(wanted: WantedWorkshop, actor: Actor, people: bool = False) -> ScheduleAdvice:
    """Clashes of a workshop that this actor may know of, with what to do instead; nobody who sees
    none is told any. Only those about its `people`, and nothing else, if they are asked for."""
    if not actor.may("clashes.see"):
        return ScheduleAdvice()
    checked = check(wanted, actor, only=_OF_PEOPLE if people else frozenset(ClashKind))
    return ScheduleAdvice(
        [_told(clash, checked, wanted.workshop, people=people) for clash in checked.clashes],
        checked.instead.when,
        not people and any(clash.kind not in ON_ANY_DAY for clash in checked.clashes),
    )


def _told(clash: Clash, checked: Checked, event: str, *, people: bool) -> ToldClash:
    kind, instead = clash.kind, checked.instead
    of_place = kind in OF_VENUES or kind is ClashKind.SEATS
    return ToldClash(
        KIND[kind],
        sentence(clash, checked.names),
        REASON[kind],
        clash.day,
        refused=kind in checked.rules.refused,
        safety=kind in SAFETY,
        url=url_for("clashes.people", public_id=event)
        if kind is ClashKind.PEOPLE
        else address_of_other(clash, checked.names, event),
        who_else=instead.who if kind in OF_TRAINERS and not people else None,
        where_else=[place_text(*venue) for venue in instead.where]
        if of_place and not people
        else None,
    )


def address_of_other(clash: Clash, names: ClashNames, event: str = "") -> str:
    """Address of the first event of a clash that is not `event`; empty if there is none, or it is
    not saved yet."""
    other = next((other_event for other_event in clash.events if other_event != event), "")
    return address_of(names, other)


def address_of(names: ClashNames, event: str) -> str:
    """Address of an event; empty for one that is not saved yet."""
    known = names.events.get(event)
    if known is None or not known.public_id:
        return ""
    arguments: dict[str, Any] = dict(known.arguments)
    return url_for(known.endpoint, **arguments)
