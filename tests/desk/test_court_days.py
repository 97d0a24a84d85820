"""Further days without court: an administrator names them, and the clocks of cases know them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from kash.incidents.queries.calendar import court_days
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from tests.conftest import csrf_token

ADDRESS = "/settings/court-days"


def _send(browser: FlaskClient, days: str, **more: str) -> tuple[int, str]:
    page = browser.get(ADDRESS).text
    row_version = page.partition('name="row_version"')[2].partition('value="')[2].partition('"')[0]
    sent = {"csrf_token": csrf_token(page), "days": days, "row_version": row_version, **more}
    answer = browser.post(ADDRESS, data=sent)
    return answer.status_code, answer.text


def test_days_that_were_named_are_no_court_days(
    app: APIFlask, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in("administrator")
    assert court_days().sits_on(date(2027, 3, 10))
    assert _send(browser, " 2027-03-10 \n\n2027-03-09\n2027-03-10")[0] == 302
    assert sorted(court_days().closed) == [date(2027, 3, 9), date(2027, 3, 10)]
    assert not court_days().sits_on(date(2027, 3, 10))
    assert "2027-03-09\n2027-03-10" in browser.get(ADDRESS).text.replace("\r", "")
    newest = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert newest is not None
    assert (newest.action, newest.subjects) == ("accounts.court_days_changed", ["settings"])


def test_what_is_no_day_is_said_beside_it_and_nothing_is_lost(
    app: APIFlask, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in("administrator")
    for typed in ("2027-03-10\n30 February", "1203-01-01", "2027-03-10\n" * 50 + "x" * 900):
        status, page = _send(browser, typed)
        assert status == 422
        assert typed.split("\n")[-1][:40] in page
        assert court_days().closed == frozenset()


def test_whoever_was_slower_sees_what_was_saved(
    app: APIFlask, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in("administrator")
    assert _send(browser, "2027-03-10")[0] == 302
    status, page = _send(browser, "2027-04-01", row_version="1")
    assert status == 409
    assert "2027-04-01" in page
    assert "2027-03-10" in page
    assert sorted(court_days().closed) == [date(2027, 3, 10)]
