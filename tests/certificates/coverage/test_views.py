"""Pages of coverage: who reads names there, and what is typed and taken along."""

import csv
import io
import re
from datetime import timedelta

import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from kash.certificates.coverage.queries import Goal, goal_of, latest_goal
from kash.certificates.coverage.services import set_goal
from kash.certificates.models import CoverageGoal
from kash.people.models import Organisation, Zone
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.vault.models import AuditEntry
from kash.platform.web.metrics import KEPT, SLOW, init_counted
from tests.certificates.coverage.conftest import ago
from tests.certificates.test_views import text_of


@pytest.fixture
def kondele(place, actor):
    """Kondele with two officers, one of whom a trainer added; its public id, and the trainer."""
    trainer = actor("trainer")
    place.station("Kondele")
    place.person("Amina Mfano", "Kondele", by=trainer.public_id, cadre="Sergeant")
    place.person("Baraka Mfano", "Kondele")
    place.certify("Amina Mfano", 100, -600, place.batch())
    db.session.commit()
    station = db.session.query(Organisation.public_id).filter_by(name="Kondele").scalar()
    return place, station, trainer


def test_a_trainer_reads_the_names_of_her_own_people_and_the_number_of_the_others(
    kondele, client_for
):
    place, station, trainer = kondele
    own = client_for(trainer).get(f"/coverage/stations/{station}").text
    assert "Amina Mfano" in own
    assert "Baraka Mfano" not in own
    assert "beyond your reach: 1." in own
    all_of_them = client_for(place.director).get(f"/coverage/stations/{station}").text
    assert "Amina Mfano" in all_of_them
    assert "Baraka Mfano" in all_of_them
    assert "beyond your reach" not in all_of_them


def test_people_of_a_station_are_narrowed_by_how_their_training_stands(kondele, client_for):
    place, station, _trainer = kondele
    browser = client_for(place.director)
    trained = browser.get(f"/coverage/stations/{station}?training=holds").text
    assert "Amina Mfano" in trained
    assert "Baraka Mfano" not in trained
    assert "Nobody stands there" in browser.get(f"/coverage/stations/{station}?training=due").text
    wrong = browser.get(f"/coverage/stations/{station}?training=x&of=track-none&group=Z")
    assert wrong.status_code == 200
    assert "Baraka Mfano" in wrong.text


@pytest.mark.parametrize("many", [5000, 20])
def test_of_many_at_a_station_a_trainer_turns_to_all_whom_she_reaches_and_to_nobody_else(
    kondele, client_for, monkeypatch, many
):
    place, station, trainer = kondele
    monkeypatch.setattr("kash.certificates.coverage.queries._MANY", many)
    names = [f"Chao {number:02}" for number in range(60)]
    for number, name in enumerate(names):
        place.person(name, "Kondele", by=trainer.public_id if number % 2 else "system")
    db.session.commit()
    browser = client_for(trainer)

    def shown(**asked: object) -> list[str]:
        page = browser.get(f"/coverage/stations/{station}", query_string=asked).text
        return re.findall(r">(Chao \d\d)<", page)

    pages = [shown(page=number) for number in (1, 2)]
    assert len(pages[0]) in (18, 19, 20)
    assert pages[0] + pages[1] == names[1::2]
    assert shown(direction="desc", sort="name")[:2] == ["Chao 59", "Chao 57"]
    everybody = client_for(place.director).get(f"/coverage/stations/{station}?page=2").text
    assert len(re.findall(r">Chao \d\d<", everybody)) == 20


def test_a_station_of_the_other_group_is_not_found_among_officers(kondele, client_for):
    place, _station, _trainer = kondele
    place.station("Mwanga", group=1, kind="collective")
    place.person("Subira", "Mwanga", group=1)
    db.session.commit()
    collective = db.session.query(Organisation.public_id).filter_by(name="Mwanga").scalar()
    browser = client_for(place.director)
    assert browser.get(f"/coverage/stations/{collective}").status_code == 404
    theirs = browser.get(f"/coverage/stations/{collective}?group=B")
    assert "Subira" in theirs.text
    assert "Mwanga" not in browser.get("/coverage/needs").text


