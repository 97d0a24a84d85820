"""An urgent arrest from the first tap to the last line of time: three women are held and tested by
force. Each person is told of it by what the program sends, and the network is cut twice."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from kash.forums.services.agenda import add_item
from kash.incidents.queries.letterbox import opened_box, owner_of
from kash.incidents.services import alerts
from kash.incidents.views.cases import STEP_NUMBERS
from kash.platform.database import db, utc_now
from kash.platform.messages.gateways import init_sms
from kash.policy import SYSTEM
from tests.conftest import PASSWORD
from tests.figures.releases.test_printed_pages import released
from tests.forums.conftest import person, series  # noqa: F401
from tests.incidents.test_mediation import on_duty

from .looking import DESK, PHONE, findings
from .phones import browser_of, told_at
from .test_filing import go_on, heading

pytestmark = pytest.mark.browser

OFFICER, SECOND, CUSTODIAN, MEDIATOR = (f"+25470000000{number}" for number in range(1, 5))
NOT_SENT = "Haikutumwa: hakuna mtandao."
CLOSING = "All three are free."
QUESTION, ANSWER = "Wako salama nyumbani?", "Ndiyo, sote."
TOLD = ["Mtu anakwenda.", "Wote waliozuiliwa wako huru."]
LINE = "Two are free. Kamau waits for the third."


def rang(folder: Path) -> list[str]:
    """Numbers to which an SMS went since this was last asked, with its text."""
    files = list(folder.iterdir())
    said = sorted(path.read_text() for path in files)
    for path in files:
        path.unlink()
    return said


def sms(number: str, text: str = "Sign in") -> str:
    return f"{number}\n\n{text}\n"


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def cut(page: Page, button: str) -> None:
    """Press a button without a network: it says so beside it, and the answer goes by itself."""
    page.context.set_offline(True)
    pressed = page.get_by_role("button", name=button, exact=True).first
    pressed.click()
    said = page.locator("[data-not-sent]")
    expect(said).to_be_in_viewport(ratio=1)
    expect(said).to_contain_text(NOT_SENT)
    above, below = said.bounding_box(), pressed.bounding_box()
    assert above is not None
    assert below is not None
    assert 0 <= below["y"] - above["y"] - above["height"] <= 48
    page.context.set_offline(False)


def files(page: Page) -> tuple[str, str]:
    """A peer educator sends that three are held, without a network; the receipt's word and code."""
    page.set_viewport_size(PHONE)
    tap(page, "Ndiyo, sasa")
    page.get_by_label("Au wapi").fill("kituo cha Mfano, seli")
    page.get_by_label("Nambari ya kupiga").fill("0712 34 56 78")
    page.get_by_label("Ni yangu").check()
    tap(page, "Kwanza eleza zaidi")
    heading(page, "Ni nini kilitokea?")
    page.get_by_label("Alikamatwa bila shtaka").check()
    page.get_by_label("Alilazimishwa kupimwa").check()
    go_on(page)
    heading(page, "Lini na wapi?")
    go_on(page)
    heading(page, "Nani alifanyiwa?")
    page.get_by_label("Watu wangapi").fill("3")
    page.get_by_label("18 hadi 24").check()
    cut(page, "Tuma sasa")
    heading(page, "Imefika")
    expect(page.get_by_text("Afisa wa nyaraka aliye zamuni anaarifiwa sasa.")).to_be_visible()
    word = page.locator(".second-word").inner_text()
    tap(page, "Nimelikariri")
    heading(page, "Sasa msimbo")
    return word, page.locator(".large-code").inner_text()


