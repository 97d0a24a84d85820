"""Lists: pages, order, addresses; formats; static files."""

import gzip
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from kash.accounts.models import Account, AccountRole, Programme
from kash.platform.database import db
from kash.platform.web import formats
from kash.platform.web.lists import Listing, listing, paged

NAMES = ["Baraka", "amina", "Chausiku", "Amina", "Dalila"]

SEARCHED = pytest.mark.parametrize("searched", [False, True])


@pytest.fixture
def accounts(both_engines_app, actor):
    for name in NAMES:
        actor("trainer", name=name)


def _page(app: APIFlask, address: str, **more: Any) -> Listing[Any]:
    with app.test_request_context(address):
        return listing(
            select(Account),
            sorts={"name": func.lower(Account.name), "both": (Account.active, Account.name)},
            default_sort="name",
            key=Account.id,
            per_page=2,
            **more,
        )


@SEARCHED
def test_pages_of_a_list(both_engines_app, accounts, searched):
    seen = []
    for number in (1, 2, 3):
        found = _page(both_engines_app, f"/accounts?page={number}", searched=searched)
        assert (found.page, found.pages, found.total) == (number, 3, 5)
        assert (found.sort, found.direction) == ("name", "asc")
        seen += [row.name for row in found]
    assert seen == ["amina", "Amina", "Baraka", "Chausiku", "Dalila"]
    turned = _page(both_engines_app, "/accounts?direction=desc&sort=name", searched=searched)
    assert [row.name for row in turned.rows] == ["Dalila", "Chausiku"]
    assert len(_page(both_engines_app, "/accounts?sort=both")) == 2


@pytest.mark.parametrize(
    ("query", "total", "pages", "beyond"),
    [
        ("", 3, 2, True),
        # That there are more than are shown is known of every page.
        ("page=2", 4, 3, True),
        ("page=9", 5, 3, False),
        ("counted=all", 5, 3, False),
        ("counted=all&page=2", 5, 3, False),
        ("counted=some", 3, 2, True),
    ],
)
def test_of_a_long_list_so_many_are_counted_and_every_page_can_be_turned_to(
    both_engines_app, accounts, query, total, pages, beyond
):
    found = _page(both_engines_app, f"/accounts?{query}", most_counted=3)
    assert (found.total, found.pages, found.beyond) == (total, pages, beyond)
    # That there are more was known before.
    known = _page(both_engines_app, f"/accounts?{query}", most_counted=4, beyond=True)
    assert (known.total, known.pages, known.beyond) == (max(total, 4), 3, beyond)
    whole = _page(both_engines_app, f"/accounts?{query}")
    assert [row.name for row in found] == [row.name for row in whole]


@pytest.mark.parametrize("most_counted", [5, 6])
def test_a_list_of_just_so_many_is_counted(both_engines_app, accounts, most_counted):
    found = _page(both_engines_app, "/accounts", most_counted=most_counted)
    assert (found.total, found.pages, found.beyond) == (5, 3, False)


@SEARCHED
@pytest.mark.parametrize(
    ("query", "page", "sort", "direction"),
    [
        ("page=99999", 3, "name", "asc"),
        ("page=0", 1, "name", "asc"),
        ("page=-3", 1, "name", "asc"),
        ("page=1e3", 1, "name", "asc"),
        ("page=" + "9" * 300, 1, "name", "asc"),
        ("sort=password_hash&direction=desc", 1, "name", "desc"),
        ("sort=name%00&direction=sideways", 1, "name", "asc"),
        ("page=2&page=3&sort=both", 2, "both", "asc"),
    ],
)
def test_unreadable_wishes_are_as_if_not_said(
    both_engines_app, accounts, query, page, sort, direction, searched
):
    found = _page(both_engines_app, f"/accounts?{query}", searched=searched)
    assert (found.page, found.sort, found.direction) == (page, sort, direction)
    assert (found.pages, found.total) == (3, 5)


@SEARCHED
@pytest.mark.parametrize("page", [1, 4])
def test_an_empty_list_has_one_page(both_engines_app, page, searched):
    found = _page(both_engines_app, f"/accounts?page={page}", searched=searched)
    assert (list(found), found.page, found.pages, found.total) == ([], 1, 1, 0)


@SEARCHED
def test_rows_of_several_things_are_tuples(both_engines_app, accounts, searched):
    with both_engines_app.test_request_context("/accounts"):
        found = listing(
            select(Account.name, func.count(AccountRole.role))
            .join(AccountRole)
            .group_by(Account.id, Account.name),
            sorts={"name": Account.name},
            default_sort="name",
            default_direction="desc",
            key=Account.id,
            searched=searched,
        )
    assert found.total == 5
    assert sorted((name, count) for name, count in found) == sorted((n, 1) for n in NAMES)


