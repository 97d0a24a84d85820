"""Lists that are taken away as tables: all of what the page is narrowed to, by whom the page is
for, and noted. A list that only seems to be whole misleads whoever reports by it; one that names
people is a file on somebody's laptop."""

import csv
import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from kash.accounts.models import SignedInSession
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import lists


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))


def exports() -> list[tuple[str, list[str]]]:
    found = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "lists.exported").order_by(AuditEntry.seq)
    )
    return [(entry.actor, list(entry.subjects)) for entry in found]


@pytest.fixture
def many(both_engines_app, actor, monkeypatch):
    """More accounts than a page has, and than are read at once."""
    monkeypatch.setattr(lists, "_ROWS_OF_A_TABLE", 20)
    names = [f"Account {number:02}" for number in range(61)]
    for name in names:
        actor("trainer", name=name)
    return names


def test_a_table_holds_all_pages_in_the_order_of_the_page_and_is_noted(many, sign_in):
    browser = sign_in("administrator", name="Zuhura")
    answer = browser.post("/accounts?sort=name&direction=desc&take=csv&page=2")
    assert answer.mimetype == "text/csv"
    head, *rows = rows_of(answer.text)
    assert [row[0] for row in rows] == ["Zuhura", *reversed(many)]
    assert head[:2] == ["Name", "Roles"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.post("/accounts?take=xlsx").data))
    assert [row[0] for row in book.get_sheet_by_index(0).to_python()][1:] == [*many, "Zuhura"]
    assert [subjects for _actor, subjects in exports()] == [["list:accounts.index"]] * 2


def test_what_a_typed_search_and_a_filter_leave_out_is_in_no_table(many, sign_in):
    browser = sign_in("administrator", name="Zuhura")
    found = browser.post("/accounts?take=csv", data={"search": "account 5", "hxl": "1"})
    head, tags, *rows = rows_of(found.text)
    assert [row[0] for row in rows] == [name for name in many if name.startswith("Account 5")]
    assert tags == ["#contact+name", "#contact+type", "#date+seen"]
    assert len(head) == len(tags)
    only = browser.post("/accounts?role=administrator&take=csv")
    assert [row[0] for row in rows_of(only.text)][1:] == ["Zuhura"]


def test_a_page_offers_its_list_as_it_was_asked_for(sign_in, actor):
    actor("trainer", name="Achieng")
    browser = sign_in("administrator")
    page = browser.get("/accounts?role=trainer&page=1").text
    assert 'action="/accounts?role=trainer&amp;take=xlsx"' in page
    searched = browser.post("/accounts?role=trainer", data={"search": "achi"}).text
    assert '<input type="hidden" name="search" value="achi">' in searched
    # Some accounts are those of peer educators.
    assert page.count("Your password is asked for") == 1


def test_whoever_may_not_see_a_page_takes_nothing_of_it(sign_in):
    browser = sign_in("trainer")
    assert browser.post("/accounts?take=csv").status_code == 403
    assert exports() == []


@pytest.mark.any_engine
@pytest.mark.parametrize("address", ["/audit", "/audit?take=pdf", "/audit?take="])
def test_a_list_that_is_posted_for_nothing_else_is_its_page(address, sign_in):
    browser = sign_in("administrator")
    assert "<h1" in browser.post(address).text
    assert browser.get("/audit?take=csv").mimetype == "text/html"
    assert exports() == []


@pytest.mark.any_engine
def test_a_table_that_names_people_asks_for_the_password_and_is_noted(app, sign_in):
    """A session left open on a desk must not be enough to carry everybody's names away."""
    browser = sign_in("monitoring")
    db.session.execute(update(SignedInSession).values(fresh_at=utc_now() - timedelta(hours=1)))
    db.session.commit()
    asked = browser.post("/people?take=csv")
    assert (asked.status_code, asked.headers["Location"].partition("?")[0]) == (303, "/confirm")
    assert exports() == []
    db.session.execute(update(SignedInSession).values(fresh_at=utc_now()))
    db.session.commit()
    assert browser.post("/people?take=csv").mimetype == "text/csv"
    assert exports()[-1][1] == ["list:people.index"]
