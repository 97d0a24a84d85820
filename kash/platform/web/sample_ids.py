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


def sample_id(route: str, known: Mapping[str, str]) -> str:
    """An id for the last argument of this beginning of a route. Raises LookupError, which says
    whether no feature declares where ids are found, or none is there."""
    declaration = next((part for part in declared(SampleId) if part.route == route), None)
    if declaration is None:
        raise LookupError(f"No value for {route}: its feature declares no SampleId.")
    public_id = db.session.scalars(declaration.ids(known).limit(1)).one_or_none()
    if public_id is None:
        raise LookupError(f"No value for {route}: what its SampleId asks for is not in the sample.")
    return public_id
