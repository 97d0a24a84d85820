"""Printed lines that a story would stand beside."""

from __future__ import annotations

from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import what_was_done, who_did_it
from kash.releases.queries.printed import printed_tables
from kash.releases.rules.tables import ACTS, KNOWN, WHO, families_of
from kash.releases.words import line_name, table_name
from kash.stories.rules.windows import StoryLine, thin_lines


def lines_too_thin(record: Record) -> list[str]:
    """Names of the printed lines that say "few" and in which this case would stand; one query."""
    newest = {
        StoryLine(table.key, line.code): line.printed
        for table in printed_tables()
        for line in table.lines
    }
    return [
        f"{table_name(line.key)}: {line_name(line.key, line.code)}"
        for line in thin_lines(_lines_of(record), newest)
    ]


def _lines_of(record: Record) -> list[StoryLine]:
    party = who_did_it(record)
    told = [StoryLine(WHO, party if party in KNOWN[WHO].codes else "other")] if party else []
    return told + [StoryLine(ACTS, one) for one in families_of(what_was_done(record))]
