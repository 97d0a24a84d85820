"""The case file for a lawyer: read back, its marks, its properties, and who gets none."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from kash.database import db, utc_now
from kash.incidents import services
from kash.incidents.rules.record import Act, Consent, Party, Person, Record, Referral, Term
from kash.jobs.models import Job
from kash.vault import AuditEntry
from kash.web.formats import date_text

Member = Any


@pytest.fixture
def officer(a_member: Callable[..., Member]) -> Member:
    return a_member("documentation", name="Amani Mfano")


def agreed(person: str = "", purpose: str = "court", *, given: bool = True) -> Consent:
    return Consent(purpose=purpose, given=given, at=utc_now(), by="x" * 16, person=person)


def a_record() -> Record:
    record = Record(
        narrative="They came at night.\n" * 3,
        asked_for="The phone back",
        persons=[
            Person(id="p1", code="Swallow", age_band="25_34"),
            Person(id="p2", code="Weaver", note="Scar on the hand"),
        ],
        parties=[Party(id="o1", station_name="Mfano Post", service_number="0099")],
        acts=[
            Act(id="a1", code="M1", persons=["p1"], parties=["o1"], amount=150050,
                circumstances="At the gate"),
            Act(id="a2", code="P1", persons=["p2"], circumstances="With a belt"),
        ],
        terms=[Term(id="t1", kind="return", owed_by="o1", owed_to="p1", what="A phone")],
        referrals=[Referral(id="r1", kind="legal", service_name="Mfano Lawyers", person="p1")],
    )  # fmt: skip
    record.happening.begun_on = date(2026, 11, 2)
    record.place.ward = "Kondele"
    return record


def pages_of(pdf: bytes) -> list[str]:
    """What each page says, in the order in which it was set, on one line."""
    read = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return [" ".join(page.split()) for page in read.stdout.decode().split("\f")[:-1]]


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))


def printed(member: Member, reference: str, **chosen: Any) -> bytes:
    answer = member.client.post(f"/w/{reference}/f", data=chosen)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    return bytes(answer.data)


def test_it_holds_what_was_chosen_of_who_agreed(officer: Member, filed: Any) -> None:
    record = a_record()
    record.consents = [agreed("p1")]
    reference = filed(record)
    text = text_of(printed(officer, reference, persons=["p1"], terms="y", referrals="y"))
    for there in (
        "Swallow", "Money demanded or taken", "130104", "At the gate", "KES 1,500.50", "Mfano Post",
        "0099", "A phone", "Mfano Lawyers", "Kondele", "2 November 2026",
    ):  # fmt: skip
        assert there in text
    for absent in ("Weaver", "Scar", "belt", "at night", "The phone back"):
        assert absent not in text


def test_the_words_are_in_it_only_when_all_agreed_and_it_was_chosen(
    officer: Member, filed: Any
) -> None:
    record = a_record()
    record.consents = [agreed("p1")]
    half = filed(record)
    sent = {"persons": ["p1"], "narrative": "y"}
    assert "at night" not in text_of(printed(officer, half, **sent))
    record.consents = [agreed()]
    whole = filed(record)
    assert "at night" in text_of(printed(officer, whole, **sent))
    assert "at night" not in text_of(printed(officer, whole, persons=["p1"]))


def test_what_was_asked_for_is_never_printed_as_agreed(officer: Member, filed: Any) -> None:
    record = a_record()
    record.terms, record.wanted = [], ["release", "pay"]
    record.persons[0].arrested_at = datetime(2026, 11, 2, 19, 30, tzinfo=UTC)
    record.consents = [agreed()]
    sent = {"persons": ["p1", "p2"], "terms": "y", "narrative": "y"}
    text = text_of(printed(officer, filed(record), **sent))
    assert "What was agreed" not in text
    assert "What is asked for Release, Pay The phone back" in text
    assert "Arrested at Let go at" in text
    assert "2 Nov 2026" in text
    record.consents = [agreed("p1")]
    text = text_of(printed(officer, filed(record), persons=["p1"], terms="y"))
    # It was written of everybody, and one of them did not agree to the paper.
    assert "Release" not in text


def test_a_witnesss_tick_prints_nothing(officer: Member, filed: Any) -> None:
    record = a_record()
    record.consents = [agreed(one.id) for one in record.persons]
    for one in record.consents:
        one.origin = "not_asked"
    answer = officer.client.post(f"/w/{filed(record)}/f", data={"persons": ["p1", "p2"]})
    assert answer.mimetype == "text/html"
    assert "Nobody in this case has agreed to a file for a court" in answer.text


def test_each_page_says_who_printed_it_and_when(officer: Member, filed: Any) -> None:
    record = a_record()
    record.narrative = "A line of what happened.\n" * 150
    record.consents = [agreed()]
    made = printed(officer, filed(record), persons=["p1", "p2"], narrative="y")
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pages = len(pdf.pages)
        # The pale text lies below every page.
        assert all("/KashBackground" in page.resources.XObject for page in pdf.pages)
    assert pages > 2
    said = [page.count("Printed by Amani Mfano, ") for page in pages_of(made)]
    # Once at the foot, and across the page.
    assert said == [8] * pages


def test_its_properties_say_nothing(officer: Member, filed: Any) -> None:
    record = a_record()
    record.consents = [agreed()]
    reference = filed(record)
    answer = officer.client.post(f"/w/{reference}/f", data={"persons": ["p1", "p2"]})
    assert answer.headers["Content-Disposition"] == "attachment; filename=record.pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert str(pdf.docinfo["/Title"]) == f"Record, printed on {date_text(utc_now())}"
        assert set(pdf.docinfo) <= {"/Title", "/Producer", "/Creator"}
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert pdf.Root.MarkInfo.Marked
    for secret in (reference, "Swallow", "Amani", "Kondele"):
        assert secret not in metadata


def test_printing_is_one_entry_and_no_job(officer: Member, filed: Any) -> None:
    record = a_record()
    record.consents = [agreed()]
    reference = filed(record)
    printed(officer, reference, persons=["p1"])
    entries = [(row.action, list(row.subjects)) for row in db.session.scalars(select(AuditEntry))]
    assert entries == [("incidents.case_file_printed", [reference])]
    assert db.session.scalar(select(Job.id)) is None


@pytest.mark.parametrize(
    "consents",
    [
        [],
        [agreed(purpose="funder"), agreed(purpose="record")],
        [agreed(), agreed(given=False)],
    ],
)
def test_without_the_consent_there_is_none(
    officer: Member, filed: Any, consents: list[Consent]
) -> None:
    record = a_record()
    record.consents = consents
    reference = filed(record)
    page = officer.client.get(f"/w/{reference}/f")
    assert page.status_code == 200
    assert "Nobody in this case has agreed" in page.text
    refused = officer.client.post(f"/w/{reference}/f", data={"persons": ["p1"], "narrative": "y"})
    assert refused.status_code == 409
    assert refused.mimetype == "text/html"
    assert "Nobody in this case has agreed" in refused.text


def test_whoever_did_not_agree_cannot_be_chosen(officer: Member, filed: Any) -> None:
    record = a_record()
    record.consents = [agreed("p1")]
    reference = filed(record)
    for chosen in (["p2"], ["p1", "p2"], [], ["<script>"]):
        answer = officer.client.post(f"/w/{reference}/f", data={"persons": chosen})
        assert answer.status_code == 422
    assert "Weaver" in officer.client.get(f"/w/{reference}/f").text


def test_names_are_in_it_only_by_a_custodians_own_keys(
    a_member: Callable[..., Member], filed: Any
) -> None:
    custodian = a_member("custodian", name="Neema Mfano")
    officer = a_member("documentation")
    record = a_record()
    record.declared = ["0123456789abcdef"]
    record.consents = [agreed()]
    reference = filed(record)
    services.file_identity(
        reference,
        "p1",
        {"legal_name": "Zawadi Kielelezo", "number": "11223344"},
        by=officer.actor,
        vault=officer.vault(),
    )
    sent = {"persons": ["p1", "p2"], "identities": "y"}
    assert "Zawadi" not in text_of(printed(officer, reference, **sent))
    assert "Names and numbers" not in officer.client.get(f"/w/{reference}/f").text
    text = text_of(printed(custodian, reference, **sent))
    assert "Zawadi Kielelezo, 11223344" in text
    assert "Zawadi" not in text_of(printed(custodian, reference, persons=["p2"], identities="y"))
    last = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))[-2]
    assert last.action == "incidents.case_file_printed"
    assert len(last.subjects) == 2


def test_hostile_words_stay_words(officer: Member, filed: Any) -> None:
    record = a_record()
    record.narrative = '<img src="http://127.0.0.1:9/x"><script>alert(1)</script>\u202e'
    record.persons[0].code = "</td><h1>"
    record.consents = [agreed()]
    text = text_of(printed(officer, filed(record), persons=["p1"], narrative="y"))
    assert "<script>alert(1)</script>" in text
    assert "</td><h1>" in text


def test_the_words_of_consent_on_paper_name_nobody(officer: Member) -> None:
    answer = officer.client.get("/w/c.pdf")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    assert text.count("Wording 2026-2") == 7
