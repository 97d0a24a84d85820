"""Official cash bail: with a receipt, to an office, for somebody, and back again."""

import html
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.consent_texts import VERSION
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.clocks import Wrong, wrong_with
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import CashBail, Party, Person, Term
from kash.incidents.rules.record import Record
from kash.incidents.services.money import take_off_bail, write_down_bail
from kash.people.models import Organisation
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from tests.incidents.form_pages import entries, fields_of
from tests.incidents.test_case_file import PAPER, asked_again
from tests.refusals import refuses

Member = Any
TODAY = date(2026, 11, 20)
FINE: dict[str, Any] = {
    "person": "p1",
    "amount": "5,000",
    "receipt": "MR 004-17",
    "paid_on": "2026-11-02",
    "paid_to": "court",
    "place_name": "Winam Law Courts",
    "key": "bx1",
}


@pytest.fixture
def officer(a_member):
    return a_member("documentation")


def two_women() -> Record:
    return Record(
        persons=[Person(id="p1", code="A"), Person(id="p2", code="B")],
        parties=[Party(id="o1", kind="police")],
    )


def bail_in(member: Member, reference: str) -> list[CashBail]:
    return open_case(member.actor, member.vault(), reference).record.bail


def errors(page: str) -> dict[str, str]:
    found = re.findall(r'class="error" id="(\w+)-error">\s*<p>(.*?)</p>', page, re.S)
    return {name: html.unescape(" ".join(text.split())) for name, text in found}


def typed(page: str) -> dict[str, Any]:
    """What a browser would send back of the form."""
    form = re.search(r'<form[^>]*class="form" method="post".*?</form>', page, re.S)
    assert form is not None
    # A payment to a court is the last of the two that are offered.
    return fields_of("data-record" + form[0])


# --- The rule -------------------------------------------------------------------------------------

BAIL = st.builds(
    CashBail,
    id=st.sampled_from(["b1", "b2"]),
    person=st.sampled_from(["", "p1", "gone"]),
    amount=st.integers(0, 3),
    receipt=st.sampled_from(["", "MR 1", "mr-1", "2"]),
    paid_on=st.none() | st.dates(date(2026, 11, 19), date(2026, 11, 21)),
    place_name=st.sampled_from(["", "Winam"]),
    returned_on=st.none() | st.dates(date(2026, 11, 19), date(2026, 11, 21)),
    returned_amount=st.none() | st.integers(0, 4),
)


@given(BAIL, st.lists(BAIL, max_size=2), st.booleans())
def test_what_is_let_through_is_whole(bail, others, none):
    if wrong_with(bail, others, ["p1"], TODAY, no_receipt=none):
        return
    assert bail.person == "p1"
    assert bail.amount > 0
    assert bail.place_name
    assert bool(bail.receipt) is not none
    assert bail.paid_on is None or bail.paid_on <= TODAY
    assert (bail.returned_amount or 0) <= bail.amount
    if bail.returned_on is not None:
        assert (bail.paid_on or bail.returned_on) <= bail.returned_on <= TODAY


def test_one_receipt_stands_for_one_payment_however_it_is_written():
    first = CashBail(id="b1", amount=1, receipt="MR 1", place_name="Winam")
    again = first.model_copy(update={"id": "b2", "receipt": "mr-1"})
    assert wrong_with(again, [first], [], TODAY, no_receipt=False) == [
        ("receipt", Wrong.SAME_RECEIPT)
    ]
    assert wrong_with(first, [first], [], TODAY, no_receipt=False) == []


# --- Writing down, correcting, taking off ---------------------------------------------------------


