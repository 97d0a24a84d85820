"""Absences: written down in one form, read by whom they concern, and gone when they are over."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kash.accounts.models import Account
from kash.accounts.services.locking import deactivate
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.web.errors import ChangedMeanwhile, NotFound
from kash.platform.web.formats import local_today
from kash.platform.web.parts import CalendarQuestion
from kash.policy import SYSTEM, Actor
from kash.workshops.availability import services
from kash.workshops.availability.models import Absence, TeachingDays
from kash.workshops.availability.queries import CALENDAR, absence, absences_between, teaching_days
from kash.workshops.availability.services import (
    AbsenceDetails,
    TeachingDaysDetails,
    add_absence,
    change_absence,
    forget_leaver,
    forget_past_days,
    remove_absence,
    say_teaching_days,
)
from tests.conftest import csrf_token
from tests.refusals import refuses


def _away(of: Actor, begins: int, days: int = 1, note: str = "", by: Actor | None = None) -> str:
    first = local_today() + timedelta(days=begins)
    details = AbsenceDetails(first, first + timedelta(days=days - 1), "sick", note)
    return add_absence(details, whose=of.public_id, key=new_public_id(), by=by or of)


def stored(public_id: str, of: Actor) -> AbsenceDetails:
    """An absence as it is kept, in the words of whoever entered it."""
    kept = absence(of, public_id)
    return AbsenceDetails(kept["first"], kept["last"], kept["kind"], kept["note"])


def _count() -> int:
    return db.session.scalar(select(func.count(Absence.id))) or 0


def test_a_trainer_says_in_one_form_that_she_is_away_today(app, actor, client_for):
    trainer = actor("trainer")
    browser = client_for(trainer)
    page = browser.get("/absences/new").text
    today = local_today().isoformat()
    assert f'value="{today}"' in page
    key = page.partition('name="key"')[2].partition('value="')[2].partition('"')[0]
    sent = {"csrf_token": csrf_token(page), "key": key, "first": today, "kind": "sick"}
    sent["note"] = "Malaria"
    # Sent twice, as a phone without a network does.
    for _ in range(2):
        assert browser.post("/absences/new", data=sent).status_code == 303
    row = db.session.scalars(select(Absence)).one()
    assert (row.account_id, row.first, row.last) == (
        trainer.account_id,
        local_today(),
        local_today(),
    )
    assert row.note_sealed is not None
    assert b"Malaria" not in row.note_sealed
    assert "Malaria" in browser.get("/absences").text


def test_colleagues_read_the_days_and_only_the_director_reads_why(app, actor, client_for):
    _away(actor("trainer", name="Atieno"), 3, note="Malaria")
    for role, knows in (("trainer", False), ("director", True)):
        browser = client_for(actor(role))
        page = browser.get("/absences").text
        assert "Atieno" in page
        assert ("Malaria" in page, "Sick" in page) == (knows, knows)


@pytest.mark.parametrize(
    ("first", "last", "field", "sentence"),
    [
        ("2026-12-10", "2026-12-09", "last", "The last day comes before the first."),
        ("2026-12-10", "2036-12-10", "last", "This is longer than a year."),
        ("2126-12-10", "", "first", "These days are too far away."),
        ("2026-12-10", "tomorrow", "last", "This is not a day."),
    ],
)
def test_days_that_cannot_be_are_told_beside_the_field_and_nothing_typed_is_lost(
    app, sign_in, first, last, field, sentence
):
    browser = sign_in("trainer")
    sent = {"first": first, "last": last, "kind": "other", "note": "Mto wa kwanza"}
    sent["csrf_token"] = csrf_token(browser.get("/absences/new").text)
    answer = browser.post("/absences/new", data=sent)
    assert answer.status_code == 422
    beside = answer.text.partition(f'id="{field}-error"')[2].partition("</div>")[0]
    assert sentence in beside
    assert "Mto wa kwanza" in answer.text
    assert _count() == 0


def test_absences_of_one_account_never_share_a_day(app, actor):
    trainer, other = actor("trainer"), actor("trainer")
    first = _away(trainer, 10, 5)
    with refuses("is there already. Change that one."):
        _away(trainer, 14)
    second = _away(trainer, 15)
    _away(other, 12)
    day = local_today() + timedelta(days=14)
    with refuses("is there already. Change that one."):
        change_absence(second, AbsenceDetails(day), 1, by=trainer)
    # Its own days are no obstacle to itself.
    changed = AbsenceDetails(day - timedelta(days=2), day, "other", "At home")
    change_absence(first, changed, 1, by=trainer)
    assert stored(first, trainer) == changed
    with pytest.raises(ChangedMeanwhile):
        change_absence(first, AbsenceDetails(day), 1, by=trainer)


def test_nobody_says_that_a_colleague_is_away_but_the_director(app, actor, monkeypatch):
    trainer, other, director = actor("trainer"), actor("trainer"), actor("director")
    hers = _away(trainer, 2)
    for attempt in (
        lambda: _away(trainer, 9, by=other),
        lambda: change_absence(hers, AbsenceDetails(local_today()), 1, by=other),
        lambda: remove_absence(hers, by=other),
        lambda: say_teaching_days(trainer.public_id, TeachingDaysDetails((0,)), 0, by=other),
    ):
        with pytest.raises(NotFound):
            attempt()
    _away(trainer, 9, by=director)
    assert remove_absence(hers, by=director) == trainer.public_id
    # Police accounts and participants have no absences, whoever asks.
    with refuses("Choose somebody who teaches."):
        _away(actor("police_peer"), 9, by=director)
    monkeypatch.setattr(services, "MOST", 1)
    with refuses("There are too many absences already."):
        _away(trainer, 20)


def test_days_of_teaching_are_said_and_taken_back(app, actor, client_for):
    trainer = actor("trainer")
    browser = client_for(trainer)
    address = f"/absences/teaching/{trainer.public_id}"
    token = csrf_token(browser.get(address).text)
    sent = {"csrf_token": token, "weekdays": ["0", "2"], "most_days_a_month": "8"}
    assert browser.post(address, data=sent | {"row_version": "0"}).status_code == 303
    pattern = teaching_days()[trainer.account_id or 0]
    assert (pattern.weekdays, pattern.most_days_a_month) == (frozenset({0, 2}), 8)
    assert (
        "You teach on: Mon, Wed. At most so many days a month: 8." in browser.get("/absences").text
    )
    late = browser.post(address, data=sent | {"row_version": "0"})
    assert late.status_code == 409
    none = browser.post(address, data={"csrf_token": token, "row_version": "1"})
    assert none.status_code == 422
    assert "Tick at least one day." in none.text
    say_teaching_days(trainer.public_id, TeachingDaysDetails(tuple(range(7))), 1, by=trainer)
    assert teaching_days() == {}


def test_what_is_over_and_what_a_leaver_said_is_forgotten(app, actor):
    trainer, leaver = actor("trainer"), actor("trainer")
    _away(trainer, -90)
    _away(leaver, 5)
    say_teaching_days(leaver.public_id, TeachingDaysDetails((1,)), 0, by=leaver)
    assert forget_past_days(utc_now()) == 0
    assert forget_past_days(utc_now() + timedelta(days=1)) == 1
    with writing() as session:
        # A phone that was lost is no reason to forget.
        forget_leaver(session, leaver.account_id or 0, utc_now())
    assert (_count(), len(teaching_days())) == (1, 1)
    deactivate(SYSTEM, leaver.public_id)
    assert (_count(), db.session.scalar(select(func.count(TeachingDays.account_id)))) == (0, 0)
    assert not db.session.get_one(Account, leaver.account_id).active


def test_the_calendar_says_who_is_away_to_whoever_plans_and_never_why(app, actor):
    _away(actor("trainer", name="Atieno"), 3, note="Malaria")
    day = local_today() + timedelta(days=3)
    sources = {one.kind: one for one in CALENDAR}
    with app.test_request_context():
        for role, titles in (
            ("trainer", ["Atieno is away"]),
            ("police_peer", []),
            ("monitoring", []),
            ("peer", []),
        ):
            found = sources["absence"].entries(CalendarQuestion(actor(role), day, day))
            assert [one.title for one in found] == titles
            assert "Malaria" not in str(found)
    assert [one.first for one in absences_between(day, day)] == [day]


def test_the_page_asks_no_more_of_the_database_for_three_absences_than_for_one(
    app, actor, client_for, count_queries
):
    browser = client_for(actor("director"))
    counts = []
    for number in range(3):
        _away(actor("trainer", name=f"Trainer {number}"), 3, note="Away")
        if number != 1:
            browser.get("/absences")
            with count_queries() as queries:
                browser.get("/absences")
            counts.append(queries.count)
    assert counts[0] == counts[1]
