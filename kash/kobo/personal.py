"""Columns of this room's tables, sorted by what they hold about a person.

Look-ups of a row stay when somebody is erased: by them her row on the other server, which nobody
here can delete, is known and not brought in again.
"""

from __future__ import annotations

from kash.people.erasure import FreeText, about_things

PERSONAL = (
    # Ids of places on a register; a form that somebody changed may hold anything.
    FreeText("kobo_form.marks_sealed", kind="kobo.marks"),
    *about_things(
        kobo_form="purpose asset title columns list_id job",
        kobo_mark="slot entry state said choice draft draft_said",
        kobo_row="first_id content list_id",
        submission_key="public_key",
    ),
)
