"""The declaration of DHIS2."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.connections.kinds import ConnectionKind
from kash.feature import Feature

KIND = ConnectionKind(
    "dhis2",
    _l("DHIS2"),
    _l("Counts of people trained go into the country's health information system."),
    "",
    "connections.record",
    asks_secret=True,
    leaves=_l(
        "Counts of officers; of community members only those that are coarse enough for any funder."
        " Never a name, and of incidents nothing."
    ),
)

FEATURE = Feature("dhis2", parts=(KIND,))
