"""Tracks in the browser: written as sentences without a script, read, entered, and kept apart."""

import re
from datetime import timedelta
from typing import Any

import pytest

from kash.certificates.services.issuing import set_rule
from kash.certificates.tracks.models import SeenFact, TrackEnrolment
from kash.certificates.tracks.rules.tree import Leaf, Renewal, SomeOf, all_of, tree_from_json
from kash.certificates.tracks.services.tracks import enrol, propose, take_back
from kash.people.models import Person
from kash.platform.database import db
from kash.workshops.services.planning import plan_workshop
from tests.certificates.tracks.conftest import ALL, LITTLE, MOST, PRACTICE, TODAY, Tracked
from tests.workshops.conftest import details


def fields(page: str) -> dict[str, Any]:
    """What a browser would send of the page's large form, without its buttons."""
    form = page.split('class="form wide-form"', 1)[1].split("</form>", 1)[0]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        sent.setdefault(name[1], []).append(value[1] if value else "")
    for name, inside in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        options = re.findall(r'<option value="([^"]*)"([^>]*)>', inside)
        chosen = [value for value, more in options if "selected" in more]
        sent[name] = chosen or [options[0][0]]
    return sent


def test_a_tree_is_written_with_buttons_alone_and_saved_at_the_end(tracked, client_for):
    browser = client_for(tracked.trainer)
    address = f"/tracks/{tracked.track}/versions/{tracked.version}/write"
    sent = fields(browser.get(address).text)
    wanted = [("t", "hours"), ("t", "practicum"), *[("t.1", "outreach")] * 3]
    for place, new in wanted:
        page = browser.post(address, data=sent | {f"{place}:new": new, "do": f"add:{place}"})
        assert page.status_code == 200
        sent = fields(page.text)
    sent |= {
        "t.0.0:share": "80",
        "t.0.0:course": tracked.course,
        "t.1:count": "2",
        "t.1.0:count": "3",
        "t.1.1:count": "two",
        "t.1.2:count": "1",
        "t.1.3:count": "4",
    }
    page = browser.post(address, data=sent | {"do": "save"})
    assert page.status_code == 422
    assert "Something in this sentence is missing, or out of bounds." in page.text
    assert 'value="two"' in page.text
    assert 'value="80"' in page.text
    page = browser.post(address, data=fields(page.text) | {"do": "remove:t.1.1"})
    page = browser.post(address, data=fields(page.text) | {"do": "preview"})
    assert "Who would be changed by this?" in page.text
    assert browser.post(address, data=fields(page.text) | {"do": "save"}).status_code == 302
    tree = all_of(
        Leaf.of("hours", share=80, course=tracked.course, versions=()),
        SomeOf((Leaf.of("practicum", count=3), *(Leaf.of("outreach", count=n) for n in (1, 4))), 2),
    )
    assert tree_from_json(tracked.row.tree) == tree


def test_a_preview_counts_who_gains_and_who_loses_and_saves_nothing(tracked, client_for):
    tracked.publish(tracked.hours(100))
    tracked.next_draft(tracked.hours(75))
    stored = tracked.row.row_version
    browser = client_for(tracked.trainer)
    address = f"/tracks/{tracked.track}/versions/{tracked.version}/write"
    page = browser.post(address, data=fields(browser.get(address).text) | {"do": "preview"})
    assert re.findall(r"<dd>(\d+)</dd>", page.text) == ["1", "0", "1"]
    many = {f"t.{number}.0:is": "practicum" for number in range(1, 41)}
    page = browser.post(address, data=fields(page.text) | many | {"do": "preview"})
    assert page.status_code == 422
    assert "at most 40 requirements" in page.text
    assert re.findall(r"<dd>(\d+)</dd>", page.text) == []
    assert tracked.row.row_version == stored


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(tracked, client_for):
    browser = client_for(tracked.trainer)
    tracked.write(PRACTICE)
    address = f"/tracks/{tracked.track}/versions/{tracked.version}/write"
    sent = fields(browser.get(address).text)
    tracked.write(tracked.hours())
    page = browser.post(address, data=sent | {"do": "save"})
    assert page.status_code == 409
    assert "Someone else saved changes" in page.text
    assert tree_from_json(tracked.row.tree) == all_of(tracked.hours())


