"""Pages of what was printed: everybody sees the same, and nothing beside it."""

import json

import pytest
from sqlalchemy import select

from kash.figures.releases.models import Release, ReleasePlan
from kash.platform.database import db
from kash.platform.vault import AuditEntry, root_subject
from tests.figures.releases.planned import SPRING, SUMMER, YEAR, case, plan_of
from tests.incidents.filed_cases import filed


def released(key: str = "who", number: int = 1, values: tuple[int | None, ...] = ()) -> list[str]:
    """Windows of a table as they were printed, without anybody having printed them."""
    plan = plan_of()
    made = []
    for window in [one for one in plan.calendar if one.key == key][:number]:
        table = plan.year_plan.table(key)
        assert table is not None
        given = values or tuple(40 + 5 * window.number for _code in table.codes)
        row = Release(
            plan_id=plan.id,
            table_key=key,
            window=window.number,
            freeze_on=window.freeze_on,
            lines=[list(pair) for pair in zip(table.codes, given, strict=True)],
        )
        db.session.add(row)
        db.session.flush()
        made.append(row.public_id)
    db.session.commit()
    return made


def test_printing_shows_what_was_stored_and_again_the_same(a_member):
    officer = a_member("documentation")
    plan_of()
    for _ in range(3):
        filed(case())
    assert "Cases filed up to 31 March" in officer.client.get("/").text
    asked = officer.client.get("/releases/").text.split('<details class="ask">')[1]
    # One press sends nothing: the button that prints lies behind the question.
    assert [asked.index(text) for text in ("Print the figures", "</summary>", 'type="submit"')] == (
        sorted(asked.index(text) for text in ("Print the figures", "</summary>", 'type="submit"'))
    )
    first = officer.client.post("/releases/print", data={"day": SPRING.isoformat()})
    (who, mediation) = db.session.scalars(select(Release.public_id).order_by(Release.id))
    assert (first.status_code, first.headers["Location"]) == (303, f"/releases/{who}")
    again = officer.client.post("/releases/print", data={"day": SPRING.isoformat()})
    assert again.headers["Location"] == first.headers["Location"]
    assert len(db.session.scalars(select(Release.id)).all()) == 2
    shown = officer.client.get(first.headers["Location"]).text
    assert f"/releases/{mediation}" in shown
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    rows = db.session.scalars(select(Release).order_by(Release.id)).all()
    digests = [root_subject(one.digest) for one in rows]
    assert entry.action == "releases.printed"
    assert entry.subjects == [who, mediation, *digests]


def test_with_a_closed_vault_nothing_is_printed_and_it_is_asked_for(a_member):
    officer = a_member("documentation", is_open=False)
    plan_of()
    answer = officer.client.post("/releases/print", data={"day": SPRING.isoformat()})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/w/v?next=")
    assert db.session.scalars(select(Release.id)).all() == []


@pytest.mark.parametrize("day", ["", "soon", "2025-03-32", "2025-04-01", "0000-00-00"])
def test_a_day_that_no_plan_says_is_not_there(a_member, day):
    officer = a_member("documentation")
    plan_of()
    assert officer.client.post("/releases/print", data={"day": day}).status_code == 404


def test_what_stands_in_the_way_is_told(a_member):
    officer = a_member("documentation")
    plan_of()
    late = officer.client.post(
        "/releases/print", data={"day": f"{YEAR}-12-31"}, follow_redirects=True
    )
    assert "Print the figures of the earlier day first" in late.text


@pytest.mark.parametrize("role", ["police_peer", "peer", "funder", "trainer", "monitoring"])
def test_each_reads_the_same_figures(app, client_for, actor, role):
    (shown,) = released(values=(40, None, 15))
    browser = client_for(actor(role))
    index = browser.get("/releases/").text
    assert "Print the figures" not in index
    assert "A documentation officer prints them." in index
    page = browser.get(f"/releases/{shown}").text
    for words in ("32 to 48", "0 to 14", "A printed 40 means 32 to 48, nine times in ten."):
        assert words in page
    assert f'href="/releases/{shown}"' in index
    begins = "/overview/" if role in ("trainer", "monitoring") else "/"
    assert 'href="/releases/"' in browser.get(begins).text
    assert browser.get(f"/releases/{shown}/note").status_code == 403


