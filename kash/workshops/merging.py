"""Merging enrolments when two people turn out to be one."""

from __future__ import annotations

from sqlalchemy import select

from kash.people.references import joined
from kash.people.undo_log import RowChanges, table_of
from kash.platform.web.formats import to_local
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.rules import EnrolmentState, merged_enrolment
from kash.workshops.services.seats import move_up

_join = joined("enrolment.person_id", ("workshop_id",), merged_enrolment)


def move_enrolments(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Where both had a seat, one falls free and goes to the queue's first.

    It stays hers when the merge is undone: whoever was told that she has a seat keeps it. So it
    doesn't stand in the row_changes.
    """
    table = table_of(Enrolment)
    seats = [
        row["workshop_id"]
        for row in row_changes.rows(table, table.c.person_id.in_((kept, gone)))
        if row["state"] == str(EnrolmentState.CONFIRMED)
    ]
    _join(row_changes, kept, gone)
    freed = sorted({workshop for workshop in seats if seats.count(workshop) > 1})
    if not freed:
        return
    workshops = row_changes.session.scalars(
        select(Workshop)
        .where(
            Workshop.id.in_(freed),
            Workshop.state == "planned",
            Workshop.ends_on >= to_local(row_changes.now).date(),
        )
        .order_by(Workshop.id)
        .with_for_update()
    )
    for workshop in workshops.all():
        moved = move_up(row_changes.session, workshop, row_changes.now)
        if moved:
            row_changes.concerned += [workshop.public_id, *moved]
