"""Columns of the list of workshops, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.attendance.queries.registers import GridRow, RegisterGrid
from kash.attendance.wording import status_word
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.taking import TableColumn
from kash.workshops.rules import stage
from kash.workshops.wording import STAGE

# Rows of `workshop_list`.
WORKSHOP_COLUMNS_FOR_ALL: Sequence[TableColumn[Any]] = (
    TableColumn(_l("First day"), lambda row: row.starts_on, "#date+start"),
    TableColumn(_l("Last day"), lambda row: row.ends_on, "#date+end"),
    TableColumn(_l("Title"), lambda row: row.title, "#activity+name"),
    TableColumn(_l("Venue"), lambda row: row.venue, "#loc+name"),
    TableColumn(
        _l("State"),
        lambda row: STAGE[stage(row.state, row.starts_on, row.ends_on, local_today())],
        "#status",
    ),
)
WORKSHOP_COLUMNS: Sequence[TableColumn[Any]] = (
    *WORKSHOP_COLUMNS_FOR_ALL,
    TableColumn(_l("People"), lambda row: row.people, "#reached"),
    TableColumn(_l("Seats"), lambda row: row.capacity, "#capacity"),
)


def attendance_columns(
    grid: RegisterGrid, numbers: Mapping[str, str]
) -> list[TableColumn[GridRow]]:
    """Columns of a register: a person, her mark in each session, and what they add up to."""

    def marked(slot: str) -> Callable[[GridRow], object]:
        return lambda row: status_word(row.marks[slot].status) if slot in row.marks else ""

    return [
        TableColumn(_l("Name"), lambda row: row.name, "#beneficiary+name"),
        TableColumn(_l("Group"), lambda row: row.group, "#beneficiary+type"),
        *(
            TableColumn(
                f"{numbers.get(column.public_id, '')} {to_local(column.starts_at):%Y-%m-%d %H:%M}",
                marked(column.public_id),
                "#attendance",
            )
            for column in grid.columns
        ),
        TableColumn(_l("Minutes there"), lambda row: row.presence.minutes, "#attendance+minutes"),
    ]