def test_requirements_read_as_sentences_in_both_languages(tracked, client_for):
    tracked.publish(
        tracked.hours(80), Leaf.of("practicum", count=3), Leaf.of("role", role="mentor", months=6)
    )
    address = f"/tracks/{tracked.track}"
    english = client_for(tracked.trainer).get(address).text
    course = tracked.ready.workshop.version.course.name
    assert f"Attended at least 80 per cent of the hours of {course}: any version" in english
    assert "Practised while somebody saw it, at least so often: 3" in english
    swahili = client_for(tracked.director).get(address, headers={"Accept-Language": "sw"}).text
    assert "Mwelimisha rika" in swahili
    assert "Attended at least" not in swahili


def publish_button(page: str) -> str:
    """The address of the button on a page that publishes what is read there."""
    found = re.search(r'href="([^"]+/publish\?[^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_director_publishes_from_what_waits_on_today(tracked, client_for):
    tracked.write(tracked.hours())
    propose(tracked.version, by=tracked.trainer)
    browser = client_for(tracked.director)
    address = f"/tracks/{tracked.track}/versions/{tracked.version}"
    assert f'href="{address}"' in browser.get("/").text
    read = browser.get(address).text
    assert "Would newly complete it" in read
    button = publish_button(read)
    take_back(tracked.version, by=tracked.trainer)
    tracked.write(PRACTICE)
    propose(tracked.version, by=tracked.trainer)
    refused = browser.post(button, follow_redirects=True)
    assert "Someone else saved changes" in refused.text
    assert tracked.row.state == "proposed"
    button = publish_button(browser.get(address).text)
    assert f'action="{button}"' in browser.get(button).text
    assert browser.post(button).status_code == 302
    assert tracked.row.state == "published"


def enrolled(tracked: Tracked, *names: str) -> None:
    for name in names:
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)


def test_who_stands_where_shows_one_group_and_filters_by_state(tracked, client_for):
    tracked.publish(tracked.hours())
    enrolled(tracked, ALL, MOST, LITTLE)
    browser = client_for(tracked.trainer)

    def names(query: str) -> set[str]:
        page = browser.get(f"/tracks/{tracked.track}/people{query}").text
        return {name for name in (ALL, MOST, LITTLE) if name in page}

    assert names("?group=B") == {ALL, LITTLE}
    assert names("?group=A") == {MOST}
    assert names("?group=B&state=done") == {ALL}
    assert names("?group=B&state=on_the_way") == {LITTLE}


def test_the_list_asks_as_often_for_three_people_as_for_one(tracked, client_for, count_queries):
    tracked.publish(tracked.hours(), PRACTICE)
    browser = client_for(tracked.director)
    counts = []
    for names in ((ALL,), (LITTLE,)):
        enrolled(tracked, *names)
        with count_queries() as queries:
            browser.get(f"/tracks/{tracked.track}/people?group=B")
        counts.append(queries.count)
    assert counts[0] == counts[1]


def test_a_grid_of_scores_is_entered_and_nothing_typed_is_lost(tracked, client_for):
    tracked.publish(Leaf.of("test", course=tracked.course, score=80))
    enrolled(tracked, ALL, MOST, LITTLE)
    browser = client_for(tracked.trainer)
    one, other, third = (tracked.person(name) for name in (ALL, LITTLE, MOST))
    sent = {
        "requirement": f"oral_test:{tracked.course}",
        "day": TODAY.isoformat(),
        "seen_by": tracked.director.public_id,
        "letter": "B",
    }
    address = f"/tracks/{tracked.track}/enter"
    scores = {f"of-{one}": "81", f"of-{other}": "105"}
    page = browser.post(address, data=sent | scores | {"do": "save"})
    assert page.status_code == 422
    assert "Enter a score from 0 to 100." in page.text
    assert 'value="81"' in page.text
    assert 'value="105"' in page.text
    turned = browser.post(address, data=sent | scores | {"group": "A"}).text
    assert f'type="hidden" name="of-{one}" value="81"' in turned
    assert MOST in turned
    assert ALL not in turned
    scores |= {f"of-{other}": "40", f"of-{third}": "80"}
    assert browser.post(address, data=sent | scores | {"do": "save"}).status_code == 303
    db.session.rollback()
    assert sorted(fact.amount for fact in db.session.query(SeenFact)) == [40, 80, 81]