@SEARCHED
def test_a_list_costs_two_queries_or_one_that_finds_and_counts(
    both_engines_app,
    accounts,
    count_queries,  # type: ignore[type-arg]
    searched,
):
    with both_engines_app.test_request_context("/accounts"), count_queries() as seen:
        listing(
            select(Account.name),
            sorts={"name": Account.name},
            default_sort="name",
            searched=searched,
        )
    assert seen.count == (1 if searched else 2)


def test_addresses_of_other_pages(app):
    with app.test_request_context("/accounts?closed=1&role=a&role=b&_anchor=x&page=2"):
        app.preprocess_request()
        found: Listing[int] = Listing([], 2, 3, 120, "name", "asc")
        assert found.url_for(page=3) == (
            "/accounts?closed=1&role=a&role=b&page=3&sort=name&direction=asc"
        )
        assert found.url_for(page=1, direction="desc") == (
            "/accounts?closed=1&role=a&role=b&sort=name&direction=desc"
        )


@given(st.lists(st.integers(), max_size=30), st.integers(1, 10))
def test_lists_in_memory_are_cut_whole(rows, per_page):
    from flask import Flask

    app = Flask("lists")
    pieces: list[int] = []
    number = 1
    while True:
        with app.test_request_context(f"/?page={number}"):
            found = paged(rows, per_page=per_page)
        assert found.page == number
        pieces += found.rows
        if number == found.pages:
            break
        number += 1
    assert pieces == rows


# --- Formats --------------------------------------------------------------------------------


def test_moments_show_in_the_programmes_zone(app):
    late = datetime(2026, 11, 15, 22, 5, tzinfo=UTC)
    with app.test_request_context("/"):
        assert formats.moment_text(late) == "16 Nov 2026, 01:05"
        assert formats.day_text(late) == "Mon 16 Nov"
        assert formats.date_text(late) == "16 November 2026"
        assert formats.month_text(date(2026, 11, 16)) == "November 2026"
        assert formats.time_text(time(8, 30)) == "08:30"
        assert formats.from_local(date(2026, 11, 16), time(1, 5)) == late
    db.session.execute(update(Programme).values(zone="Nowhere/At all", default_language="sw"))
    db.session.commit()
    with app.test_request_context("/"):
        from flask import g

        g.pop("programme_facts", None)
        g.pop("_flask_babel", None)
        assert formats.time_text(late) == "01:05"
        assert formats.date_text(late) == "16 Novemba 2026"
        assert formats.day_text(late) == "Jtt 16 Nov"
        assert formats.day_text(date(2026, 11, 22)) == "Jpl 22 Nov"
        g.pop("programme_facts", None)


@pytest.mark.parametrize(
    ("minutes", "shown"), [(None, ""), (0, "0 h"), (59, "0 h 59"), (90, "1 h 30"), (600, "10 h")]
)
def test_hours(minutes, shown):
    assert formats.hours_text(minutes) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(None, ""), (79.99, "79\u00a0%"), (80, "80\u00a0%"), (0, "0\u00a0%")]
)
def test_a_share_is_never_rounded_up(share, shown):
    assert formats.percent_text(share) == shown


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amina Wekesa", "AW"),
        ("Rose", "R"),
        ("  mary  ann 'Otieno ", "MO"),
        ("42", ""),
        ("", ""),
        (None, ""),
        ("Émile", "É"),
    ],
)
def test_initials(name, letters):
    assert formats.initials(name) == letters


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_moment_comes_back_from_its_local_form(moment):
    from flask import Flask, g

    with Flask("zones").app_context():
        g.programme_facts = None
        local = formats.to_local(moment)
        assert local - moment == timedelta(0)
        assert formats.from_local(local.date(), local.time()) == moment


# --- Static files ---------------------------------------------------------------------------


def test_static_files_are_kept_under_their_content(app, client):
    with app.test_request_context("/"):
        address = app.jinja_env.globals["static_url"]("tokens.css")  # type: ignore[operator]
    assert address.startswith("/static/tokens.css?v=")
    page = client.get("/sign-in").text
    assert address in page
    kept = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Content-Encoding"] == "gzip"
    assert kept.headers["Vary"] == "Accept-Encoding"
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(kept.data) == plain.data
    assert "Set-Cookie" not in plain.headers
    for wrong in ("/static/tokens.css", "/static/tokens.css?v=0"):
        assert client.get(wrong).headers["Cache-Control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    refused = client.get(address, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize(
    "address",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/",
        "/static/x.css",
        "/static//etc/passwd",
    ],
)
def test_nothing_else_is_served(client, address):
    answer = client.get(address)
    assert answer.status_code in (308, 404)
    assert "create_app" not in answer.text
