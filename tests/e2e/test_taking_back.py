"""Taking back by a receipt with every vault closed, and a child's case, at the width of a phone and
in both languages."""

import io
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from kash.incidents.models import MediationBrief
from kash.incidents.queries import cases
from kash.incidents.queries.letterbox import Receipt
from kash.incidents.rules.case_file import who_agreed
from kash.incidents.rules.consents import PURPOSES
from kash.incidents.rules.filing import Screen
from kash.incidents.rules.parts import Act, Choice, Person
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import changing
from kash.incidents.services.evidence import Received, add_evidence
from kash.incidents.services.mediation import DutyDetails, Request, add_mediator, ask_mediator
from kash.platform.database import db, utc_now
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import filed, let_arrive
from tests.incidents.sent_reports import sent
from tests.platform.cleaning import samples

from .looking import PHONE, findings
from .phones import browser_of

pytestmark = pytest.mark.browser

# Of both languages: what the pages of a receipt, of the mediator and of Today say.
SAID = {
    "en": (
        ("The code you wrote down", "Your word", "Show"),
        ("Keep the report", "Go on", "Is this what you take back?", "Take it back"),
        (
            "Taken back. It holds from this moment",
            "Somebody took back what she had allowed",
            "Nothing is done with this report any more",
        ),
    ),
    "sw": (
        ("Msimbo ulioandika", "Neno lako", "Onyesha"),
        ("Hifadhi ripoti hii", "Endelea mbele", "Hivi ndivyo unavyoondoa?", "Ondoa"),
        (
            "Ruhusa imeondolewa",
            "Mtu aliondoa alichokuwa ameruhusu",
            "Hakuna kinachofanywa na ripoti hii tena",
        ),
    ),
}


def _asked(member: AMember, mediator: Actor, peer: Actor) -> Receipt:
    """A report about one woman for whom a mediator is asked that it stops."""
    receipt = sent(
        peer,
        what=Screen(acts=["P1"]),
        whom=Screen(count=1, ages=["18_24"]),
        next=Screen(consents=list(PURPOSES), origin="told_reporter"),
    )
    let_arrive()
    (case,), _damaged = cases.open_cases(member.actor, member.vault())
    with changing("incidents.changed", member.actor, member.vault(), case.reference) as change:
        choice = Choice(
            person="p1", wanted=["mediation"], on=local_today(), at=utc_now(), by="x" * 16
        )
        change.record.choices.append(choice)
    wanted = Request(
        mediator.public_id, ("stop",), "Lake", "Achieng", "+254700000001", persons=("p1",)
    )
    ask_mediator(member.actor, member.vault(), case.reference, wanted)
    return receipt


@pytest.mark.parametrize("language", ["en", "sw"])
def test_what_is_taken_back_ends_for_her_mediator_and_members_while_no_vault_is_open(
    a_phone, browser, site, member, a_member, actor, client_for, language
):
    mediator = actor("peer", name="Mediates", language=language)
    add_mediator(SYSTEM, mediator.public_id, DutyDetails())
    receipt = _asked(member, mediator, actor("peer", name="Another"))
    asking, taking, done = SAID[language]
    page = a_phone()
    page.goto(f"{site.address}/w/r?in={language}")
    page.get_by_label(asking[0]).fill(receipt.code)
    page.get_by_label(asking[1]).fill(receipt.word)
    page.get_by_role("button", name=asking[2]).click()
    page.get_by_label(taking[0]).check()
    page.get_by_role("button", name=taking[1], exact=True).click()
    # She reads first what cannot be called back.
    expect(page.get_by_role("heading", level=1)).to_have_text(taking[2])
    found = findings(page, f"what cannot be called back, {language}")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name=taking[3], exact=True).click()
    expect(page.locator(".note.good").first).to_contain_text(done[0])
    # Nobody opened anything: the brief has ended all the same, and her mediator reads it.
    db.session.rollback()
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed) == ("closed", None)
    with browser_of(client_for(mediator), browser, site) as helper:
        helper.goto(f"{site.address}/w/b")
        expect(helper.get_by_text("Lake")).to_have_count(0)
        found += findings(helper, f"a brief that ended, {language}")
    # A member whose vault is open reads it on Today, and on the case what is done no more.
    officer = a_member("documentation", language=language)
    with browser_of(officer.client, browser, site) as office:
        office.goto(site.address)
        office.get_by_role("link", name=done[1], exact=True).click()
        office.locator("tbody th a").first.click()
        expect(office.get_by_text(done[2])).to_be_visible()
        found += findings(office, f"a case that was stopped, {language}")
    assert found == []


def child_and_adult() -> Record:
    return Record(
        persons=[
            Person(id="p1", code="A", age_band="under_18"),
            Person(id="p2", code="B", age_band="25_34"),
        ],
        acts=[Act(id="a1", code="P1")],
    )