@pytest.mark.any_engine
def test_bail_is_written_down_once_corrected_and_taken_off(both_engines_app, a_member, filed):
    one = a_member("documentation")
    reference = filed(two_women())
    bail = CashBail(id="b1", person="p1", amount=500000, receipt="17", place_name="Winam")
    for _twice in range(2):
        write_down_bail(one.actor, one.vault(), reference, bail)
    back = bail.model_copy(update={"returned_on": TODAY})
    write_down_bail(one.actor, one.vault(), reference, back)
    assert bail_in(one, reference) == [back]
    take_off_bail(one.actor, one.vault(), reference, "b1")
    assert bail_in(one, reference) == []
    with pytest.raises(NotFound):
        take_off_bail(one.actor, one.vault(), reference, "b1")
    assert entries() == [("incidents.bail_written", [reference])] * 3
    timeline = open_case(one.actor, one.vault(), reference).record.timeline
    assert [one.what for one in timeline] == ["bail_added", "bail_changed", "bail_removed"]


@pytest.mark.any_engine
def test_bail_of_a_closed_case_is_neither_written_down_nor_taken_off(
    both_engines_app, a_member, filed
):
    one = a_member("documentation")
    bail = CashBail(id="b1", person="p1", amount=500000, receipt="17", place_name="Winam")
    record = two_women()
    record.bail = [bail]
    closed = filed(record, state="closed")
    with refuses("This case is closed."):
        write_down_bail(one.actor, one.vault(), closed, bail.model_copy(update={"id": "b2"}))
    with refuses("This case is closed."):
        take_off_bail(one.actor, one.vault(), closed, "b1")
    assert bail_in(one, closed) == [bail]
    assert entries() == []


def test_bail_is_written_down_on_its_page_with_its_receipt(officer, filed):
    reference = filed(two_women())
    page = officer.client.get(f"/w/{reference}/v").text
    assert re.findall(r'<option[^>]*value="p\d">(\w)</option>', page) == ["A", "B"]
    # As high as a thumb, where bare radios were too small to meet.
    assert (
        len(re.findall(r'<label class="pick">\s*<input type="radio"\s+name="paid_to"', page)) == 2
    )
    for _twice in range(2):
        answer = officer.client.post(f"/w/{reference}/v", data=FINE)
        assert answer.status_code == 303
    (bail,) = bail_in(officer, reference)
    assert (bail.person, bail.amount, bail.receipt, bail.paid_to, bail.place_name) == (
        "p1",
        500000,
        "MR 004-17",
        "court",
        "Winam Law Courts",
    )
    for address in (f"/w/{reference}/v", f"/w/{reference}"):
        page = officer.client.get(address).text
        assert "KES 5,000" in page
        assert "MR 004-17" in page
        assert "Not given back yet" in page
    address = f"/w/{reference}/v/{bail.id}"
    page = officer.client.get(address).text
    assert 'value="MR 004-17"' in page
    sent = typed(page) | {"returned_on": "2026-11-10", "returned_amount": "4000"}
    assert officer.client.post(address, data=sent).status_code == 303
    (bail,) = bail_in(officer, reference)
    assert (bail.returned_on, bail.returned_amount) == (date(2026, 11, 10), 400000)
    assert "KES 4,000" in officer.client.get(f"/w/{reference}/v").text
    # Asked once more before it goes.
    asked = officer.client.get(f"{address}/x").text
    assert "Take this bail off the record?" in asked
    assert bail_in(officer, reference) != []
    way = re.search(r'action="([^"]*/x[^"]*)"', asked)
    assert way is not None
    # Tapped twice, it leads to the same place.
    for _time in range(2):
        assert officer.client.post(html.unescape(way[1])).status_code == 303
    assert bail_in(officer, reference) == []
    assert officer.client.get(address).status_code == 404


