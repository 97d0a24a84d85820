"""Columns of the lists of absences and venues, where they are taken away as tables."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.people.models import Venue
from kash.platform.web.taking import TableColumn
from kash.workshops.availability.queries import ShownAbsence, access_codes
from kash.workshops.availability.services import ABSENCE_KIND, ACCESS

ABSENCE_COLUMNS: Sequence[TableColumn[ShownAbsence]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#contact+name"),
    TableColumn(_l("First day"), lambda one: one.first, "#date+start"),
    TableColumn(_l("Last day"), lambda one: one.last, "#date+end"),
    TableColumn(_l("Kind"), lambda one: ABSENCE_KIND.get(one.kind, ""), "#cause"),
)
VENUE_COLUMNS: Sequence[TableColumn[Venue]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#loc+name"),
    TableColumn(_l("Place"), lambda one: one.place, "#loc+type+place"),
    TableColumn(_l("Area"), lambda one: one.zone.name if one.zone else "", "#adm3+name"),
    TableColumn(_l("Seats"), lambda one: one.seats, "#capacity+seats"),
    TableColumn(
        _l("What it has"),
        lambda one: ", ".join(str(ACCESS[code]) for code in access_codes(one) if code in ACCESS),
        "#access",
    ),
)
# Read by whoever plans alone.
VENUE_PLANNING_COLUMNS: Sequence[TableColumn[Venue]] = (
    TableColumn(_l("Safe for"), lambda one: one.safe_for, "#access+safety"),
    TableColumn(
        _l("Price"),
        lambda one: None if one.price_cents is None else one.price_cents / 100,
        "#value+price",
    ),
)
