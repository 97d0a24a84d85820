"""The declaration of availability."""

from __future__ import annotations

from kash.availability import absences_blueprint, venues_blueprint
from kash.availability.queries import spans
from kash.feature import Feature

FEATURE = Feature(
    "availability",
    modules=(spans,),
    blueprints=(absences_blueprint, venues_blueprint),
)
