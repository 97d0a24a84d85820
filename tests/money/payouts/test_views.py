"""The pages: who gets what, the list's way, the files that leave, and what is typed wrongly."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from kash.accounts.services.breaches import lend_approvals
from kash.attendance.models import Slot
from kash.attendance.services.registers import reopen_slot
from kash.money.payouts.documents import payment_markup
from kash.money.payouts.models import Payee, PayoutLine
from kash.money.payouts.queries.claims import latest_table
from kash.money.payouts.queries.payments import files_of, lines_of, reconciliations, sheets_of
from kash.money.payouts.rules import PaymentState
from kash.money.payouts.services.claims import Chosen, add_payee, make_exception, set_rates
from kash.money.payouts.services.payments import Note, approve, note_payment
from kash.people.models import Consent
from kash.platform.database import db, utc_now
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM
from kash.workshops.models import Facilitator
from kash.workshops.services.people import enrol
from tests.workshops.conftest import FIRST_DAY, make_person

from .conftest import FAR, NEAR, RATES, give_phone, mark

ZAWADI, BARAKA = "Zawadi Sampuli", "Baraka Sampuli"


@pytest.fixture
def at(ready):
    return f"/workshops/{ready.held.workshop}/payouts"


@pytest.fixture
def trainer(ready, client_for):
    return client_for(ready.trainer)


@pytest.fixture
def director(ready, client_for):
    return client_for(ready.director)


@pytest.fixture
def approved(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    return ready.approved()


def test_the_tab_says_who_gets_what_and_why(ready, at, trainer):
    page = trainer.get(at).text
    assert "People without a distance band: 2." in page
    assert "Propose a list" not in page
    trainer.post(f"{at}/bands", data={f"band-{ready.person(ZAWADI)}": FAR, "fill": NEAR})
    assert "2 × 1,200.50 for each day" in trainer.get(f"{at}?group=B").text
    page = trainer.get(f"{at}?group=A").text
    assert "1 × 500 for each day" in page
    assert "Propose a list of 2,901 KES" in page
    answer = trainer.post(f"{at}/propose")
    assert answer.status_code == 303
    page = trainer.get(answer.location).text
    assert "You proposed this list" in page
    assert "lists/" in answer.location
    assert trainer.post(f"{at}/propose").status_code == 409


def test_the_head_of_the_workshop_leads_to_what_is_to_be_paid(ready, trainer, director):
    def button(page):
        head = page.get(f"/workshops/{ready.held.workshop}").text
        way = re.findall(r"<li[^>]*>([^<]+)</li>", head.partition('class="way"')[2])
        return "Paid" in way, re.findall(r'<a class="btn main" href="[^"]*">([^<]+)</a>', head)

    db.session.execute(update(Slot).values(confirmed_at=utc_now(), confirmed_by=SYSTEM.public_id))
    db.session.commit()
    assert button(trainer) == (True, ["Propose payouts"])
    ready.band(Zawadi=FAR, Baraka=NEAR)
    made = ready.proposed()
    assert [button(trainer), button(director)] == [(True, []), (True, ["Look and approve"])]
    approve(ready.one(made), ready.director)
    assert button(trainer) == (True, ["Pay out"])
    db.session.execute(update(PayoutLine).values(state="paid"))
    db.session.commit()
    assert button(trainer) == (False, [])


def test_another_approves_and_every_cent_is_shown(ready, at, trainer, director):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    here = f"{at}/lists/{ready.proposed()}"
    assert trainer.post(f"{here}/approve").status_code == 403
    assert "Payouts: " in director.get("/").text
    assert director.post(f"{here}/approve").status_code == 302
    assert director.post(f"{here}/approve").status_code == 409
    page = director.get(here).text
    assert "Adds up to the cent" in page
    assert "Note who was paid in cash" not in page
    page = trainer.get(f"{here}/cash?group=B").text
    assert ZAWADI in page
    lines = {
        line.person.chosen_name: line.public_id
        for line in lines_of(ready.one(here.rsplit("/", 1)[1]))
        if line.person
    }
    db.session.rollback()
    assert trainer.post(f"{here}/cash", data={"paid": [lines[BARAKA]]}).status_code == 303
    assert "In cash, signed for on paper" in trainer.get(f"{here}/lines/{lines[BARAKA]}").text
    assert trainer.post(f"{here}/cash", data={"paid": ["0" * 16]}).status_code == 404


def test_whoever_proposed_a_list_is_told_that_it_was_sent_back(ready, at, trainer, director):
    """Else nobody is paid, and nobody knows that it waits for her."""
    ready.band(Zawadi=FAR, Baraka=NEAR)
    here, told = f"{at}/lists/{ready.proposed()}", "a list of payouts that you proposed was sent"
    assert director.post(f"{here}/turn-back", data={"reason": "By foot?"}).status_code < 400
    assert [told in browser.get("/").text for browser in (trainer, director)] == [True, False]
    again = f"{at}/lists/{ready.proposed()}"
    page = trainer.get("/").text
    seen = re.search(r"/account/notices/[0-9a-z]+/seen", page)
    assert seen is not None
    trainer.post(seen[0])
    # Whoever takes her own proposal back knows.
    assert trainer.post(f"{again}/turn-back", data={"reason": "Wrong band"}).status_code < 400
    assert told not in trainer.get("/").text


def test_who_stands_in_is_told_for_whom_she_decides_and_the_page_keeps_it(
    ready, at, actor, client_for
):
    director, officer = actor("director", name="Mwalimu Mfano"), actor("monitoring")
    today = local_today()
    lend_approvals(
        director,
        officer.public_id,
        permissions=["payouts.approve"],
        first=today,
        last=today,
        reason="leave",
    )
    ready.band(Zawadi=FAR, Baraka=NEAR)
    address = f"{at}/lists/{ready.proposed()}"
    browser = client_for(officer)
    page = browser.get(address).text
    assert "You decide for Mwalimu Mfano, who is absent." in page
    assert f'action="{address}/approve"' in page
    assert browser.post(f"{address}/approve").status_code == 302
    page = browser.get(address).text
    assert "for Mwalimu Mfano" in page
    assert "who is absent" not in page
    assert f'action="{address}/approve"' not in page


def test_the_file_for_mobile_money_is_streamed_and_says_so_in_the_trail(ready, at, trainer):
    give_phone(ready.person(ZAWADI), "+254712345678")
    ready.band(Zawadi=FAR, Baraka=NEAR)
    approved = ready.approved()
    db.session.rollback()
    page = trainer.get(f"{at}/lists/{approved}/numbers").text
    assert "254712" not in page
    answer = trainer.post(f"{at}/lists/{approved}/numbers")
    assert answer.headers["Content-Disposition"] == "attachment; filename=payments.csv"
    assert "no-store" in answer.headers["Cache-Control"]
    lines = answer.text.split("\r\n")
    assert lines[0] == "phone,amount,reference"
    assert lines[1].startswith("254712345678,2401.00,")
    assert lines[2] == "TOTAL,2401.00,1"
    assert lines[3].startswith("CHECKSUM,sha256,")
    assert "Sampuli" not in answer.text


def test_the_page_says_which_payments_changed_before_any_file_is_made(ready, at, trainer):
    give_phone(ready.person(ZAWADI), "+254712345678")
    ready.band(Zawadi=FAR, Baraka=NEAR)
    here = f"{at}/lists/{ready.approved()}/numbers"
    give_phone(ready.person(ZAWADI), "+254722000111")
    page = trainer.get(here).text
    assert "The phone was changed after the approval." in page
    assert "Open the phones and make the file" not in page
    answer = trainer.post(here)
    assert (answer.status_code, "text/csv" in answer.content_type) == (409, False)
    assert "No file was made." in answer.text
    assert "Went back, to be proposed and approved anew" in answer.text
    assert "Goes back: changed after approval" in trainer.get(here.removesuffix("/numbers")).text


def test_the_same_file_says_that_it_is_the_same(ready, at, trainer, actor):
    give_phone(ready.person(ZAWADI), "+254712345678")
    ready.band(Zawadi=FAR, Baraka=NEAR)
    approved = ready.approved()
    here = f"{at}/lists/{approved}"
    first = trainer.post(f"{here}/numbers").text
    answer = trainer.post(f"{here}/numbers")
    assert (answer.status_code, "254712" in answer.text) == (409, False)
    file = files_of(ready.one(approved))[0].public_id
    db.session.rollback()
    again = trainer.post(f"{here}/files/{file}/again")
    assert again.text == first
    assert "payments-same-again.csv" in again.headers["Content-Disposition"]
    assert "downloaded again: 1" in trainer.get(f"{here}/numbers").text
    assert "Sent to mobile money" in trainer.get(here).text
    assert ZAWADI not in trainer.get(f"{here}/cash?group=B").text
    line = lines_of(ready.one(approved))[-1].public_id
    db.session.rollback()
    failed = {"before": "sent", "state": "failed", "reason": "No such number"}
    refused = trainer.post(f"{here}/lines/{line}", data=failed)
    assert (refused.status_code, "Another trainer of this workshop" in refused.text) == (422, True)
    told = Note(PaymentState.FAILED, reason="No such number")
    note_payment(ready.one(approved), line, told, PaymentState.SENT, ready.director)
    ready.agreed(actor("director", name="Mwingine Mfano"))
    assert "Download the same file again" not in trainer.get(f"{here}/numbers").text
    assert trainer.post(f"{here}/files/{file}/again").status_code == 409
    assert ZAWADI in trainer.get(f"{here}/cash?group=B").text


def test_who_approves_is_told_of_payments_that_share_a_phone(ready, at, director):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    give_phone(ready.person(ZAWADI), "+254712345678")
    here = f"{at}/lists/{ready.proposed()}"
    assert "same phone as another" not in director.get(here).text
    give_phone(ready.person(BARAKA), "+254712345678")
    page = director.get(here).text
    assert "Payments to the same phone as another one here: 2." in page
    assert "254712" not in page


def test_results_come_back_and_what_does_not_fit_is_told_by_its_row(ready, at, approved, trainer):
    lines = lines_of(ready.one(approved))
    reference = lines[1].reference
    db.session.rollback()
    url = f"{at}/lists/{approved}/results"

    def send(content: str, **more: str) -> tuple[int, str]:
        answer = trainer.post(
            url, data={"file": (io.BytesIO(content.encode()), "result.csv"), **more}
        )
        return answer.status_code, answer.text

    content = f"Reference;Status\n{reference};Completed\nZZZZZZZZZZ;Completed\n"
    status, page = send(content)
    assert status == 422
    assert "This reference is not on the list." in page
    assert reconciliations([ready.one(approved)])
    db.session.rollback()
    assert send(content, only_fitting="y")[0] == 303
    one = ready.one(approved)
    assert reconciliations([one])[one.id].paid == 240_100
    status, page = send("%PDF-1.7")
    assert status == 422
    assert "data-errors" in page
    assert trainer.post(url, data={}).status_code == 422


def test_what_failed_is_brought_by_one_and_approved_by_another_who_then_compares(
    ready, at, trainer, director, actor, client_for
):
    give_phone(ready.person(ZAWADI), "+254712345678")
    ready.band(Zawadi=FAR, Baraka=NEAR)
    approved = ready.approved()
    here = f"{at}/lists/{approved}"
    other = actor("trainer", name="Mwingine Mfano")
    workshop_id = ready.workshop.id
    db.session.add(Facilitator(workshop_id=workshop_id, account_id=other.account_id))
    db.session.commit()
    second = client_for(other)
    trainer.post(f"{here}/numbers")
    reference = lines_of(ready.one(approved))[-1].reference
    db.session.rollback()

    def bring(client: FlaskClient) -> str:
        content = f"Reference;Status;Reason\n{reference};Failed;Not registered\n".encode()
        file = (io.BytesIO(content), "result.csv")
        return client.post(f"{here}/results", data={"file": file}, follow_redirects=True).text

    assert "Another trainer of this workshop says what failed or came back" in bring(trainer)
    page = bring(second)
    assert "Failed or came back: 1. Another person must approve that." in page
    assert "Taken over: 0. Known already: 0. Left out: 0." in page
    (address,) = re.findall(f"{here}/reversals/[0-9a-z]+", page)
    assert address in director.get("/").text
    for client in (trainer, second):
        seen = client.get(address).text
        assert "You said this, or made the file, so another must approve it" in seen
        assert "Approve</button>" not in seen
        assert client.post(f"{address}/approve").status_code == 403
    seen = director.get(address).text
    assert all(text in seen for text in (ZAWADI, reference, "Not registered", "Mwingine Mfano"))
    assert "What must be put right" in seen
    # The button stands below every payment that it makes payable once more.
    assert seen.index("Approve</button>") > seen.index(reference)
    assert director.post(f"{address}/turn-back", data={"reason": ""}).status_code == 422
    assert director.post(f"{address}/approve").status_code == 302
    assert director.post(f"{address}/approve").status_code == 409
    assert address not in director.get("/").text
    line = lines_of(ready.one(approved))[-1].public_id
    db.session.rollback()
    trainer.post(f"{here}/cash", data={"paid": line})
    today = director.get("/").text
    assert "Paid after a failure" in today
    assert reference in today
    assert ZAWADI not in today
    box = f'<input type="checkbox" name="line" value="{line}">'
    assert box in director.get(here).text
    assert "Compared: paid once" not in trainer.get(here).text
    answer = director.post(f"{here}/compared", data={}, follow_redirects=True).text
    assert "Tick the payments that you compared." in answer
    assert "Saved." not in answer
    assert box in answer
    assert "Paid after a failure" in director.get("/").text
    assert trainer.post(f"{here}/compared", data={"line": line}).status_code == 403
    assert director.post(f"{here}/compared", data={"line": line}).status_code == 303
    assert "Paid after a failure" not in director.get("/").text + director.get(here).text


def test_one_payment_needs_a_reason_when_money_did_not_arrive(
    ready, at, approved, trainer, director
):
    line = lines_of(ready.one(approved))[0].public_id
    db.session.rollback()
    url = f"{at}/lists/{approved}/lines/{line}"
    given = {"before": "outstanding", "state": "failed"}
    assert "Say why." in trainer.post(url, data=given).text
    assert trainer.post(url, data=given | {"reason": "No such number"}).status_code == 303
    answer = trainer.post(url, data=given | {"reason": "Again"})
    assert answer.status_code == 422
    assert director.get(url).status_code == 200
    assert director.post(url, data=given).status_code == 403


def test_paper_holds_one_group_its_sum_and_no_phone(ready, approved, at, trainer):
    give_phone(ready.person(ZAWADI), "+254712345678")
    one = ready.one(approved)
    sheet = next(row for row in sheets_of(one) if row.letter == "B")
    lines = lines_of(one, "B")
    found = ready.workshop
    with trainer.application.test_request_context():
        markup = payment_markup(found, one, sheet, lines)
    assert ZAWADI in markup
    assert BARAKA not in markup
    assert "2,401" in markup
    assert "B-2" in markup
    assert "712345678" not in markup
    db.session.add(
        Consent(
            person_id=lines[0].person_id,
            purpose="printed_name",
            answer="refused",
            text="As read out.",
            text_version="1",
            recorded_by="system",
        )
    )
    db.session.commit()
    one, found = ready.one(approved), ready.workshop
    with trainer.application.test_request_context():
        markup = payment_markup(found, one, sheet, lines_of(one, "B"))
    assert ZAWADI not in markup
    assert ready.person(ZAWADI)[:6].upper() in markup


def test_a_list_shows_the_payments_of_one_group_its_sum_and_the_whole(at, approved, trainer):
    for letter, name, amount in (("A", BARAKA, "500"), ("B", ZAWADI, "2,401")):
        page = trainer.get(f"{at}/lists/{approved}?group={letter}").text.partition("<main")[2]
        assert set(re.findall(r"\w+ Sampuli", page)) == {name}
        sums = re.findall(
            r'<td class="num" data-label="[^"]*">([\d,]+)</td>', page.partition("<tfoot")[2]
        )
        assert sums[:2] == [amount, "2,901"]


def test_payees_of_no_group_are_shown_after_the_groups(ready, at, approved, trainer):
    lines = {line.group_letter: line for line in lines_of(ready.one(approved))}
    lines["A"].group_letter = ""
    db.session.commit()
    page = trainer.get(f"{at}/lists/{approved}").text.partition("<main")[2]
    assert set(re.findall(r"\w+ Sampuli", page)) == {ZAWADI}
    others = trainer.get(f"{at}/lists/{approved}?group=–").text.partition("<main")[2]
    assert set(re.findall(r"\w+ Sampuli", others)) == {BARAKA}


def test_cash_is_ticked_one_group_at_a_time_and_no_tick_is_lost_by_turning(
    ready, at, approved, trainer
):
    line = {
        line.person.chosen_name: line.public_id
        for line in lines_of(ready.one(approved))
        if line.person
    }
    db.session.rollback()
    cash = f"{at}/lists/{approved}/cash"

    def stands(answer: TestResponse) -> tuple[set[str], set[str], set[str]]:
        """The names on the screen, who is ticked there, and who goes along unseen."""
        page = answer.text.partition("<main")[2]
        return (
            set(re.findall(r"\w+ Sampuli", page)),
            set(re.findall(r'name="paid" value="(\w+)" checked', page)),
            set(re.findall(r'type="hidden" name="paid" value="(\w+)"', page)),
        )

    assert stands(trainer.get(cash)) == ({BARAKA}, set(), set())
    turned = trainer.post(cash, data={"paid": [line[BARAKA]], "group": "B"})
    assert stands(turned) == ({ZAWADI}, set(), {line[BARAKA]})
    back = trainer.post(cash, data={"paid": [line[BARAKA], line[ZAWADI]], "group": "A"})
    assert stands(back) == ({BARAKA}, {line[BARAKA]}, {line[ZAWADI]})
    # Turning pays nobody; the button pays those ticked in both.
    assert {row.state for row in lines_of(ready.one(approved))} == {"outstanding"}
    db.session.rollback()
    trainer.post(cash, data={"paid": [line[BARAKA], line[ZAWADI]]})
    assert {row.state for row in lines_of(ready.one(approved))} == {"paid"}


def test_all_on_a_sheet_are_paid_by_one_tick_and_nobody_of_another_sheet(
    ready, at, approved, trainer
):
    lines = {line.public_id: line for line in lines_of(ready.one(approved))}
    first, *_others = lines
    db.session.rollback()
    cash = f"{at}/lists/{approved}/cash"
    # Without the tick what is listed pays nobody.
    trainer.post(cash, data={"listed": list(lines)})
    assert {row.state for row in lines_of(ready.one(approved))} == {"outstanding"}
    db.session.rollback()
    trainer.post(cash, data={"listed": [first], "all": "yes"})
    assert [row.public_id for row in lines_of(ready.one(approved)) if row.state == "paid"] == [
        first
    ]


def test_a_driver_who_is_added_by_two_taps_is_paid_once(ready, twice, at, trainer, client_for):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    url = f"{at}/payees/new"
    new = {"name": "Dereva Mfano", "role": "driver", "band": NEAR, "days": FIRST_DAY.isoformat()}
    key = re.search(r'name="key"[^>]* value="(\w{16})"', trainer.get(url).text)
    assert key is not None

    def payees() -> int:
        db.session.rollback()
        return db.session.query(Payee).count()

    for _tap in range(2):
        assert trainer.post(url, data=new | {"key": key[1]}).status_code == 303
    assert payees() == 1
    # A form opened anew adds another; what is no id is none, and nobody else's is found by it.
    assert trainer.post(url, data=new | {"key": "nonsense"}).status_code == 303
    assert payees() == 2
    other = client_for(twice.trainer)
    elsewhere = f"/workshops/{twice.held.workshop}/payouts/payees/new"
    assert other.post(elsewhere, data=new | {"key": key[1]}).status_code == 404


def test_what_is_due_names_one_group_and_sums_both(ready, at, trainer):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    for letter, name in (("A", BARAKA), ("B", ZAWADI)):
        for page in (at, f"{at}/bands"):
            shown = trainer.get(f"{page}?group={letter}").text
            assert set(re.findall(r"\w+ Sampuli", shown)) & {BARAKA, ZAWADI} == {name}, page
        assert f'<a href="/people/{ready.person(name)}">{name}</a>' in shown
    # The sum of all stands below that of the group.
    assert "Total" in trainer.get(at).text
    assert "1,500" in trainer.get(at).text


def test_turning_to_the_other_group_keeps_the_bands_that_were_chosen(ready, at, trainer):
    bands = f"{at}/bands"
    turned = trainer.post(bands, data={f"band-{ready.person(BARAKA)}": FAR, "turn_to": "B"})
    assert turned.location == f"{bands}?group=B"
    # Whoever was not on the page keeps what she had.
    trainer.post(bands, data={f"band-{ready.person(ZAWADI)}": NEAR})
    shown = trainer.get(f"{bands}?group=A").text
    assert f'<option value="{FAR}" selected>' in shown
    assert "People without a distance band" not in trainer.get(at).text


def test_bands_that_others_chose_or_renamed_meanwhile_lose_nobodys_choices(ready, at, trainer):
    bands, zawadi = f"{at}/bands", ready.person(ZAWADI)
    role, band = f"role-{zawadi}", f"band-{zawadi}"
    was = re.search(rf'name="was-{zawadi}" value="([^"]*)"', trainer.get(f"{bands}?group=B").text)
    assert was is not None
    ready.band(Zawadi=FAR)
    left = {role: "participant", band: "", f"was-{zawadi}": was[1], "fill": NEAR}
    assert trainer.post(bands, data=left).status_code == 303
    assert {row.name: row.part.band for row in ready.rows().values()} == {ZAWADI: 1, BARAKA: 0}
    set_rates(replace(RATES, bands=(NEAR, "Out of town")), ready.director)
    typed = {role: "facilitator", band: FAR, f"band-{ready.person(BARAKA)}": NEAR}
    answer = trainer.post(bands, data=typed)
    assert (answer.status_code, "Choose one of the offered" in answer.text) == (409, True)
    shown = trainer.post(f"{bands}?group=B", data={role: "facilitator", band: FAR}).text
    assert '<option value="facilitator" selected>' in shown


def test_a_name_on_the_cash_list_leads_on_and_ticks_nobody(ready, at, approved, trainer):
    page = trainer.get(f"{at}/lists/{approved}/cash?group=B").text
    assert f'<a href="/people/{ready.person(ZAWADI)}">{ZAWADI}</a>' in page
    labels = re.findall(r"(?s)<label.*?</label>", page.partition("<main")[2])
    assert any(f"Choose {ZAWADI}" in label for label in labels)
    assert not any("<a " in label for label in labels)


def test_the_paper_is_a_pdf(ready, approved, at, trainer):
    sheet = sheets_of(ready.one(approved))[0].public_id
    db.session.rollback()
    answer = trainer.get(f"{at}/lists/{approved}/paper/{sheet}.pdf")
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == "attachment; filename=list-1.pdf"


def test_rates_typed_wrongly_stay_with_a_sentence_beside_them(ready, director):
    given = {
        "currency": "kes",
        "least_weight": "1",
        "band-0": "Near",
        "band-1": "Near",
        "rate-participant-0": "5 hundred",
        "rate-driver-4": "900",
    }
    answer = director.post("/payouts/rates", data=given)
    assert answer.status_code == 422
    for said in (
        "Write an amount such as 500 or 1,250.50.",
        "This band stands further up already.",
        "Name the band of this rate.",
    ):
        assert said in answer.text
    assert 'value="5 hundred"' in answer.text
    given |= {"band-1": "Far", "rate-participant-0": "1,500.5", "rate-driver-4": ""}
    assert director.post("/payouts/rates", data=given).status_code == 303
    table = latest_table(None)
    assert table is not None
    assert (table.version, table.currency, table.bands) == (2, "KES", ["Near", "Far"])
    assert table.rates == {"participant": ["day", [150_050, None]]}


def test_all_that_is_wrong_with_rates_stands_in_one_summary(director):
    page = director.post("/payouts/rates", data={"currency": "", "least_weight": "1"}).text
    (summary,) = re.findall(r'<div class="errors"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert re.findall(r'href="#([^"]+)"', summary) == ["band-0", "currency"]


def test_own_rates_are_given_up_after_a_question(ready, at, trainer):
    url, asks = f"{at}/rates", f"{at}/rates/programme"
    assert asks not in trainer.get(url).text
    given = {"currency": "KES", "least_weight": "1", "band-0": "Near", "rate-participant-0": "5"}
    assert trainer.post(url, data=given).status_code == 303
    assert asks in trainer.get(url).text
    assert "Rates of this workshop, version 1" in trainer.get(at).text
    assert "Go back to the programme's rates?" in trainer.get(asks).text
    assert "Rates of this workshop, version 1" in trainer.get(at).text
    assert trainer.post(asks).status_code == 303
    assert "Rates of the programme, version 1" in trainer.get(at).text
    shown = trainer.get(url).text
    assert asks not in shown
    assert "None: the programme's rates hold" in shown


def test_exceptions_and_drivers(ready, at, trainer):
    url = f"{at}/people/{ready.person(BARAKA)}"
    assert "Say why." in trainer.post(url, data={"kind": "waived"}).text
    assert "Enter how much" in trainer.post(url, data={"kind": "extra", "reason": "x"}).text
    given = {"kind": "extra", "extra": "12.50", "reason": "Luggage"}
    assert trainer.post(url, data=given).status_code == 303
    assert "12.50" in trainer.get(url).text
    new = {"name": "Dereva Mfano", "role": "driver", "band": NEAR, "phone": "0712 345 678"}
    url = f"{at}/payees/new"
    assert "Choose at least one day." in trainer.post(url, data=new).text
    assert trainer.post(url, data=new | {"days": FIRST_DAY.isoformat()}).status_code == 303
    assert "Luggage" in trainer.get(at).text
    # Who stands on no register is shown after the groups.
    page = trainer.get(at, query_string={"group": "–"}).text
    assert "Dereva Mfano" in page
    removed = next(row for row in ready.rows().values() if row.payee_id).public_id
    db.session.rollback()
    # Lists gave the driver nothing, and this question says so.
    asked = trainer.get(f"{at}/payees/{removed}/remove").text
    assert "No list has anything for this payee yet." in asked
    assert trainer.post(f"{at}/payees/{removed}/remove").status_code == 303
    assert "Dereva Mfano" not in trainer.get(at, query_string={"group": "–"}).text


def test_whoever_takes_off_a_driver_that_a_list_pays_is_told_so_first(ready, at, trainer):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    driver = add_payee(
        ready.workshop,
        name="Dereva Mfano",
        phone="",
        chosen=Chosen("driver", FAR),
        days=[FIRST_DAY],
        by=ready.trainer,
    )
    ready.approved()
    told = "stand on lists already. A person who is added again is paid again"
    assert told in trainer.get(f"{at}/payees/{driver}/remove").text
    assert told in trainer.get(at, query_string={"group": "–"}).text


def test_a_double_claim_is_settled_on_its_page(ready, twice, client_for):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    ready.approved()
    twice.band(Zawadi=NEAR)
    other = client_for(twice.trainer)
    at = f"/workshops/{twice.held.workshop}/payouts"
    page = other.get(at).text
    assert "Not settled" in page
    # Of the other workshop she reads the title, and of nobody else a name.
    assert BARAKA not in page
    day = FIRST_DAY.isoformat()
    url = f"{at}/claims/{ready.person(ZAWADI)}/{day}/{ready.held.workshop}"
    assert "This workshop:" not in other.get(url).text
    assert other.post(url, data={"keeps": "both"}).status_code == 422
    assert other.post(url, data={"keeps": "both", "reason": "Two ways"}).status_code == 303
    assert "Both are paid" in other.get(at).text
    wrong = (FIRST_DAY + timedelta(days=3)).isoformat()
    assert other.get(url.replace(day, wrong)).status_code == 404
    assert other.get(url.replace(day, "yesterday")).status_code == 404


def test_a_double_claim_can_be_turned_to_on_a_list_that_holds_nobody_of_its_group(
    ready, twice, at, trainer
):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    ready.approved()
    twice.band(Zawadi=NEAR)
    twice.proposed()
    make_exception(
        ready.workshop,
        ready.person(BARAKA),
        waived=False,
        extra_cents=1000,
        reason="Luggage",
        by=ready.trainer,
    )
    here = f"{at}/lists/{ready.proposed()}"
    page = trainer.get(here).text
    assert (BARAKA in page, ZAWADI in page, f"{here}?group=B" in page) == (True, False, True)
    page = trainer.get(f"{here}?group=B").text
    assert (BARAKA in page, ZAWADI in page) == (False, True)


def test_who_is_paid_sees_her_own_and_nothing_else(ready, approved, at, actor, client_for):
    peer = actor("peer", name="Zawadi", person_id=ready.rows()[ZAWADI].person_id)
    own = client_for(peer)
    page = own.get("/payouts/").text
    assert "2,401" in page
    assert "To be paid" in page
    assert ">500<" not in page
    assert own.get(f"{at}/lists/{approved}").status_code == 403
    assert "Payouts" in own.get(f"/people/{ready.person(ZAWADI)}").text
    note_payment(
        ready.one(approved),
        lines_of(ready.one(approved), "B")[0].public_id,
        Note(PaymentState.PAID, "cash"),
        PaymentState.OUTSTANDING,
        ready.trainer,
    )
    assert "Was paid" in own.get("/payouts/").text


def test_other_trainers_see_no_tab_and_no_page(ready, at, actor, client_for):
    other = client_for(actor("trainer", name="Mwingine"))
    assert other.get(at).status_code == 403
    page = other.get(f"/workshops/{ready.held.workshop}").text
    assert f"{at}" not in page
    monitoring = client_for(actor("monitoring", name="Tathmini"))
    assert monitoring.get(at).status_code == 200
    assert at in monitoring.get(f"/workshops/{ready.held.workshop}/budget").text


def test_queries_do_not_grow_with_people(ready, at, trainer, count_queries):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    with count_queries() as few:
        trainer.get(at)
    register = ready.workshop.register
    slots = [one.public_id for one in register.slots]
    register_id = register.public_id
    for slot in slots:
        reopen_slot(register_id, slot, ready.trainer)
    names = [f"Mtu {word}" for word in ("Kwanza", "Pili", "Tatu")]
    for name in names:
        enrol(ready.held.workshop, make_person(name), ready.trainer)
    mark(ready.held, dict.fromkeys(names, ("present",) * 4))
    with count_queries() as more:
        page = trainer.get(at).text
    assert "Mtu Tatu" in page
    assert more.count <= few.count
