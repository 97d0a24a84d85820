"""Holidays that a programme adds: the clocks of cases know them, and nothing typed is lost."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kash.incidents.queries.letterbox import court_days
from kash.platform.database import db
from kash.policy import SYSTEM
from kash.workshops.holidays import services
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.holidays.services import HolidayDetails, HolidayThere, add_holiday
from tests.conftest import csrf_token
from tests.refusals import refuses

ADDRESS = "/settings/holidays"
IDD = HolidayDetails(date(2027, 3, 10), "Idd-ul-Fitr", "Gazette notice 2210")


def _add(browser: FlaskClient, **typed: str) -> tuple[int, str]:
    token = csrf_token(browser.get(f"{ADDRESS}/new").text)
    answer = browser.post(f"{ADDRESS}/new", data={"csrf_token": token, **typed})
    return answer.status_code, answer.text


def test_a_day_that_was_added_is_no_court_day_until_it_is_removed(app, sign_in):
    browser = sign_in("administrator")
    assert court_days().sits_on(IDD.day)
    typed = {"day": "2027-03-10", "name": IDD.name, "source": IDD.source}
    assert _add(browser, **typed)[0] == 302
    assert not court_days().sits_on(IDD.day)
    page = browser.get(f"{ADDRESS}?year=2027").text
    assert "Idd-ul-Fitr" in page
    assert "Gazette notice 2210" in page
    assert "Madaraka Day" in page
    assert "Gazette notice" not in browser.get(f"{ADDRESS}?year=2028").text
    status, again = _add(browser, **typed)
    assert status == 422
    assert "This day is there already: Idd-ul-Fitr." in again
    added = db.session.scalars(select(LocalHoliday)).one()
    address = f"{ADDRESS}/{added.public_id}/remove"
    token = csrf_token(browser.get(address).text)
    assert browser.post(address, data={"csrf_token": token}).status_code == 302
    assert court_days().sits_on(IDD.day)
    assert browser.post(address, data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2027-06-01", "This day is there already: Madaraka Day."),
        ("2034-01-02", "This day is there already: New Year’s Day, which fell on a Sunday."),
        ("1999-12-31", "This day is too far away."),
        ("2200-01-01", "This is not a day."),
        ("30 February", "This is not a day."),
        ("", "Enter this."),
    ],
)
def test_what_is_no_day_to_add_is_said_beside_it_and_nothing_is_lost(app, sign_in, day, sentence):
    status, page = _add(sign_in("administrator"), day=day, name="Day of the lake", source="Radio")
    assert status == 422
    assert sentence in page
    assert 'value="Day of the lake"' in page
    assert db.session.query(LocalHoliday).count() == 0


def test_a_year_holds_no_more_than_its_most(app, monkeypatch):
    monkeypatch.setattr(services, "MOST_A_YEAR", 1)
    add_holiday(IDD, by=SYSTEM)
    with refuses("There are as many in this year as a year can hold."):
        add_holiday(HolidayDetails(date(2027, 5, 17), "Idd-ul-Azha"), by=SYSTEM)
    add_holiday(HolidayDetails(date(2028, 2, 27), "Idd-ul-Fitr"), by=SYSTEM)
    with pytest.raises(HolidayThere):
        add_holiday(IDD, by=SYSTEM)


@pytest.mark.parametrize("year", ["0", "-5", "1999", "2200", "99999999999999999999", "x"])
def test_a_year_that_nobody_asks_for_shows_this_one(app, sign_in, year):
    browser = sign_in("director")
    assert browser.get(f"{ADDRESS}?year={year}").text.count("<h1>") == 1
    assert browser.get(f"{ADDRESS}/new").status_code == 403
