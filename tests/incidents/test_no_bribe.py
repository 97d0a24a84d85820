"""A term by which a public officer would gain is refused by each way in; what was typed stays."""

import html
import json
import re
from typing import Any

import pytest

from kash.incidents.queries.cases import open_case
from kash.incidents.rules.parts import Party, Person, Term
from kash.incidents.rules.record import Record
from kash.incidents.rules.records import digests
from kash.incidents.services.documentation import SentPage, add_case, agree, write_case
from tests.incidents.form_pages import entries, fields_of, filled
from tests.refusals import refuses

Member = Any
BRIBE = {
    "terms-0-kind": "pay",
    "terms-0-owed_by": "p1",
    "terms-0-owed_to": "o1",
    "terms-0-amount": "2,000.50",
    "terms-0-what": "On Friday",
}
SENTENCE = "Nothing is owed to police, prison or county officers: it may be a bribe."


@pytest.fixture
def officer(a_member):
    return a_member("documentation")


def with_police() -> Record:
    return Record(
        narrative="x",
        persons=[Person(id="p1", code="A")],
        parties=[Party(id="o1", kind="police"), Party(id="o2", kind="client")],
    )


def error_at(page: str, field: str) -> str:
    """The sentence beside a field."""
    found = re.search(rf'id="{field}-error">\s*<p>(.*?)</p>', page, re.S)
    return html.unescape(found[1]) if found else ""


def record_of(member: Member, reference: str) -> Record:
    return open_case(member.actor, member.vault(), reference).record


# --- The page of what was agreed ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "pay", "owed_by": "p1", "owed_to": "o1", "amount": "2000"}, "owed_to"),
        ({"kind": "pay", "owed_by": "p1", "amount": "2000"}, "owed_to"),
        ({"kind": "pay", "owed_by": "p1", "owed_to": "o2", "what": "for the OCS"}, "what"),
        ({"kind": "release", "owed_by": "o1", "owed_to": "p1", "amount": "500"}, "amount"),
        ({"kind": "release", "owed_by": "o1", "owed_to": "p1", "what": "for 500 bob"}, "what"),
    ],
)
def test_the_page_of_terms_refuses_a_bribe_beside_its_field_and_keeps_what_was_typed(
    officer, filed, sent, field
):
    reference = filed(with_police())
    answer = officer.client.post(f"/w/{reference}/g", data={"key": "tx", **sent})
    assert answer.status_code == 422
    assert error_at(answer.text, field)
    again = fields_of(answer.text.replace("<form", "<form data-record"))
    assert {name: again[name] for name in sent} == sent
    assert record_of(officer, reference).terms == []


def test_two_pages_at_once_make_no_bribe(both_engines_app, a_member, filed, record_of):
    """The term was fine when its page was opened; the party became police meanwhile."""
    one = a_member("documentation")
    reference = filed(with_police())
    bribe = Term(id="t1", kind="pay", owed_by="p1", owed_to="o1", amount=5)
    with refuses("Nothing is owed to police, prison or county officers"):
        agree(one.actor, one.vault(), reference, bribe)
    record = record_of(reference, one.vault())
    assert record.terms == []
    record.terms = [bribe]
    for_new = SentPage(record, "t" * 16)
    with refuses("Nothing is owed to police, prison or county officers"):
        add_case(one.actor, one.vault(), for_new, "en")
    version = open_case(one.actor, one.vault(), reference).version
    with refuses("Nothing is owed to police, prison or county officers"):
        write_case(one.actor, one.vault(), reference, version, for_new)
    assert record_of(reference, one.vault()).terms == []
    assert entries() == []


# --- The full form --------------------------------------------------------------------------------


def test_the_full_form_refuses_a_bribe_in_a_new_case_and_keeps_all_that_was_typed(officer):
    sent = filled(**BRIBE)
    answer = officer.client.post("/w/new", data=sent)
    assert answer.status_code == 422
    assert SENTENCE in error_at(answer.text, "terms-0-owed_to")
    again = fields_of(answer.text)
    kept = {name: again[name] for name in BRIBE}
    assert kept == BRIBE
    assert again["narrative"] == "Line one\nLine two"
    # With the officer for a payee taken away, it is saved as it stands.
    answer = officer.client.post("/w/new", data=sent | {"terms-0-owed_by": "o1",
                                                        "terms-0-owed_to": "p1"})  # fmt: skip
    assert answer.status_code == 303


