"""Merging certificates when two people turn out to be one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.people.journal import Journal
from kash.people.references import column_of, declare_reference

_COLUMN = "certificate.person_id"


def _move(journal: Journal, kept: int, gone: int) -> None:
    """Issued certificates all move: each serial stays valid. Of two that are proposed in one batch
    one goes, since one person gets one."""
    column = column_of(_COLUMN)
    table = column.table
    proposed = {
        row["batch_id"]: row["id"]
        for row in journal.rows(table, (column == kept) & table.c.serial.is_(None))
    }
    for row in journal.rows(table, (column == gone) & table.c.serial.is_(None)):
        if row["batch_id"] in proposed:
            journal.replace(table, row["id"], proposed[row["batch_id"]])
    journal.update(table, column == gone, {column.name: kept})


def declare_references() -> None:
    """Declare this room's foreign key to a person."""
    declare_reference(_COLUMN, _l("Certificates"), _move)
    declare_reference("holder_link.person_id")
