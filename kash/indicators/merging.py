"""Facts of completion of two people who turn out to be one."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.indicators.models import Completion
from kash.indicators.rules.facts import HeldCourse, refreshers
from kash.people.erasure import stays
from kash.people.references import Reference, Row, joined
from kash.people.undo_log import RowChanges, table_of

_OF_A_FACT = ("completed_on", "minutes", "percentage", "days", "met", "version_id", "asked_on")


def better_completion(kept: Row, gone: Row) -> dict[str, Any]:
    """Changes to the fact of who is kept, so that of two of one workshop the better stands."""

    def worth(row: Row) -> tuple[bool, int]:
        return row["met"], row["minutes"]

    return {name: gone[name] for name in _OF_A_FACT} if worth(gone) > worth(kept) else {}


_PERSON = "completion.person_id"
_join = joined(_PERSON, ("workshop_id",), better_completion)


def move_completions(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Facts go along; what was each one's first workshop of a course may be a refresher now."""
    _join(row_changes, kept, gone)
    table = table_of(Completion)
    rows = row_changes.rows(table, table.c.person_id == kept)
    again = frozenset[int]()
    for course in {row["course_id"] for row in rows}:
        again |= refreshers(
            HeldCourse(row["id"], kept, row["held_on"], row["met"])
            for row in rows
            if row["course_id"] == course
        )
    for row in rows:
        if row["refresher"] != (row["id"] in again):
            there = {"refresher": row["id"] in again}
            row_changes.update(table, table.c.id == row["id"], there)


# What she was besides would tell her among few who were in a workshop.
_NAMELESS = stays(sex="", age_band="", cadre="", organisation_id=None, ward="")

REFERENCES = (Reference(_PERSON, _l("Facts of completion"), move_completions, erased=_NAMELESS),)
