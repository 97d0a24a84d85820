"""The main places of the site, as far as whoever looks may go there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from kash.feature import Part, declared
from kash.platform.web.current_actor import current_actor
from kash.policy import Actor

# How many things a phone's bar holds, "More" among them, before it says less than it could.
_BAR = 5
# How many stand in one row of a small desk's window and of a wide one; the rest is under "More".
_DESK, _WIDE = 9, 13
# Pages of one's own account belong to no main place.
_OWN = "/account"


@dataclass(frozen=True)
class Destination(Part):
    """A main place; `place` is where it stands among all. `phone` says that it comes first in the
    bar of a phone, before "More"; whoever holds the permission `unless` has another place for it,
    and `when` decides what no role says. `covers` names the rooms that are reached from it."""

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
    """The places this actor may go to, the one she is in marked."""
    actor = current_actor()
    if actor.account_id is None:
        return []
    shown: list[dict[str, Any]] = []
    reachable = [
        place
        for place in sorted(declared(Destination), key=lambda one: one.place)
        if actor.may(place.permission)
        and not (place.unless and actor.may(place.unless))
        and place.when(actor)
    ]
    barred = in_the_bar([place.phone for place in reachable])
    for place, phone, far in zip(reachable, barred, beyond_the_row(barred), strict=True):
        url = url_for(place.endpoint)
        shown.append(
            {
                "label": place.label,
                "url": url,
                "icon": place.icon,
                "current": _is_here(place, url, reachable),
                "phone": phone,
                "far": far,
            }
        )
    return shown


def in_the_bar(first: Sequence[bool]) -> list[bool]:
    """Places that stand in a phone's bar, by which of them come `first`: all where they fit, else
    those and, as far as there is room beside "More", the next in their order."""
    if len(first) <= _BAR:
        return [True] * len(first)
    room = _BAR - 1 - sum(first)
    chosen = []
    for one in first:
        fills = not one and room > 0
        room -= fills
        chosen.append(one or fills)
    return chosen


def beyond_the_row(barred: Sequence[bool]) -> list[str]:
    """Places that a desk keeps under "More", by which of them stand in a phone's bar: `far` where
    the window is small, `far rest` also where it is wide. What a phone shows is never kept back."""
    small, wide = ((room if len(barred) <= room else room - 1) for room in (_DESK, _WIDE))
    return [
        "" if phone or place < small else "far" if place < wide else "far rest"
        for place, phone in enumerate(barred)
    ]


def _is_here(place: Destination, url: str, reachable: Sequence[Destination]) -> bool:
    """True if the page is in the place's room. Of several places of one room it is the one above
    the page, and today's has nothing below it; pages of one's own account are in none."""
    room = place.endpoint.partition(".")[0]
    here = (request.endpoint or "").partition(".")[0]
    if here in place.covers:
        return not any(other.endpoint.partition(".")[0] == here for other in reachable)
    if here != room:
        return False
    if request.path == _OWN or request.path.startswith(f"{_OWN}/"):
        return False
    alone = sum(other.endpoint.partition(".")[0] == room for other in reachable) == 1
    below = url != "/" and request.path.startswith(f"{url}/")
    return request.path == url or below or (alone and url != "/")
