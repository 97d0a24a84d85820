"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things

PERSONAL = (
    *about_things(
        funder_report="state approved_for returned_reason language title sections texts stories"
        " stories_settled content digest",
        report_template="language sections texts",
    ),
)
