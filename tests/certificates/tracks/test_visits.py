"""Visits of supervision: what was seen, what counts of it, who goes there next."""

import io
from datetime import date, timedelta
from itertools import count

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.accounts.holdings import Holder
from kash.certificates.tracks.models import SeenFact, SupervisionVisit, note_of
from kash.certificates.tracks.queries.tracks import people_to_enter, who_stands_where
from kash.certificates.tracks.queries.visits import (
    count_to_make,
    pass_on_to_make,
    seen_of_checklist,
    tracks_with_due_visits,
    visits_of_track,
)
from kash.certificates.tracks.rules.standing import (
    ChecklistItem,
    Observed,
    checklist_as_json,
    checklist_from_json,
    seen_items,
    written_items,
)
from kash.certificates.tracks.rules.tree import Leaf
from kash.certificates.tracks.services.tracks import (
    enrol,
    propose,
    publish,
    start_version,
    take_off,
    write_checklist,
)
from kash.certificates.tracks.services.visits import (
    SeenTogether,
    VisitDetails,
    delete_old_notes,
    enter,
    enter_visit,
    withdraw_visit,
)
from kash.people.models import Person
from kash.people.services.merging import merge_people
from kash.platform.database import db, utc_now
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import SYSTEM
from tests.certificates.tracks.conftest import ALL, MOST, TODAY, Tracked
from tests.refusals import refuses

OUTREACH = Leaf.of("outreach", count=1)
ITEMS = st.lists(
    st.builds(ChecklistItem, st.sampled_from(["a", "b", "c", ""]), st.text(max_size=3)), max_size=6
)


@given(ITEMS)
def test_lines_keep_their_keys_no_two_share_one_and_empty_ones_go(rows):
    numbers = count()
    found = written_items(rows, ["a", "b"], lambda: f"new {next(numbers)}")
    assert [one.text for one in found] == [row.text for row in rows if row.text]
    keys = [one.key for one in found]
    assert len(set(keys)) == len(keys)
    for known in ("a", "b"):
        assert (known in keys) == any(row.key == known and row.text for row in rows)
    assert checklist_from_json(checklist_as_json(found)) == found


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["yes", "not_yet", "?"])),
        max_size=5,
    )
)
def test_what_was_seen_last_counts_and_not_seen_changes_nothing(visits):
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(len(visits))]
    for one in seen_items([ChecklistItem("a", "A")], list(zip(days, visits, strict=True))):
        told = [
            (day, seen["a"])
            for day, seen in zip(days, visits, strict=True)
            if seen.get("a") in set(Observed)
        ]
        assert (one["day"], one["observed"]) == (told[-1] if told else (None, None))


def visited(tracked: Tracked, name: str = ALL, ago: int = 5, **more: object) -> str:
    details = VisitDetails(
        **{
            "kind": "outreach",
            "day": TODAY - timedelta(days=ago),
            "supervisor": tracked.director.public_id,
            **more,
        }  # type: ignore[arg-type]
    )
    return enter_visit(tracked.track, tracked.person(name), details, by=tracked.trainer)


def row(public_id: str) -> SupervisionVisit:
    db.session.rollback()
    return db.session.query(SupervisionVisit).filter_by(public_id=public_id).one()


@pytest.fixture
def on_track(tracked):
    """A track with a checklist of two lines, on which two people are."""
    tracked.write(OUTREACH)
    lines = [ChecklistItem("", "Explains a right"), ChecklistItem("", "Names a service")]
    write_checklist(tracked.version, lines, tracked.row.row_version, by=tracked.trainer)
    propose(tracked.version, by=tracked.trainer)
    publish(tracked.version, by=tracked.director)
    for name in (ALL, MOST):
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)
    return tracked


def keys(tracked: Tracked) -> list[str]:
    return [one.key for one in checklist_from_json(tracked.row.checklist)]


@pytest.mark.any_engine
def test_outreach_on_a_visit_counts_once_a_day_and_no_more_once_it_is_withdrawn(
    both_engines_app, on_track
):
    one = visited(on_track)
    other = visited(on_track, supervisor=on_track.trainer.public_id)
    visited(on_track, MOST, kind="visit")
    assert on_track.fulfil(OUTREACH) == {ALL: TODAY - timedelta(days=5)}
    assert db.session.query(SeenFact).count() == 1
    person = on_track.person(ALL)
    withdraw_visit(on_track.track, person, one, "Wrong day", by=on_track.trainer)
    assert on_track.fulfil(OUTREACH).keys() == {ALL}
    withdraw_visit(on_track.track, person, other, "Wrong day", by=on_track.trainer)
    assert on_track.fulfil(OUTREACH) == {}
    visited(on_track)
    assert on_track.fulfil(OUTREACH).keys() == {ALL}


