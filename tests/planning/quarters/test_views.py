"""Quarters in the browser: needs by station, a proposal with its obstacles, and bad input told
beside its field."""

from datetime import timedelta

from sqlalchemy import event, func, select

from kash.people.models import Organisation, Person, Posting
from kash.planning.quarters import queries
from kash.planning.quarters.models import QuarterProposal
from kash.planning.quarters.rules import quarter_of
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.workshops.availability.models import Absence
from kash.workshops.models import Workshop
from tests.workshops.conftest import make_person


def post_people(station: str, *names: str) -> None:
    """People of the police who are posted at a station, none of them trained."""
    key = db.session.scalar(select(Organisation.id).where(Organisation.public_id == station))
    for name in names:
        person = db.session.scalar(
            select(Person.id).where(Person.public_id == make_person(name, "A"))
        )
        db.session.add(
            Posting(person_id=person, organisation_id=key, since=local_today() - timedelta(days=9))
        )
    db.session.commit()


def test_a_quarter_is_planned_from_needs_to_workshops(both_engines_app, quarter, client_for):
    browser = client_for(quarter.atieno)
    following = quarter_of(local_today()).following
    sent = {
        "quarter": following.code,
        "not_before": following.first.isoformat(),
        "weekdays": ["0", "1", "2", "3", "4"],
        "day_starts_at": "08:30",
        "day_ends_at": "16:30",
        "trainers": "2",
        "most_minutes": "90",
    }
    made = browser.post("/quarters/new", data=sent)
    assert made.status_code == 303
    address = made.headers["Location"].removesuffix("/needs")
    kondele, central = quarter.stations
    post_people(kondele, "Otieno Mfano", "Ouma Mfano", "Odhiambo Mfano")
    asked = f"{address}/needs?group=A"
    page = browser.get(asked)
    assert f'name="places_{kondele}"' in page.text
    # Nobody is posted at the other.
    assert f'name="places_{central}"' not in page.text
    places = {
        "version": quarter.version,
        "most": "24",
        "fewest": "1",
        "most_from_station": "10",
        f"places_{kondele}": "3",
    }
    assert browser.post(asked, data=places).status_code == 303
    assert 'data-label="With a place">1</td>' in browser.get("/quarters").text
    shown = browser.get(address).text
    assert ("Kondele" in shown, "Sample Hall" in shown, "Atieno" in shown) == (True, True, True)
    version = db.session.scalar(
        select(QuarterProposal.row_version).where(
            QuarterProposal.public_id == address.rsplit("/", 1)[1]
        )
    )
    done = browser.post(f"{address}/accept", data={"which": "all", "row_version": str(version)})
    assert done.status_code == 303
    assert db.session.scalar(select(func.count(Workshop.id))) == 1
    # What is planned is not asked for once more.
    row = browser.get(asked).text.split(f'id="places_{kondele}"')[1].split(">")[0]
    assert 'value="0"' in row


def test_an_absence_in_the_way_is_told_without_its_reason(quarter, client_for):
    db.session.add(
        Absence(
            account_id=quarter.juma.account_id,
            first=quarter.first,
            last=quarter.first + timedelta(days=120),
            kind="sick",
            written_by=quarter.juma.public_id,
        )
    )
    db.session.commit()
    quarter.add(8)
    shown = client_for(quarter.director).get(f"/quarters/{quarter.proposal}").text
    assert "if Juma’s absence of" in shown
    assert ("sick" in shown.lower(), "/accept" in shown and "Fix" in shown) == (False, False)


def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(quarter, client_for):
    browser = client_for(quarter.atieno)
    sent = {
        "quarter": "2026-9",
        "not_before": "never",
        "day_starts_at": "16:30",
        "day_ends_at": "08:30",
        "trainers": "99",
        "most_minutes": "77",
    }
    refused = browser.post("/quarters/new", data=sent)
    assert refused.status_code == 422
    for sentence in (
        "Tick at least one day.",
        "A day must end after it begins.",
        "Use a number from 1 to 9.",
    ):
        assert sentence in refused.text
    assert 'value="77"' in refused.text
    quarter.add(5)
    (line,) = quarter.lines()
    late = queries.proposal(quarter.proposal).last + timedelta(days=1)
    address = f"/quarters/{quarter.proposal}/lines/{line.public_id}"
    outside = browser.post(
        address, data={"first": late.isoformat(), "row_version": str(quarter.row_version)}
    )
    assert (outside.status_code, "This day lies outside" in outside.text) == (422, True)
    nobody = browser.post(
        address, data={"team": [quarter.juma.public_id], "row_version": str(quarter.row_version)}
    )
    assert (nobody.status_code, "Choose who leads" in nobody.text) == (422, True)


def test_a_page_that_is_out_of_date_plans_nothing_and_says_so(quarter, client_for):
    quarter.add(5)
    browser = client_for(quarter.atieno)
    address = f"/quarters/{quarter.proposal}"
    gone = browser.post(f"{address}/accept", data={"which": "all", "row_version": "1"})
    assert gone.status_code == 303
    assert "Someone else saved changes" in browser.get(address).text
    assert db.session.scalar(select(func.count(Workshop.id))) == 0


def test_a_proposal_asks_as_often_for_three_lines_as_for_one(quarter, client_for):
    browser = client_for(quarter.atieno)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            quarter.add(4)
        asked: list[str] = []

        def note(*given: object, said: list[str] = asked) -> None:
            said.append(str(given[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        assert browser.get(f"/quarters/{quarter.proposal}").status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1]
