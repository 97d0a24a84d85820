"""A case that can't be closed until nothing of it is open, at the width of a phone and in both
languages."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from kash.incidents.consent_texts import VERSION
from kash.incidents.queries import cases
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import Act, Choice, Filing, Person, Referral, Term
from kash.incidents.rules.record import Record
from kash.incidents.services.mediation import DutyDetails, Request, add_mediator, ask_mediator
from kash.incidents.views.cases import STEP_NUMBERS
from kash.platform.database import db, utc_now
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import filed

from .looking import PHONE, findings
from .phones import browser_of

pytestmark = pytest.mark.browser


class Said(NamedTuple):
    """All that the page of closing lists as open, and what it offers then."""

    held: str
    court: str
    mediator: str
    referral: str
    term: str
    reached: str
    settled: tuple[str, str]
    duplicate: str
    missing: str
    closed: str


SAID = {
    "en": Said(
        "Somebody is held, as far as it is known: A: Say what came of it",
        "Before a court: A: Say what came of it",
        "A mediator was asked, and it has not ended: A",
        "It is not known how a referral went: A",
        "What was agreed is not done yet: A",
        "What was asked for was reached",
        ("Settled", "Settled in part"),
        "Is another case as well",
        "Say how it ended.",
        "Closed",
    ),
    "sw": Said(
        "Mtu amezuiliwa, kwa inavyojulikana: A: Sema kilichotokea",
        "Mbele ya mahakama: A: Sema kilichotokea",
        "Mpatanishi aliombwa, na haijaisha: A",
        "Haijulikani rufaa ilivyokwenda: A",
        "Kilichokubaliwa bado hakijafanyika: A",
        "Kilichoombwa kilifikiwa",
        ("Imesuluhishwa", "Imesuluhishwa kwa sehemu"),
        "Ni kesi nyingine pia",
        "Sema ilivyoisha.",
        "Imefungwa",
    ),
}
MEDICINE = {
    "en": [
        "Medicine against HIV (PEP): A: Say what came of it",
        "Emergency contraception: A: Say what came of it",
    ],
    "sw": [
        "Dawa za kuzuia VVU (PEP): A: Sema kilichotokea",
        "Kinga ya dharura ya mimba: A: Sema kilichotokea",
    ],
}


def _a_case(member: AMember, mediator: Actor) -> str:
    """A resolved case of one woman in which everything is still open that keeps one from being
    closed."""
    now = utc_now()
    yes = {"given": True, "at": now, "by": "x" * 16, "person": "p1", "wording": VERSION}
    reference = filed(
        Record(
            filing=Filing(held=True),
            persons=[
                Person(
                    id="p1",
                    code="A",
                    arrested_at=now - timedelta(days=3),
                    exposed_at=now - timedelta(days=9),
                )
            ],
            acts=[Act(id="a1", code="L1", persons=["p1"])],
            consents=[CaseConsent(purpose=one, **yes) for one in ("record", "mediation")],
            choices=[
                Choice(person="p1", wanted=["mediation"], on=local_today(), at=now, by="x" * 16)
            ],
            referrals=[Referral(id="r1", kind="legal", service_name="Mfano", person="p1")],
            terms=[Term(id="t1", kind="return", owed_to="p1", what="Phone")],
        ),
        "resolved",
    )
    wanted = Request(
        mediator.public_id, ("return",), "Lake", "Achieng", "+254700000001", persons=("p1",)
    )
    ask_mediator(member.actor, member.vault(), reference, wanted)
    return reference


@pytest.mark.parametrize("language", ["en", "sw"])
def test_a_case_is_closed_once_each_thing_that_is_open_was_followed_by_its_link(
    browser, site, a_member, actor, language
):
    mediator = actor("peer", name="Mediates")
    add_mediator(SYSTEM, mediator.public_id, DutyDetails())
    officer = a_member("documentation", language=language)
    reference = _a_case(officer, mediator)
    said, medicine = SAID[language], MEDICINE[language]
    case = f"{site.address}/w/{reference}"
    found = []

    def listed(page: Page) -> list[str]:
        page.goto(case)
        page.locator(f".title .actions a[href$='/s/{STEP_NUMBERS['close']}']").click()
        lines = page.locator("main .note li")
        # A click waits until the page is on its way, not until all of it is there.
        page.wait_for_url("**/s/*", wait_until="load")
        if lines.count():
            # It stands in sight at once, and there is nothing to close it with.
            expect(lines.first).to_be_in_viewport(ratio=1)
            # Nor is it said above it that nothing is left to do.
            expect(page.locator("main form, p.lead")).to_have_count(0)
        return [" ".join(line.split()) for line in lines.all_inner_texts()]

    def outcomes(page: Page) -> list[str]:
        return page.locator("[name=outcome] option").all_inner_texts()[1:]

    with browser_of(officer.client, browser, site) as page:
        dates = str(local_today())
        assert listed(page) == [
            *(said.held, *medicine, said.court, said.mediator, said.referral, said.term)
        ]
        found += findings(page, f"a case that is open still, {language}")
        page.set_viewport_size(PHONE)
        # Its medicine: what is said of it leaves her held.
        page.locator("main .note li").nth(1).locator("a").click()
        found += findings(page, f"held, and time left, {language}")
        page.set_viewport_size(PHONE)
        page.locator("[name=pep]").select_option("late")
        page.locator("[name=contraception]").select_option("not_wanted")
        page.locator("main form.form button").first.click()
        assert listed(page) == [said.held, said.court, said.mediator, said.referral, said.term]
        # She was let go, which ends the court's clock too.
        page.locator("main .note li a").first.click()
        page.locator("[name=released_at]").fill(f"{dates}T00:00")
        page.locator("main form.form button").first.click()
        assert listed(page) == [said.mediator, said.referral, said.term]
        page.locator("main .note li a").first.click()
        take_back = page.locator("[aria-labelledby=mediation] form button")
        expect(take_back).to_be_in_viewport()
        take_back.click()
        assert listed(page) == [said.referral, said.term]
        page.locator("main .note li a").first.click()
        page.locator(".hits button[value=helped]").click()
        assert listed(page) == [said.term]
        page.locator("main .note li a").click()
        page.locator(".hits summary").click()
        page.locator(".hits [name=fulfilled_on]").fill(dates)
        page.locator(".hits form button").click()
        # Now it can be closed; it is called settled only once she agreed herself.
        assert listed(page) == []
        assert outcomes(page) == [said.reached, said.duplicate]
        page.goto(f"{case}/g")
        page.locator(".hits summary").click()
        page.locator(".hits [name=agreed_on]").fill(dates)
        page.locator(".hits form button").click()
        assert listed(page) == []
        assert outcomes(page) == [*said.settled, said.duplicate]
        found += findings(page, f"closing a case, {language}")
        page.set_viewport_size(PHONE)
        # How it ended for her is asked, and nothing that was entered is lost.
        page.locator("[name=outcome]").select_option("settled")
        page.locator("[name=reason]").fill("The phone came back.")
        page.locator("main form.form button").click()
        expect(page.locator(".field.wrong .error")).to_have_text(said.missing)
        expect(page.locator("[name=outcome]")).to_have_value("settled")
        expect(page.locator("[name=reason]")).to_have_value("The phone came back.")
        page.locator("[name=ending_p1]").select_option("released")
        page.locator("main form.form button").click()
        expect(page.locator("main, header").get_by_text(said.closed).first).to_be_visible()
    db.session.rollback()
    closed = cases.open_case(officer.actor, officer.vault(), reference)
    end = closed.record.closing
    assert (closed.state, end.outcome, end.endings) == ("closed", "settled", {"p1": "released"})
    assert found == []
