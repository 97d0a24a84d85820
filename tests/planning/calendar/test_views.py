"""The calendar: who sees what in it, moving without a script and by one, undoing, planning."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.people.models import Group, Person, Venue
from kash.planning.clashes.queries.checking import check, told_by_first_day
from kash.planning.clashes.rules import ALIKE_ON_ALL_DAYS
from kash.planning.clashes.words import sentence
from kash.platform.database import db
from kash.platform.web.formats import day_text
from kash.policy import Actor
from kash.workshops.availability.models import Absence, VenueBlock
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.models import Enrolment, Funder, Funding, Workshop
from kash.workshops.queries.people import wanted_of
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import cancel_workshop, move_workshop
from tests.planning.calendar.conftest import day
from tests.workshops.conftest import Held, make_person

Browsers = Callable[[Actor], FlaskClient]
FETCHED = {"X-Requested-With": "fetch"}


def month(browser: FlaskClient, **more: Any) -> str:
    """The month of the workshop, as its page says it."""
    asked = {"view": "month", "on": day(1).isoformat()} | more
    answer = browser.get("/calendar", query_string=asked)
    assert answer.status_code == 200
    return answer.text


def _key(person: str) -> int:
    key = db.session.query(Person.id).filter_by(public_id=person).scalar()
    db.session.rollback()
    return int(key)


@pytest.fixture
def site(coming, client_for):
    return client_for(coming.trainer)


def move_page(held: Held) -> str:
    return f"/calendar/workshops/{held.workshop}/move"


def typed(held: Held, first: date, **more: Any) -> dict[str, Any]:
    return {
        "starts_on": first.isoformat(),
        "day_starts_at": "08:30",
        "venue": "",
        "row_version": held.row_version,
    } | more


# --- Who sees what ------------------------------------------------------------------------------


def test_a_police_account_sees_its_own_workshop_and_of_no_other_even_that_there_is_one(
    both_engines_app, plan, coming, actor, client_for
):
    """Where the community meets would be enough to find a named sex worker there."""
    hall = Venue(name="Quiet House")
    db.session.add(hall)
    db.session.commit()
    other = plan(
        title="Rights at work",
        starts_on=day(1),
        ends_on=day(1),
        venue=hall.public_id,
        by=coming.trainer,
    )
    enrol(other.workshop, make_person("Zawadi Sampuli", "B"), coming.trainer)
    officer = make_person("Baraka Sampuli", "A")
    enrol(coming.workshop, officer, coming.trainer)
    police = client_for(actor("police_peer", person_id=_key(officer)))
    community = db.session.query(Group).filter_by(letter="B").one().public_id
    db.session.rollback()
    for view in ("month", "week", "agenda"):
        # A filter by group would tell whether the community sits in the same room.
        for narrowed in ({}, {"group": community}, {"venue": hall.public_id}):
            seen = month(police, view=view, **narrowed)
            assert coming.workshop in seen
            assert not re.search(rf"{other.workshop}|Quiet House|Rights at work|Zawadi", seen)
            assert "Move" not in seen
            assert "/workshops/new" not in seen
            assert 'name="trainer"' not in seen


def test_whoever_declined_is_not_reminded_of_it_and_an_invitation_says_so(
    coming, actor, client_for
):
    guest = make_person("Faraja Sampuli", "B")
    enrol(coming.workshop, guest, coming.trainer, EnrolmentState.INVITED)
    peer = client_for(actor("peer", person_id=_key(guest)))
    assert "Invited" in month(peer)
    db.session.query(Enrolment).update({"state": "declined"})
    db.session.commit()
    assert coming.workshop not in month(peer)


def test_only_whoever_runs_a_workshop_is_offered_to_move_it(coming, actor, client_for, site):
    assert f"/calendar/workshops/{coming.workshop}/move" in month(site)
    for other in (actor("trainer"), actor("director")):
        browser = client_for(other)
        assert coming.workshop in month(browser)
        assert "data-moves" not in month(browser)
        answer = browser.post(move_page(coming), data=typed(coming, day(3)))
        assert answer.status_code == 403
    assert coming.row.starts_on == day(1)


# --- What stands there --------------------------------------------------------------------------


def test_filters_narrow_workshops_and_stand_in_the_address(both_engines_app, coming, site, actor):
    hall, funder = Venue(name="Hall B"), Funder(name="Mfano Fund")
    db.session.add_all([hall, funder])
    db.session.flush()
    row = coming.row
    row.venue = hall
    db.session.add(Funding(workshop_id=row.id, funder_id=funder.id, share=100))
    db.session.commit()
    enrol(coming.workshop, make_person("Zawadi Sampuli", "B"), coming.trainer)
    groups = {one.letter: one.public_id for one in db.session.query(Group)}
    fits = {
        "trainer": coming.trainer.public_id,
        "venue": hall.public_id,
        "group": groups["B"],
        "funder": funder.public_id,
    }
    other = {"trainer": actor("trainer").public_id, "group": groups["A"], "funder": "a" * 16}
    db.session.rollback()
    link = f'href="/workshops/{coming.workshop}"'
    assert link in month(site, **fits)
    for name, value in other.items():
        page = month(site, **(fits | {name: value}))
        assert link not in page
        assert f"{name}={value}" in page


def test_sessions_stand_under_their_workshop_on_their_day_and_holidays_beside_it(coming, site):
    db.session.add(LocalHoliday(day=day(2), name="Idd-ul-Fitr", added_by="system"))
    db.session.commit()
    for view in ("week", "agenda"):
        page = month(site, view=view)
        (tuesday,) = re.findall(rf'data-day="{day(1)}".*?data-day="', page, re.DOTALL)
        assert re.findall(r"<time>(\d\d:\d\d)</time>", tuesday) == ["08:30", "10:15"]
        assert "Idd-ul-Fitr" not in tuesday
        assert "Idd-ul-Fitr" in page
    assert "Idd-ul-Fitr" in month(site)


def test_a_cancelled_workshop_stands_there_crossed_out_and_is_not_moved(coming, site):
    cancel_workshop(coming.workshop, "No hall", coming.trainer)
    page = month(site)
    assert "Cancelled" in page
    assert "data-moves" not in page
    answer = site.post(move_page(coming), data=typed(coming, day(3)))
    assert answer.status_code == 422
    assert "This workshop is cancelled" in answer.text


@pytest.mark.parametrize(
    "asked",
    [
        {"view": "year", "on": "2026-02-30"},
        {"view": "month", "on": "9999-12-31", "trainer": "%00" * 9},
        {"view": "agenda", "on": "0001-01-01", "venue": "x" * 5000},
        {"view": "week", "on": "2199-12-31", "group": "'; --"},
    ],
)
def test_an_address_that_says_nothing_readable_shows_a_calendar_all_the_same(asked, sign_in):
    assert sign_in("trainer").get("/calendar", query_string=asked).status_code == 200


def test_a_phone_begins_with_the_agenda_and_a_desk_with_the_month(sign_in):
    browser = sign_in("trainer")
    phone = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36"}
    assert "agenda-days" in browser.get("/calendar", headers=phone).text
    assert "month-table" in browser.get("/calendar").text


@pytest.mark.parametrize("view", ["month", "week", "agenda"])
def test_more_workshops_ask_no_more_questions(view, coming, plan, site, count_queries):
    month(site, view=view)
    with count_queries() as one:
        month(site, view=view)
    for number in (2, 3):
        plan(starts_on=day(number), ends_on=day(number + 1), by=coming.trainer)
    with count_queries() as three:
        month(site, view=view)
    assert three.count == one.count


# --- Moving, without a script and by one --------------------------------------------------------


def test_moving_by_the_page_and_undoing_it_restore_everything(coming, site):
    hall = Venue(name="Hall B")
    db.session.add(hall)
    db.session.commit()
    venue = hall.public_id
    sent = typed(coming, day(3), day_starts_at="09:00", venue=venue)
    answer = site.post(f"{move_page(coming)}?view=week&on={day(1)}", data=sent)
    assert answer.status_code == 303
    assert answer.location == (f"/calendar?view=week&on={day(3)}#workshop-{coming.workshop}")
    row = coming.row
    assert (row.starts_on, row.day_starts_at, row.venue and row.venue.public_id) == (
        day(3),
        time(9),
        venue,
    )
    db.session.rollback()
    page = month(site)
    assert "Kisumu West” was moved from" in page
    undone = dict(re.findall(r'name="(workshop|row_version)"\s+value="(\w+)"', page))
    assert site.post("/calendar/undo", data=undone).status_code == 303
    row = coming.row
    assert (row.starts_on, row.day_starts_at, row.venue) == (day(1), time(8, 30), None)
    db.session.rollback()
    # The same button, pressed twice, moves nothing any further.
    assert site.post("/calendar/undo", data=undone).status_code == 409
    assert coming.row.starts_on == day(1)


def test_a_script_moves_again_and_again_and_takes_each_move_back(coming, site):
    for number in (2, 3, 4):
        sent = {"starts_on": day(number).isoformat(), "row_version": coming.row_version}
        db.session.rollback()
        answer = site.post(move_page(coming), data=sent, headers=FETCHED)
        assert answer.json["key"] == f"workshop-{coming.workshop}"
        assert day_text(day(number)) in answer.json["said"]
    for number in (3, 2, 1):
        sent = {"workshop": coming.workshop, "row_version": coming.row_version}
        db.session.rollback()
        assert site.post("/calendar/undo", data=sent, headers=FETCHED).status_code == 200
        assert coming.row.starts_on == day(number)
        db.session.rollback()


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"starts_on": "2026-01-05"}, 409, "has passed"),
        ({"starts_on": "2026-02-30"}, 409, "This is not a day"),
        ({"row_version": "999"}, 409, "Someone else saved"),
        ({"row_version": "9" * 400}, 409, "Someone else saved"),
    ],
)
def test_a_script_is_told_in_a_sentence_why_nothing_moved(sent, status, sentence, coming, site):
    asked = {"starts_on": day(3).isoformat(), "row_version": "1"} | sent
    answer = site.post(move_page(coming), data=asked, headers=FETCHED)
    assert (answer.status_code, sentence in answer.json["error"]) == (status, True)
    assert coming.row.starts_on == day(1)


def test_what_somebody_else_changed_meanwhile_is_shown_and_what_was_chosen_is_kept(coming, site):
    answer = site.post(move_page(coming), data=typed(coming, day(4), row_version="7"))
    assert answer.status_code == 409
    assert "Somebody else changed this workshop meanwhile." in answer.text
    assert re.search(rf'value="{day(4)}"\s+checked', answer.text)
    assert coming.row.starts_on == day(1)


def test_free_days_say_what_is_in_the_way_and_not_why_somebody_is_away(coming, plan, site):
    hall = Venue(name="Hall B")
    db.session.add(hall)
    db.session.flush()
    coming.row.venue = hall
    trainer = coming.trainer.account_id
    db.session.add_all(
        [
            Absence(
                account_id=trainer, first=day(5), last=day(5), kind="sick", written_by="system"
            ),
            VenueBlock(venue_id=hall.id, first=day(6), last=day(6), written_by="system"),
        ]
    )
    db.session.commit()
    plan(title="Another", starts_on=day(3), ends_on=day(3), by=coming.trainer)
    asked = {"first": day(0).isoformat(), "last": day(6).isoformat()}
    found = site.get(f"/calendar/workshops/{coming.workshop}/free-days", query_string=asked).json
    said = ("“Another”", "is away", "cannot be had")
    reasons = [
        [word for one in found[day(number).isoformat()] for word in said if word in one]
        for number in range(7)
    ]
    assert reasons == [
        [], [], ["“Another”"], ["“Another”"], ["is away"], ["is away", "cannot be had"],
        ["cannot be had"],
    ]  # fmt: skip
    page = site.get(move_page(coming), query_string={"on": day(0).isoformat()}).text
    assert "Amani Mfano is away" in page
    assert "sick" not in page
    # It is moved there all the same, and she is told.
    answer = site.post(
        move_page(coming), data=typed(coming, day(3), venue=hall.public_id), follow_redirects=True
    )
    assert "“Another”" in answer.text
    assert coming.row.starts_on == day(3)


def test_looking_at_another_month_moves_nothing_and_keeps_what_was_typed(coming, site):
    later = (day(1) + timedelta(days=70)).replace(day=1)
    sent = typed(coming, day(4), day_starts_at="10:15", show=later.isoformat())
    answer = site.post(move_page(coming), data=sent)
    assert answer.status_code == 200
    assert re.search(rf'value="{day(4)}"\s+checked', answer.text)
    assert 'value="10:15"' in answer.text
    assert f'value="{later}"' in answer.text
    assert coming.row.starts_on == day(1)


def test_a_day_of_the_calendar_leads_to_a_plan_that_begins_on_it(site):
    page = month(site)
    address = f"/workshops/new?starts_on={day(3)}"
    assert address in page
    form = site.get(address).text
    assert re.findall(rf'name="(starts_on|ends_on)"[^>]*value="{day(3)}"', form) == [
        "starts_on", "ends_on",
    ]  # fmt: skip
    assert site.get("/workshops/new?starts_on=nonsense").status_code == 200


def test_nobody_undoes_what_another_account_moved_on_the_same_browser(
    coming, site, actor, client_for, app
):
    site.post(move_page(coming), data=typed(coming, day(3)))
    second = actor("trainer")
    client_for(second, site)
    assert "was moved from" not in month(site)
    sent = {"workshop": coming.workshop, "row_version": coming.row_version}
    db.session.rollback()
    assert site.post("/calendar/undo", data=sent).status_code == 409
    assert db.session.query(Workshop.starts_on).scalar() == day(3)


def test_what_a_first_day_would_clash_with_is_what_clashes_once_it_lies_there(coming, plan):
    plan(title="Another", starts_on=day(3), ends_on=day(4), by=coming.trainer)
    days = [day(number) for number in range(6)]
    foreseen = told_by_first_day(wanted_of(coming.row), days, coming.trainer)
    for first in days:
        db.session.rollback()
        move_workshop(coming.workshop, first, coming.trainer, coming.row_version)
        there = check(wanted_of(coming.row), coming.trainer)
        assert set(foreseen[first]) == {
            sentence(one, there.names) for one in there.clashes if one.kind not in ALIKE_ON_ALL_DAYS
        }
    assert any(foreseen.values())
    assert not all(foreseen.values())
