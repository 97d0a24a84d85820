"""Columns of the list of a funder's workshops, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn
from kash.workshops.models import Funding


def _place(one: Funding) -> str:
    venue = one.workshop.venue
    return venue.place if venue is not None else ""


FUNDED_COLUMNS: Sequence[TableColumn[Funding]] = (
    TableColumn(_l("First day"), lambda one: one.workshop.starts_on, "#date+start"),
    TableColumn(_l("Last day"), lambda one: one.workshop.ends_on, "#date+end"),
    TableColumn(_l("Workshop"), lambda one: one.workshop.version.public_title, "#activity+name"),
    TableColumn(_l("Place"), _place, "#loc+name"),
    TableColumn(_l("Your share"), lambda one: one.share, "#value+share+pct"),
    TableColumn(_l("Budget code"), lambda one: one.budget_code, "#value+code"),
    TableColumn(_l("Cancelled"), lambda one: one.workshop.state == "cancelled", "#status"),
)