def test_four_windows_make_a_trend(app, client_for, actor):
    *_others, third, last = released(number=4, values=())
    browser = client_for(actor("funder"))
    assert "No clear change" in browser.get(f"/releases/{last}").text
    assert "No clear change" not in browser.get(f"/releases/{third}").text
    # A table as it was printed says nothing of what came later.
    assert "Quarter 4" not in browser.get(f"/releases/{third}").text


def test_charts_of_a_page_have_one_scale_and_show_it(app, client_for, actor):
    plan = plan_of()
    for key, window, value in (("who", 0, 40), ("who", 1, 40), ("acts", 0, 100)):
        table = plan.year_plan.table(key)
        assert table is not None
        lines = [[code, value] for code in table.codes]
        row = Release(plan_id=plan.id, table_key=key, window=window, lines=lines)
        row.freeze_on = SUMMER if window else SPRING
        db.session.add(row)
    db.session.commit()
    page = client_for(actor("funder")).get("/releases/").text
    # The acts' 100 means up to 106, so that all charts end at 120.
    upright, lying = (
        "<span>120</span><span>0</span>",
        "<span>0</span><span>60</span><span>120</span>",
    )
    assert (page.count(upright), page.count(lying)) == (3, 8)
    assert page.count('class="plot') == 3 + 8


def test_a_note_stands_beside_the_table_and_one_with_a_digit_is_typed_again(a_member):
    (shown,) = released()
    officer = a_member("documentation", is_open=False)
    wrong = officer.client.post(f"/releases/{shown}/note", data={"text": "There were 7 more."})
    assert wrong.status_code == 422
    assert "There were 7 more." in wrong.text
    assert "Leave out every digit" in wrong.text
    words = "Some were noted under another line."
    officer.client.post(f"/releases/{shown}/note", data={"text": words})
    assert words in officer.client.get(f"/releases/{shown}").text
    assert officer.client.get(f"/releases/{'x' * 16}/note").status_code == 404


def test_tables_are_taken_away_as_printed(app, client_for, actor):
    released(values=(40, None, 15))
    found = client_for(actor("funder")).get("/releases/table?kind=csv")
    lines = found.data.decode("utf-8-sig").splitlines()
    assert lines == [
        "Table,Window,Cases filed up to,Line,Printed",
        'Who did it,"Quarter 1, 2025",2025-03-31,Police,40',
        'Who did it,"Quarter 1, 2025",2025-03-31,Client,few',
        'Who did it,"Quarter 1, 2025",2025-03-31,Somebody else,15',
    ]
    sheet = client_for(actor("funder")).get("/releases/table")
    assert sheet.data[:2] == b"PK"


def test_the_command_writes_what_everybody_sees_and_no_account(app):
    (shown,) = released(values=(40, None, 15))
    run = app.test_cli_runner()
    said = json.loads(run.invoke(args=["releases", "export", "--format", "json"]).output)
    assert [one["year"] for one in said["plans"]] == [YEAR]
    assert said["releases"] == [
        {
            "id": shown,
            "year": YEAR,
            "table": "who",
            "window": 0,
            "freeze_on": "2025-03-31",
            "lines": [
                {"code": "police", "printed": 40},
                {"code": "client", "printed": "few"},
                {"code": "other", "printed": 15},
            ],
            "notes": [],
        }
    ]
    assert {"proposed_by", "approved_by"}.isdisjoint(said["plans"][0])
    assert run.invoke(args=["releases", "due"]).output.splitlines() == [
        "due   2025-03-31  who mediation",
        "due   2025-06-30  who mediation",
        "due   2025-09-30  who mediation",
        "due   2025-12-31  who mediation acts",
    ]


def test_the_page_asks_as_much_of_the_database_for_one_release_as_for_four(
    sqlite_app, client_for, actor, count_queries
):
    browser = client_for(actor("funder"))
    (first,) = released()

    def asked() -> int:
        browser.get("/releases/")
        with count_queries() as queries:
            browser.get("/releases/")
            browser.get(f"/releases/{first}")
        return queries.count

    one = asked()
    plan = db.session.scalars(select(ReleasePlan)).one()
    lines = [[code, None] for code in ("police", "client", "other")]
    for window in (1, 2, 3):
        row = Release(plan_id=plan.id, table_key="who", window=window, lines=lines)
        row.freeze_on = SUMMER
        db.session.add(row)
    db.session.commit()
    assert asked() == one
