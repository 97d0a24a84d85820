"""Pages of clashes, and clashes on the pages of workshops."""

from datetime import time, timedelta
from typing import Any

import pytest

from kash.forums.models import Forum
from kash.forums.services.meetings import plan_meeting
from kash.people.models import Venue
from kash.planning.clashes.rules import ClashKind, Weight
from kash.platform.database import db
from kash.platform.web.formats import from_local
from kash.platform.web.metrics import KEPT, SLOW, init_counted
from tests.planning.clashes.conftest import Schedule

WEIGHTS = {
    **{str(kind): "warning" for kind in ClashKind},
    "door_minutes": "60",
    "times": "3",
    "home_by": "18:30",
}


def entered(schedule: Schedule, **changes: Any) -> dict[str, Any]:
    day = schedule.monday.isoformat()
    return {
        "version": schedule.version,
        "title": "Second",
        "starts_on": day,
        "ends_on": day,
        "day_starts_at": "08:30",
        "day_ends_at": "16:30",
        "facilitators": schedule.atieno.public_id,
        "lead": schedule.atieno.public_id,
    } | changes


def test_a_clash_stands_in_the_form_before_anything_is_saved(schedule, client_for):
    hall = schedule.venue("Hall")
    schedule.plan("First", schedule.juma, venue=hall)
    client = client_for(schedule.atieno)
    told = client.post("/workshops/team", data=entered(schedule, venue=hall)).text
    assert "Hall: “Second” and “First” are there at the same time" in told
    assert "A venue taken twice" in told
    free = (schedule.monday + timedelta(days=1)).isoformat()
    moved = entered(schedule, venue=hall, starts_on=free, ends_on=free)
    assert "A venue taken twice" not in client.post("/workshops/team", data=moved).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": "2026-01-01"},
        {"day_ends_at": "08:00"},
        {"starts_on": "9999-12-31", "ends_on": "9999-12-31"},
        {"ends_on": "2029-01-01"},
        {"capacity": "9" * 30},
        {"starts_on": "2027-02-29"},
    ],
)
def test_days_that_make_no_sense_are_advised_on_in_silence(schedule, client_for, wrong):
    answer = client_for(schedule.atieno).post("/workshops/team", data=entered(schedule) | wrong)
    assert answer.status_code == 200


def test_what_is_refused_keeps_all_that_was_typed_and_says_why(schedule, client_for):
    hall = schedule.venue("Hall")
    schedule.plan("First", schedule.juma, venue=hall)
    schedule.refuse(ClashKind.VENUE)
    client = client_for(schedule.atieno)
    page = client.post("/workshops/new", data=entered(schedule, venue=hall, title="My own words"))
    assert page.status_code == 422
    assert "This cannot be saved. Hall: “My own words” and “First”" in page.text
    assert 'value="My own words"' in page.text
    assert "Not saved like this" in page.text


def test_a_workshop_and_the_overview_tell_each_clash_and_lead_to_what_is_in_the_way(
    schedule, client_for
):
    hall = schedule.venue("Hall")
    first = schedule.plan("First", schedule.juma, venue=hall)
    second = schedule.plan("Second", venue=hall)
    plan = client_for(schedule.atieno).get(f"/workshops/{second}").text
    assert f'href="/workshops/{first}"' in plan
    overview = client_for(schedule.director).get("/clashes").text
    assert "Hall: “First” and “Second” are there at the same time" in overview
    assert "“First”" not in client_for(schedule.director).get("/clashes?kind=late").text
    mine = client_for(schedule.juma).get("/clashes?mine=1").text
    assert "“Second”" in mine


def test_clashes_ahead_are_found_once_while_nothing_is_written_for_each_in_her_reach(
    schedule, client_for, app, count_queries
):
    app.config.update({KEPT: timedelta(minutes=10), SLOW: 60.0})
    init_counted(app)
    mine, other = schedule.plan("Mine"), schedule.plan("Other", schedule.juma)
    people = [schedule.person("Zawadi Sampuli"), schedule.person("Amani Sampuli")]
    schedule.enrol(mine, people[0])
    schedule.enrol(other, *people, by=schedule.juma)
    hers, all_of_them = client_for(schedule.atieno), client_for(schedule.director)
    told = "One person is expected both in “Mine” and in “Other”"
    with count_queries() as first:
        assert told in hers.get("/clashes").text
    with count_queries() as second:
        assert told in hers.get("/clashes").text
    assert second.count < first.count - 5
    third = schedule.plan("Third", schedule.juma)
    schedule.enrol(third, people[1], by=schedule.juma)
    # What is written is seen at once; of Amani only whoever may open her page is told.
    between = "One person is expected both in “Other” and in “Third”"
    assert between in all_of_them.get("/clashes").text
    assert between not in hers.get("/clashes").text