def signs_in(page: Page, address: str, email: str, passphrase: str) -> None:
    """With a second step, and then the vault by its passphrase alone."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    tap(page, "Sign in")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").now())
    tap(page, "Sign in")
    follow(page, "Open the vault")
    expect(
        page.get_by_text("For five minutes after your second step the passphrase is enough")
    ).to_be_visible()
    expect(page.locator("main [name=code]")).to_have_count(0)
    page.get_by_label("Passphrase").fill(passphrase)
    tap(page, "Open the vault")


def owner(case: str) -> str:
    """The account that owns a case, as the letterbox has it."""
    account = owner_of(case.rpartition("/")[2])
    db.session.rollback()
    return account


def says(page: Page, address: str, receipt: tuple[str, str], *, account: bool) -> list[str]:
    """Sentences of the receipt, with an account or without, in Kiswahili."""
    page.goto(f"{address}/{'w/r' if account else 'r'}?in=sw")
    page.locator("main [name=word]").fill(receipt[0])
    page.locator("main [name=code]").fill(receipt[1])
    tap(page, "Onyesha")
    expect(page.get_by_text("Ondoa ulichoruhusu", exact=True)).to_be_visible()
    title = page.get_by_role("heading", level=1)
    return [title.inner_text(), title.locator("xpath=following::p[1]").inner_text()]


def test_three_women_are_held_and_freed_from_the_first_tap_to_the_last_line_of_time(
    app,
    browser,
    a_page,
    site,
    member,
    a_member,
    a_phone,
    actor,
    client_for,
    monkeypatch,
    tmp_path,
    series,  # noqa: F811
) -> None:
    monkeypatch.setitem(app.extensions, "kash_sms", None)
    init_sms(app, app.config["SETTINGS"].model_copy(update={"sms_url": f"file://{tmp_path}"}))
    officer = a_member("documentation", name="Wanjiru", email="w@example.org", is_open=False)
    custodian = a_member("custodian", name="Grace")
    people = ((officer, OFFICER), (member, SECOND))
    for place, (somebody, phone) in enumerate(people, 1):
        public_id = somebody.actor.public_id
        alerts.set_duty(SYSTEM, public_id, position=place, hours=(), active=True, phone=phone)
    alerts.set_number(SYSTEM, custodian.actor.public_id, CUSTODIAN)
    mediator = actor("police_peer", name="Kamau", language="sw")
    on_duty(mediator, phone=MEDIATOR)
    found: list[str] = []

    reporter = a_phone()
    receipt = files(reporter)
    holder = a_page(PHONE)
    arrived = ["Imefika", "Imefungwa, na iko kwa programu."]
    assert says(reporter, site.address, receipt, account=True) == arrived
    assert says(holder, site.address, receipt, account=False) == arrived
    alerts.tell_officers(utc_now())
    assert rang(tmp_path) == [sms(OFFICER), sms(CUSTODIAN)]

    # The officer on duty; a custodian is told of every alert and sees no case but those for her.
    office = a_page(DESK)
    signs_in(office, site.address, "w@example.org", officer.passphrase)
    office.goto(site.address)
    follow(office, "Somebody is held or in danger")
    office.locator("main tbody a").first.click()
    expect(office.get_by_text("Next: Ask a mediator.")).to_be_visible()
    expect(office.get_by_text("The case is yours.")).to_be_visible()
    expect(office.get_by_text("0712 345678")).to_be_visible()
    case = office.url
    assert owner(case) == officer.actor.public_id
    assert custodian.client.get(case.removeprefix(site.address)).status_code == 404
    follow(office, "Ask a mediator")
    office.get_by_label("Kamau").check()
    office.get_by_label("Ask for somebody’s release").check()
    office.get_by_label("At which number").fill("0700 000 001")
    tap(office, "Ask")
    expect(office.get_by_text(re.compile(r"^asked \d\d:\d\d$"))).to_be_visible()
    assert rang(tmp_path) == [sms(MEDIATOR, "Ingia")]

    with browser_of(client_for(mediator), browser, site) as phone:
        phone.goto(site.address)
        follow(phone, "Unaombwa kupatanisha")
        expect(phone.get_by_text("Kituo cha Mfano")).to_be_visible()
        cut(phone, "Ninakwenda")
        expect(phone.get_by_role("button", name="Bado", exact=True)).to_be_visible()
        assert rang(tmp_path) == [sms(OFFICER)]
        phone.get_by_label("Wangapi kati ya 3").fill("2")
        tap(phone, "Aliachiliwa")
        expect(phone.get_by_text("Na wengine?")).to_be_visible()
        found += findings(phone, "two of three are free")
        assert rang(tmp_path) == [sms(OFFICER)]

        office.goto(site.address)
        follow(office, "A mediator answered")
        assert office.url == case
        steps = told_at("asked", "read", "going", "Released: 2 of 3")
        expect(office.get_by_text(steps)).to_be_visible()
        for code in ("P1", "P3"):
            tap(office, f"{code} is free")
            expect(office.get_by_role("button", name=f"Take back: {code} is free")).to_be_visible()
        follow(office, "Triage")
        tap(office, "Triage")
        expect(office.get_by_text("Triaged").first).to_be_visible()
        # What she notes ends nothing for the mediator, who waits for the third.
        phone.reload()
        expect(phone.get_by_role("button", name="Bado", exact=True)).to_be_visible()
    read = ["Inasomwa", "Mtu wa programu anaishughulikia."]
    assert says(reporter, site.address, receipt, account=True) == read
    assert says(holder, site.address, receipt, account=False) == read

    # At the end of the shift.
    office.goto(site.address)
    follow(office, "Cases that are yours")
    office.get_by_label("What she has to know").fill(LINE)
    tap(office, "Hand over")
    expect(office.get_by_text("Handed over. Her phone rings within a minute.")).to_be_visible()
    rang(tmp_path)
    alerts.tell_officers(utc_now())
    assert rang(tmp_path) == [sms(SECOND)]
    assert owner(case) == member.actor.public_id
    with browser_of(member.client, browser, site) as other:
        other.set_viewport_size(DESK)
        other.goto(case)
        expect(other.get_by_text("The case is yours.")).to_be_visible()
        expect(other.get_by_text(LINE)).to_be_visible()
        tap(other, "P2 is free")
        tap(other, "Yes, note it")
        expect(other.get_by_role("button", name="Take back: P2 is free")).to_be_visible()
        with browser_of(client_for(mediator), browser, site) as phone:
            phone.goto(f"{site.address}/w/b")
            expect(phone.get_by_text("Uliloombwa limetimia")).to_be_visible()
            expect(phone.get_by_text("Huombwi chochote")).to_be_visible()
        assert rang(tmp_path) == []
        other.goto(case)
        for sentence in ("Somebody is going.", "All who were held are free."):
            tap(other, f"Let her read: “{sentence}”")
            expect(other.get_by_text(f"Her receipt tells: “{sentence}”")).to_be_visible()
        other.get_by_label("Ask the person who holds the receipt").fill(QUESTION)
        tap(other, "Send the question")
        expect(other.get_by_text("Sent. It can be read with code and word.")).to_be_visible()
        found += findings(other, "the line of time, and what she is let read")
        for page, account in ((reporter, True), (holder, False)):
            assert says(page, site.address, receipt, account=account) == read
            assert page.locator("main ul").first.locator("li").all_inner_texts() == TOLD
        tap(holder, "Soma na ujibu")
        expect(holder.get_by_text(QUESTION)).to_be_visible()
        holder.get_by_label("Ujumbe wako").fill(ANSWER)
        found += findings(holder, "texts under a receipt")
        tap(holder, "Tuma")
        expect(holder.get_by_text(ANSWER)).to_be_visible()
        other.goto(site.address)
        follow(other, "An answer came")
        assert other.url == f"{case}#texts"
        expect(other.get_by_text(ANSWER)).to_be_visible()
        follow(other, "Verify")
        tap(other, "Verify")
        follow(other, "Ask what is wanted")
        for number in (1, 2, 3):
            form = other.locator(f"form:has([name=person][value=p{number}]):has([name=wanted])")
            form.locator("[name=wanted][value=nothing]").check()
            form.locator("[name=origin][value=herself]").check()
            with other.expect_navigation():
                form.get_by_role("button", name="Note this answer").click()
        other.goto(case)
        other.goto(f"{case}/s/{STEP_NUMBERS['resolve']}")
        other.get_by_label("Why").fill(CLOSING)
        tap(other, "Mark as resolved")
        expect(other.get_by_text(CLOSING).first).to_be_visible()
        resolved = ["Kilichoombwa kilifikiwa", "Unaweza kuuliza programu kuna nini kingine."]
        assert says(reporter, site.address, receipt, account=True) == resolved
        assert says(holder, site.address, receipt, account=False) == resolved
        other.goto(f"{case}/s/{STEP_NUMBERS['close']}")
        other.locator("[name=outcome]").select_option("reached")
        for number in (1, 2, 3):
            other.locator(f"[name=ending_p{number}]").select_option("released")
        tap(other, "Close the case")
        expect(other.get_by_text("Closed").first).to_be_visible()
    closed = ["Imefungwa", "Programu haifanyi jambo jingine yenyewe."]
    assert says(reporter, site.address, receipt, account=True) == closed
    assert says(holder, site.address, receipt, account=False) == closed
    assert opened_box(db.session()).owners == {}
    db.session.rollback()
    alerts.tell_officers(utc_now())
    assert rang(tmp_path) == []

    # At the meeting of the forum the secretary reads what was printed, and nothing of one case.
    released(values=(40, None, 15))
    meeting = series.plan(utc_now() + timedelta(days=1))
    results = add_item(series.forum, meeting, title="Results", by=series.secretary)
    with browser_of(client_for(series.secretary), browser, site) as desk:
        desk.goto(f"{site.address}/forums/{series.forum}/meetings/{meeting}")
        expect(desk.locator(f'[id="{results}"]')).to_contain_text("7 to 23")
        for secret in (case.rpartition("/")[2], "Kamau", "kituo cha Mfano", CLOSING, LINE):
            assert secret not in desk.content()
    assert found == []
