"""Sections of series on the pages of a workshop and of a forum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kash.policy import Actor, Reach
from kash.series.models import Series
from kash.series.queries import pattern_of, series_of_forum, series_of_workshop
from kash.series.words import sentence


@dataclass(frozen=True)
class SeriesSection:
    """Repeatable workshop or forum (its public id) with the series that there are, each rule in
    words."""

    of: str
    series: Sequence[tuple[str, str]]


def of_workshop(public_id: str, actor: Actor) -> SeriesSection | None:
    """The series of which a workshop is a date; None for whoever doesn't run it."""
    if actor.reach("workshops.edit") is Reach.NONE:
        return None
    runs, series = series_of_workshop(public_id, actor)
    return SeriesSection(public_id, _told([series] if series else [])) if runs else None


def of_forum(public_id: str, actor: Actor) -> SeriesSection:
    """The series of meetings of a forum that its page shows to whoever runs it."""
    return SeriesSection(public_id, _told(series_of_forum(public_id, actor)))


def _told(series: Sequence[Series]) -> list[tuple[str, str]]:
    return [(one.public_id, sentence(pattern_of(one))) for one in series]
