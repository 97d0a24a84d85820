"""Columns of lists in the settings, where they are taken away as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.people.models import Zone
from kash.platform.web.taking import TableColumn

ZONE_KINDS: dict[str, Any] = {
    "county": _l("County"),
    "sub_county": _l("Sub-county"),
    "ward": _l("Ward"),
    "other": _l("Another area"),
}
ZONE_COLUMNS: Sequence[TableColumn[Zone]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#adm3+name"),
    TableColumn(_l("Kind"), lambda one: ZONE_KINDS[one.kind], "#adm+type"),
    TableColumn(_l("Lies in"), lambda one: one.within.name if one.within else "", "#adm2+name"),
    TableColumn(_l("In use"), lambda one: one.active, "#status"),
)
# Rows of `quiet_people`.
QUIET_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.name, "#beneficiary+name"),
    TableColumn(_l("Group"), lambda row: row.group_name, "#beneficiary+type"),
    TableColumn(_l("Last change"), lambda row: row.changed_at, "#date+changed"),
)