def test_a_meeting_that_is_in_the_way_is_named_wherever_clashes_are_kept(schedule, client_for, app):
    app.config.update({KEPT: timedelta(minutes=10), SLOW: 60.0})
    init_counted(app)
    forum = Forum(name="Review", secretary_id=schedule.atieno.account_id)
    schedule.add(forum)
    forum_id = forum.public_id
    db.session.rollback()
    starts_at = from_local(schedule.monday, time(9))
    meeting = plan_meeting(forum_id, starts_at=starts_at, by=schedule.director)
    mine = schedule.plan("Mine", schedule.atieno)
    client = client_for(schedule.director)
    for _again in range(2):
        page = client.get("/clashes").text
        assert "“Mine” and “Review” are at the same time" in page
        assert f'href="/forums/{forum_id}/meetings/{meeting}"' in page
        assert f'href="/workshops/{mine}"' in page


def test_nothing_in_a_form_leads_away_from_what_is_typed(schedule, client_for):
    hall = schedule.venue("Hall")
    first = schedule.plan("First", schedule.juma, venue=hall)
    second = schedule.plan("Second", venue=hall)
    client = client_for(schedule.atieno)
    assert f'href="/workshops/{first}"' in client.get(f"/workshops/{second}").text
    form = client.get(f"/workshops/{second}/edit").text
    assert "A venue taken twice" in form
    assert f'href="/workshops/{first}"' not in form


def test_police_monitoring_and_peers_see_no_clash_anywhere(schedule, sign_in):
    hall = schedule.venue("Hall")
    schedule.plan("First", schedule.juma, venue=hall)
    second = schedule.plan("Second", venue=hall)
    for role in ("police_peer", "peer", "monitoring"):
        client = sign_in(role)
        assert client.get("/clashes").status_code == 403
        assert client.get(f"/clashes/workshops/{second}/people").status_code == 403
        assert "taken twice" not in client.get(f"/workshops/{second}").text


def test_names_of_who_is_expected_twice_stand_one_group_at_a_time(schedule, client_for):
    mine, other = schedule.plan("Mine"), schedule.plan("Other", schedule.juma)
    people = [schedule.person("Zawadi Sampuli", "B"), schedule.person("Baraka Sampuli", "A")]
    schedule.enrol(mine, *people)
    schedule.enrol(other, *people, by=schedule.juma)
    client = client_for(schedule.atieno)
    page = client.get(f"/clashes/workshops/{mine}/people?group=B").text
    assert "Zawadi Sampuli" in page
    assert "Baraka Sampuli" not in page
    listed = client.get(f"/workshops/{mine}/people").text
    assert f"/clashes/workshops/{mine}/people" in listed
    assert "2 people are expected both in “Mine” and in “Other”" in listed


def test_the_director_sets_what_is_told_and_refused(schedule, client_for):
    client = client_for(schedule.director)
    sent = WEIGHTS | {"venue": "error", "late": "off", "home_by": "17:45", "door_minutes": "90"}
    assert client.post("/clashes/rules", data=sent).status_code == 303
    rules = schedule.rules()
    assert rules.refused == {ClashKind.VENUE}
    assert rules.weight(ClashKind.LATE) is Weight.OFF
    assert (rules.limits.door_minutes, rules.limits.home_by) == (90, 17 * 60 + 45)
    page = client.get("/clashes/rules").text
    assert "17:45" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": "error"},
        {"venue": "always"},
        {"home_by": "07:00"},
        {"times": "9" * 40},
        {"door_minutes": "-1"},
    ],
)
def test_rules_that_cannot_be_are_refused_beside_their_field(schedule, client_for, wrong):
    answer = client_for(schedule.director).post("/clashes/rules", data=WEIGHTS | wrong)
    assert answer.status_code == 422
    assert schedule.rules().refused == frozenset()


def test_pages_ask_as_many_questions_of_three_clashes_as_of_one(
    schedule, client_for, count_queries
):
    hall = schedule.venue("Hall")
    team = [schedule.atieno.public_id, schedule.juma.public_id]
    first = schedule.plan("First", schedule.juma, venue=hall)
    schedule.plan("Second", venue=hall, facilitators=team)
    client = client_for(schedule.director)
    asked = {}
    for many in (False, True):
        if many:
            for number in range(3):
                schedule.plan(f"Another {number}", venue=hall, day_starts_at=time(8, number))
            assert db.session.query(Venue).count() == 1
        for address in ("/clashes", f"/workshops/{first}"):
            client.get(address)
            with count_queries() as queries:
                assert client.get(address).status_code == 200
            asked.setdefault(address, []).append(queries.count)
    assert all(len(set(counts)) == 1 for counts in asked.values()), asked
