"""A player that was kept over a fee: given back against payment, by one mediator of the community,
from the first tap to what the reporter reads of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kash.incidents.views.cases import STEP_NUMBERS
from kash.platform.messages.gateways import init_sms
from kash.platform.web.formats import local_today
from tests.incidents.filed_cases import let_arrive
from tests.incidents.test_mediation import on_duty

from .looking import DESK, PHONE, findings
from .phones import browser_of
from .test_filing import go_on, heading
from .test_story_arrest import follow, rang, says, sms, tap

pytestmark = pytest.mark.browser

MEDIATOR = "+254700000004"


STORY = "Mteja alichukua kicheza DVD changu kwa sababu ya deni."


def files(page) -> tuple[str, str]:
    """Somebody tells it herself, in seven screens; the receipt's word and code."""
    page.set_viewport_size(PHONE)
    tap(page, "Hapana")
    heading(page, "Ni nini kilitokea?")
    page.get_by_label("Mteja hakulipa").check()
    page.get_by_label("Aliibiwa").check()
    go_on(page)
    heading(page, "Lini na wapi?")
    go_on(page)
    heading(page, "Nani alifanyiwa?")
    page.get_by_label("Watu wangapi").fill("1")
    page.get_by_label("25 hadi 34").check()
    go_on(page)
    heading(page, "Nani alifanya?")
    page.get_by_role("combobox").select_option(label="Mteja")
    go_on(page)
    heading(page, "Nini kingesaidia?")
    for wish in ("Vitu virudishwe", "Deni lilipwe", "Hifadhi ripoti hii", "Omba mpatanishi"):
        page.get_by_label(wish).check()
    page.get_by_label("Ni mimi mwenyewe").check()
    go_on(page)
    heading(page, "Kwa maneno yako")
    page.locator("[name=narrative]").fill(STORY)
    go_on(page)
    tap(page, "Tuma ripoti")
    heading(page, "Imefika")
    word = page.locator(".second-word").inner_text()
    tap(page, "Nimelikariri")
    heading(page, "Sasa msimbo")
    return word, page.locator(".large-code").inner_text()


def test_a_player_is_given_back_against_payment(
    app, browser, site, member, a_member, a_phone, a_page, actor, client_for, monkeypatch, tmp_path
) -> None:
    monkeypatch.setitem(app.extensions, "kash_sms", None)
    init_sms(app, app.config["SETTINGS"].model_copy(update={"sms_url": f"file://{tmp_path}"}))
    second = a_member("documentation", name="Otieno")
    mediator = actor("peer", name="Akoth", language="sw")
    on_duty(mediator, phone=MEDIATOR)
    reporter, holder = a_phone(), a_page(PHONE)
    receipt = files(reporter)
    found: list[str] = []
    seen: list[list[list[str]]] = []

    def told() -> list[list[str]]:
        return [
            says(page, site.address, receipt, account=account)
            for page, account in ((reporter, True), (holder, False))
        ]

    # Nobody is held: it comes at the next of the fixed hours, and no phone rings for it.
    assert told() == [["Imefika", "Imefungwa, na iko kwa programu."]] * 2
    let_arrive()
    assert rang(tmp_path) == []
    with browser_of(member.client, browser, site) as office:
        office.set_viewport_size(DESK)
        office.goto(site.address)
        follow(office, "New reports that nobody took up yet")
        office.locator("main tbody a").first.click()
        expect(office.get_by_text(STORY)).to_be_visible()
        case = office.url
        follow(office, "Triage")
        tap(office, "Triage")
        expect(office.get_by_text("Triaged").first).to_be_visible()
    assert told() == [["Inasomwa", "Mtu wa programu anaishughulikia."]] * 2
    with browser_of(second.client, browser, site) as desk:
        desk.set_viewport_size(DESK)
        desk.goto(case)
        follow(desk, "Verify")
        tap(desk, "Verify")
        follow(desk, "Ask what is wanted")
        desk.get_by_label("Mediation").check()
        desk.get_by_label("She said so herself").check()
        tap(desk, "Note this answer")
        follow(desk, "Take it to mediation")
        tap(desk, "Take it to mediation")
        expect(desk.get_by_text("In mediation").first).to_be_visible()
        # Nobody is asked by that, as it says, and so does the receipt.
        expect(desk.get_by_text("Next: Ask a mediator.")).to_be_visible()
        talks = "Mpatanishi huzungumza na upande wa pili, mara mmoja anapoweza."
        assert told() == [["Inaenda kwa mpatanishi", talks]] * 2
        follow(desk, "Ask a mediator")
        kinds = desk.locator("[name=requests]:checked")
        assert kinds.evaluate_all("all => all.map(one => one.value)") == ["return", "pay"]
        desk.get_by_label("Akoth").check()
        desk.get_by_label("At which number").fill("0700 000 002")
        for question, answer in (
            ("Could somebody guess from it who told us?", "No"),
            ("Is she safe where she is now?", "Yes"),
            ("Does she know what happens next?", "Yes"),
        ):
            desk.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
        tap(desk, "Ask")
        expect(desk.get_by_text(re.compile(r"^asked \d\d:\d\d$"))).to_be_visible()
        assert rang(tmp_path) == [sms(MEDIATOR, "Ingia")]
        with browser_of(client_for(mediator), browser, site) as phone:
            phone.goto(site.address)
            follow(phone, "Unaombwa kupatanisha")
            tap(phone, "Ninakwenda")
            expect(phone.get_by_role("button", name="Bado", exact=True)).to_be_visible()
            tap(phone, "Ilirudishwa")
            expect(phone.get_by_text("Asante. Programu inaweza kulisoma sasa.")).to_be_visible()
            found += findings(phone, "given back, not yet paid")
            tap(phone, "Imelipwa")
            found += findings(phone, "is that so?")
            tap(phone, "Ndiyo: Imelipwa")
            expect(phone.get_by_text("Huombwi chochote")).to_be_visible()
    # The owner is told on Today, notes both in one line each, and that it was agreed.
    with browser_of(member.client, browser, site) as office:
        office.set_viewport_size(DESK)
        office.goto(site.address)
        follow(office, "A mediator answered")
        assert office.url == case
        lines = {"Given back: P1": "Something was given back", "Paid: P1": "Something was paid"}
        for what, noted in lines.items():
            office.locator("[name=line]").select_option(label=what)
            tap(office, "Note it")
            expect(office.get_by_role("button", name=f"Take back: {noted}")).to_be_visible()
        # Nothing is called settled before she agreed to both herself.
        for number in (0, 1):
            office.goto(f"{case}/g")
            term = office.locator("details:has([name=term])").nth(number)
            term.locator("summary").click()
            term.locator("[name=agreed_on]").fill(local_today().isoformat())
            with office.expect_navigation():
                term.locator("button[type=submit]").click()
        for verb, button in (("resolve", "Mark as resolved"), ("close", "Close the case")):
            office.goto(f"{case}/s/{STEP_NUMBERS[verb]}")
            if verb == "close":
                office.locator("[name=outcome]").select_option("settled")
                office.locator("[name=ending_p1]").select_option("returned")
            else:
                office.get_by_label("Why").fill("Both have what is theirs.")
            tap(office, button)
            office.wait_for_url(case)
            seen.append(told())
        found += findings(office, "the closed case")
    resolved = ["Kilichoombwa kilifikiwa", "Unaweza kuuliza programu kuna nini kingine."]
    closed = ["Imefungwa", "Programu haifanyi jambo jingine yenyewe."]
    assert seen == [[resolved] * 2, [closed] * 2]
    assert rang(tmp_path) == []
    assert found == []
