"""Somebody telephones at night and nobody answers at first: from the first phone that rings to the
case that is closed, as two officers, a custodian, a director and two mediators go through it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kash.incidents.queries.letterbox import owner_of
from kash.incidents.services import alerts
from kash.incidents.views.cases import STEP_NUMBERS
from kash.people.models import Zone
from kash.platform.database import db, writing
from kash.platform.web.formats import to_local
from kash.policy import SYSTEM
from tests.incidents.nights import Night
from tests.incidents.test_mediation import on_duty

from .looking import DESK, PHONE, findings
from .phones import browser_of, told_at

pytestmark = pytest.mark.browser

WANJIRU, OTIENO, NJERI, GRACE, DORA, AKOTH, BARASA = (f"+25471200000{n}" for n in range(1, 8))
TOLD = "Three women, taken at the stage. Her sister calls from the gate."


def _tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _tap_step(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    _tap(page, name)


def _owner(reference: str) -> str:
    owner = owner_of(reference)
    db.session.rollback()
    return owner


def test_from_a_call_at_night_that_nobody_answers_at_first_to_the_closed_case(
    app, browser, site, member, a_member, actor, client_for, monkeypatch
):
    night = Night(app, monkeypatch)
    # What is kept as she types is sent with the page's token.
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    db.session.add(Zone(name="Kondele"))
    db.session.commit()
    otieno, njeri = (a_member("documentation", name=name) for name in ("Otieno", "Njeri"))
    grace, dora = a_member("custodian", name="Grace"), a_member("director", name="Dora")
    for place, (officer, number) in enumerate(
        ((member, WANJIRU), (otieno, OTIENO), (njeri, NJERI)), start=1
    ):
        alerts.set_duty(
            SYSTEM, officer.actor.public_id, position=place, hours=(), active=True, phone=number
        )
    alerts.set_number(SYSTEM, grace.actor.public_id, GRACE)
    alerts.set_number(SYSTEM, dora.actor.public_id, DORA)
    akoth, barasa = actor("peer", name="Akoth"), actor("police_peer", name="Barasa", language="sw")
    on_duty(akoth, phone=AKOTH)
    on_duty(barasa, phone=BARASA)

    # Phones ring, as in a drill. Nobody answers, and so the next, and the next, until an hour is
    # over and the first rings again.
    with writing() as session:
        alerts.raise_alert(session, night.now)
    alerts.tell_officers(night.now)
    assert night.rang() == [WANJIRU, GRACE]
    assert [night.later(minutes) for minutes in (14, 1, 15, 15, 14, 1)] == [
        [],
        [OTIENO],
        [DORA],
        [NJERI],
        [],
        [WANJIRU, GRACE],
    ]
    with browser_of(member.client, browser, site) as office:
        office.goto(f"{site.address}/w")
        assert night.later(61) == []

        # While she looks, somebody telephones. The page is lost in the middle of it.
        office.get_by_role("link", name="Somebody telephones").first.click()
        found = findings(office, "somebody telephones")
        office.set_viewport_size(PHONE)
        office.get_by_label("Where").fill("Kondele, the police post")
        office.get_by_label("What was said").fill(TOLD)
        with office.expect_response(lambda answer: answer.url.endswith("/w/t")):
            office.get_by_label("How many people").fill("3")
        expect(office.locator("[data-status]")).to_contain_text("sealed")
        lost = office
        office = lost.context.new_page()
        lost.close()
        office.goto(f"{site.address}/w/call")
        found += findings(office, "a call that was not finished")
        office.set_viewport_size(PHONE)
        _tap(office, "Go on with it")
        expect(office.get_by_label("What was said")).to_have_value(TOLD)
        expect(office.get_by_label("How many people")).to_have_value("3")
        since = to_local(night.now - timedelta(hours=2))
        office.get_by_label("Held since").fill(f"{since:%Y-%m-%dT%H:%M}")
        office.get_by_label("How to reach somebody").fill("0700 000 001")
        _tap(office, "Make it a case now")
        expect(office.get_by_role("heading", name="Case", exact=True)).to_be_visible()
        case = office.url
        reference = case.rpartition("/")[2]
        assert _owner(reference) == member.actor.public_id
        expect(office.get_by_text("Next: Ask a mediator.")).to_be_visible()

        # She falls asleep over it: an hour without a step rings for her and the next.
        assert night.later(59) == []
        assert night.later(1) == [WANJIRU, OTIENO]

        # The first mediator is silent for five minutes; she hears of it, and asks the next.
        office.goto(case)
        office.get_by_role("link", name="Ask a mediator").first.click()
        office.get_by_label("Akoth").check()
        office.get_by_label("Ask for somebody’s release").check()
        office.get_by_label("At which number").fill("0700 000 002")
        _tap(office, "Ask")
        expect(office.get_by_text(re.compile(r"^asked \d\d:\d\d$"))).to_be_visible()
        assert night.rang() == [AKOTH]
        assert night.later(4) == []
        office.goto(case)
        expect(office.get_by_text("The next mediator")).to_have_count(0)
        assert night.later(1) == [WANJIRU]
        office.goto(site.address)
        office.get_by_role("link", name="A mediator has not answered", exact=True).click()
        found += findings(office, "the next is offered")
        office.set_viewport_size(PHONE)
        _tap(office, "Ask the next: Barasa")
        expect(office.get_by_text("Barasa", exact=True)).to_be_visible()
        assert night.rang() == [BARASA]

        # The second goes, and two and then all three are free; her phone rings at each word.
        with browser_of(client_for(barasa), browser, site) as phone:
            phone.goto(site.address)
            phone.get_by_role("link", name="Unaombwa kupatanisha").first.click()
            for name, count in (("Ninakwenda", ""), ("Aliachiliwa", "2"), ("Aliachiliwa", "3")):
                night.later(10)
                if count:
                    phone.get_by_label("Wangapi kati ya 3").fill(count)
                _tap(phone, name)
                if count == "3":
                    _tap(phone, "Ndiyo: Aliachiliwa: 3 kati ya 3")
                    expect(phone.get_by_text("Huombwi chochote")).to_be_visible()
                else:
                    said = phone.get_by_text("Na wengine?")
                    if not count:
                        said = phone.get_by_role("button", name="Bado", exact=True)
                    expect(said).to_be_visible()
                assert night.rang() == [WANJIRU]
                office.goto(site.address)
                expect(
                    office.get_by_role("link", name="A mediator answered", exact=True)
                ).to_be_visible()
                office.goto(case)
        steps = told_at("asked", "read", "going", "Released: 3 of 3")
        expect(office.get_by_text(steps)).to_be_visible()

        # She triages, and hands over at the end of her shift with a line.
        _tap_step(office, "Triage")
        office.goto(site.address)
        office.get_by_role("link", name="Cases that are yours", exact=True).click()
        found += findings(office, "hand over")
        office.set_viewport_size(PHONE)
        office.get_by_role("checkbox").check()
        office.get_by_label("What she has to know").fill("All three are free. Ask what they want.")
        _tap(office, "Hand over")
        expect(office.get_by_text("Handed over.")).to_be_visible()
        assert _owner(reference) == otieno.actor.public_id
        assert night.later(1) == [OTIENO]

    # The second officer reads the line, verifies, asks what is wanted, and closes the case.
    with browser_of(otieno.client, browser, site) as office:
        office.set_viewport_size(DESK)
        office.goto(site.address)
        expect(office.get_by_role("link", name="Cases that are yours", exact=True)).to_be_visible()
        office.goto(f"{site.address}/w/o")
        found += findings(office, "officers on duty")
        office.goto(f"{site.address}/w/y/d")
        found += findings(office, "duty sheet")
        # Who is next stands below who is first.
        first, second = (
            office.locator("table").first.get_by_text(name).first.bounding_box()
            for name in ("Account 1", "Otieno")
        )
        assert first is not None
        assert second is not None
        assert second["y"] >= first["y"] + first["height"]
        office.goto(case)
        expect(office.get_by_text("All three are free. Ask what they want.")).to_be_visible()
        _tap_step(office, "Verify")
        office.goto(f"{case}/w")
        for person in ("p1", "p2", "p3"):
            form = office.locator(f"form:has([name=person][value={person}]):has([name=wanted])")
            form.locator("[name=wanted][value=nothing]").check()
            form.locator("[name=origin][value=herself]").check()
            with office.expect_navigation():
                form.locator("button[type=submit]").click()
        office.goto(f"{case}/s/{STEP_NUMBERS['close']}")
        office.locator("[name=outcome]").select_option("nothing_wanted")
        for person in ("p1", "p2", "p3"):
            office.locator(f"[name=ending_{person}]").select_option("released")
        _tap(office, "Close the case")
        expect(office.get_by_text("Closed", exact=True).first).to_be_visible()
        told = office.get_by_role("region", name="What was done", exact=True).inner_text()
        line_of_time = (
            "Closed",
            "Verified",
            "Given to Otieno",
            "Triaged",
            "said yes",
            "A mediator was asked",
            "Written down",
        )
        places = [told.index(line) for line in line_of_time]
        assert places == sorted(places)
    assert _owner(reference) == ""
    assert night.later(180) == []
    assert found == []
