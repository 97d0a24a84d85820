"""A report filed in a browser at the width of a phone, in Kiswahili, over a server that dies."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kash.incidents.queries import cases
from kash.incidents.services.alerts import tell_officers
from kash.platform.database import utc_now
from tests.incidents.filed_cases import let_arrive

from .looking import PHONE, findings

pytestmark = pytest.mark.browser


def go_on(page: Page) -> None:
    page.locator(".actions").get_by_role("button", name="Endelea").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_report_in_kiswahili(a_phone, site, member):
    page = a_phone()
    found = findings(page, "the beginning")
    page.get_by_role("button", name="Ruka swali hili").click()
    heading(page, "Ni nini kilitokea?")
    assert page.url == f"{site.address}/w/n"
    found += findings(page, "a screen")
    page.set_viewport_size(PHONE)
    page.get_by_label("Alikamatwa bila shtaka").check()
    page.get_by_label("Alilazimishwa kupimwa").check()
    go_on(page)
    heading(page, "Lini na wapi?")
    page.get_by_label("Siku", exact=True).fill("2026-01-05")
    page.get_by_label("Saa ngapi hivi").fill("22:30")
    page.keyboard.press("Enter")
    heading(page, "Nani alifanyiwa?")

    # The server dies, and the phone is taken: only the screen at hand is lost.
    page.get_by_label("Watu wangapi").fill("3")
    site.die()
    site.begin()
    code = page.locator("[data-code]").get_attribute("data-code")
    assert code is not None
    assert page.evaluate("Object.entries(localStorage)") == [["note", code]]
    assert page.evaluate("document.cookie") == ""
    page.context.close()

    other = a_phone(java_script_enabled=False)
    other.locator(".more-ways summary").click()
    other.get_by_label("Msimbo").fill(f"{code[:4]} {code[4:8]}-{code[8:].lower()}")
    other.get_by_role("button", name="Endelea mbele").click()
    heading(other, "Itumwe?")
    expect(other.locator(".answered .done")).to_have_count(2)
    other.get_by_role("button", name="Nani alifanyiwa?").click()
    other.get_by_label("Watu wangapi").fill("3")
    other.get_by_label("18 hadi 24").check()
    go_on(other)
    heading(other, "Nani alifanya?")
    other.get_by_role("combobox").select_option(label="Polisi: Kituo cha Mfano")
    other.get_by_role("button", name="Msaada sasa").click()
    heading(other, "Msaada sasa")
    other.get_by_role("button", name="Rudi kwenye ripoti yangu").click()
    expect(other.locator(".note.good")).to_be_visible()
    other.get_by_role("button", name="Ruka").click()
    heading(other, "Nini kingesaidia?")
    expect(other.locator("input:checked")).to_have_count(0)
    other.get_by_label("Aachiliwe").check()
    go_on(other)
    heading(other, "Kwa maneno yako")
    other.get_by_role("button", name="Ruka").click()
    other.get_by_role("button", name="Tuma ripoti").click()
    heading(other, "Imefika")
    word = other.locator(".second-word").inner_text()
    other.get_by_role("button", name="Nimelikariri").click()
    heading(other, "Sasa msimbo")
    receipt = other.locator(".large-code").inner_text()
    expect(other.get_by_text(word)).to_have_count(0)
    assert other.url == f"{site.address}/w/n"

    # The code of the report is from now on one that never was.
    other.goto(f"{site.address}/w/n")
    other.locator(".more-ways summary").click()
    other.get_by_label("Msimbo").fill(code)
    other.get_by_role("button", name="Endelea mbele").click()
    expect(other.get_by_text("Hakuna ripoti isiyokamilika").first).to_be_visible()

    other.goto(f"{site.address}/w/r")
    other.get_by_label("Msimbo ulioandika").fill(receipt)
    other.get_by_label("Neno lako").fill("neno jingine")
    other.get_by_role("button", name="Onyesha").click()
    heading(other, "Ripoti yangu imefika wapi?")
    other.get_by_label("Neno lako").fill(word.upper())
    other.get_by_role("button", name="Onyesha").click()
    heading(other, "Imefika")
    other.get_by_label("Itumie mahakamani").check()
    other.get_by_role("button", name="Endelea mbele", exact=True).click()
    heading(other, "Hivi ndivyo unavyoondoa?")
    other.get_by_role("button", name="Ondoa", exact=True).click()
    expect(other.get_by_text("Umeiondoa")).to_have_count(1)

    let_arrive()
    (case,), damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    assert [act.code for act in case.record.acts] == ["L1", "H1"]
    assert [party.station_name for party in case.record.parties] == ["Kituo cha Mfano"]
    assert len(case.record.persons) == 3
    assert (case.record.wanted, case.record.terms) == (["release"], [])
    # What she took back stands there for whoever reads.
    said = [(one.purpose, one.given, one.by) for one in case.record.consents if not one.wish]
    assert (said, case.record.narrative) == ([("court", False, "")], "")
    assert found == []


def test_an_urgent_report_with_place_and_number_over_a_network_that_is_cut_twice(a_phone, member):
    page = a_phone()
    page.set_viewport_size({"width": 360, "height": 640})
    yes, bar = page.get_by_role("button", name="Ndiyo, sasa"), page.locator("nav.bar")
    found = findings(page, "the beginning")
    page.set_viewport_size({"width": 360, "height": 640})
    ends, begins = yes.bounding_box(), bar.bounding_box()
    assert ends is not None
    assert begins is not None
    assert ends["y"] + ends["height"] <= begins["y"]
    page.context.set_offline(True)
    yes.click()
    said = page.locator("[data-not-sent]")
    expect(said).to_be_in_viewport(ratio=1)
    page.context.set_offline(False)
    heading(page, "Wapi, na mtu apatikane vipi?")
    expect(bar).to_have_count(0)
    found += findings(page, "where, and how to reach somebody")
    page.set_viewport_size({"width": 360, "height": 640})
    page.get_by_label("Au wapi").fill("kituo cha Mfano, seli")
    page.get_by_label("Nambari ya kupiga").fill("0712 34 56 78")
    page.get_by_label("Ni yangu").check()
    page.context.set_offline(True)
    send = page.get_by_role("button", name="Tuma sasa")
    send.click()
    expect(said).to_be_in_viewport(ratio=1)
    above, below = said.bounding_box(), send.bounding_box()
    assert above is not None
    assert below is not None
    assert 0 <= below["y"] - above["y"] - above["height"] <= 48
    page.context.set_offline(False)
    heading(page, "Imefika")
    (case,), damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    reach = case.record.reach
    assert (reach.station_name, reach.number) == ("Kituo cha Mfano", "+254712345678")
    assert (reach.where, reach.whose) == ("kituo cha Mfano, seli", "reporter")
    assert found == []


def test_the_phone_finds_its_report_again_and_keeps_no_receipt(a_phone):
    page = a_phone()
    page.get_by_role("button", name="Ruka swali hili").click()
    page.get_by_label("Alipigwa au kuumizwa").check()
    go_on(page)
    heading(page, "Lini na wapi?")
    # The phone's own way back leads to the step before, and sends nothing twice.
    page.go_back()
    heading(page, "Ni nini kilitokea?")
    expect(page.locator(".note.good")).to_be_visible()
    go_on(page)
    # Without a network what was typed stays.
    expect(page.locator("[data-not-sent]")).to_be_hidden()
    page.get_by_label("Mahali").fill("Soko kubwa")
    page.context.set_offline(True)
    go_on(page)
    expect(page.locator("[data-not-sent]")).to_be_visible()
    expect(page.get_by_text("Haikutumwa: hakuna mtandao.")).to_be_visible()
    expect(page.get_by_label("Mahali")).to_have_value("Soko kubwa")
    # It is sent by itself once there is a network.
    page.context.set_offline(False)
    heading(page, "Nani alifanyiwa?")
    # A server that takes nothing now is called so, and the next try says what is true then.
    page.get_by_label("Watu wangapi").fill("2")
    page.route("**/w/n", lambda route: route.fulfill(status=507, body="<main>Full</main>"))
    go_on(page)
    expect(page.get_by_text("Haikutumwa: seva haiwezi kuipokea sasa.")).to_be_visible()
    expect(page.get_by_text("Haikutumwa: hakuna mtandao.")).to_be_hidden()
    page.unroute("**/w/n")
    expect(page.get_by_label("Watu wangapi")).to_have_value("2")
    go_on(page)
    heading(page, "Nani alifanya?")
    page.goto(page.url)
    page.get_by_role("button", name="Endelea na ripoti yangu isiyokamilika").click()
    heading(page, "Itumwe?")
    found = findings(page, "the question whether to send it")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Tuma ripoti").click()
    heading(page, "Imefika")
    found += findings(page, "the word")
    page.set_viewport_size(PHONE)
    assert page.evaluate("Object.keys(localStorage)") == []
    # The way back does not lead away from the only page that leads to the code.
    word = page.locator(".second-word").inner_text()
    page.go_back()
    page.wait_for_timeout(200)
    expect(page.locator(".second-word")).to_have_text(word)
    # Nor does a network that is gone.
    page.context.set_offline(True)
    page.locator(".more-ways summary").click()
    page.get_by_label("Neno langu mwenyewe").fill("siri")
    page.get_by_role("button", name="Tumia neno langu").click()
    expect(page.locator("[data-not-sent]")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("[data-errors], .error").first).to_be_visible()
    page.get_by_label("Neno langu mwenyewe").fill("Mti wa mwembe")
    page.get_by_role("button", name="Tumia neno langu").click()
    heading(page, "Sasa msimbo")
    found += findings(page, "the code")
    page.set_viewport_size(PHONE)
    receipt = page.locator(".large-code").inner_text()
    assert page.evaluate("[Object.keys(localStorage), Object.keys(sessionStorage)]") == [[], []]
    page.goto(page.url.replace("/w/n", "/w/r"))
    found += findings(page, "the question for code and word")
    page.set_viewport_size(PHONE)
    page.get_by_label("Msimbo ulioandika").fill(receipt)
    page.get_by_label("Neno lako").fill("mti wa MWEMBE")
    page.get_by_role("button", name="Onyesha").click()
    heading(page, "Imefika")
    found += findings(page, "what a receipt opens")
    page.goto(page.url.replace("/w/r", "/w/h"))
    found += findings(page, "help")
    assert found == []


def test_somebody_held_is_two_taps_from_the_officers_queue(
    a_phone, browser, site, member, monkeypatch
):
    mails: list[tuple[str, ...]] = []
    monkeypatch.setattr("kash.incidents.services.alerts.mail_is_set_up", lambda: True)
    monkeypatch.setattr(
        "kash.incidents.services.alerts.send_mail", lambda *mail: mails.append(mail)
    )
    page = a_phone()
    page.get_by_role("button", name="Ndiyo, sasa").click()
    heading(page, "Wapi, na mtu apatikane vipi?")
    page.get_by_role("button", name="Kwanza eleza zaidi").click()
    heading(page, "Ni nini kilitokea?")
    # What is ticked goes along.
    page.get_by_label("Alikamatwa bila shtaka").check()
    page.locator(".send-now").get_by_role("button", name="Tuma sasa").click()
    heading(page, "Imefika")
    told = "Afisa wa nyaraka aliye zamuni anaarifiwa sasa."
    expect(page.locator(".note.good").first).to_contain_text(told)
    expect(page.get_by_role("link", name="Msaada sasa")).to_be_visible()
    found = findings(page, "sent now")
    assert tell_officers(utc_now()) == 1
    assert [mail[1:] for mail in mails] == [("Sign in", "Sign in\n")]

    # The officer's queue: on top, marked, with the time since then.
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    for name in ("session", "vault"):
        cookie = member.client.get_cookie(name, domain="localhost")
        assert cookie is not None
        context.add_cookies([{"name": name, "value": cookie.value, "url": site.address}])
    office = context.new_page()
    office.goto(site.address)
    expect(
        office.get_by_role("link", name="Somebody is held or in danger", exact=True)
    ).to_be_visible()
    found += findings(office, "today of an officer")
    office.get_by_role("link", name="Somebody is held or in danger", exact=True).click()
    first = office.locator("tbody tr").first
    expect(first).to_contain_text("Held or in danger")
    expect(first).to_contain_text("since the report")
    office.goto(f"{site.address}/w/o")
    expect(office.get_by_text("told first now")).to_be_visible()
    found += findings(office, "officers on duty")
    context.close()
    # She looked, but noted no step: her phone rings again each hour while somebody is held.
    assert tell_officers(utc_now() + timedelta(hours=1)) == 1

    # More is told, and stands beside the first.
    page.get_by_role("button", name="Nimelikariri").click()
    heading(page, "Sasa msimbo")
    page.get_by_role("button", name="Eleza zaidi kuhusu jambo hili").click()
    heading(page, "Ni nini kilitokea?")
    page.get_by_label("Alipigwa au kuumizwa").check()
    page.locator(".send-now").get_by_role("button", name="Tuma sasa").click()
    heading(page, "Imefika")
    opened, damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    told = sorted((len(case.record.links), case.record.acts[0].code) for case in opened)
    assert told == [(0, "L1"), (1, "P1")]
    assert found == []
