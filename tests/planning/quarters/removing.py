"""A programme from which what stands in the way of a workshop was taken away, one by one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from kash.planning.quarters.rules import (
    Hindering,
    OfferedVenue,
    Option,
    Pins,
    PlannedPlace,
    QuarterHindrance,
    QuarterProgramme,
    QuarterWorkshop,
    Trainer,
)


def without(programme: QuarterProgramme, obstacle: Option) -> QuarterProgramme:
    """The programme once all of an obstacle is gone."""
    for one in obstacle.hindrances:
        programme = _REMOVERS[one.kind](programme, one)
    return programme


def only(
    programme: QuarterProgramme, wanted: QuarterWorkshop, places: Mapping[str, PlannedPlace]
) -> QuarterProgramme:
    """The programme in which all that has a place keeps it, and one more workshop is wanted."""
    held = [
        replace(one, pins=Pins(place.first, place.venue, place.team))
        for one in programme.wanted
        if (place := places.get(one.key)) is not None
    ]
    return replace(programme, wanted=[*held, wanted])


def _trainer(
    change: Callable[[Trainer, QuarterHindrance], Trainer],
) -> Callable[..., QuarterProgramme]:
    def changed(programme: QuarterProgramme, gone: QuarterHindrance) -> QuarterProgramme:
        return replace(
            programme,
            trainers=[
                change(one, gone) if one.key == gone.who else one for one in programme.trainers
            ],
        )

    return changed


def _venue(
    change: Callable[[OfferedVenue, QuarterHindrance], OfferedVenue],
) -> Callable[..., QuarterProgramme]:
    def changed(programme: QuarterProgramme, gone: QuarterHindrance) -> QuarterProgramme:
        return replace(
            programme,
            venues=[change(one, gone) if one.key == gone.who else one for one in programme.venues],
        )

    return changed


def _is_free(programme: QuarterProgramme, gone: QuarterHindrance) -> QuarterProgramme:
    return replace(programme, taken=[one for one in programme.taken if one != gone])


def _is_let(programme: QuarterProgramme, gone: QuarterHindrance) -> QuarterProgramme:
    assert gone.first is not None
    assert gone.last is not None
    first, last = gone.first, gone.last
    kept = [
        replace(one, meets=frozenset(day for day in one.meets if not first <= day <= last))
        if one.key == gone.who
        else one
        for one in programme.venues
    ]
    return replace(_is_free(programme, gone), venues=kept)


def _more_trainers(leads: bool) -> Callable[..., QuarterProgramme]:
    def changed(programme: QuarterProgramme, gone: QuarterHindrance) -> QuarterProgramme:
        courses = frozenset(one.course for one in programme.wanted)
        count = len(programme.trainers)
        more = [
            Trainer(f"more{count + number}", courses if leads else frozenset(), courses)
            for number in range(max(1, gone.number))
        ]
        return replace(programme, trainers=[*programme.trainers, *more])

    return changed


def _one_more_venue(programme: QuarterProgramme, gone: QuarterHindrance) -> QuarterProgramme:
    more = OfferedVenue(f"more{len(programme.venues)}", gone.number)
    return replace(programme, venues=[*programme.venues, more])


def _longer(programme: QuarterProgramme, gone: QuarterHindrance) -> QuarterProgramme:
    assert isinstance(gone.first, date)
    assert isinstance(gone.last, date)
    return replace(
        programme, first=min(programme.first, gone.first), last=max(programme.last, gone.last)
    )


_REMOVERS: Mapping[Hindering, Callable[[QuarterProgramme, QuarterHindrance], QuarterProgramme]] = {
    Hindering.ABSENCE: _is_free,
    Hindering.ENGAGED: _is_free,
    Hindering.WEEKDAY: _trainer(
        lambda one, gone: replace(one, weekdays=one.weekdays | {int(gone.what)})
    ),
    Hindering.MONTH: _trainer(
        lambda one, gone: replace(one, most_days=(one.most_days or 0) + gone.number)
    ),
    Hindering.MAY_LEAD: _trainer(lambda one, gone: replace(one, leads=one.leads | {gone.what})),
    Hindering.MAY_TEACH: _trainer(
        lambda one, gone: replace(one, teaches=one.teaches | {gone.what})
    ),
    Hindering.NO_LEADER: _more_trainers(leads=True),
    Hindering.NO_TRAINER: _more_trainers(leads=False),
    Hindering.BLOCKED: _is_let,
    Hindering.BOOKED: _is_let,
    Hindering.SEATS: _venue(lambda one, gone: replace(one, seats=gone.number)),
    Hindering.NO_VENUE: _one_more_venue,
    Hindering.HOLIDAY: lambda programme, gone: replace(
        programme, holidays=programme.holidays - {gone.first}
    ),
    Hindering.DAY_OFF: lambda programme, gone: replace(
        programme, weekdays=programme.weekdays | {int(gone.what)}
    ),
    Hindering.OUTSIDE: _longer,
    Hindering.SENT: _is_free,
}