def test_what_was_entered_without_a_visit_stays_when_the_visit_is_withdrawn(on_track):
    on_track.saw("outreach", ALL)
    visit = visited(on_track)
    withdraw_visit(
        on_track.track, on_track.person(ALL), visit, "Was never there", by=on_track.trainer
    )
    assert on_track.fulfil(OUTREACH).keys() == {ALL}


def test_a_visit_that_cannot_be_is_refused_and_nothing_is_kept_of_it(on_track, actor):
    herself = actor("trainer", person_id=on_track.keys()[ALL])
    refused: list[tuple[str, dict[str, object]]] = [
        ("This day is still to come.", {"ago": -1}),
        ("The next visit comes after this one.", {"next_on": TODAY - timedelta(days=5)}),
        ("is ticked as well.", {"supervisor": herself.public_id}),
        ("Choose somebody from the list.", {"supervisor": "0" * 16}),
        ("Choose a place from the list.", {"place": "station:" + "0" * 16}),
        ("The checklist is another by now.", {"observed": {"another": "yes"}}),
        ("The checklist is another by now.", {"observed": {keys(on_track)[0]: "perhaps"}}),
    ]
    for words, more in refused:
        with refuses(words):
            visited(on_track, **more)  # type: ignore[arg-type]
    visited(on_track)
    with refuses("Entered already"):
        visited(on_track)
    db.session.rollback()
    assert db.session.query(SupervisionVisit).count() == 1


def test_only_a_draft_has_its_checklist_written_and_a_later_version_keeps_the_keys(on_track):
    before = keys(on_track)
    with refuses("This version is no draft any more."):
        write_checklist(on_track.version, [], on_track.row.row_version, by=on_track.trainer)
    on_track.version = start_version(on_track.track, by=on_track.trainer)
    assert keys(on_track) == before
    with pytest.raises(ChangedMeanwhile):
        write_checklist(on_track.version, [], 99, by=on_track.trainer)
    many = [ChecklistItem("", f"Line {number}") for number in range(21)]
    with refuses("A checklist has at most 20 lines."):
        write_checklist(on_track.version, many, on_track.row.row_version, by=on_track.trainer)


@pytest.mark.any_engine
def test_a_visit_is_due_until_somebody_goes_there_and_for_whom_it_was_handed_to(
    both_engines_app, on_track, actor
):
    director, yesterday = on_track.director, TODAY - timedelta(days=1)
    visited(on_track, ago=5, next_on=yesterday)
    visited(on_track, MOST, ago=5, next_on=TODAY + timedelta(days=9))
    assert [(one.visits, one.since) for one in tracks_with_due_visits(director, TODAY)] == [
        (1, yesterday)
    ]
    assert tracks_with_due_visits(on_track.trainer, TODAY) == []
    leaver = Holder(0, director.public_id)
    assert count_to_make(db.session(), leaver) == 2
    successor = actor("trainer")
    passed = Holder(0, successor.public_id)
    assert len(pass_on_to_make(db.session(), leaver, passed, utc_now())) == 2
    db.session.commit()
    assert count_to_make(db.session(), passed) == 2
    visited(on_track, ago=0, kind="visit")
    assert count_to_make(db.session(), passed) == 1
    take_off(on_track.track, on_track.person(MOST), by=on_track.trainer)
    assert count_to_make(db.session(), passed) == 0


def test_whoever_entered_it_is_told_where_who_was_there_does_not_reach_her(on_track, actor):
    stranger = actor("trainer")
    visited(on_track, next_on=TODAY, supervisor=stranger.public_id)
    assert tracks_with_due_visits(stranger, TODAY) == []
    assert [one.visits for one in tracks_with_due_visits(on_track.trainer, TODAY)] == [1]


