"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things

PERSONAL = (
    *about_things(archive_request="reason armour recipient job state approved_for returned_reason"),
)
