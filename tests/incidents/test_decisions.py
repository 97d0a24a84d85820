"""What the custodian alone decides: what would have gone to an officer, and the duty to report."""

import html
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.incidents.queries.cases import concerns_custodian, open_case
from kash.incidents.rules.clocks import (
    KINDS,
    ReportNote,
    is_decided,
    missing_of,
    notes_as_bytes,
    notes_from,
)
from kash.incidents.rules.parts import Act, CashBail, Party, Person, Term
from kash.incidents.rules.record import Record
from kash.incidents.services.documentation import SentPage, write_case
from kash.incidents.services.money import (
    note_decision,
    report_notes,
    take_off_bail,
    take_out_term,
    write_down_bail,
)
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, SealedDocument
from kash.platform.web.errors import NotFound
from tests.incidents.filed_cases import shredded
from tests.incidents.form_pages import entries

Member = Any
TODAY = date(2026, 11, 20)
REFERENCE = "EACC/KSM/2026/0457"
BRIBE = Term(
    id="t9", kind="pay", owed_by="p1", owed_to="o1", amount=200000, what="For the night",
    fulfilled_on=date(2026, 11, 3),
)  # fmt: skip


def money_case(*questioned: Term) -> Record:
    return Record(
        persons=[Person(id="p1", code="A")],
        parties=[Party(id="o1", kind="police", station_name="Lake Station")],
        acts=[Act(id="a1", code="M1", parties=["o1"])],
        questioned_terms=list(questioned),
    )


@pytest.fixture
def custodian(a_member):
    return a_member("custodian", name="Grace Mfano")


@pytest.fixture
def officer(a_member, custodian):
    return a_member("documentation")


def notes_in(member: Member, reference: str) -> list[ReportNote]:
    case = open_case(member.actor, member.vault(), reference)
    return report_notes(case, member.vault())


def errors(page: str) -> dict[str, str]:
    found = re.findall(r'class="error" id="(\w+)-error">\s*<p>(.*?)</p>', page, re.S)
    return {name: html.unescape(" ".join(said.split())) for name, said in found}


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def waiting_for(custodian: Member) -> tuple[int, list[str]]:
    """How many Today tells the custodian of, and what her list says of the newest case."""
    told = re.search(
        r'class="key">(\d+)</div>\s*<div class="what">\s*<a href="/w/q"',
        custodian.client.get("/").text,
    )
    row = re.search(r'data-label="What waits">(.*?)</td>', custodian.client.get("/w/q").text, re.S)
    assert row is not None
    return (
        int(told[1]) if told else 0,
        [" ".join(one.split()) for one in re.findall(r">([^<]*\w[^<]*)<", row[1])],
    )


# --- The rule -------------------------------------------------------------------------------------

NOTES = st.builds(
    ReportNote,
    kind=st.sampled_from(KINDS),
    on=st.none() | st.dates(date(2026, 11, 19), date(2026, 11, 21)),
    reported_by=st.sampled_from(["", "The director"]),
    reference=st.sampled_from(["", REFERENCE]),
    reason=st.sampled_from(["", "Paragraph 4"]),
)


@given(NOTES)
def test_a_decision_is_whole_or_says_what_it_lacks(note):
    lacks = [name for name, _why in missing_of(note, TODAY)]
    told = note.on is not None and note.on <= TODAY and bool(note.reported_by)
    whole = {"reported": told, "not_reported": bool(note.reason), "counsel": True}
    assert (lacks == []) is whole[note.kind]


@given(st.lists(NOTES, max_size=3))
def test_notes_survive_being_sealed_and_the_newest_counts(notes):
    assert notes_from(notes_as_bytes(notes)) == notes
    # What was left open takes no room, by which it could be told how many fields there are.
    said = [one.model_dump(exclude_defaults=True).keys() for one in notes]
    assert [one.keys() for one in json.loads(notes_as_bytes(notes))] == said
    assert is_decided(notes) is (bool(notes) and notes[-1].kind != "counsel")


# --- Whom it reaches ------------------------------------------------------------------------------


def test_money_that_officers_took_reaches_the_custodian_and_a_clients_debt_does_not(
    custodian, filed
):
    client = Record(
        parties=[Party(id="o1", kind="client")], acts=[Act(id="a1", code="M1", parties=["o1"])]
    )
    assert concerns_custodian(money_case(), [])
    assert not concerns_custodian(client, [])
    hers, other = filed(money_case()), filed(client)
    assert custodian.client.get(f"/w/{hers}").status_code == 200
    assert custodian.client.get(f"/w/{other}").status_code == 404
    page = custodian.client.get("/w?show=all").text
    assert f"/w/{hers}" in page
    assert f"/w/{other}" not in page