def test_whoever_is_found_to_be_under_18_is_listed_nowhere_and_nothing_more_is_entered(
    app, on_track, client_for
):
    visited(on_track, MOST, next_on=TODAY, supervisor=on_track.trainer.public_id)
    child, adult = on_track.person(MOST), on_track.person(ALL)
    db.session.query(Person).filter_by(public_id=child).one().minor = True
    db.session.commit()
    with refuses("Nothing is entered about anybody under 18."):
        visited(on_track, MOST, ago=1)
    seen = SeenTogether("outreach", "", TODAY, on_track.director.public_id)
    with refuses("Nothing is entered about anybody under 18."):
        enter(seen, {adult: 1, child: 1}, by=on_track.trainer)
    track = on_track.row.track
    with app.test_request_context():
        _page, where = who_stands_where(track, on_track.trainer, TODAY)
        _page, visits = visits_of_track(track, on_track.director, TODAY)
        page, _group = people_to_enter(track, on_track.trainer)
    grid = [one.person for one in page]
    assert (sum(where.counts.values()), grid) == (1, [adult])
    assert visits.counts == {}
    assert tracks_with_due_visits(on_track.trainer, TODAY) == []
    # What was entered before stays on her own page, which asks for nothing new.
    her_page = client_for(on_track.trainer).get(f"/tracks/{on_track.track}/people/{child}")
    assert "Next visit" in her_page.text
    assert "Enter a visit" not in her_page.text
    # Once she is an adult after all, nothing is missing.
    db.session.query(Person).filter_by(public_id=child).one().minor = False
    db.session.commit()
    assert [one.visits for one in tracks_with_due_visits(on_track.trainer, TODAY)] == [1]


def test_two_people_who_are_one_keep_both_visits_and_one_outreach_a_day(on_track):
    visited(on_track, ALL)
    visited(on_track, MOST)
    merge_people(on_track.person(ALL), on_track.person(MOST), {}, (1, 1), SYSTEM)
    db.session.rollback()
    visits = db.session.query(SupervisionVisit).all()
    assert {one.person_id for one in visits} == {on_track.keys()[ALL]}
    (fact,) = db.session.query(SeenFact).all()
    assert {one.fact_id for one in visits} == {fact.id}


def test_notes_end_after_the_time_for_own_words_and_what_was_seen_stays(on_track):
    visit = visited(on_track, note="Calm and clear", observed={keys(on_track)[0]: "yes"})
    assert note_of(row(visit)) == "Calm and clear"
    assert b"Calm" not in (row(visit).note_sealed or b"")
    assert delete_old_notes(utc_now() + timedelta(days=364)) == 0
    assert delete_old_notes(utc_now() + timedelta(days=366)) == 1
    kept = row(visit)
    assert (note_of(kept), len(kept.observed)) == ("", 1)


def test_a_visit_is_entered_on_a_page_that_loses_nothing_and_stands_on_her_own(
    on_track, client_for, actor
):
    key, person = keys(on_track)[0], on_track.person(ALL)
    progress = f"/tracks/{on_track.track}/people/{person}"
    browser = client_for(on_track.trainer)
    sent = {
        "kind": "outreach",
        "day": TODAY.isoformat(),
        "seen_by": on_track.director.public_id,
        "note": "Calm and clear",
        f"seen-{key}": "yes",
        "next_on": TODAY.isoformat(),
    }
    wrong = browser.post(f"{progress}/visits/new", data=sent)
    assert wrong.status_code == 422
    assert "The next visit comes after this one." in wrong.text
    assert "Calm and clear" in wrong.text
    assert f'name="seen-{key}" value="yes" checked' in wrong.text
    assert browser.post(f"{progress}/visits/new", data=sent | {"next_on": ""}).status_code == 303
    herself = client_for(actor("peer", person_id=on_track.keys()[ALL]))
    page = herself.get(progress).text
    assert "Seen so far: 1 of 2" in page
    assert "Calm and clear" in page
    assert "Enter a visit" not in page
    listed = browser.get(f"/tracks/{on_track.track}/visits?group=B").text
    assert ALL in listed


def test_the_list_shows_one_group_and_what_is_due(app, on_track):
    visited(on_track, ALL, next_on=TODAY)
    visited(on_track, MOST)
    track = on_track.row.track
    with app.test_request_context():
        every, groups = visits_of_track(track, on_track.director, TODAY)
        due, _groups = visits_of_track(track, on_track.director, TODAY, state="due")
    assert groups.counts == {"A": 1, "B": 1}
    assert ([one.name for one in every], [one.name for one in due]) == ([MOST], [ALL])


def test_the_checklist_on_paper_is_one_page_with_every_line_and_nobodys_name(on_track, client_for):
    on_track.version = start_version(on_track.track, by=on_track.trainer)
    long = "Shows in plain words, without reading anything out, what may be asked at a road block"
    lines = [ChecklistItem("", f"{number} {long} {long}"[:160]) for number in range(20)]
    write_checklist(on_track.version, lines, on_track.row.row_version, by=on_track.trainer)
    address = f"/tracks/{on_track.track}/versions/{on_track.version}/checklist.pdf"
    answer = client_for(on_track.trainer).get(address)
    assert answer.mimetype == "application/pdf"
    assert seen_of_checklist(on_track.row.checklist, [])[19]["item"].text.startswith("19 ")
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 1