@pytest.mark.parametrize("address", ["", "/needs", "/moves", "/table", "/page.pdf", "/goal"])
def test_a_police_account_and_a_peer_are_kept_out(kondele, client_for, actor, address):
    place, _station, _trainer = kondele
    for role in ("police_peer", "peer", "funder"):
        person = place.people["Amina Mfano"] if role == "police_peer" else None
        browser = client_for(actor(role, person_id=person))
        assert browser.get(f"/coverage{address}").status_code == 403


def test_pages_say_what_is_missing_while_nobody_is_trained(sign_in):
    browser = sign_in("monitoring")
    for page in ("", "/needs", "/moves"):
        assert "Nobody is trained yet" in browser.get(f"/coverage{page}").text
    assert browser.get("/coverage/table").status_code == 404
    assert browser.get("/coverage/page.pdf").status_code == 404


def test_stations_are_sorted_paged_and_asked_for_by_as_many_queries(
    kondele, client_for, count_queries
):
    place, _station, _trainer = kondele
    browser = client_for(place.director)
    browser.get("/coverage/needs")
    with count_queries() as one:
        browser.get("/coverage/needs?sort=name")
    for number in range(52):
        place.station(f"Station {number:02}")
        place.person(f"Officer {number}", f"Station {number:02}")
    db.session.commit()
    with count_queries() as many:
        page = browser.get("/coverage/needs?sort=name").text
    assert many.count == one.count
    assert page.index("Kondele") < page.index("Station 00")
    assert "Station 51" not in page
    assert "Station 51" in browser.get("/coverage/needs?sort=name&page=2").text
    for address in ("?sort=none&direction=desc", "/moves?months=x", "/needs?page=99999999"):
        assert browser.get(f"/coverage{address}").status_code == 200


def test_a_table_holds_counts_and_no_cell_is_a_formula(kondele, client_for):
    place, _station, _trainer = kondele
    place.station("=1+1")
    db.session.commit()
    browser = client_for(place.director)
    tables = {
        what: list(
            csv.reader(io.StringIO(browser.get(f"/coverage/table?kind=csv&what={what}").text))
        )
        for what in ("needs", "stations", "moves")
    }
    assert [row[0] for row in tables["needs"][1:]] == ["'=1+1", "Kondele"]
    assert tables["needs"][2][2:9] == ["2", "1", "0", "0", "0", "1", "1"]
    assert tables["stations"][2][2:9] == ["2", "1", "3", "0", "now", "", ""]
    assert len(tables["moves"]) == 1
    assert not any("Mfano" in cell for rows in tables.values() for row in rows for cell in row)


def test_the_page_for_the_director_is_one_page_and_tells_no_letter_of_a_group(kondele, client_for):
    place, _station, _trainer = kondele
    for number in range(30):
        place.station(f"A station whose name takes room on the line {number:02}")
    db.session.commit()
    answer = client_for(place.director).get("/coverage/page.pdf")
    with pikepdf.open(io.BytesIO(answer.data)) as paper:
        assert len(paper.pages) == 1
        assert "Mfano" not in str(paper.docinfo)
    # Beside names of stations it would tell whom it stands for on all other paper.
    said = text_of(answer.data)
    assert "A station whose name" in said
    assert "Group" not in said