def test_her_list_shows_what_waits_and_then_what_is_decided(custodian, filed, count_queries):
    assert "No case asks for a decision" in custodian.client.get("/w/q").text
    decided = filed(money_case())
    note_decision(
        custodian.actor,
        custodian.vault(),
        decided,
        ReportNote(kind="not_reported", reason="Paragraph 4"),
    )
    waits = filed(money_case(BRIBE))
    with count_queries() as few:
        page = custodian.client.get("/w/q").text
    assert re.findall(r"/w/([0-9a-z]{16})/q", page) == [waits, decided]
    assert "Set aside: 1" in page
    assert "It is not reported" in page
    for _more in range(3):
        filed(money_case())
    with count_queries() as many:
        page = custodian.client.get("/w/q").text
    assert len(re.findall(r"/w/([0-9a-z]{16})/q", page)) == 5
    assert many.count == few.count


def test_today_tells_the_custodian_how_many_wait_and_nobody_else(custodian, officer, filed):
    filed(money_case())
    filed(money_case(BRIBE))
    page = custodian.client.get("/").text
    assert re.search(r'class="key">2</div>\s*<div class="what">\s*<a href="/w/q"', page)
    assert "/w/q" not in officer.client.get("/").text


# --- The duty to report ---------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_decision_is_noted_with_who_and_when_and_nothing_of_it_is_lost(
    both_engines_app, a_member, filed
):
    grace = a_member("custodian")
    reference = filed(money_case())
    counsel = ReportNote(kind="counsel")
    done = ReportNote(kind="reported", on=TODAY, reported_by="The director", reference=REFERENCE)
    for note in (counsel, counsel, done):
        note_decision(grace.actor, grace.vault(), reference, note)
    first, second = notes_in(grace, reference)
    assert (first.kind, second.kind, second.reference) == ("counsel", "reported", REFERENCE)
    assert {one.by for one in (first, second)} == {grace.actor.public_id}
    assert first.at is not None
    assert second.at is not None
    assert first.at <= second.at <= utc_now()
    written = [one for one in entries() if one[0] == "incidents.note_kept"]
    assert written == [("incidents.note_kept", [reference])] * 2


def test_what_waits_for_counsel_or_came_after_the_decision_is_told_on_today(
    custodian, officer, filed
):
    reference = filed(money_case())
    note = ReportNote(kind="not_reported", reason="Paragraph 4")
    new = "Something came since then"

    def decide(one: ReportNote) -> None:
        note_decision(custodian.actor, custodian.vault(), reference, one)

    decide(ReportNote(kind="counsel"))
    assert waiting_for(custodian) == (1, ["It waits for counsel"])
    decide(note)
    assert waiting_for(custodian) == (0, ["It is not reported"])

    def write(change: Callable[[Record], object]) -> None:
        found = open_case(officer.actor, officer.vault(), reference)
        typed = found.record.model_copy(deep=True)
        change(typed)
        written = SentPage(typed, "x" * 16)
        write_case(officer.actor, officer.vault(), reference, found.version, written)

    # Other officers demanded money as well; then another act by those of whom it was decided.
    write(lambda record: record.parties.append(Party(id="o2", kind="county_officer")))
    assert waiting_for(custodian) == (0, ["It is not reported"])
    for key, by in (("a2", "o2"), ("a3", "o1")):
        write(lambda record, key=key, by=by: record.acts.append(
            Act(id=key, code="M1", parties=[by])))  # fmt: skip
        assert waiting_for(custodian) == (1, ["It is not reported", new])
        assert new in custodian.client.get(f"/w/{reference}").text
        assert new in custodian.client.get(f"/w/{reference}/q").text
        # The same words again are another decision.
        decide(note)
        assert waiting_for(custodian) == (0, ["It is not reported"])
    assert [one.kind for one in notes_in(custodian, reference)] == [
        "counsel",
        *["not_reported"] * 3,
    ]
    bail = CashBail(id="b1", person="p1", amount=100, place_name="Winam")
    for change in (
        lambda: write_down_bail(officer.actor, officer.vault(), reference, bail),
        lambda: take_off_bail(officer.actor, officer.vault(), reference, "b1"),
    ):
        change()
        assert waiting_for(custodian) == (1, ["It is not reported", new])
        decide(note)
        assert waiting_for(custodian) == (0, ["It is not reported"])


