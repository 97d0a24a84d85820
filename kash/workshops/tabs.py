"""Tabs and milestones of a workshop's page. A room that stands above workshops declares its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from kash.feature import ShownPart, declared
from kash.platform.web.parts import nearest
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class Tab(ShownPart):
    """A page of a workshop: its endpoint takes the workshop's `public_id`. Pages of one `tab` stand
    in it beside each other; one that names none has its own. `covers` are the ends of addresses
    below the workshop that belong to it, besides its own.

    By their `order` Plan is 10, People 20, Attendance 30, Tests 40, Certificates 50, Money 55,
    Papers 80.
    """

    label: Any
    endpoint: str
    permission: str
    order: int
    tab: Any = ""
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class MilestoneState:
    """A milestone that is reached or, if it is not, the page and the button by which the actor goes
    on. Without a page it waits for its day, or for somebody else."""

    reached: bool
    url: str = ""
    button: Any = ""


@dataclass(frozen=True)
class Milestones(ShownPart):
    """Milestones after those of every workshop (planned, enrolled, held, confirmed). `look` is told
    whether all registers are closed, and gives each that a workshop has, by its name, and how it
    stands."""

    order: int
    look: Callable[[Workshop, Actor, bool], Sequence[tuple[Any, MilestoneState]]]


def tabs_for(
    public_id: str, actor: Actor, notes: Mapping[str, Any] | None = None, *, own: bool = True
) -> list[dict[str, Any]]:
    """The tabs that this actor may open, each with its `pages`, the present ones marked; `notes`
    by endpoint.

    `own` says that she runs the workshop, and so sees what reaches no further than that.
    """
    parts = [
        part
        for part in sorted(declared(Tab), key=lambda part: part.order)
        if (reach := actor.reach(part.permission)) not in (Reach.NONE, Reach.SELF)
        and (own or reach is not Reach.OWN)
    ]
    urls = [url_for(part.endpoint, public_id=public_id) for part in parts]
    plan = url_for("workshops.workshop", public_id=public_id)
    here = nearest(
        [
            (url, *(f"{plan}/{end}" for end in part.covers))
            for part, url in zip(parts, urls, strict=True)
        ],
        request.path,
    )
    shown: dict[str, dict[str, Any]] = {}
    for number, (part, url) in enumerate(zip(parts, urls, strict=True)):
        label = part.tab or part.label
        tab = shown.setdefault(
            str(label), {"label": label, "url": url, "current": False, "note": "", "pages": []}
        )
        tab["pages"].append({"label": part.label, "url": url, "current": number == here})
        tab["current"] |= number == here
        tab["note"] = tab["note"] or (notes or {}).get(part.endpoint, "")
    return list(shown.values())
