"""Arguments of routes, for pictures and measurements: features say where to find one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select

from kash.feature import Part, declared
from kash.platform.database import db


@dataclass(frozen=True)
class SampleId(Part):
    """An argument of routes: the beginning of the route up to and with it, and the select of ids
    that it may have, told the arguments before it."""

    route: str
    ids: Callable[[Mapping[str, str]], Select[str]]


def sample_id(route: str, known: Mapping[str, str]) -> str | None:
    """An id for the last argument of this beginning of a route; None if no feature names any, or
    nothing is there."""
    for one in declared(SampleId):
        if one.route == route:
            return db.session.scalars(one.ids(known).limit(1)).one_or_none()
    return None