def test_bail_goes_to_a_station_of_the_list_under_its_name(officer, filed):
    station = Organisation(name="Lake Station", kind="station")
    db.session.add(station)
    db.session.commit()
    reference = filed(two_women())
    sent = FINE | {"paid_to": "station", "place": station.public_id, "place_name": ""}
    assert officer.client.post(f"/w/{reference}/v", data=sent).status_code == 303
    (bail,) = bail_in(officer, reference)
    assert (bail.paid_to, bail.place, bail.place_name) == (
        "station",
        station.public_id,
        "Lake Station",
    )
    both = sent | {"place_name": "Another", "key": "by", "receipt": "9"}
    answer = officer.client.post(f"/w/{reference}/v", data=both)
    assert "not both" in errors(answer.text)["place"]


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"person": ""}, "person", "Choose the person it was paid for."),
        ({"person": "p9"}, "person", "Choose one from the list."),
        ({"amount": ""}, "amount", "Enter this."),
        ({"amount": "0"}, "amount", "Enter how much was paid."),
        ({"amount": "much"}, "amount", "This is not an amount. It looks like 1500 or 1500.50."),
        ({"receipt": ""}, "receipt",
         "Enter the number of the receipt, or tick that none was given."),
        ({"no_receipt": "y"}, "receipt",
         "There is a number, and it is ticked that none was given."),
        ({"paid_on": ""}, "paid_on", "Enter this."),
        ({"paid_on": "2190-01-01"}, "paid_on", "This day has not come yet."),
        ({"paid_to": "officer"}, "paid_to", "Choose one from the list."),
        ({"place_name": ""}, "place_name",
         "Choose the station, or write what the station or court is called."),
        ({"place_name": "Sergeant Mfano"}, "place_name",
         "Bail is paid to an office, never into a hand. Write which one."),
        ({"returned_on": "2026-11-01"}, "returned_on",
         "This is before the day on which it was paid."),
        ({"returned_amount": "1"}, "returned_on", "Enter the day on which it was given back."),
        ({"returned_on": "2026-11-03", "returned_amount": "6000"}, "returned_amount",
         "More was given back than was paid."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_bail_is_said_beside_its_field_and_nothing_typed_is_lost(
    officer, filed, changed, field, sentence
):
    reference = filed(two_women())
    sent = FINE | changed
    answer = officer.client.post(f"/w/{reference}/v", data=sent)
    assert answer.status_code == 422
    assert errors(answer.text) == {field: sentence}
    for name in ("receipt", "place_name", "amount"):
        assert f'value="{sent[name]}"' in answer.text
    assert bail_in(officer, reference) == []


def test_money_without_a_receipt_is_marked_and_belongs_under_what_was_done(officer, filed):
    reference = filed(two_women())
    sent = FINE | {"receipt": "", "no_receipt": "y"}
    assert officer.client.post(f"/w/{reference}/v", data=sent).status_code == 303
    page = officer.client.get(f"/w/{reference}/v").text
    assert "No receipt" in page
    assert "Without a receipt it may be money that was demanded or taken" in page
    record = open_case(officer.actor, officer.vault(), reference).record
    assert record.asks_for_a_decision()


@pytest.mark.parametrize("taken_off", [True, False])
def test_bail_without_a_receipt_asks_the_custodian_though_it_be_taken_off_or_get_one(
    officer, filed, taken_off
):
    record = two_women()
    record.bail = [CashBail(id="b1", person="p1", amount=500000, place_name="Winam")]
    reference = filed(record)
    if taken_off:
        take_off_bail(officer.actor, officer.vault(), reference, "b1")
    else:
        with_one = record.bail[0].model_copy(update={"receipt": "MR 9"})
        write_down_bail(officer.actor, officer.vault(), reference, with_one)
    after = open_case(officer.actor, officer.vault(), reference).record
    assert all(one.receipt for one in after.bail)
    assert after.asks_for_a_decision()


def test_of_two_who_correct_bail_neither_overwrites_the_other_and_nothing_typed_is_lost(
    a_member, filed
):
    one, two = a_member("documentation"), a_member("documentation")
    record = two_women()
    record.bail = [CashBail(id="b1", person="p1", amount=500000, receipt="17", paid_on=TODAY,
                            paid_to="court", place_name="Winam")]  # fmt: skip
    reference = filed(record)
    address = f"/w/{reference}/v/b1"
    page = two.client.get(address).text
    way = re.search(r'href="([^"]*/x\?v=\d+)"', page)
    assert way is not None
    hers, theirs = typed(one.client.get(address).text), typed(page)
    hers |= {"amount": "4000"}
    for _twice in range(2):
        assert one.client.post(address, data=hers).status_code == 303
    # Whatever is wrong at first: what one saved is no answer to it.
    wrong = two.client.post(address, data=theirs | {"receipt": ""})
    assert wrong.status_code == 422
    answer = two.client.post(address, data=typed(wrong.text) | {"receipt": "18"})
    assert answer.status_code == 409
    assert "Somebody else saved this case meanwhile" in answer.text
    assert "KES 4,000" in answer.text
    again = typed(answer.text)
    assert (again["receipt"], again["amount"]) == ("18", "5000")
    # Nor is it taken off by whoever saw it as it was.
    assert two.client.post(html.unescape(way[1])).headers["Location"] == address
    assert [(one.amount, one.receipt) for one in bail_in(one, reference)] == [(400000, "17")]
    assert two.client.post(address, data=again).status_code == 303
    assert [one.receipt for one in bail_in(one, reference)] == ["18"]
    take_off_bail(one.actor, one.vault(), reference, "b1")
    answer = two.client.post(address, data=again)
    assert answer.status_code == 409
    assert two.client.post(f"/w/{reference}/v", data=typed(answer.text)).status_code == 303
    assert [one.receipt for one in bail_in(one, reference)] == ["18"]


# --- On paper -------------------------------------------------------------------------------------


def test_a_case_file_shows_her_bail_and_nobody_elses(officer, filed, monkeypatch):
    record = two_women()
    record.consents = [
        CaseConsent(
            purpose=what, given=True, at=utc_now(), by="x" * 16, person="p1", wording=VERSION
        )
        for what in ("court", "health")
    ]
    record.court_asks = asked_again("p1")
    record.bail = [
        CashBail(id="b1", person="p1", amount=500000, receipt="HERS 1", place_name="Winam"),
        CashBail(id="b2", person="p2", amount=700000, receipt="OTHERS 2", place_name="Winam"),
        CashBail(id="b3", person="gone", amount=900000, receipt="NOBODYS 3", place_name="Winam"),
    ]
    record.questioned_terms = [Term(id="t9", kind="pay", owed_by="p1", what="SET ASIDE 4")]
    reference = filed(record)
    printed: list[str] = []
    monkeypatch.setattr(
        "kash.incidents.documents.render_now", lambda document: printed.append(document.html) or b""
    )
    sent = {"persons": ["p1"], "paper": PAPER.key} | dict.fromkeys(
        ("terms", "referrals", "sources"), "y"
    )
    assert officer.client.post(f"/w/{reference}/f", data=sent).status_code == 200
    (paper,) = printed
    assert "HERS 1" in paper
    assert "KES 5,000" in paper
    for other in ("OTHERS 2", "NOBODYS 3", "SET ASIDE 4"):
        assert other not in paper


def test_what_was_corrected_of_bail_stands_among_the_changes_in_words(officer, filed):
    reference = filed(two_women())
    sent = FINE | {"person": "p2"}
    assert officer.client.post(f"/w/{reference}/v", data=sent).status_code == 303
    address = f"/w/{reference}/v/{bail_in(officer, reference)[0].id}"
    sent = typed(officer.client.get(address).text)
    officer.client.post(address, data=sent | {"receipt": "MR 5", "returned_on": "2026-11-10"})
    page = officer.client.get(f"/w/{reference}/h").text
    for said in ("Cash bail: Number of the receipt", "MR 004-17", "MR 5", "A court"):
        assert said in page
    assert "Something else" not in page
