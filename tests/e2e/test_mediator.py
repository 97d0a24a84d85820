"""A police mediator at the width of a phone, from the SMS to "two of three released", and what the
officer reads of it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kash.incidents.services.cases import changing
from kash.platform.database import utc_now
from kash.platform.messages.gateways import init_sms
from tests.incidents.test_mediation import a_case, on_duty

from .looking import DESK, findings
from .phones import browser_of, told_at

pytestmark = pytest.mark.browser

SECRETS = ("P1", "P2", "P3", "Held at the desk", "Lake station")


def _tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_police_mediator_answers_from_the_sms_to_two_of_three_released(
    app, browser, site, member, actor, client_for, tmp_path
):
    init_sms(app, app.config["SETTINGS"].model_copy(update={"sms_url": f"file://{tmp_path}"}))
    mediator = actor("police_peer", name="Kamau", language="sw")
    on_duty(mediator, phone="+254700000009")
    on_duty(actor("peer", name="Barasa"))
    reference = a_case(persons=3)
    with changing("incidents.changed", member.actor, member.vault(), reference) as case:
        for person in case.record.persons:
            person.arrested_at = utc_now() - timedelta(hours=1)
    with browser_of(member.client, browser, site) as office:
        office.set_viewport_size(DESK)
        office.goto(f"{site.address}/w/{reference}/m")
        office.get_by_label("Kamau").check()
        office.get_by_label("Ask for somebody’s release").check()
        office.get_by_label("At which number").fill("0700 000 001")
        _tap(office, "Ask")
        expect(office.get_by_text(re.compile(r"^asked \d\d:\d\d$"))).to_be_visible()
        (sms,) = tmp_path.iterdir()
        assert sms.read_text() == "+254700000009\n\nIngia\n"

        with browser_of(client_for(mediator), browser, site) as phone:
            phone.goto(site.address)
            phone.get_by_role("link", name="Unaombwa kupatanisha").first.click()
            found = findings(phone, "what a mediator is asked")
            for secret in (*SECRETS, reference):
                assert secret not in phone.locator("main").inner_text()
            # All three answers stand above the thumb, whole at the width of a phone.
            for name in ("Ninakwenda", "Siwezi", "Nahitaji kuzungumza"):
                box = phone.get_by_role("button", name=name, exact=True).bounding_box()
                assert box is not None
                assert (box["width"] >= 280, box["height"] >= 56) == (True, True)
            _tap(phone, "Ninakwenda")
            expect(phone.get_by_role("button", name="Bado", exact=True)).to_be_visible()
            found += findings(phone, "what a mediator tells")
            phone.get_by_label("Wangapi kati ya 3").fill("7")
            _tap(phone, "Aliachiliwa")
            expect(phone.locator("[data-errors]")).to_be_visible()
            expect(phone.get_by_label("Wangapi kati ya 3")).to_have_value("7")
            found += findings(phone, "more than there are")
            phone.get_by_label("Wangapi kati ya 3").fill("2")
            _tap(phone, "Aliachiliwa")
            expect(phone.get_by_text("Na wengine?")).to_be_visible()

            office.goto(site.address)
            office.get_by_role("link", name="A mediator answered", exact=True).click()
            office.goto(f"{site.address}/w/{reference}")
            steps = told_at("asked", "read", "going", "Released: 2 of 3")
            expect(office.get_by_text(steps)).to_be_visible()
            office.goto(site.address)
            expect(office.get_by_text("A mediator answered")).to_have_count(0)

            _tap(phone, "Imekataliwa")
            found += findings(phone, "is that so?")
            _tap(phone, "Ndiyo: Imekataliwa")
            expect(phone.get_by_text("Huombwi chochote")).to_be_visible()
        office.goto(f"{site.address}/w/{reference}")
        expect(office.get_by_text("The mediator says how many are free, not who")).to_be_visible()
    assert found == []