def test_nobody_decides_on_what_she_was_not_shown(custodian, officer, filed):
    reference = filed(money_case())
    address = f"/w/{reference}/q"
    sent = {"kind": "not_reported", "reason": "Paragraph 4"}
    sent["version"] = version_on(custodian.client.get(address).text)
    bail = CashBail(id="b1", person="p1", amount=100, place_name="Winam")
    write_down_bail(officer.actor, officer.vault(), reference, bail)
    answer = custodian.client.post(address, data=sent)
    assert answer.status_code == 409
    assert "Paragraph 4" in answer.text
    assert notes_in(custodian, reference) == []
    sent["version"] = version_on(answer.text)
    assert custodian.client.post(address, data=sent).status_code == 303
    assert waiting_for(custodian) == (0, ["It is not reported"])


def test_documentation_officers_read_nothing_of_it_anywhere(custodian, officer, filed, monkeypatch):
    record = money_case()
    reference = filed(record)
    sent = {
        "kind": "reported",
        "on": "2026-11-03",
        "reported_by": "Amina Mfano",
        "reference": REFERENCE,
        "reason": "Paragraph seven",
    }
    sent["version"] = version_on(custodian.client.get(f"/w/{reference}/q").text)
    answer = custodian.client.post(f"/w/{reference}/q", data=sent)
    assert answer.status_code == 303
    for address in (f"/w/{reference}", f"/w/{reference}/q"):
        page = custodian.client.get(address).text
        assert "It was reported" in page
    for said in (REFERENCE, "Amina Mfano", "Paragraph seven", "Grace Mfano"):
        assert said in custodian.client.get(f"/w/{reference}/q").text
    # Neither on the page of the case, nor in its timeline, its form, the search or the list.
    pages = [
        officer.client.get(f"/w/{reference}").text,
        officer.client.get(f"/w/{reference}/edit").text,
        officer.client.get("/w?show=all").text,
    ]
    for said in (REFERENCE, "Amina", "reported", "Ethics", "Bribery", "Paragraph seven"):
        assert not any(said in page for page in pages), said
        found = officer.client.post("/w/search", data={"words": said, "show": "all"}).text
        assert f'href="/w/{reference}"' not in found, said
    # Nor in what her own keys open.
    case = open_case(officer.actor, officer.vault(), reference)
    assert REFERENCE not in case.record.model_dump_json()
    assert [one.what for one in case.record.timeline] == []
    assert report_notes(case, officer.vault()) == []
    for address in ("/w/q", f"/w/{reference}/q", f"/w/{reference}/q/t9"):
        assert officer.client.get(address).status_code == 403
    assert officer.client.post(f"/w/{reference}/q", data=sent).status_code == 403
    # Nor in clear anywhere.
    kept = db.session.execute(
        select(SealedDocument.kind, SealedDocument.compartment).where(
            SealedDocument.public_id == case.record.duty_note
        )
    ).one()
    assert tuple(kept) == ("incident.note", "identity")
    trail = json.dumps([list(row.subjects) for row in db.session.scalars(select(AuditEntry))])
    assert REFERENCE not in trail


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, {"kind": "Enter this."}),
        ({"kind": "forgotten"}, {"kind": "Choose one from the list."}),
        ({"kind": "reported", "reference": REFERENCE},
         {"on": "Enter this.", "reported_by": "Enter this."}),
        ({"kind": "reported", "on": "2190-01-01", "reported_by": "She"},
         {"on": "This day has not come yet."}),
        ({"kind": "not_reported", "reported_by": "She"},
         {"reason": "Write why, with the paragraph of the policy."}),
    ],
)  # fmt: skip
def test_half_a_decision_is_refused_beside_its_field_and_stays_typed(custodian, filed, sent, wrong):
    reference = filed(money_case())
    answer = custodian.client.post(f"/w/{reference}/q", data=sent)
    assert answer.status_code == 422
    assert errors(answer.text) == wrong
    for name in ("reference", "reported_by"):
        assert f'value="{sent[name]}"' in answer.text if name in sent else True
    assert notes_in(custodian, reference) == []


def test_a_case_without_money_asks_for_no_decision(custodian, filed):
    minor = Record(persons=[Person(id="p1", code="A", age_band="under_18")])
    reference = filed(minor)
    assert custodian.client.get(f"/w/{reference}/q").status_code == 404
    assert "Bribery Act" not in custodian.client.get(f"/w/{reference}").text