def test_a_party_that_becomes_police_afterwards_takes_no_older_payment_along(officer):
    client = {"parties-0-kind": "client", "parties-0-rank_band": "unknown",
              "parties-0-service_number": ""}  # fmt: skip
    answer = officer.client.post("/w/new", data=filled(**BRIBE, **client))
    assert answer.status_code == 303
    reference = answer.headers["Location"].rpartition("/")[2]
    form = fields_of(officer.client.get(f"/w/{reference}/edit").text) | {"do": "save"}
    for changed in (
        {"parties-0-kind": "police"},
        {"parties-0-service_number": "00123"},
        # Or is taken off, so that the payment goes to nobody, beside an officer.
        {"parties-0-key": "new", "parties-0-kind": "police"},
    ):
        answer = officer.client.post(f"/w/{reference}/edit", data=form | changed)
        assert answer.status_code == 422
        assert error_at(answer.text, "terms-0-owed_to")
    assert record_of(officer, reference).parties[0].kind == "client"


# --- Kept while it is typed -----------------------------------------------------------------------


def test_what_is_kept_while_it_is_typed_is_no_term_and_comes_back_with_the_sentence(officer, filed):
    reference = filed(with_police())
    form = fields_of(officer.client.get(f"/w/{reference}/edit").text)
    typed = form | BRIBE | {"terms-0-key": "t1", "case": reference}
    assert officer.client.post("/w/t", data=typed).status_code == 204
    # It is nothing but typed: the case says nothing of it.
    assert record_of(officer, reference).terms == []
    page = officer.client.get(f"/w/{reference}/edit").text
    document = re.search(r'name="restore" value="([^"]+)"', page)
    assert document is not None
    answer = officer.client.post(f"/w/{reference}/edit", data={"restore": document[1]})
    assert answer.status_code == 200
    assert SENTENCE in error_at(answer.text, "terms-0-owed_to")
    again = fields_of(answer.text)
    assert {name: again[name] for name in BRIBE} == BRIBE
    answer = officer.client.post(f"/w/{reference}/edit", data=again | {"do": "save"})
    assert answer.status_code == 422
    assert record_of(officer, reference).terms == []


# --- Two members at once --------------------------------------------------------------------------


def test_of_two_members_neither_of_whom_wrote_a_bribe_none_is_made(a_member, filed):
    """One lets her pay a client; the other finds out that he is of the police."""
    anna, brenda = a_member("documentation"), a_member("documentation")
    record = with_police()
    record.parties = [Party(id="o1", kind="client")]
    reference = filed(record)
    address = f"/w/{reference}/edit"
    hers = fields_of(anna.client.get(address).text) | BRIBE | {"terms-0-key": "t1", "do": "save"}
    theirs = fields_of(brenda.client.get(address).text) | {"do": "save"}
    theirs["parties-0-kind"] = "police"
    assert brenda.client.post(address, data=theirs).status_code == 303
    answer = anna.client.post(address, data=hers)
    assert answer.status_code == 409
    assert SENTENCE in error_at(answer.text, "terms-0-owed_to")
    again = fields_of(answer.text) | {"do": "save"}
    assert {name: again[name] for name in BRIBE} == BRIBE | {"terms-0-amount": "2000.50"}
    assert again["parties-0-kind"] == "police"
    answer = anna.client.post(address, data=again)
    assert answer.status_code == 422
    assert record_of(anna, reference).terms == []
    # What else she typed is saved once the term is gone.
    del again["terms-0-key"]
    rest = {name: value for name, value in again.items() if not name.startswith("terms-")}
    assert anna.client.post(address, data=rest).status_code == 303


# --- Records of older versions --------------------------------------------------------------------


def test_a_case_with_an_older_bribe_can_be_written_on_and_keeps_it_for_the_custodian(
    officer, filed
):
    record = with_police()
    record.questioned_terms = [
        Term(
            id="olderbribe",
            kind="pay",
            owed_by="p1",
            owed_to="o1",
            amount=200000,
            what="For the night",
        )
    ]
    reference = filed(record)
    for address in (f"/w/{reference}", f"/w/{reference}/g"):
        page = officer.client.get(address).text
        assert "Waits for the custodian" in page
        assert "For the night" in page
    form = fields_of(officer.client.get(f"/w/{reference}/edit").text)
    assert "olderbribe" not in json.dumps(form)
    form |= {"narrative": "More is known", "do": "save"}
    assert officer.client.post(f"/w/{reference}/edit", data=form).status_code == 303
    after = record_of(officer, reference)
    assert after.narrative == "More is known"
    assert after.questioned_terms == record.questioned_terms
    assert digests(after).keys().isdisjoint({"terms/olderbribe/kind"})