def test_her_page_names_the_exact_next_step_and_the_day_on_which_it_can_be_done(
    tracked, client_for
):
    tracked.publish(tracked.hours())
    enrolled(tracked, LITTLE)
    version = tracked.ready.workshop.version.public_id
    db.session.rollback()
    first = TODAY + timedelta(days=40)
    coming = details(title="Again", starts_on=first, ends_on=first)
    plan_workshop(version, coming, tracked.trainer)
    browser = client_for(tracked.trainer)
    person = tracked.person(LITTLE)
    page = browser.get(f"/tracks/{tracked.track}/people/{person}").text
    assert "The next workshop of this course begins on" in page
    section = browser.get(f"/people/{person}").text
    assert "Next: Attended at least 75 per cent" in section
    assert f'href="/tracks/{tracked.track}/people/{person}"' in section


def test_a_renewal_shows_its_window_and_that_the_last_day_stays(tracked, client_for):
    set_rule(75, name_must_be_confirmed=True, months_valid=12, by=tracked.director)
    tracked.ready.confirm(ALL)
    tracked.ready.issued()
    tracked.publish(tracked.hours(), renewal=Renewal(all_of(PRACTICE), 24, 30))
    enrolled(tracked, ALL)
    tracked.saw("practicum", ALL, ago=4)
    tracked.saw("practicum", ALL, ago=3)
    page = (
        client_for(tracked.trainer)
        .get(f"/tracks/{tracked.track}/people/{tracked.person(ALL)}")
        .text
    )
    assert "valid, can be renewed now" in page
    assert "All of it is done: the certificate can be renewed" in page


def test_a_person_is_moved_withdrawn_from_and_taken_off_on_her_page(tracked, client_for):
    tracked.publish(PRACTICE)
    enrolled(tracked, ALL)
    second = tracked.next_version(tracked.hours())
    tracked.saw("practicum", ALL)
    browser = client_for(tracked.trainer)
    address = f"/tracks/{tracked.track}/people/{tracked.person(ALL)}"
    moved = {"version": second, "reason": "The new one fits her."}
    assert browser.post(f"{address}/move", data=moved).status_code == 303
    fact = db.session.query(SeenFact).one().public_id
    withdrawn = browser.post(f"{address}/facts/{fact}/withdraw", data={"because": "Wrong day"})
    assert withdrawn.status_code == 303
    page = browser.get(address).text
    assert "The new one fits her." in page
    assert "Wrong day" in page
    assert browser.post(f"{address}/take-off").status_code == 303
    db.session.rollback()
    assert db.session.query(TrackEnrolment).count() == 0


def test_people_are_found_by_name_and_enrolled(tracked, client_for):
    tracked.publish(PRACTICE)
    browser = client_for(tracked.trainer)
    address = f"/tracks/{tracked.track}/people"
    assert ALL in browser.post(f"{address}/find", data={"search": "Zawadi"}).text
    assert browser.post(f"{address}/enrol", data={"person": tracked.person(ALL)}).status_code == 303
    db.session.rollback()
    assert db.session.query(TrackEnrolment).count() == 1


@pytest.mark.parametrize("role", ["peer", "police_peer"])
def test_a_peer_sees_her_own_way_and_nobody_elses(tracked, client_for, actor, role):
    tracked.publish(PRACTICE)
    enrolled(tracked, ALL, LITTLE)
    tracked.saw("practicum", ALL)
    hers, other = tracked.person(ALL), tracked.person(LITTLE)
    key = db.session.query(Person.id).filter_by(public_id=hers).scalar()
    browser = client_for(actor(role, name="Zawadi Mfano", person_id=key))
    page = browser.get(f"/tracks/{tracked.track}/people/{hers}")
    assert page.status_code == 200
    assert "1 of 2" in page.text
    # Who saw it is an account's name, which is for staff.
    assert "Subira Mfano" not in page.text
    assert browser.get(f"/tracks/{tracked.track}/people/{other}").status_code == 404
    assert browser.get(f"/tracks/{tracked.track}/people").status_code == 403