def test_notes_that_do_not_open_any_more_say_so_and_give_way(custodian, filed):
    reference = filed(money_case())
    for kind in ("counsel", "reported"):
        note = ReportNote(kind=kind, on=TODAY, reported_by="The director")
        note_decision(custodian.actor, custodian.vault(), reference, note)
        assert [one.kind for one in notes_in(custodian, reference)] == [kind]
        db.session.rollback()
        (row,) = db.session.query(SealedDocument).filter_by(kind="incident.note")
        row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
        db.session.commit()
        for address in (f"/w/{reference}", f"/w/{reference}/q", "/w/q"):
            page = custodian.client.get(address).text
            assert "What was noted is damaged and does not open" in page


def test_what_was_noted_ends_with_the_case(both_engines_app, a_member, filed):
    grace = a_member("custodian")
    reference = filed(money_case(), state="closed")
    note_decision(grace.actor, grace.vault(), reference, ReportNote(kind="counsel"))
    assert db.session.scalars(select(SealedDocument.kind)).all().count("incident.note") == 1
    db.session.rollback()
    shredded(reference, grace)
    assert db.session.scalars(select(SealedDocument.kind)).all() == []


# --- Terms that were set aside --------------------------------------------------------------------


def test_what_was_set_aside_is_taken_out_with_a_reason_that_the_case_keeps(
    custodian, officer, filed
):
    record = money_case(BRIBE)
    record.acts = []
    reference = filed(record)
    page = custodian.client.get(f"/w/{reference}/q").text
    assert "For the night" in page
    address = f"/w/{reference}/q"
    assert custodian.client.post(address, data={"term": "t9", "reason": ""}).status_code == 422
    sent = {"term": "t9", "reason": "It was demanded at the gate"}
    answer = custodian.client.post(address, data=sent)
    # What it said may have been a bribe: whether it is reported still waits for her.
    assert answer.headers["Location"] == address
    # Pressed twice, it is taken out once.
    assert custodian.client.post(address, data=sent).headers["Location"] == address
    case = open_case(officer.actor, officer.vault(), reference)
    assert (case.record.questioned_terms, case.record.terms) == ([], [])
    (event,) = case.record.timeline
    assert (event.what, event.reason, event.by) == (
        "term_taken_out",
        "It was demanded at the gate",
        custodian.actor.public_id,
    )
    page = officer.client.get(f"/w/{reference}").text
    assert "The custodian took out what would have gone to an officer" in page
    assert "It was demanded at the gate" in page


def test_what_was_official_bail_becomes_bail_and_needs_its_receipt(custodian, filed):
    record = money_case(BRIBE)
    record.acts = []
    reference = filed(record)
    address = f"/w/{reference}/q/t9"
    page = custodian.client.get(address).text
    for value in ("2000", "Lake Station", "2026-11-03"):
        assert f'value="{value}"' in page
    assert "No receipt was given" not in page
    sent = {
        "person": "p1",
        "amount": "2000",
        "paid_on": "2026-11-03",
        "paid_to": "station",
        "place_name": "Lake Station",
        "no_receipt": "y",
    }
    answer = custodian.client.post(address, data=sent)
    assert answer.status_code == 422
    assert list(errors(answer.text)) == ["receipt"]
    answer = custodian.client.post(address, data=sent | {"receipt": "MR 88"})
    # With its receipt it is no case of hers any more.
    assert answer.headers["Location"] == "/w/q"
    assert custodian.client.get(address).status_code == 404


def test_a_term_that_was_decided_meanwhile_is_not_decided_again(both_engines_app, a_member, filed):
    grace = a_member("custodian")
    reference = filed(money_case(BRIBE))
    take_out_term(grace.actor, grace.vault(), reference, "t9", "Demanded")
    with pytest.raises(NotFound):
        take_out_term(grace.actor, grace.vault(), reference, "t9", "Demanded")


# --- The written policy ---------------------------------------------------------------------------


def test_the_policy_by_which_she_decides_is_named_with_its_day_and_who_checked_it(custodian, filed):
    reference = filed(money_case())
    assert "No policy is named yet." in custodian.client.get(f"/w/{reference}/q").text
    sent = {"name": "Reporting policy", "dated_on": "2026-01-15", "checked_by": "Wakili Mfano"}
    for wrong in ({"name": ""}, {"dated_on": "2190-01-01"}, {"checked_by": ""}):
        answer = custodian.client.post("/w/q", data=sent | wrong)
        assert answer.status_code == 422
        assert list(errors(answer.text)) == list(wrong)
    assert "No policy is named yet." in custodian.client.get("/w/q").text
    assert custodian.client.post("/w/q", data=sent).status_code == 303
    said = "Policy: Reporting policy, 15 Jan 2026, checked by Wakili Mfano."
    for address in ("/w/q", f"/w/{reference}/q"):
        assert said in custodian.client.get(address).text
    assert ("accounts.reporting_changed", ["settings"]) in entries()
