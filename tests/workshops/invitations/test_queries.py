"""Links into a workshop and what came by each."""

from datetime import date

import pytest

from kash.people.models import Group, Organisation
from kash.workshops.invitations.models import SignUp, SignUpLink
from kash.workshops.invitations.queries import links_of
from kash.workshops.models import Workshop
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_of_each_link_is_told_how_many_came_by_it_and_how_many_wait(sqlite_app):
    days = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 2)}
    workshop, other = (row(Workshop, **days) for _at in range(2))
    station = row(Organisation, name="Central", kind="station")

    group = row(Group, letter="Q")

    def link(of: Workshop) -> SignUpLink:
        values = {"kind": "quota", "organisation": station, "group": group, "most_rows": 9}
        return row(SignUpLink, workshop=of, **values)

    unused, used, strange = link(workshop), link(workshop), link(other)
    for of, state in (
        (used, "waiting"),
        (used, "accepted"),
        (used, "declined"),
        (strange, "waiting"),
    ):
        row(SignUp, link=of, state=state, typed_sealed=b"x" if state == "waiting" else None)
    found = links_of(workshop)
    assert [
        tuple(map(link.get, ("public_id", "station", "entered", "waiting"))) for link in found
    ] == [(used.public_id, "Central", 3, 1), (unused.public_id, "Central", 0, 0)]
