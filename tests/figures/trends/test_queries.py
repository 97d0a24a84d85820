"""Stations and the day from which a workshop had reached them."""

from datetime import date, timedelta

import pytest

from kash.figures.indicators.models import Completion
from kash.figures.trends.queries import OFFICERS, stations_reached
from kash.people.models import Group, Organisation, Person
from kash.workshops.models import Workshop
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")
DAY = date(2026, 5, 4)


def test_a_station_is_reached_by_enough_officers_of_one_workshop_who_met_it(groups):
    police, members = groups
    assert (police.is_police, members.is_police, OFFICERS) == (True, False, 3)
    made = {
        name: row(Organisation, kind=kind, name=name, place=f"Ward of {name}", group=group)
        for name, kind, group in (
            ("Reached", "station", police),
            ("Later", "station", None),
            ("Two", "station", police),
            ("Unmet", "station", police),
            ("Of others", "station", police),
            ("Members", "station", members),
            ("Partner", "partner", police),
        )
    }

    def attended(
        name: str, days: int, *, officers: int, group: Group = police, unmet: int = 0
    ) -> None:
        workshop, day = row(Workshop), DAY + timedelta(days=days)
        for at in range(officers + unmet):
            row(
                Completion,
                workshop_id=workshop.id,
                person_id=row(Person, group=group).id,
                group_id=group.id,
                organisation_id=made[name].id,
                held_on=day,
                completed_on=day,
                percentage=0,
                met=at < officers,
            )

    attended("Reached", 9, officers=3)
    attended("Reached", 5, officers=4)
    attended("Reached", 1, officers=2)
    attended("Later", 7, officers=3)
    attended("Two", 1, officers=2)
    attended("Two", 1, officers=2)
    attended("Unmet", 1, officers=2, unmet=1)
    attended("Of others", 1, officers=3, group=members)
    attended("Partner", 1, officers=3)
    days = {"Reached": DAY + timedelta(days=5), "Later": DAY + timedelta(days=7)}
    assert sorted(stations_reached()) == sorted(
        (made[name].public_id, name, f"Ward of {name}", days.get(name))
        for name in ("Reached", "Later", "Two", "Unmet", "Of others")
    )
