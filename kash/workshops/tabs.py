"""The tabs of a workshop's page. A room that stands above workshops declares its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from kash.feature import ShownPart, declared
from kash.policy import Actor, Reach

# Pages that have a tab above them, not of their own.
_UNDER = {"workshops.counts": "workshops.attendance", "workshops.sheets": "workshops.attendance"}


@dataclass(frozen=True)
class Tab(ShownPart):
    """A tab: its endpoint takes the workshop's `public_id`; `under` are the endpoints below it.

    By their `order` Plan is 10, People 20, Attendance 30, Certificates 50, Documents 90.
    """

    label: Any
    endpoint: str
    permission: str
    order: int
    under: tuple[str, ...] = ()


def tabs_for(
    public_id: str, actor: Actor, notes: Mapping[str, Any] | None = None, *, own: bool = True
) -> list[dict[str, Any]]:
    """The tabs that this actor may open, the present one marked; `notes` by endpoint.

    `own` says that she runs the workshop, and so sees what reaches no further than that.
    """
    said = notes or {}
    here = _UNDER.get(request.endpoint or "", request.endpoint)
    return [
        {
            "label": tab.label,
            "url": url_for(tab.endpoint, public_id=public_id),
            "current": here == tab.endpoint or here in tab.under,
            "note": said.get(tab.endpoint, ""),
        }
        for tab in sorted(declared(Tab), key=lambda tab: tab.order)
        if (reach := actor.reach(tab.permission)) not in (Reach.NONE, Reach.SELF)
        and (own or reach is not Reach.OWN)
    ]
