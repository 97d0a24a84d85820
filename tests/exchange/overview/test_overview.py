"""A quarter in one look, and nothing in it that nobody counted."""

import re
from datetime import date

import pytest

from kash.exchange.overview.queries import attention, completed_by_quarter
from kash.figures.indicators.models import Target
from kash.figures.indicators.rules import quarter
from kash.platform.database import db, utc_now
from kash.policy import Role
from kash.workshops.models import Funder, Funding
from tests.figures.indicators.conftest import confirm

QUARTER = quarter(2026, 4)


def _tiles(page: str) -> dict[str, str]:
    """Title and text of each tile."""
    found = re.findall(r'<article class="tile">(.*?)</article>', page, re.S)
    plain = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]
    titles = [re.search(r"<h2><a[^>]*>([^<]*)</a>", one) for one in found]
    return {
        title[1]: text.removeprefix(title[1]).strip()
        for title, text in zip(titles, plain, strict=True)
        if title is not None
    }


def test_a_quarter_stands_beside_its_target_once_its_registers_are_confirmed(ready, client_for):
    browser = client_for(ready.director)
    before = browser.get("/overview/?period=2026-Q4").text
    assert _tiles(before)["People who completed a course"].startswith("no data")
    db.session.add(
        Target(key="people_completed", period="2026-Q4", value=4, set_by=ready.director.public_id)
    )
    db.session.commit()
    confirm(ready.held, ready.director)
    tiles = _tiles(browser.get("/overview/?period=2026-Q4").text)
    assert tiles["People who completed a course"].startswith("2 of 4")
    assert tiles["People reached"].startswith("3 no target")
    assert tiles["Workshops held"].startswith("1 ")


def test_whoever_records_connections_finds_them_beside_the_reports(actor, client_for):
    """She has no settings, where others find them."""
    pages = [client_for(actor(who)).get("/overview/").text for who in ("monitoring", "director")]
    assert ['href="/connections/"' in one for one in pages] == [True, False]
    # Nor is a target missing without a way to set one, for who may.
    assert [one.count('href="/indicators/targets/new"') for one in pages] == [4, 0]


def test_quarters_before_the_first_in_which_anybody_completed_a_course_are_not_shown(
    ready, client_for
):
    """A programme that has just begun saw seven empty lines above its first."""
    confirm(ready.held, ready.director)
    page = client_for(ready.director).get("/overview/?period=2026-Q4").text
    assert re.findall(r'<th scope="row"><a href="/overview/[^>]*>([^<]*)<', page) == ["4 of 2026"]


def test_what_was_completed_stands_in_its_quarter_by_group(ready):
    confirm(ready.held, ready.director)
    db.session.rollback()
    counts = completed_by_quarter(QUARTER)
    assert list(counts) == [
        *(quarter(2025, part) for part in (1, 2, 3, 4)),
        *(quarter(2026, part) for part in (1, 2, 3, 4)),
    ]
    assert [sum(groups.values()) for groups in counts.values()] == [0, 0, 0, 0, 0, 0, 0, 2]


def test_a_funder_is_asked_for_in_the_address_and_counts_its_own_alone(ready, client_for):
    confirm(ready.held, ready.director)
    paying, other = Funder(name="Mfano Foundation"), Funder(name="Other fund")
    db.session.add_all([paying, other])
    db.session.flush()
    db.session.add(Funding(workshop_id=ready.held.row.id, funder_id=paying.id, share=100))
    db.session.commit()
    browser = client_for(ready.director)
    own = browser.get(f"/overview/?period=2026-Q4&funder={paying.public_id}").text
    none = browser.get(f"/overview/?period=2026-Q4&funder={other.public_id}").text
    assert _tiles(own)["People who completed a course"].startswith("2 ")
    assert _tiles(none)["People who completed a course"].startswith("no data")
    assert browser.get("/overview/?funder=0123456789abcdef").status_code == 404


def test_a_workshop_that_is_over_and_not_confirmed_needs_attention(ready):
    now = utc_now()
    assert ready.held.row.ends_on < now.date()
    assert attention(QUARTER, None, now).unconfirmed == 1
    assert attention(quarter(2026, 3), None, now).unconfirmed == 0
    confirm(ready.held, ready.director)
    assert attention(QUARTER, None, now).unconfirmed == 0


@pytest.mark.parametrize("period", ["2026-Q5", "backwards", "2026-03-01..2026-01-01", "9999"])
def test_a_period_that_is_none_is_said_where_it_is_typed(actor, client_for, period):
    answer = client_for(actor(Role.MONITORING)).get("/overview/", query_string={"period": period})
    assert answer.status_code == 422
    assert 'id="period-problem"' in answer.text


def test_the_page_asks_as_much_for_many_workshops_as_for_one(
    plan, actor, client_for, count_queries
):
    browser = client_for(actor(Role.DIRECTOR))
    asked = []
    for _number in range(2):
        plan(starts_on=date(2026, 10, 5), ends_on=date(2026, 10, 6))
        browser.get("/overview/?period=2026-Q4")
        db.session.rollback()
        with count_queries() as counted:
            browser.get("/overview/?period=2026-Q4")
        asked.append(counted.count)
        plan(starts_on=date(2026, 10, 12), ends_on=date(2026, 10, 13))
    assert asked[0] == asked[1] <= 30


def test_rooms_of_figures_are_reached_from_it_and_stand_in_no_menu_beside_it(actor, client_for):
    page = client_for(actor(Role.DIRECTOR)).get("/coverage").text
    menu = page[page.index("<nav") : page.index("</nav>")]
    places = re.findall(r'<a[^>]*href="([^"]+)"[^>]*>', menu)
    assert not {"/coverage", "/releases", "/indicators/"} & set(places)
    current = re.search(r'<a[^>]*href="([^"]+)"[^>]*aria-current="page"', menu) or re.search(
        r'aria-current="page"[^>]*href="([^"]+)"', menu
    )
    assert current is not None
    assert current[1] == "/overview/"
    custodian = client_for(actor(Role.CUSTODIAN)).get("/").text
    assert "/overview/" not in custodian
    assert 'href="/releases/"' in custodian
