"""By what somebody is called where names must not stand: a letter and a number."""

from __future__ import annotations

from sqlalchemy import select

from kash.attendance.models import RosterEntry
from kash.attendance.rules.pads import short_codes
from kash.people.models import Group, Person
from kash.platform.database import db


def codes_of(register_id: int) -> dict[str, str]:
    """The short code of everybody who ever stood on a register, by entry; one query.

    Phones show it in place of a name, so it stands beside the name on the website and on paper.
    """
    rows = db.session.execute(
        select(RosterEntry.public_id, RosterEntry.id, Group.letter)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == register_id)
        .order_by(RosterEntry.id)
    ).all()
    codes = short_codes([(row.id, row.letter) for row in rows])
    return {row.public_id: code for row, code in zip(rows, codes, strict=True)}
