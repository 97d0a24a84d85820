"""Many people put on a track at once: shown first, done in one step, and taken back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.certificates.tracks.models import TrackBadge, TrackEnrolment
from kash.certificates.tracks.queries import visits
from kash.certificates.tracks.rules.standing import (
    EntryOutcome,
    LineFault,
    outcome_of,
    pasted_lines,
    read_lines,
)
from kash.certificates.tracks.rules.tree import Leaf
from kash.certificates.tracks.services.tracks import enrol, enrol_all, move, undo_batch
from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from tests.certificates.tracks.conftest import ALL, LITTLE, MOST, PRACTICE, Tracked
from tests.workshops.conftest import make_person


@given(st.booleans(), st.booleans(), st.booleans())
def test_nobody_on_it_under_age_or_herself_is_ever_new(on_it, minor, oneself):
    outcome = outcome_of(on_it=on_it, minor=minor, oneself=oneself)
    assert (outcome is EntryOutcome.NEW) == (not on_it and not minor and not oneself)
    assert (outcome is EntryOutcome.ON_IT) == on_it


@given(st.lists(st.sampled_from(["a", "b", "ab", "c", ""]), max_size=4))
def test_a_row_leads_to_one_person_or_is_said_to_lead_to_nobody(cells):
    people = {"a": frozenset({1}), "b": frozenset({2}), "ab": frozenset({1, 2})}
    read = read_lines(pasted_lines("\t".join(cells)), lambda cell: people.get(cell, frozenset()))
    assert len(read) == (1 if any(cells) else 0)
    for line in read:
        known = [cell for cell in cells if cell in ("a", "b")]
        assert line.person == ({"a": 1, "b": 2}[known[0]] if known else None)
        several = not known and "ab" in cells
        wanted = LineFault.SEVERAL if several else LineFault.NOBODY
        assert line.fault == (None if known else wanted)


def on_it(tracked: Tracked) -> int:
    db.session.rollback()
    return db.session.query(TrackEnrolment).count()


@pytest.mark.any_engine
def test_many_are_put_on_in_one_step_with_one_entry_and_sent_twice_once(both_engines_app, tracked):
    tracked.publish(PRACTICE)
    enrol(tracked.track, tracked.person(MOST), by=tracked.trainer)
    child, elsewhere = make_person("Child", minor=True), make_person("Elsewhere")
    people = [tracked.person(ALL), tracked.person(MOST), tracked.person(LITTLE), child, elsewhere]
    _batch, *done = enrol_all(tracked.track, tracked.version, people, by=tracked.trainer)
    assert done == [2, 3]
    again = enrol_all(tracked.track, tracked.version, people, by=tracked.trainer)
    assert again == ("", 0, 5)
    assert on_it(tracked) == 3
    entries = db.session.query(AuditEntry).filter_by(action="tracks.enrolled_together").all()
    assert [len(entry.subjects) for entry in entries] == [3]


def test_a_step_is_taken_back_but_for_whom_somebody_moved_since(
    both_engines_app, tracked, client_for
):
    tracked.publish(PRACTICE)
    enrol(tracked.track, tracked.person(MOST), by=tracked.trainer)
    people = [tracked.person(ALL), tracked.person(LITTLE)]
    batch, *_ = enrol_all(tracked.track, tracked.version, people, by=tracked.trainer)
    later = tracked.next_version(PRACTICE, tracked.hours())
    move(tracked.track, tracked.person(LITTLE), later, "Asked for it", by=tracked.trainer)
    browser, address = client_for(tracked.trainer), f"/tracks/{tracked.track}/people"
    undo = f"{address}/many/{batch}/undo"
    assert f'href="{undo}"' in browser.get(address).text
    assert "Take off: 1" in browser.get(undo).text
    assert undo_batch(tracked.track, batch, by=tracked.trainer) == 1
    assert on_it(tracked) == 2


def test_whoever_did_all_before_the_step_is_taken_back_keeps_her_badge(tracked):
    tracked.publish(Leaf.of("outreach", count=1))
    people = [tracked.person(ALL), tracked.person(LITTLE)]
    batch, *_ = enrol_all(tracked.track, tracked.version, people, by=tracked.trainer)
    tracked.saw("outreach", ALL)
    assert undo_batch(tracked.track, batch, by=tracked.trainer) == 2
    db.session.rollback()
    badges = db.session.query(TrackBadge).all()
    assert [one.person_id for one in badges] == [tracked.keys()[ALL]]


def hidden(page: str, name: str) -> list[str]:
    return [part.split('"')[0] for part in page.split(f'name="{name}" value="')[1:]]


def test_a_page_shows_who_is_new_and_who_cannot_be_and_loses_no_tick(tracked, client_for):
    tracked.publish(PRACTICE)
    enrol(tracked.track, tracked.person(ALL), by=tracked.trainer)
    browser = client_for(tracked.trainer)
    address = f"/tracks/{tracked.track}/people/many"
    pasted = f"{LITTLE}\nNobody Known\nx\t{tracked.person(MOST)}\n{tracked.person(ALL)[:6].upper()}"
    page = browser.post(address, data={"pasted": pasted}).text
    assert "None of your people is found by this." in page
    shown = browser.post(address, data={"pasted": pasted, "group": "B"}).text
    assert "On it already" in shown
    assert MOST not in shown.split("<main")[1]
    kept: dict[str, Any] = {name: hidden(shown, name)[0] for name in ("people", "version")}
    assert set(kept["people"].split()) == {tracked.person(name) for name in (ALL, LITTLE, MOST)}
    # The row that leads to nobody is still told of when the page is turned.
    lost = {"lost": [*hidden(page, "lost"), "1", "x y z", "9" * 999 + " nobody "]}
    turned = browser.post(address, data=kept | lost | {"turn": "2"}).text
    assert "Nobody Known" in turned
    assert "Rows that lead to nobody: 2" in turned
    ticked = kept | {"chosen": [tracked.person(MOST)]}
    assert tracked.person(MOST) in hidden(
        browser.post(address, data=ticked | {"group": "B"}).text, "chosen"
    )
    assert on_it(tracked) == 1
    assert browser.post(address, data=ticked | {"do": "save"}).status_code == 303
    assert on_it(tracked) == 2
    people = browser.get(f"/tracks/{tracked.track}/people?group=A").text
    undo = people.split("/undo")[0].rsplit('"', 1)[1] + "/undo"
    assert "Take off: 1" in browser.get(undo).text
    assert browser.post(undo).status_code == 303
    assert on_it(tracked) == 1


def test_nobody_is_put_on_another_version_than_the_page_showed(tracked, client_for):
    tracked.publish(PRACTICE)
    shown = tracked.version
    tracked.next_version(PRACTICE, tracked.hours())
    sent = {"people": tracked.person(ALL), "chosen": tracked.person(ALL), "version": shown}
    browser = client_for(tracked.trainer)
    page = browser.post(f"/tracks/{tracked.track}/people/many", data=sent | {"do": "save"})
    assert "Another version was published meanwhile." in page.text
    assert on_it(tracked) == 0


def test_a_workshop_gives_all_who_have_a_place_or_who_came_often_enough(tracked, client_for):
    tracked.publish(PRACTICE)
    browser = client_for(tracked.trainer)
    address = f"/tracks/{tracked.track}/people/many"
    workshop = tracked.ready.workshop.public_id
    everybody = browser.post(address, data={"workshop": workshop}).text
    assert len(hidden(everybody, "people")[0].split()) == 3
    often = browser.post(address, data={"workshop": workshop, "least": "70"}).text
    assert set(hidden(often, "people")[0].split()) == {tracked.person(name) for name in (ALL, MOST)}
    nothing = browser.post(address, data={})
    assert nothing.status_code == 422
    assert "Choose a workshop with people in it, or paste rows." in nothing.text


def test_of_many_workshops_the_latest_are_offered_and_it_is_said(tracked, client_for, monkeypatch):
    tracked.publish(PRACTICE)
    browser, address = client_for(tracked.trainer), f"/tracks/{tracked.track}/people/many"
    assert "are offered" not in browser.get(address).text
    monkeypatch.setattr(visits, "MOST_WORKSHOPS", 1)
    assert (
        "The latest 1 are offered. Paste the rows of an earlier one." in browser.get(address).text
    )


def test_ticked_people_of_a_list_are_shown_before_anything_is_done(tracked, client_for):
    tracked.publish(PRACTICE)
    browser = client_for(tracked.trainer)
    ticked = {"choice-track": tracked.track, "chosen": [tracked.person(ALL)]}
    page = browser.post("/people/ticked/track", data=ticked)
    assert (page.status_code, hidden(page.text, "people")) == (200, [tracked.person(ALL)])
    assert on_it(tracked) == 0


def test_the_command_says_what_it_would_do_shows_no_name_and_can_be_undone(app, tracked, tmp_path):
    tracked.publish(PRACTICE)
    file = tmp_path / "people.txt"
    file.write_text(f"{tracked.person(ALL)}\n{MOST}\nNobody Known\n")
    run = app.test_cli_runner().invoke
    told = run(args=["tracks", "enrol", "Peer educator", str(file)]).output
    assert "New on it: 2." in told
    assert "Row 3: None of your people is found by this." in told
    assert ALL not in told
    assert on_it(tracked) == 0
    done = run(args=["tracks", "enrol", "Peer educator", str(file), "--confirm"]).output
    assert on_it(tracked) == 2
    undo = done.strip().splitlines()[-1].split()[1:]
    assert "Taken off again: 2." in run(args=undo).output
    assert on_it(tracked) == 0
