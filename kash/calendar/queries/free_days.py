"""Free days of a workshop that is to be moved: what would be in its way on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from kash.clashes.queries.checking import told_by_first_day
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.wanted import wanted_of
from kash.workshops.rules import clocks_from


def reasons_against(
    workshop: Workshop, first_days: Sequence[date], begins: time, venue: str, actor: Actor
) -> Mapping[date, Sequence[str]]:
    """Reasons by each first day, as far as this actor may know them, against a workshop as long as
    this one whose days begin at a clock, in a venue by public id (empty for none)."""
    wanted = wanted_of(workshop)
    clocks = clocks_from(workshop.day_starts_at, workshop.day_ends_at, begins)
    later = clocks[0] if clocks is not None else timedelta()
    moved = [(starts + later, ends + later) for starts, ends in wanted.spans]
    return told_by_first_day(replace(wanted, spans=moved, venue=venue), first_days, actor)