def test_the_goal_is_kept_with_those_before_and_bad_numbers_are_told_beside_their_field(
    place, client_for, actor
):
    county = Zone(name="Kisumu", kind="county")
    place.add(county)
    db.session.commit()
    area = county.public_id
    browser = client_for(place.director)
    refused = browser.post(
        "/coverage/goal", data={"wanted": "51", "due_months": "25", "area": "nowhere"}
    )
    assert refused.status_code == 422
    assert 'value="51"' in refused.text
    assert "Use a number from 1 to 50." in refused.text
    assert "Use a number from 1 to 24." in refused.text
    assert goal_of(latest_goal()) == Goal(3, 3, "")
    db.session.rollback()
    for wanted in ("4", "4", "5"):
        saved = browser.post(
            "/coverage/goal", data={"wanted": wanted, "due_months": "6", "area": area}
        )
        assert saved.status_code == 303
    assert goal_of(latest_goal()) == Goal(5, 6, area)
    assert db.session.query(CoverageGoal).count() == 2
    entries = db.session.query(AuditEntry).filter_by(action="coverage.goal_set").count()
    assert entries == 2
    db.session.rollback()
    assert browser.get("/coverage/goal").status_code == 200
    assert client_for(actor("trainer")).get("/coverage/goal").status_code == 403


def test_a_zone_that_went_out_of_use_stays_the_area_until_another_is_chosen(place, client_for):
    county = Zone(name="Kisumu", kind="county")
    place.add(county)
    db.session.commit()
    set_goal(Goal(area=county.public_id), by=place.director)
    db.session.query(Zone).update({"active": False})
    db.session.commit()
    page = client_for(place.director).get("/coverage/goal").text
    assert re.findall(r"<option selected[^>]*>([^<]*)", page) == ["Kisumu"]


def test_a_station_outside_the_area_is_told_and_leads_nowhere(kondele, client_for):
    place, station, _trainer = kondele
    zone = Zone(name="Kondele", kind="ward")
    place.add(zone)
    db.session.query(Organisation).update({"place": "Kondele"})
    place.station("Nakuru", "Nakuru")
    place.person("Chao", "Nakuru", ("Kondele", 30))
    place.person("Dalila", "Kondele", ("Nakuru", 20))
    for name in ("Chao", "Dalila"):
        place.certify(name, 100, None, place.batch())
    db.session.commit()
    set_goal(Goal(area=zone.public_id), by=place.director)
    page = client_for(place.director).get("/coverage/moves").text
    assert re.findall(r'href="/coverage/stations/(\w+)', page) == [station]
    assert page.count("outside the programme") == 1
    assert "out of its area: 1, not known where: 0" in page
    sheet = client_for(place.director).get("/coverage/table?what=moves").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == [ago(20), ago(30)]


def test_a_rank_that_only_somebody_out_of_reach_has_is_neither_offered_nor_asked_for(
    kondele, client_for
):
    place, _station, trainer = kondele
    place.person("Chao Mfano", "Kondele", cadre="Superintendent")
    db.session.commit()
    own = client_for(trainer).get("/coverage/needs?cadre=Superintendent").text
    assert '<option value="Sergeant"' in own
    assert '<option value="Superintendent"' not in own
    assert ">3<" in own
    director = client_for(place.director).get("/coverage/needs?cadre=Superintendent").text
    assert '<option value="Superintendent" selected' in director
    assert ">3<" not in director


def test_figures_from_before_say_of_when_they_are_and_are_counted_again_for_each_in_her_reach(
    kondele, client_for, app
):
    place, station, trainer = kondele
    app.config.update({KEPT: timedelta(minutes=10), SLOW: -1.0})
    init_counted(app)
    first, second = client_for(place.director), client_for(trainer)
    assert "Counted at" not in first.get("/coverage/needs").text
    place.person("Chao Mfano", "Kondele")
    db.session.commit()
    with audited("settings.changed", place.director) as change:
        change.about("settings")
    for page in ("", "/needs", "/moves", f"/stations/{station}"):
        assert "Counted at" in second.get(f"/coverage{page}").text
    kept = first.get(f"/coverage/stations/{station}").text
    # Names are asked anew, each within her reach; figures are those of before.
    assert "Chao Mfano" in kept
    assert "Chao Mfano" not in second.get(f"/coverage/stations/{station}").text
    assert "1 of 2 posted" in kept
    again = re.search(r'href="(\?counted_after=\d+)"', kept)
    assert again is not None
    anew = first.get(f"/coverage/stations/{station}{again[1]}").text
    assert "Counted at" not in anew
    assert "1 of 3 posted" in anew
