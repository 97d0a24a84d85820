"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things

PERSONAL = about_things(
    dhis2_cell="kind figure data_element option_combo attribute_combo org_unit",
    dhis2_push="period state",
    dhis2_value=("data_element option_combo attribute_combo org_unit figure outcome code sentence"),
)
