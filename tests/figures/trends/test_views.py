"""The page of trends: for members alone, from memory, and with nothing that leaves."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from kash.incidents.rules.parts import Intervention, Referral, Term
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry

pytestmark = pytest.mark.any_engine


def test_the_vault_is_asked_for_before_anything_is_counted(desk, a_member):
    closed = a_member("documentation", is_open=False)
    answer = closed.client.get("/w/trends")
    assert (answer.status_code, "Trends" in answer.text) == (303, False)


@pytest.mark.parametrize("role", ["monitoring", "trainer", "funder", "administrator", "peer"])
def test_nobody_without_keys_has_the_page(desk, role, client_for, actor):
    assert client_for(actor(role)).get("/w/trends").status_code == 403


def _fact(page: str, term: str) -> str:
    found = re.search(rf"<dt>{term}</dt>\s*<dd>\s*(\S+)", page)
    assert found is not None, term
    return found[1]


def test_a_look_counts_each_case_once_and_is_noted_without_ids(desk):
    desk.station("Lake", "Railways")
    for number in range(0, 720, 60):
        desk.case(number, station="Lake")
    desk.case(10, by="client", ward="railways")
    desk.case(20, by="")
    desk.case(25, by="client", ward="Elsewhere")
    desk.case(30, state="draft")
    desk.case(-5, station="Lake")
    before = db.session.scalars(select(AuditEntry.seq)).all()
    db.session.rollback()

    page = desk.member.client.get("/w/trends").text

    assert (_fact(page, "Cases by police"), _fact(page, "Cases by others")) == ("12", "2")
    said = "Left out, because nobody knows who did it: 1. Without a station"
    assert said in " ".join(page.split())
    # Said once, with what can be read instead.
    once = ("Too few to say", "are needed", "What can be read instead:")
    assert [page.count(words) for words in once] == [1, 1, 1]
    assert 'id="after-h"' not in page
    assert 'href="#months-h"' in page
    assert "12 of 13" in page
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.seq.not_in(before))).all()
    assert [(one.action, one.subjects) for one in entries] == [("incidents.searched", [])]
    db.session.rollback()


def test_a_station_is_asked_for_by_posting_so_that_no_address_names_it(desk):
    lake = desk.station("Lake", "Railways")
    desk.case(0, station="Lake")
    desk.case(40, station="Lake")
    desk.case(41, ward="Elsewhere")

    page = desk.member.client.post("/w/trends", data={"place": lake}).text

    shown = page.partition('id="one-h"')[2].partition("</section>")[0]
    assert "rarer than one a month" in shown
    assert re.findall(r'data-label="Days until the next police case">(\d+)', shown) == ["40"]
    assert lake not in desk.member.client.get("/w/trends").text.partition("<select")[0]
    refused = desk.member.client.post("/w/trends", data={"place": "nonesuch"})
    assert (refused.status_code, 'id="one-h"' in refused.text) == (422, False)


def test_no_figure_of_the_page_is_printed_and_none_can_be_taken_along(desk):
    desk.case(0)
    page = desk.member.client.get("/w/trends").text
    main = page.partition("<main")[2].partition("</main>")[0]
    outside = re.sub(r'(?s)<div class="not-printed">.*</div>', "", main)
    assert "<table" not in outside
    assert "Trends are not printed" in outside
    assert not re.search(r"\.(xlsx|csv|pdf|json)", main)


def test_a_custodian_is_told_that_she_sees_her_own_cases_alone(desk, a_member):
    desk.case(0)
    custodian = a_member("custodian")
    page = custodian.client.get("/w/trends").text
    assert "These figures are of those alone" in page
    assert _fact(page, "Cases by police") == "0"
    assert "These figures are of those alone" not in desk.member.client.get("/w/trends").text


def test_a_case_that_is_kept_from_somebody_is_not_counted_for_her(desk):
    desk.case(0, declared=[desk.member.actor.public_id])
    desk.case(1)
    assert _fact(desk.member.client.get("/w/trends").text, "Cases by police") == "1"


def test_a_station_is_reached_once_three_of_its_officers_met_a_course(desk):
    lake, hill = desk.station("Lake", "Railways"), desk.station("Hill", "Hilltop")
    first, later = desk.day(100), desk.day(300)
    for station, day, officers, met in (
        (lake, first, 2, True),
        (lake, later, 3, True),
        (hill, first, 3, False),
    ):
        desk.workshop(station, day, officers, met=met)
    for number in (50, 200, 350, 360):
        desk.case(number, station="Lake")
    desk.case(355, by="client", ward="Railways")

    page = desk.member.client.get("/w/trends").text

    (row,) = re.findall(r'<th scope="row">Lake</th>(.*?)</tr>', page, re.DOTALL)
    assert re.findall(r">(\d+ · \d+)<", row) == ["2 · 2", "0 · 1"]
    assert _fact(page, "Stations that a workshop reached") == "1"


def test_help_is_told_with_the_time_that_answers_took(desk):
    at = datetime.combine(desk.day(500), datetime.min.time(), utc_now().tzinfo)
    asked = [
        Intervention(id=f"i{hours}", asked_at=at, answered_at=at + timedelta(hours=hours))
        for hours in (1, 5, 30)
    ]
    terms = [
        Term(id="t1", kind="return", due_on=desk.day(510), fulfilled_on=desk.day(505)),
        Term(id="t2", kind="pay", due_on=desk.day(510)),
    ]
    sent = [Referral(id="r1", kind="legal", outcome="reached", outcome_on=desk.day(502))]
    waiting = Intervention(id="i9", asked_at=at)
    desk.case(500, interventions=[*asked, waiting], terms=terms, referrals=sent)

    page = desk.member.client.get("/w/trends").text

    def last(label: str) -> str:
        (row,) = re.findall(rf'<th scope="row">{label}</th>(.*?)</tr>', page, re.DOTALL)
        return re.findall(r"<td[^>]*>\s*(.*?)\s*</td>", row, re.DOTALL)[1]

    assert last("Mediators who answered") == "3 of 4"
    assert last("Half of the answers came within") == "5 h"
    assert last("Terms fulfilled by their day") == "1 of 2"
    assert last("Terms past their day") == "1 of 2"
    assert last("Referrals that reached somebody") == "1 of 1"
    assert last("Referrals that did so by their day") == "0 of 1"


def test_the_page_asks_no_more_of_the_database_when_there_are_more_cases(desk, count_queries):
    asked = []
    for round_ in range(2):
        for number in range(1 + 2 * round_):
            desk.station(f"Lake {round_} {number}", f"Ward {round_} {number}")
            desk.case(number, station=f"Lake {round_} {number}")
        with count_queries() as counted:
            desk.member.client.get("/w/trends")
        asked.append(counted.count)
    assert asked[0] == asked[1]
