"""Skills in the browser: granted on a form, told while a workshop is planned, outing nobody."""

from datetime import timedelta

from sqlalchemy import update

from kash.accounts.models import Account
from kash.people.models import Person
from kash.platform.database import db
from tests.workshops.conftest import make_person


def test_what_is_wrong_in_a_grant_is_told_beside_it_and_nothing_typed_is_lost(team, client_for):
    browser = client_for(team.director)
    address = f"/skills/trainers/{team.juma.public_id}/grant"
    sent = {
        "course": team.course,
        "level": "lead",
        "since": "2026-01-05",
        "evidence": "taught",
        "note": "Seen at Kondele",
    }
    refused = browser.post(address, data=sent)
    assert refused.status_code == 422
    assert "Fewer than two workshops taught are on record." in refused.text
    assert 'value="Seen at Kondele"' in refused.text
    assert browser.post(address, data=sent | {"evidence": "certificate"}).status_code == 303
    assert team.rows(team.juma) == [("lead", "", "")]
    shown = client_for(team.atieno).get(f"/skills/trainers/{team.juma.public_id}")
    assert "Seen at Kondele" in shown.text
    assert "/grant" not in shown.text


def test_the_suggestion_stands_where_it_is_decided_and_only_for_whoever_may(team, client_for):
    team.plan(30, team.atieno, team.juma)
    team.plan(20, team.atieno, team.juma)
    team.grant(team.atieno, "lead")
    director, trainer = client_for(team.director), client_for(team.atieno)
    for page in ("/skills", f"/skills/trainers/{team.juma.public_id}"):
        assert ("May they lead?" in director.get(page).text) is True
        assert ("May they lead?" in trainer.get(page).text) is False
    assert "May Juma lead" in director.get("/").text
    assert "May Juma lead" not in trainer.get("/").text
    not_yet = f"/skills/trainers/{team.juma.public_id}/not-yet"
    sent = {"course": team.course, "because": "Once more"}
    assert director.post(not_yet, data=sent).status_code == 303
    assert "May Juma lead" not in director.get("/").text


def test_the_table_goes_out_as_it_is_filtered(team, client_for):
    team.grant(team.juma, "lead")
    browser = client_for(team.atieno)
    table = browser.get(f"/skills/table?kind=csv&course={team.course}&level=lead")
    lines = table.data.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1]) == (2, "Juma,May lead")
    assert browser.get("/skills/table").data.startswith(b"PK")


def test_advice_stands_beside_the_trainers_while_they_are_chosen_and_on_the_plan(
    team, client_for, actor
):
    day = team.today + timedelta(days=9)
    team.grant(team.atieno, "co_teach")
    team.grant(team.juma, "lead")
    browser = client_for(team.atieno)
    warning = "Atieno may co-teach this course but not lead it."
    new = browser.get(f"/workshops/new?version={team.version}")
    assert warning in new.text
    chosen = {
        "version": team.version,
        "starts_on": day.isoformat(),
        "ends_on": "never",
        "facilitators": [team.atieno.public_id],
        "lead": team.atieno.public_id,
    }
    asked = browser.post("/workshops/team", data=chosen)
    assert (asked.status_code, warning in asked.text, "Juma" in asked.text) == (200, True, True)
    # Without a day nobody is said to be free or busy on "these days".
    dayless = browser.post("/workshops/team", data=chosen | {"starts_on": ""})
    assert (warning in dayless.text, "Juma" in dayless.text) == (True, False)
    led = browser.post("/workshops/team", data=chosen | {"lead": team.juma.public_id})
    assert "note" not in led.text
    made = team.plan(-9, team.atieno, confirmed=False)
    assert warning in browser.get(f"/workshops/{made}").text
    assert browser.post(f"/workshops/team?workshop={made}", data=chosen).status_code == 200
    other = client_for(actor("trainer", name="Other"))
    assert other.post(f"/workshops/team?workshop={made}", data=chosen).status_code == 403


def test_a_persons_page_does_not_tell_that_her_account_is_a_trainers(team, client_for):
    person = make_person("Zawadi Sampuli")
    key = db.session.query(Person.id).filter_by(public_id=person).scalar()
    db.session.execute(
        update(Account).where(Account.id == team.juma.account_id).values(person_id=key)
    )
    db.session.commit()
    team.grant(team.juma, "lead")
    shown = client_for(team.director).get(f"/people/{person}").text
    assert ("May lead" in shown, "/skills/" in shown) == (False, False)


def test_skills_stand_on_the_pages_of_the_course_and_of_the_account(team, client_for):
    team.grant(team.juma, "lead")
    assert "Juma" in client_for(team.atieno).get(f"/courses/{team.course}").text
    for browser, page in (
        (client_for(team.director), f"/accounts/{team.juma.public_id}"),
        (client_for(team.juma), "/account"),
    ):
        assert "May lead" in browser.get(page).text
