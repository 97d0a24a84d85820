"""Merging seats in forums when two people turn out to be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.forums.models import ForumMember, ItemConflict, MeetingAnswer
from kash.forums.rules.appearance import merged_seat
from kash.people.erasure import stays
from kash.people.references import Reference, joined
from kash.people.undo_log import RowChanges, table_of

_SEATS = joined("forum_member.person_id", ("forum_id",), merged_seat)


def _move_seats(row_changes: RowChanges, kept: int, gone: int) -> None:
    """One seat in a forum where both have one. What she may say once, an answer to a
    meeting or a conflict of interest, stands as whoever is kept said it."""
    seats = table_of(ForumMember)
    mine = {
        row["forum_id"]: row["id"] for row in row_changes.rows(seats, seats.c.person_id == kept)
    }
    for row in row_changes.rows(seats, seats.c.person_id == gone):
        if row["forum_id"] in mine:
            _said_once(row_changes, mine[row["forum_id"]], row)
    _SEATS(row_changes, kept, gone)


def _said_once(row_changes: RowChanges, kept: int, gone: Mapping[str, Any]) -> None:
    for model, place in ((MeetingAnswer, "meeting_id"), (ItemConflict, "item_id")):
        table = table_of(model)
        said = [row[place] for row in row_changes.rows(table, table.c.member_id == kept)]
        row_changes.delete(table, (table.c.member_id == gone["id"]) & table.c[place].in_(said))


SEATS = Reference(
    "forum_member.person_id",
    _l("Seats in forums"),
    _move_seats,
    erased=stays(appears="counted", shown_as=""),
)