@pytest.mark.parametrize("language", ["en", "sw"])
def test_a_custodian_notes_who_decides_for_a_child_and_an_adult_beside_her_is_not_barred(
    browser, site, a_member, language
):
    grace = a_member("custodian", language=language)
    reference = filed(child_and_adult())
    said = {
        "en": ("What is decided for her, by a paper", "Children officer"),
        "sw": ("Kinachoamuliwa kwa ajili yake, kwa karatasi", "Afisa wa watoto"),
    }[language]
    with browser_of(grace.client, browser, site) as page:
        page.goto(f"{site.address}/w/{reference}/c")
        page.get_by_text(said[0]).click()
        form = page.locator("form", has=page.locator("input[name=paper]"))
        form.locator("[name=court]").select_option("yes")
        found = findings(page, f"who decides for a child, {language}")
        page.set_viewport_size(PHONE)
        # Without a paper nothing is noted, and nothing that was marked is lost.
        form.locator("[name=origin]").select_option(label=said[1])
        form.locator(".actions button").click()
        expect(form.locator("[name=court]")).to_have_value("yes")
        expect(form.locator(".error")).to_be_visible()
        form.locator("[name=paper]").fill("Order 7 of 1 December")
        form.locator(".actions button").click()
        expect(page.get_by_text("Order 7 of 1 December").first).to_be_attached()
        page.goto(f"{site.address}/w/{reference}/f")
        found += findings(page, f"a file of a child, {language}")
    db.session.rollback()
    (case,), _damaged = cases.open_cases(grace.actor, grace.vault())
    assert [one.id for one in who_agreed(case.record)] == ["p1"]
    assert found == []


# What the page of an original says of those who are missing, and who is to be asked again.
MISSING = {
    "en": ("Missing: A, B.", "Missing: A.", "To be asked again: A, B"),
    "sw": ("Inakosekana: A, B.", "Inakosekana: A.", "Waulizwe tena: A, B"),
}


@pytest.mark.parametrize("language", ["en", "sw"])
def test_what_shows_a_child_and_an_adult_leaves_by_her_yes_and_by_the_childs_paper(
    browser, site, a_member, language
):
    grace = a_member("custodian", language=language)
    reference = filed(child_and_adult())
    original = samples.jpeg()
    document = add_evidence(
        grace.actor,
        grace.vault(),
        reference,
        Received(label="Arm"),
        io.BytesIO(original),
        len(original),
    )
    case = f"{site.address}/w/{reference}"
    both, child, again = MISSING[language]
    found = []

    with browser_of(grace.client, browser, site) as page:
        page.goto(f"{case}/e/{document}/original")
        expect(page.locator("main .note")).to_contain_text(both)
        expect(page.locator("main .note")).to_be_in_viewport(ratio=1)
        expect(page.locator("main form")).to_have_count(0)
        found += findings(page, f"an original that stays, {language}")
        page.set_viewport_size(PHONE)
        # The adult says yes herself. The child is not asked for her, nor she for the child.
        page.locator("main .note a").click()
        page.locator("a[href*='of=p2']").click()
        answers = page.locator("main form.form")
        said = {"court": "yes", "health": "yes", "origin": "herself", "language": language}
        for name, value in said.items():
            answers.locator(f"[name={name}]").select_option(value)
        answers.locator(".actions button").click()
        page.goto(f"{case}/e/{document}/original")
        expect(page.locator("main .note")).to_contain_text(child)
        expect(page.locator("main form")).to_have_count(0)
        # For the child a custodian notes who decides, and by which paper.
        page.locator("main .note a").click()
        page.goto(page.url.split("?")[0] + "?of=p1&by=paper")
        decided = page.locator("main form.form")
        for name in ("court", "health"):
            decided.locator(f"[name={name}]").select_option("yes")
        decided.locator("[name=origin]").select_option(index=2)
        decided.locator("[name=paper]").fill("Order 7 of 1 December")
        decided.locator(".actions button").click()
        page.goto(f"{case}/e/{document}/original")
        # Nothing leaves before each was asked about this very paper.
        expect(page.locator("main .note")).to_contain_text(again)
        page.locator("main .note a").click()
        for person in ("p1", "p2"):
            page.locator(f"[name=persons][value={person}]").check()
        page.locator("[name=to_whom]").fill("Mfano Advocates")
        page.locator("[name=about]").fill("12 of 2026")
        page.locator(f"[name=language][value={language}]").check()
        page.locator("[name=answer][value=yes]").check()
        # Nothing counts before it was read back to them, and nothing that was marked is lost.
        page.locator("main form.form .actions button").click()
        expect(page.locator(".field.wrong [name=read_back_on]")).to_be_visible()
        expect(page.locator("[name=about]")).to_have_value("12 of 2026")
        found += findings(page, f"asked again for a court, {language}")
        page.set_viewport_size(PHONE)
        page.locator("[name=read_back_on]").fill(str(local_today()))
        page.locator("main form.form .actions button").click()
        page.goto(f"{case}/e/{document}/original")
        with page.expect_download() as leaving:
            page.locator("main form button").click()
        assert Path(leaving.value.path()).read_bytes() == original
        # The file for a court tells of both by the same yes.
        page.goto(f"{case}/f")
        found += findings(page, f"a file of a child and an adult, {language}")
        page.set_viewport_size(PHONE)
        with page.expect_download() as leaving:
            page.locator("main form.form .actions button").click()
        assert Path(leaving.value.path()).read_bytes().startswith(b"%PDF-")
    assert found == []
