"""Answer sheets of a test, which are no rows: whose each one is follows from its id.

An id is made of the test and of the person's place on the register by a key that only the server
has, so nobody can print a sheet of another person, and nothing needs to be kept of paper.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kash.assessments.models import WorkshopTest
from kash.assessments.queries.tests import RegisteredPerson
from kash.attendance.models import EntryAlias, RosterEntry
from kash.platform.database import db, public_id_from
from kash.platform.vault import lookup

MOST_BLANK = 60
_KIND = "assessments.sheet"


def person_sheet(test: WorkshopTest, entry: str) -> str:
    """Id of the sheet of whoever has this place on the register."""
    return _id(f"{test.public_id}:{entry}")


def blank_sheets(test: WorkshopTest) -> list[str]:
    """Ids of the sheets that are nobody's until a name is written on them."""
    return [_id(f"{test.public_id}:blank:{number}") for number in range(1, MOST_BLANK + 1)]


def sheets_of(
    test: WorkshopTest, people: Sequence[RegisteredPerson]
) -> dict[str, RegisteredPerson]:
    """{id of a sheet: whose it is}, with sheets that were printed before two people were joined."""
    by_entry = {one.entry: one for one in people}
    aliases = db.session.execute(
        select(EntryAlias.public_id, RosterEntry.public_id)
        .join(RosterEntry, RosterEntry.id == EntryAlias.entry_id)
        .where(RosterEntry.public_id.in_(by_entry))
    )
    entries = {entry: entry for entry in by_entry} | {row[0]: row[1] for row in aliases}
    return {person_sheet(test, old): by_entry[now] for old, now in entries.items()}


def _id(text: str) -> str:
    return public_id_from(bytes.fromhex(lookup(text, kind=_KIND)))
