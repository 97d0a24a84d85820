"""Today: what needs the actor, gathered from the features that may have something for her."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.desk.queries import own_public_id
from kash.feature import declared
from kash.platform.condition import Condition, condition
from kash.platform.database import db
from kash.platform.vault import OpenVault
from kash.platform.web.today import Need, Own, Panel, ShownStep, TodayLine, Viewer, steps_of
from kash.policy import Actor


@dataclass(frozen=True)
class WaitingNeed:
    """One kind of thing that needs the actor; `found` is what its template shows."""

    need: Need
    found: Sequence[Any]

    @property
    def shown(self) -> Sequence[Any]:
        """As much as stands on the page."""
        return self.found[: self.need.most]


@dataclass(frozen=True)
class ShownPanel:
    """A panel with what its template shows."""

    panel: Panel
    found: Any


@dataclass(frozen=True)
class Lead:
    """A part of the sentence on top: words, and a number that leads to what waits."""

    place: int
    text: str
    count: int | None = None


@dataclass(frozen=True)
class Today:
    """Everything on the page. Steps are those of a programme that has just begun, none once all are
    done."""

    waiting: Sequence[WaitingNeed]
    top: Sequence[ShownPanel]
    beside: Sequence[ShownPanel]
    own: Sequence[TodayLine]
    steps: Sequence[ShownStep]

    @property
    def oldest_first(self) -> bool:
        """True if what waits stands in the order of its age: kinds stand by what they are, so that
        it does where there is one alone."""
        return len(self.waiting) == 1 and not self.waiting[0].need.ranked

    @property
    def leads(self) -> list[Lead]:
        """The parts of the sentence on top, in their order."""
        leads = [
            Lead(part.need.lead_place, str(part.need.lead), part.need.count(part.found))
            for part in self.waiting
            if part.need.lead
        ]
        leads += [
            Lead(part.panel.lead_place, words)
            for part in (*self.top, *self.beside)
            if (words := part.panel.says(part.found))
        ]
        return sorted(leads, key=lambda lead: lead.place)


def _machine(asked: Viewer) -> Sequence[Condition]:
    if not asked.actor.may("accounts.manage"):
        return []
    server = condition(current_app.config["SETTINGS"], asked.now)
    return [server] if server.wrong else []


MACHINE = Need(
    "machine",
    10,
    _machine,
    lead=_l("Something is wrong with the server:"),
    lead_place=10,
    count=lambda found: sum(len(one.wrong) for one in found),
    template="desk/today_machine.html",
)


def today_for(actor: Actor, now: datetime, vault: OpenVault | None = None) -> Today:
    """Ask the features in which the actor has something to do, and no others. `vault` is hers if it
    is open: then the cases are looked through, which is noted in the audit."""
    viewer = Viewer(actor, now, vault)
    needs = sorted(declared(Need), key=lambda need: need.place)
    nothing = _without_anything(needs, viewer)
    waiting = [
        WaitingNeed(need, found)
        for need in needs
        if need.key not in nothing and (found := need.find(viewer))
    ]
    panels = [
        ShownPanel(panel, found)
        for panel in sorted(declared(Panel), key=lambda panel: panel.place)
        if actor.may(panel.permission) and (found := panel.find(viewer)) is not None
    ]
    steps = viewer.once(steps_of)
    return Today(
        waiting=waiting,
        top=[panel for panel in panels if panel.panel.top],
        beside=[panel for panel in panels if not panel.panel.top],
        own=_own(viewer),
        steps=() if all(step.done for step in steps) else steps,
    )


def _without_anything(needs: Sequence[Need], asked: Viewer) -> set[str]:
    """The keys of the needs of which there is nothing, as their conditions say in one statement."""
    conditions = {need.key: need.exists(asked) for need in needs if need.exists is not None}
    to_ask = {key: exists for key, exists in conditions.items() if exists is not None}
    if not to_ask:
        return set(conditions)
    answers = db.session.execute(select(*to_ask.values())).one()
    waits = {key for key, answer in zip(to_ask, answers, strict=True) if answer}
    return conditions.keys() - waits


def _own(asked: Viewer) -> list[TodayLine]:
    person = None
    if asked.actor.person_id is not None:
        person = own_public_id(asked.actor.person_id)
    if person is None:
        return []
    parts = sorted(declared(Own), key=lambda part: part.place)
    return [line for part in parts for line in part.find(asked, person)]
