"""Merging certificates when two people turn out to be one."""

from __future__ import annotations

from kash.people.references import column_of
from kash.people.undo_log import RowChanges

COLUMN = "certificate.person_id"


def move_certificates(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Issued certificates all move: each serial stays valid. Of two that are proposed in one batch
    one goes, since one person gets one."""
    column = column_of(COLUMN)
    table = column.table
    proposed = {
        row["batch_id"]: row["id"]
        for row in row_changes.rows(table, (column == kept) & table.c.serial.is_(None))
    }
    for row in row_changes.rows(table, (column == gone) & table.c.serial.is_(None)):
        if row["batch_id"] in proposed:
            row_changes.replace(table, row["id"], proposed[row["batch_id"]])
    row_changes.update(table, column == gone, {column.name: kept})
